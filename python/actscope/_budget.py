# SPDX-License-Identifier: Apache-2.0
"""Budgets as people write them."""

import math
import numbers
import re

_UNITS = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12,
          "kib": 2**10, "mib": 2**20, "gib": 2**30, "tib": 2**40}
_FORM = re.compile(r"\s*(\d+(?:\.\d*)?|\.\d+)\s*([a-z]*|%)\s*", re.IGNORECASE)
_GIVE = "give bytes, '6GiB', '500 MiB', '2GB' or '50%'"


class Budget:
    """A checked budget: ``bytes``, or a ``share`` of what the plain model takes."""

    def __init__(self, given):
        self.bytes = self.share = None
        if isinstance(given, str):
            self._read(given)
        elif isinstance(given, numbers.Integral) and not isinstance(given, bool):
            self.bytes = int(given)
        else:
            raise TypeError(f"the budget is neither a whole number of bytes nor a text [got {given!r}]: {_GIVE}")
        if (self.share if self.bytes is None else self.bytes) <= 0:
            raise ValueError(f"the budget is not above 0 [got {given!r}]: {_GIVE}")

    def _read(self, text):
        found = _FORM.fullmatch(text)
        unit = found and found[2].lower()
        if not found or (unit != "%" and unit not in _UNITS):
            raise ValueError(f"the budget cannot be read [got {text!r}]: {_GIVE}")
        if unit == "%":
            self.share = float(found[1]) / 100
        else:
            self.bytes = math.floor(float(found[1]) * _UNITS[unit])

    def bytes_of(self, plain_bytes):
        """The budget in bytes where the plain model takes so many."""
        return self.bytes if self.share is None else math.floor(self.share * plain_bytes)
