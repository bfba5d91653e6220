# SPDX-License-Identifier: Apache-2.0
"""Budgets as people write them."""

import pytest
from actscope._budget import Budget


@pytest.mark.parametrize("given, expected", [
    (123, 123), ("123", 123), ("6GiB", 6 * 2**30), ("500 MiB", 500 * 2**20), ("2GB", 2 * 10**9), (" 1.5 gib ", 3 * 2**29),
    (".5KiB", 512), ("7 b", 7), ("3.TiB", 3 * 2**40), ("50%", 500), ("33.35 %", 333), ("120%", 1200)])
def test_what_is_read(given, expected):
    assert Budget(given).bytes_of(1000) == expected


@pytest.mark.parametrize("given", ["", "GiB", "six GiB", "6 gigabytes", "6 G", "-1", "1e9", "6GiB!", "5%%", "１GiB\n2"])
def test_what_cannot_be_read(given):
    with pytest.raises(ValueError, match="the budget cannot be read .*: give bytes, '6GiB'"):
        Budget(given)


@pytest.mark.parametrize("given", [0, -5, "0", "0%", "0.0 GiB"])
def test_what_is_not_above_zero(given):
    with pytest.raises(ValueError, match="not above 0"):
        Budget(given)


@pytest.mark.parametrize("given", [None, 1.5, True, b"6GiB", ["6GiB"]])
def test_what_is_no_budget(given):
    with pytest.raises(TypeError, match="neither a whole number of bytes nor a text"):
        Budget(given)
