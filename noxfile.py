"""`nox` runs what CI runs: the tests, then every check of the code and the documentation.

`nox -s tests -P 3.13` takes another Python. `.ci/run` calls the session `lint` without an environment
of its own, so that the list of checks stands here only.
"""

from __future__ import annotations

from pathlib import Path

import nox

nox.options.default_venv_backend = "venv"
nox.options.reuse_venv = "yes"
nox.options.sessions = ["tests", "lint"]

WORKFLOWS = sorted(map(str, Path(".github/workflows").glob("*.yml")))
CHECKS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    ("lint-imports",),
    ("python", "tools/generate_docs.py", "--check"),
    ("python", "tools/compile_catalogue.py", "--check"),
    ("python", "tools/catalogue_fixtures.py", "--check"),
    ("python", "tools/generate_completions.py", "--check"),
    ("pre-commit", "validate-manifest", ".pre-commit-hooks.yaml"),
    ("check-jsonschema", "--builtin-schema", "vendor.github-actions", "action.yml"),
    ("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *WORKFLOWS),
    ("zizmor", "--offline", "--quiet", "--no-progress", "."),
    ("binlint", "."),
)


@nox.session
def tests(session: nox.Session) -> None:
    _install(session)
    session.run("python", "-m", "pytest", "-q", "-n", "auto", "--dist", "loadfile", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    _install(session)
    for command in CHECKS:
        session.run(*command)


@nox.session
def docs(session: nox.Session) -> None:
    """Builds the site of the documentation into site/; a broken link is an error."""
    session.install("-q", "zensical>=0.0.73")
    session.run("zensical", "build", "--clean", "--strict")


def _install(session: nox.Session) -> None:
    if session.virtualenv.is_sandboxed:
        session.install("-q", "-e", ".[dev]")
