"""The client libraries' signatures as data, and their loader.

`binance_apis.toml` (facts checked against the libraries' own source), `additions.toml` (what follows
from them) and `vendors.toml` (everybody else) are written by hand. `tools/compile_catalogue.py` turns
them into `_data.py`, the only one of these files that is read at run time.
"""

from binlint.catalogue.catalogue import Catalogue
from binlint.catalogue.model import Api, Condition, ConfigKey, ConfigParameter, Host, Parameter

__all__ = ["Api", "Catalogue", "Condition", "ConfigKey", "ConfigParameter", "Host", "Parameter", "load"]

load = Catalogue.load
