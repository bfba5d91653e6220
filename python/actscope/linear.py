# SPDX-License-Identifier: Apache-2.0
"""A linear layer that keeps its input compressed."""

import torch

from . import _packing
from .compression import Compression

# Passes whose threshold is remembered, so that one that is repeated (activation checkpointing) has its own again.
REMEMBERED_PASSES = 64


class Linear(torch.nn.Linear):
    """``torch.nn.Linear`` that keeps its input compressed for the gradient of its weight.

    The output and the gradients of input and bias are those of ``torch.nn.Linear``; the gradient of the weight is
    computed from what is kept, by default codes of 4 bits. Outside training (``eval()``, ``no_grad``,
    ``inference_mode``) it is ``torch.nn.Linear``: nothing is kept, drawn or moved. ``Compression`` says what else
    store, block, sparsity, select and unbiased are.
    """

    def __init__(self, in_features, out_features, bias=True, device=None, dtype=None, *,
                 store=None, block=None, sparsity=None, select=None, unbiased=False):
        compression = Compression.of(store, block, sparsity, select, unbiased)
        compression.require_fit(in_features)
        super().__init__(in_features, out_features, bias, device, dtype)
        self.compress_as(compression)

    stands_aside = False  # whether hooks of the program get the input, and not codes of it; ``compress`` sets it

    def compress_as(self, compression):
        """Keeps inputs in another way from now on."""
        self.compression = compression
        self.threshold = None
        if compression.select == "threshold":
            # No buffer: it stays float64 whatever the parameters become, and out of state dicts.
            self.threshold = torch.zeros(1 + 2 * REMEMBERED_PASSES, dtype=torch.float64)

    def forward(self, x):
        if not (self.training and torch.is_grad_enabled()):
            return torch.nn.functional.linear(x, self.weight, self.bias)
        how = self.compression
        if torch.compiler.is_compiling():
            return self._kept_in_its_own_way(x)
        # Autograd's own node: what it saves is packed as everything else, once for all that read this input; or as
        # hooks of the program do, which might take codes for values.
        if _packing.is_packing(how.store) or (self.stands_aside and _packing.is_foreign()):
            return torch.nn.functional.linear(x, self.weight, self.bias)
        if _packing.is_packing():
            with _packing.unhooked():  # what it keeps is small already
                return self._kept_in_its_own_way(x)
        return self._kept_in_its_own_way(x)

    def _kept_in_its_own_way(self, x):
        how = self.compression
        if how.bits:
            return torch.ops.actscope.linear_coded(x, self.weight, self.bias, how.bits)
        if how.select == "threshold":
            return self._forward_at_threshold(x)
        return torch.ops.actscope.linear(
            x, self.weight, self.bias, list(how.block), how.sparsity, select=how.select, unbiased=how.unbiased)

    def _forward_at_threshold(self, x):
        how = self.compression
        if self.threshold.device != x.device:
            self.threshold = self.threshold.to(x.device)
        y, self.threshold = torch.ops.actscope.linear_threshold(
            x, self.weight, self.bias, self.threshold, list(how.block), how.sparsity, unbiased=how.unbiased)
        return y

    def extra_repr(self):
        return f"{super().extra_repr()}, keeps {self.compression}"
