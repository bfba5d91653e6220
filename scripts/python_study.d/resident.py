# SPDX-License-Identifier: Apache-2.0
"""The resident set of this process, and what glibc does with it."""

import ctypes
import gc
import pathlib
import re

WARM_UP, STEPS = 3, 5
_M_MMAP_THRESHOLD, _LEAST_MAPPED = -3, 64 * 1024
_c = ctypes.CDLL(None)


def map_large_blocks():
    """From now on every block of 64 KiB is a mapping of its own, which goes back where it is freed: what
    ``MALLOC_MMAP_THRESHOLD_=65536`` does. Without it glibc maps ever larger blocks only, keeps the others when they are
    freed, and cannot use all of them again."""
    if not _c.mallopt(_M_MMAP_THRESHOLD, _LEAST_MAPPED):
        raise OSError("mallopt refused a threshold")


def growth(training):
    """By how many bytes the resident set grows in a step over what stays between steps; some steps go before."""
    for _ in range(WARM_UP):
        training.step()
    gc.collect()
    _c.malloc_trim(0)  # what is free goes back, so that it is not counted as there
    between = _status("VmRSS")
    pathlib.Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the most so far is what is there now
    for _ in range(STEPS):
        training.step()
    return _status("VmHWM") - between


# VmRSS (now) or VmHWM (the most), in bytes.
def _status(name):
    text = pathlib.Path("/proc/self/status").read_text(encoding="ascii")
    return 1024 * int(re.search(rf"{name}:\s*(\d+) kB", text).group(1))
