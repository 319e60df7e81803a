"""`python -m binlint` is the `binlint` command."""

from binlint.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
