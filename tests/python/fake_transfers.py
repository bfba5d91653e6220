# SPDX-License-Identifier: Apache-2.0
"""A device whose copies take as long as they may: what a test puts in the place of CUDA's streams.

Its memory is that of the host. A copy runs when the computation waits for it or for a later one, and not before; what it
writes to is full of NaN until then. ``wrong`` says what CUDA would have made of it.
"""

import contextlib

import torch

from actscope import _offload
from actscope._extents import WeakStorage

CPU = torch.device("cpu")


class FakeTransfers:
    """``most_host_bytes``: of pinned memory; beyond it there is none."""

    def __init__(self, most_host_bytes=2**30):
        self.most_host_bytes = most_host_bytes
        self.host_bytes, self.host_allocations = 0, 0
        self.queue, self.marks = [], 0
        self.copies, self.wrong = [], []
        self._host = []

    def host_memory(self, count):
        if self.host_bytes + count > self.most_host_bytes:
            raise RuntimeError("CUDA error: out of memory\nand more lines")
        self.host_bytes += count
        self.host_allocations += 1
        memory = torch.empty(count, dtype=torch.uint8)
        self._host.append(WeakStorage(memory.untyped_storage()))
        return memory

    def device_memory(self, count):
        return torch.empty(count, dtype=torch.uint8)

    def copy(self, to, source):
        hosts = (host.tensor(torch.uint8, CPU) for host in self._host if not host.is_gone())
        is_back = any(source.data_ptr() == host.data_ptr() for host in hosts)
        self.copies.append(("back" if is_back else "out", source.numel()))
        if is_back:
            to.fill_(255)  # NaN in every floating type
        self.marks += 1
        self.queue.append((self.marks, to, WeakStorage(source.untyped_storage()), source.storage_offset(), source.numel(),
                           None if is_back else source.clone()))
        return self.marks

    def wait(self, mark):
        while self.queue and self.queue[0][0] <= mark:
            self._run(*self.queue.pop(0)[1:])

    def _run(self, to, storage, offset, count, expected):
        whole = storage.tensor(torch.uint8, CPU)
        if whole is None:
            self.wrong.append("memory was freed before it was copied")
            return
        source = whole[offset:offset + count]
        if expected is not None and not torch.equal(source, expected):
            self.wrong.append("memory was changed before it was copied")
        to.copy_(source)


@contextlib.contextmanager
def fake_device(**limits):
    """Lets everything on the CPU be offloaded by a ``FakeTransfers``; yields its ``Home``."""
    home = _offload.Home(FakeTransfers(**limits))
    _offload._homes[CPU] = home
    try:
        yield home
    finally:
        del _offload._homes[CPU]
