"""binlint finds Binance API credentials that are hard-coded in Python projects."""

# Not typing.TYPE_CHECKING, which would import typing for every user of the package; type checkers know both.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from binlint.api import Finding, ScanError, ScanResult, Skipped, scan_paths, scan_source

__version__ = "0.1.0"
__all__ = ["Finding", "ScanError", "ScanResult", "Skipped", "__version__", "scan_paths", "scan_source"]


def __getattr__(name: str) -> object:
    """The interface for other programs, loaded when it is asked for: the command line must start fast."""
    if name in __all__:
        from binlint import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
