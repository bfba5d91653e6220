# SPDX-License-Identifier: Apache-2.0
"""Which part of its storage a tensor covers, and how the tensor is laid over that part again."""

import dataclasses

import torch
from torch.multiprocessing.reductions import StorageWeakRef

WHOLE_AT_MOST = 4  # a strided view takes its whole storage along where that is at most so many times as large


@dataclasses.dataclass(frozen=True, slots=True)
class Extent:
    """Adjacent elements of a storage, and the view that a tensor has of them.

    start, elements   of the storage, in elements of the tensor's type; ``is_copy``: a copy of the view instead
    sizes, strides    of the tensor; ``offset`` counts from ``start``
    """

    start: int
    elements: int
    sizes: tuple
    strides: tuple
    offset: int
    is_copy: bool = False
    is_shared: bool = False  # the whole storage, of which the tensor shows a part

    def flat(self, tensor):
        """The elements as one dense vector; shares memory with the tensor unless ``is_copy``."""
        tensor = tensor.detach()
        if self.is_copy:
            return _without_expansion(tensor).contiguous().view(-1)
        return tensor.as_strided((self.elements,), (1,), self.start)

    def laid_over(self, flat):
        """The tensor, over its elements as ``flat`` gave them."""
        return flat.as_strided(self.sizes, self.strides, self.offset)

    def key(self):
        """What tells apart two extents of one storage."""
        return (self.start, self.elements) if not self.is_copy else (self.start, self.sizes, self.strides)


def extent_of(tensor):
    """The smallest sensible ``Extent``: the view's own elements where they are dense, the whole storage where the view
    shows a good part of it, else a copy of the view."""
    sizes, strides = tuple(tensor.shape), tuple(tensor.stride())
    start = tensor.storage_offset()
    dims = sorted((d for d in zip(strides, sizes) if d[1] > 1 and d[0] > 0))
    expected, elements = 1, 1
    for stride, size in dims:
        is_dense = stride == expected
        if not is_dense:
            return _of_strided(tensor, sizes, strides, start)
        expected, elements = expected * size, elements * size
    return Extent(start, elements, sizes, strides, 0)


def _of_strided(tensor, sizes, strides, start):
    whole = tensor.untyped_storage().nbytes() // tensor.element_size()
    shown = 1
    for stride, size in zip(strides, sizes):
        shown *= size if stride > 0 else 1
    if whole <= WHOLE_AT_MOST * shown:
        return Extent(0, whole, sizes, strides, start, is_shared=True)
    return copied(tensor)


def copied(tensor):
    """The extent of a dense copy of the view alone."""
    dense = _without_expansion(tensor)
    sizes = tuple(tensor.shape)
    own, at_once = [], 1
    for size in reversed(dense.shape):
        own.append(at_once)
        at_once *= size
    strides = tuple(0 if stride == 0 and size > 1 else new
                    for stride, size, new in zip(tensor.stride(), sizes, reversed(own)))
    return Extent(tensor.storage_offset(), at_once, sizes, strides, 0, is_copy=True)


def _without_expansion(tensor):
    for dim, (stride, size) in enumerate(zip(tensor.stride(), tensor.shape)):
        if stride == 0 and size > 1:
            tensor = tensor.narrow(dim, 0, 1)
    return tensor


class WeakStorage:
    """A storage that is not kept alive. While this object lives, no other storage has its ``identity``."""

    __slots__ = ("_reference",)

    def __init__(self, storage):
        self._reference = StorageWeakRef(storage)

    @staticmethod
    def identity(storage):
        return storage._cdata

    def is_gone(self):
        return self._reference.expired()

    def tensor(self, dtype, device):
        """A vector over the storage, or None where it is gone."""
        storage = torch.UntypedStorage._new_with_weak_ptr(self._reference.cdata)
        return None if storage is None else torch.empty(0, dtype=dtype, device=device).set_(storage)
