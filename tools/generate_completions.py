"""Writes share/ from the options of the command line: completions of bash, zsh and fish, and the manual.

Without an option it writes them; with `--check` it exits with 1 and names what is stale. The wheel installs
share/ as it is.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from binlint import __version__
from binlint.cli_options import COMMANDS
from binlint.cli_parser import baseline_parser, check_parser
from binlint.reporters import FORMATS
from binlint.rules import RULES

ROOT = Path(__file__).resolve().parent.parent
COMMAND = "python tools/generate_completions.py"
MADE = f"made by `{COMMAND}`: edit that"

ABOUT = {
    "check": "look for credentials; the default",
    "baseline": "write what is found into the baseline",
    "explain": "explain rules: why, examples, what to do",
    "rules": "list all rules",
}
CODES = tuple(rule.code for rule in RULES)
# What an option takes that argparse does not check itself, by the name of its value.
VALUES = {
    "FORMAT": FORMATS,
    "FORMAT=FILE": tuple(f"{name}=" for name in FORMATS),
    "CODES": (*CODES, "ALL"),
}
FILES = ("FILE", "FILE|KEY=VALUE")


class Option(NamedTuple):
    """An option: its spellings, the name of its value (empty for a switch), and what may stand there."""

    names: tuple[str, ...]
    value: str
    values: tuple[str, ...]
    takes_file: bool
    is_repeatable: bool
    help: str


class Group(NamedTuple):
    """A group of `--help`."""

    title: str
    options: tuple[Option, ...]


def groups(parser: argparse.ArgumentParser) -> tuple[Group, ...]:
    """All options of a parser, in the order of its help."""
    found = (
        Group(group.title or "", tuple(_option(a) for a in group._group_actions if a.option_strings))
        for group in parser._action_groups
    )
    return tuple(group for group in found if group.options)


def _option(action: argparse.Action) -> Option:
    value = ""
    if action.nargs != 0:
        value = action.metavar if isinstance(action.metavar, str) else "WORD"
    values = tuple(action.choices or VALUES.get(value, ()))
    takes_file = value in FILES or action.dest == "stdin_filename"
    repeats = isinstance(action, argparse._AppendAction)
    return Option(
        tuple(action.option_strings), value, values, takes_file, repeats, (action.help or "").strip()
    )


CHECK = groups(check_parser())
EVERY = groups(baseline_parser())
OPTIONS = tuple(option for group in CHECK for option in group.options)
MORE = tuple(option for group in EVERY for option in group.options if option not in OPTIONS)  # of a baseline


def _names(options: Iterable[Option]) -> str:
    return " ".join(name for option in options for name in option.names)


BASH = """\
# bash completion for binlint, {made}

_binlint() {{
    local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD - 1]}} command=check
    local IFS=$' \\t\\n'
    COMPREPLY=()
    # bash takes --color=auto for three words
    if [[ $current == "=" ]]; then
        current=""
    elif [[ $previous == "=" && $COMP_CWORD -gt 2 ]]; then
        previous=${{COMP_WORDS[COMP_CWORD - 2]}}
    fi
    if [[ $COMP_CWORD -gt 1 ]]; then
        case ${{COMP_WORDS[1]}} in
        {commands}) command=${{COMP_WORDS[1]}} ;;
        esac
    fi
    case $previous in
{cases}
    esac
    if [[ $current == -* ]]; then
        case $command in
        explain | rules) COMPREPLY=($(compgen -W "-h --help" -- "$current")) ;;
        baseline) COMPREPLY=($(compgen -W "{options} {more}" -- "$current")) ;;
        *) COMPREPLY=($(compgen -W "{options}" -- "$current")) ;;
        esac
    elif [[ $command == explain ]]; then
        COMPREPLY=($(compgen -W "{codes}" -- "$current"))
    elif [[ $COMP_CWORD -eq 1 ]]; then
        compopt -o filenames 2>/dev/null
        IFS=$'\\n'
        COMPREPLY=($(compgen -W "{command_lines}" -- "$current") $(compgen -f -- "$current"))
    fi
    # Where nothing was said, bash completes the names of files.
}}

