"""The one family of errors that binlint explains to its user.

Only `cli` and `api` catch them. Everything else that escapes is a defect of binlint.
"""


class BinlintError(Exception):
    """Something kept binlint from doing what was asked; its text is for the user.

    The text never holds a value that was read from a scanned file.
    """


class ConfigError(BinlintError):
    """A configuration file or an option is wrong."""


class SourceError(BinlintError):
    """Something that was asked for by name could not be read."""


def failed_at(error: BaseException) -> str:
    """Where binlint's own code failed, as `module:function line type`; without values."""
    place, trace = "binlint", error.__traceback__
    while trace is not None:
        module = str(trace.tb_frame.f_globals.get("__name__", ""))
        if module.partition(".")[0] == "binlint":
            place = f"{module}:{trace.tb_frame.f_code.co_name} {trace.tb_lineno}"
        trace = trace.tb_next
    return f"{place} {type(error).__name__}"
