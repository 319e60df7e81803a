"""`python -m binlint` is the `binlint` command."""

import os
import sys

if __name__ == "__main__":
    if sys.path and sys.path[0] in ("", os.getcwd()):
        del sys.path[0]  # the directory that is looked at: nothing in it is imported

    from binlint.cli import main

    raise SystemExit(main())
