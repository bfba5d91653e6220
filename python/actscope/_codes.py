# SPDX-License-Identifier: Apache-2.0
"""Vectors as codes of 4 or 8 bits, as bfloat16 or as single bits, and back."""

import torch

from .compression import CODE_BITS

STORES = (*CODE_BITS, "bf16")
_ops = torch.ops.actscope
GROUP = 128  # elements that share a scale
CODED_TYPES = (torch.float32, torch.float64, torch.bfloat16, torch.float16)


class Codes:
    """A vector of a floating type in fewer bits. ``tensors``: codes and scales, or the rounded values alone.

    row  elements of rows whose groups are their own: a normalization enlarges small rows, and a group that reached over
         the end of a row would be as coarse as the larger one; 0: groups of 128 over the whole vector
    """

    __slots__ = ("tensors", "bits", "elements", "row", "dtype", "device")

    def __init__(self, flat, store, row=0):
        self.elements, self.row, self.dtype, self.device = flat.numel(), row, flat.dtype, flat.device
        self.bits = CODE_BITS.get(store, 0)
        if self.bits:
            self.tensors = tuple(_ops.quantize(flat, self.bits, row))
        else:
            self.tensors = (flat.to(torch.bfloat16),)

    @property
    def bytes(self):
        return sum(tensor.nbytes for tensor in self.tensors)

    def is_finite(self, may_wait=False):
        """Whether every value can be had back: a group that holds infinity or NaN decodes to NaN altogether.

        Where the host would wait for the answer it is asked only if it may.
        """
        scales = self.tensors[-1]
        if not self.bits or type(scales) is not torch.Tensor or not (scales.device.type == "cpu" or may_wait):
            return True
        return not scales.view(torch.bfloat16).isnan().any().item()

    def flat(self):
        if self.bits:
            return _ops.dequantize(*self.tensors, [self.elements], self.bits, self.dtype, self.row)
        return self.tensors[0].to(self.dtype)


class Bits:
    """A vector of two values, one of them 0 or both arbitrary, in one bit each; exact."""

    __slots__ = ("bits", "low", "high", "elements", "dtype", "device")

    def __init__(self, is_high, low, high, dtype):
        self.bits = _ops.pack_bits(is_high)
        self.low, self.high, self.elements = low, high, is_high.numel()
        self.dtype, self.device = dtype, is_high.device

    @property
    def bytes(self):
        return self.bits.nbytes

    def flat(self):
        return _ops.unpack_bits(self.bits, [self.elements], self.low, self.high, self.dtype)


def two_values_of(flat):
    """``Bits`` of a vector that has two different values (a dropout mask, an attention mask), else None."""
    low, high = (value.item() for value in torch.aminmax(flat))
    if not low < high:
        return None
    is_high = flat == high
    if not torch.logical_or(is_high, flat == low).all().item():
        return None
    return Bits(is_high, low, high, flat.dtype)
