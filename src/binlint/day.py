"""What day it is, for what is accepted up to a day. Tests set it here; nothing else asks the clock for it."""

from __future__ import annotations

import re
import time

_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def today() -> str:
    """The day, as in 2027-01-31; in UTC, so that it is the same on every computer."""
    return time.strftime("%Y-%m-%d", time.gmtime())


def is_day(text: str) -> bool:
    """Whether a text is a day of the calendar, in the form of `today`."""
    found = _DAY.fullmatch(text)
    if found is None:
        return False
    year, month, day = map(int, found.groups())
    if not (year and 1 <= month <= 12):
        return False
    is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 1 <= day <= _LENGTHS[month - 1] + (is_leap and month == 2)
