# SPDX-License-Identifier: Apache-2.0
"""What stands in the graph instead of a saved tensor. Each has ``value()``, the tensor as backward gets it.

The ledger reads these objects by their attributes: they hold nothing that the graph would not keep.
"""

import torch

from ._extents import WeakStorage


def unpack(packed):
    """The unpacking hook of every tensor that Actscope packed. It holds nothing, so that the ledger sees no more."""
    if not torch.is_grad_enabled():
        return packed.value()
    with torch.no_grad():
        return packed.value()


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
        """The decoded vector. Views that are unpacked together (query, key, value) share one."""
        if not is_shared:
            return self.codes.flat()
        if self._decoded is not None:
            there = self._decoded.tensor(self.codes.dtype, self.codes.device)
            if there is not None:
                return there
        flat = self.codes.flat()
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
