# SPDX-License-Identifier: Apache-2.0
"""Vectors as codes of 4 or 8 bits, as bfloat16 or as single bits, and back."""

import torch

from .compression import CODE_BITS

STORES = (*CODE_BITS, "bf16")
_LEAST = 1e-35
GROUP = 128  # elements that share a scale
CODED_TYPES = (torch.float32, torch.float64, torch.bfloat16, torch.float16)


class Codes:
    """A vector of a floating type in fewer bits. ``tensors``: codes and scales, or the rounded values alone."""

    __slots__ = ("tensors", "bits", "elements", "dtype", "device")

    def __init__(self, flat, store):
        self.elements, self.dtype, self.device = flat.numel(), flat.dtype, flat.device
        self.bits = CODE_BITS.get(store, 0)
        if self.bits:
            self.tensors = tuple(torch.ops.actscope.quantize(flat, self.bits))
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
            return torch.ops.actscope.dequantize(*self.tensors, [self.elements], self.bits, self.dtype)
        return self.tensors[0].to(self.dtype)


class RowCodes:
    """Codes of rows that were brought to mean 0 and deviation 1: each row is as exact as the others.

    A normalization enlarges small rows, and groups of 128 elements that reach over the end of a row would be as coarse
    as the larger one. Means and deviations stay float32.
    """

    __slots__ = ("codes", "means", "deviations")

    def __init__(self, flat, row, store):
        rows = flat.view(-1, row)
        wide = rows if rows.dtype in (torch.float32, torch.float64) else rows.float()
        # One pass. The least addend keeps a row of equal elements, which has mean and nothing else, finite.
        normalized, self.means, inverses = torch.native_layer_norm(wide, (row,), None, None, _LEAST)
        self.deviations = inverses.reciprocal()
        self.codes = Codes(normalized.to(rows.dtype).view(-1), store)

    @property
    def bytes(self):
        return self.codes.bytes + self.means.nbytes + self.deviations.nbytes

    @property
    def dtype(self):
        return self.codes.dtype

    @property
    def device(self):
        return self.codes.device

    def is_finite(self, may_wait=False):
        return self.codes.is_finite(may_wait)

    def flat(self):
        rows = self.codes.flat().view(self.means.numel(), -1)
        if rows.dtype != self.means.dtype:
            return torch.addcmul(self.means, rows.to(self.means.dtype), self.deviations).to(rows.dtype).view(-1)
        return torch.addcmul(self.means, rows, self.deviations, out=rows).view(-1)  # in place: a new vector costs more


class Bits:
    """A vector of two values, one of them 0 or both arbitrary, in one bit each; exact."""

    __slots__ = ("bits", "low", "high", "elements", "dtype", "device")

    def __init__(self, is_high, low, high, dtype):
        self.bits = torch.ops.actscope.pack_bits(is_high)
        self.low, self.high, self.elements = low, high, is_high.numel()
        self.dtype, self.device = dtype, is_high.device

    @property
    def bytes(self):
        return self.bits.nbytes

    def flat(self):
        return torch.ops.actscope.unpack_bits(self.bits, [self.elements], self.low, self.high, self.dtype)


def two_values_of(flat):
    """``Bits`` of a vector that has two different values (a dropout mask, an attention mask), else None."""
    low, high = (value.item() for value in torch.aminmax(flat))
    if not low < high:
        return None
    is_high = flat == high
    if not torch.logical_or(is_high, flat == low).all().item():
        return None
    return Bits(is_high, low, high, flat.dtype)
