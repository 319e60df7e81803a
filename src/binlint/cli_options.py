"""What the command line asked for, as one value; and the short way to it for hooks."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import NamedTuple

COMMANDS = ("check", "baseline", "explain", "rules")


class Options(NamedTuple):
    """The arguments of a check. `overrides` are those that a configuration file can hold, too."""

    paths: tuple[str, ...] = ()
    overrides: Mapping[str, object] = {}
    config: tuple[str, ...] = ()
    isolated: bool = False
    output_file: str | None = None
    outputs: tuple[tuple[str, str], ...] = ()  # further reports: format and file
    sarif_category: str = ""
    color: str = "auto"
    stdin_filename: str | None = None
    staged: bool = False
    since: str | None = None
    changed_lines: bool = False
    ignore_comments: bool = True
    show_files: bool = False
    show_settings: bool = False
    show_suppressed: bool = False
    use_baseline: bool = True
    add_ignore: str | None = None  # the reason to write into the source
    statistics: bool = False
    quiet: bool = False
    verbose: bool = False
    fix: bool = False
    unsafe_fixes: bool = False
    clear_outputs: bool = False
    diff: bool = False
    exit_non_zero_on_fix: bool = False
    fix_in_ci: bool = False
    write_baseline: bool = False  # what follows is of this command
    prune: bool = False
    reason: str = ""
    expires: str = ""


def plain_options(arguments: Sequence[str]) -> Options | None:
    """What a hook passes, `[check] [--quiet] [--force-exclude] [--] FILE…`, or None if there is more.

    Spares argparse.
    """
    rest = list(arguments)
    is_check = _taken(rest, "check")
    is_quiet = _taken(rest, "--quiet")
    overrides = {"force-exclude": True} if _taken(rest, "--force-exclude") else {}
    if _taken(rest, "--"):
        rest = behind_dashes(rest)
    else:
        if not is_check and rest and rest[0] in COMMANDS:
            return None
        if any(argument.startswith("-") and argument != "-" for argument in rest):
            return None
    return Options(tuple(rest), overrides, quiet=is_quiet)


def behind_dashes(arguments: Sequence[str]) -> list[str]:
    """What stands behind `--`: paths, also one that is called as standard input is."""
    return [os.path.join(os.curdir, path) if path == "-" else path for path in arguments]


def _taken(arguments: list[str], word: str) -> bool:
    """Whether a word comes first; then it is taken away."""
    if arguments[:1] != [word]:
        return False
    del arguments[0]
    return True
