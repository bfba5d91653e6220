# SPDX-License-Identifier: Apache-2.0
"""Which lines of a program allocated what a ledger could not explain."""

import collections
import dataclasses
import gc
import os
import traceback

import torch
from torch.utils._python_dispatch import TorchDispatchMode

_LIBRARIES = (os.path.dirname(torch.__file__) + os.sep, os.path.dirname(__file__) + os.sep)


@dataclasses.dataclass(frozen=True)
class Residual:
    """Memory that something outside the graph keeps: the line that allocated it, and its bytes."""

    where: str
    bytes: int


class _Lines(TorchDispatchMode):
    """Notes for every operator which allocations it made and which line of the program called it."""

    def __init__(self):
        super().__init__()
        self.spans = []  # (first serial, last serial, where)

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        before = torch.ops.actscope.last_allocation()
        result = function(*args, **(kwargs or {}))
        after = torch.ops.actscope.last_allocation()
        if after > before:
            self.spans.append((before + 1, after, _line_of_program()))
        return result

    def where(self, serial):
        for first, last, line in reversed(self.spans):
            if first <= serial <= last:
                return line
        return "an unknown place"


def _line_of_program():
    for frame in reversed(traceback.extract_stack()):
        if not frame.filename.startswith(_LIBRARIES) and not frame.filename.startswith("<"):
            return f"{frame.filename}:{frame.lineno} ({frame.line})" if frame.line else f"{frame.filename}:{frame.lineno}"
    return "an unknown place"


def lines_of_residual(step):
    """Runs the step once more, slowly, and returns a ``Residual`` for each line, the largest first. On the CPU."""
    if step.device != "cpu":
        return []
    native = step.new_ledger()
    gc.collect()
    native.begin()
    with _Lines() as lines:
        outputs = step.forward()
    step.count(native, outputs)
    sums = collections.Counter()
    pairs = native.unexplained()
    for serial, size in zip(pairs[::2], pairs[1::2]):
        sums[lines.where(serial)] += size
    return [Residual(where, size) for where, size in sums.most_common()]
