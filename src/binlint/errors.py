"""The one family of errors that binlint explains to its user.

Only `cli` catches them. Everything else that escapes is a defect of binlint.
"""


class BinlintError(Exception):
    """Something kept binlint from doing what was asked; its text is for the user.

    The text never holds a value that was read from a scanned file.
    """


class ConfigError(BinlintError):
    """A configuration file or an option is wrong."""


class SourceError(BinlintError):
    """Something that was asked for by name could not be read."""