complete -o bashdefault -o default -F _binlint binlint
"""


def bash() -> str:
    """The completion of bash; of 3.2, too, which macOS has."""
    cases = []
    for option in (*OPTIONS, *MORE):
        if option.values:
            nospace = "compopt -o nospace 2>/dev/null; " if option.values[0].endswith("=") else ""
            words = f'COMPREPLY=($(compgen -W "{" ".join(option.values)}" -- "$current"))'
            cases.append(f"    {' | '.join(option.names)}) {nospace}{words}; return ;;")
        elif option.value:
            cases.append(f"    {' | '.join(option.names)}) return ;;")
    return BASH.format(
        made=MADE,
        commands=" | ".join(COMMANDS),
        command_lines="\n".join(COMMANDS),
        cases="\n".join(cases),
        options=_names(OPTIONS),
        more=_names(MORE),
        codes=" ".join(CODES),
    )


ZSH = """\
#compdef binlint
# {made}

_binlint_first() {{
  local -a commands=(
{commands}
  )
  _describe -t commands command commands
  _files
}}

_binlint() {{
  local -a options=(
{options}
  )
  case $words[2] in
  explain)
    _arguments -S '(- *)'{{-h,--help}}'[show this help message and exit]' '1: :' '*:rule:({codes})'
    ;;
  rules)
    _arguments '(- *)'{{-h,--help}}'[show this help message and exit]' '1: :'
    ;;
  baseline)
    options+=(
{more}
    )
    _arguments -S $options '*:path:_files'
    ;;
  *)
    _arguments -S $options '1: :_binlint_first' '*:path:_files'
    ;;
  esac
}}

