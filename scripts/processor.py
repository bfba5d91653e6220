# SPDX-License-Identifier: Apache-2.0
"""The processor that something was measured on, for the scripts beside."""
import pathlib
import re


def processor():
    """Its name, and the instruction sets it has by the system's names."""
    text = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8")
    name = re.search(r"model name\s*: (.*)", text)
    flags = re.search(r"flags\s*: (.*)", text)
    return (name.group(1) if name else "unknown"), set(flags.group(1).split() if flags else [])
