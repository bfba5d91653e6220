# SPDX-License-Identifier: Apache-2.0
"""What stands in the graph instead of a saved tensor. Each has ``value()``, the tensor as backward gets it.

The ledger reads these objects by their attributes: they hold nothing that the graph would not keep.
"""

import threading

import torch

from ._extents import WeakStorage


def unpack(packed):
    """The unpacking hook of every tensor that Actscope packed. It holds nothing, so that the ledger sees no more."""
    if not torch.is_grad_enabled():
        return packed.value()
    with torch.no_grad():
        return packed.value()


_NO_TASK = -1
_of_thread = threading.local()


class Latest:
    """The vector that a backward pass decoded last, until it decodes another or ends.

    A linear layer wants the output of GELU or of a normalization, which is computed again from codes of the input; the
    next node of the same backward pass wants that input.
    """

    def __init__(self, task):
        self.task, self.flat = task, None

    @staticmethod
    def of(task):
        """That of the backward pass with this number on this thread; outside of one a new one."""
        if task == _NO_TASK:
            return Latest(task)
        latest = getattr(_of_thread, "latest", None)
        if latest is None or latest.task != task:
            latest = _of_thread.latest = Latest(task)
            torch.autograd.Variable._execution_engine.queue_callback(latest.forget)
        return latest

    @staticmethod
    def forget_failed():
        """A backward pass that raised does not say that it has ended: the next forward pass does."""
        latest = getattr(_of_thread, "latest", None)
        if latest is not None and torch._C._current_graph_task_id() == _NO_TASK:
            latest.forget()

    def forget(self):  # perhaps on another thread
        self.flat = None


class Kept:
    """A tensor that is left as it is, with autograd's own check that nothing changed it since."""

    __slots__ = ("tensor", "version")

    def __init__(self, tensor):
        # Another object than the tensor: an output of a node that keeps itself would never be freed.
        self.tensor, self.version = tensor.detach(), tensor._version

    def value(self):
        if self.tensor._version != self.version:
            raise RuntimeError(
                "one of the variables needed for gradient computation has been modified by an inplace operation: "
                f"[{self.tensor.type()} {list(self.tensor.shape)}] is at version {self.tensor._version}; expected version "
                f"{self.version} instead. Hint: it was saved inside actscope.saved_tensors or a module that "
                "actscope.compress packs.")
        return self.tensor


class Coded:
    """The codes of one extent of a storage, for every tensor that shows elements of it."""

    __slots__ = ("codes", "storage", "_decoded", "__weakref__")

    def __init__(self, codes, storage):
        self.codes, self.storage, self._decoded = codes, WeakStorage(storage), None

    def flat(self, is_shared):
        """The decoded vector. Views that are unpacked together (query, key, value) share one, and so do neighbors in
        backward: see ``Latest``."""
        task = torch._C._current_graph_task_id()
        if task == _NO_TASK and not is_shared:
            return self.codes.flat()
        flat = None if self._decoded is None else self._decoded.tensor(self.codes.dtype, self.codes.device)
        if flat is None:
            latest = Latest.of(task)
            latest.flat = None  # gone before the next one is made
            flat = latest.flat = self.codes.flat()
            self._decoded = WeakStorage(flat.untyped_storage())
        return flat


class Laid:
    """A tensor over codes."""

    __slots__ = ("coded", "extent")

    def __init__(self, coded, extent):
        self.coded, self.extent = coded, extent

    def value(self):
        return self.extent.laid_over(self.coded.flat(self.extent.is_shared))


class Rebuilt:
    """A tensor that is computed again from what its own producer keeps.

    recipe   makes the producer's output; ``layout``: sizes and strides of that output
    view     sizes, strides and offset of the tensor inside it
    """

    __slots__ = ("recipe", "dtype", "layout", "view", "depth")

    def __init__(self, recipe, dtype, layout, view):
        self.recipe, self.dtype, self.layout, self.view = recipe, dtype, layout, view
        self.depth = 1 + max((part.depth for part in recipe.parts.values() if isinstance(part, Rebuilt)), default=0)

    def value(self):
        made = self.recipe.value().to(self.dtype)
        sizes, strides = self.layout
        if made.stride() != strides:
            made = torch.empty_strided(sizes, strides, dtype=made.dtype, device=made.device).copy_(made)
        return made.as_strided(*self.view)
