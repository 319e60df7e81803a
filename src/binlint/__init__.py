"""binlint finds Binance API credentials that are hard-coded in Python projects."""

__version__ = "0.1.0"