_binlint "$@"
"""


def zsh() -> str:
    """The completion of zsh."""
    return ZSH.format(
        made=MADE,
        commands="\n".join(f"    '{name}:{_zsh(ABOUT[name])}'" for name in COMMANDS),
        options="\n".join(f"    {line}" for option in OPTIONS for line in _zsh_option(option)),
        more="\n".join(f"      {line}" for option in MORE for line in _zsh_option(option)),
        codes=" ".join(CODES),
    )


def _zsh(text: str) -> str:
    """A text within single quotes, where colons and brackets mean something to `_arguments`."""
    return re.sub(r"([\\\[\]:])", r"\\\1", text).replace("'", "'\\''")


def _zsh_option(option: Option) -> Iterator[str]:
    action = ""
    if option.value:
        by = f"({' '.join(option.values)})" if option.values else "_files" if option.takes_file else " "
        action = f":{_zsh(option.value)}:{by}"
    guard = "*" if option.is_repeatable else f"({' '.join(option.names)})" if len(option.names) > 1 else ""
    for name in option.names:
        sign = "" if not option.value else "=" if name.startswith("--") else "+"
        yield f"'{guard}{name}{sign}[{_zsh(option.help)}]{action}'"


def fish() -> str:
    """The completion of fish."""
    lines = [f"# fish completion for binlint, {MADE}", ""]
    for name in COMMANDS:
        lines.append(f"complete -c binlint -n __fish_use_subcommand -a {name} -d {_fish(ABOUT[name])}")
    explained = "-n '__fish_seen_subcommand_from explain'"
    lines += [
        *(f"complete -c binlint {explained} -f -a {rule.code} -d {_fish(rule.name)}" for rule in RULES),
        *(_fish_option(option, "not __fish_seen_subcommand_from explain rules") for option in OPTIONS),
        *(_fish_option(option, "__fish_seen_subcommand_from baseline") for option in MORE),
        _fish_option(OPTIONS[0], "__fish_seen_subcommand_from explain rules"),  # --help
    ]
    return "\n".join(lines) + "\n"


def _fish_option(option: Option, condition: str) -> str:
    names = " ".join(f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in option.names)
    takes = ""
    if option.values:
        takes = f" -x -a {_fish(' '.join(option.values))}"
    elif option.takes_file:
        takes = " -r -F"
    elif option.value:
        takes = " -x"
    return f"complete -c binlint -n {_fish(condition)} {names}{takes} -d {_fish(option.help)}"


def _fish(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


MAN = """\
.\\" {made}
.TH BINLINT 1 "" "binlint {version}" "User Commands"
.SH NAME
binlint \\- find Binance API credentials that are hard\\-coded in Python projects
.SH SYNOPSIS
.B binlint
[\\fBcheck\\fR] [\\fIOPTIONS\\fR] [\\fIPATH\\fR ...]
.br
.B binlint baseline
[\\fB\\-\\-prune\\fR] [\\fIOPTIONS\\fR] [\\fIPATH\\fR ...]
.br
.B binlint explain
\\fICODE\\fR ...
.br
.B binlint rules
.SH DESCRIPTION
binlint looks for API keys, secret keys and private keys of Binance that stand in source code,
notebooks, settings and other files, and follows them to the client that takes them.
Without a path it looks at the current directory; the path \\- is standard input.
A report never shows a value, only its first and last four characters.
Nothing is sent anywhere.
.SH COMMANDS
{commands}
.PP
A path that is named like a command is checked as
.IR ./rules ,
as
.BR "binlint check rules" ,
or after
.BR \\-\\- .
.SH OPTIONS
{options}
.SH EXIT STATUS
.TP
.B 0
Everything was looked at, and there is nothing at or above the failing level.
.TP
.B 1
There are findings.
.TP
.B 2
Something kept binlint from looking.
.SH ENVIRONMENT
.TP
.BR NO_COLOR ", " FORCE_COLOR
Whether colours are used.
.TP
.B BINLINT_OUTPUT_FORMAT
The format of the report where
.B \\-\\-output\\-format
does not say it.
.SH FILES
.TP
.IR binlint.toml ", " .binlint.toml ", " pyproject.toml
The configuration, at or above the current directory.
.TP
.I .binlint\\-baseline.jsonl
Old findings, which are not reported.
.SH EXAMPLES
.TP
.B binlint
Looks at the current directory.
.TP
.B binlint \\-\\-staged
Looks at what the next commit will hold.
.TP
.B binlint \\-\\-fix \\-\\-diff
Shows how the credentials would be moved out of the code.
.SH SEE ALSO
.BR git (1)
"""


def man() -> str:
    """The manual page."""
    commands = "\n".join(f".TP\n.B {name}\n{_roff(ABOUT[name])}" for name in COMMANDS)
    options = []
    for group in EVERY:
        title = group.title if any(option in OPTIONS for option in group.options) else "of binlint baseline"
        options.append(f".SS {_roff(title.capitalize())}")
        for option in group.options:
            names = ", ".join(f"\\fB{_roff(name)}\\fR" for name in option.names)
            if option.value:
                names += f" \\fI{_roff(_shown(option))}\\fR"
            options.append(f".TP\n{names}\n{_roff(option.help)}")
    return MAN.format(made=MADE, version=__version__, commands=commands, options="\n".join(options))


def _shown(option: Option) -> str:
    return "{" + ",".join(option.values) + "}" if option.value == "WORD" else option.value


def _roff(text: str) -> str:
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("`", "\\(ga")
    return f"\\&{text}" if text.startswith((".", "'")) else text


def documents() -> dict[Path, str]:
    """Every file of share/ with the text that it should have."""
    share = ROOT / "share"
    return {
        share / "bash-completion" / "completions" / "binlint": bash(),
        share / "zsh" / "site-functions" / "_binlint": zsh(),
        share / "fish" / "vendor_completions.d" / "binlint.fish": fish(),
        share / "man" / "man1" / "binlint.1": man(),
    }


def main(arguments: list[str]) -> int:
    """Writes or checks, and returns the exit code."""
    if arguments not in ([], ["--check"]):
        raise SystemExit(__doc__)
    stale = {
        path: text
        for path, text in documents().items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    }
    for path, text in stale.items():
        if arguments:
            print(f"{path.relative_to(ROOT)} is stale: run {COMMAND}", file=sys.stderr)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
    return 1 if arguments and stale else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
