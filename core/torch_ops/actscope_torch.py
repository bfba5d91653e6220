# SPDX-License-Identifier: Apache-2.0
"""Block-sparse activations for PyTorch: a thin cover of ``torch.ops.actscope``.

    import actscope_torch
    actscope_torch.compress_linears(model, block=16, sparsity=0.8)

Lies beside ``libactscope_torch.so``, which it loads when imported. docs/guide/python.md explains the operators.
"""

import os
import pathlib

import torch

_library = pathlib.Path(
    os.environ.get("ACTSCOPE_TORCH_LIBRARY", pathlib.Path(__file__).with_name("libactscope_torch.so"))
)
torch.ops.load_library(str(_library))


def _sides(block):
    return [block, block] if isinstance(block, int) else list(block)


class Linear(torch.nn.Linear):
    """``torch.nn.Linear`` that keeps its input block-sparse for the weight gradient.

    The output and the gradient of the input are exact; the weight gradient sees the kept blocks only.

    block        side of a block, or (rows, columns); rows count tokens, columns count features
    sparsity     share of blocks dropped, in [0, 1)
    select       'panel' (default), 'row', 'column', 'global', 'random', or 'threshold': the blocks whose norm reaches
                 what would have kept the right number a forward pass before
    unbiased     draw blocks in proportion to their norms and rescale them
    """

    def __init__(self, *args, block=16, sparsity=0.8, select="panel", unbiased=False, **kwargs):
        super().__init__(*args, **kwargs)
        self._prune_as(block, sparsity, select, unbiased)

    def _prune_as(self, block, sparsity, select, unbiased):
        self.block, self.sparsity = _sides(block), float(sparsity)
        self.select, self.unbiased = select, unbiased
        self.draws = 0  # seeds random draws: another one every forward pass
        self.threshold = None  # of select='threshold', float64; no buffer: it keeps its type whatever the parameters become

    @classmethod
    def of(cls, linear, **pruning):
        """The same layer, its parameters shared."""
        pruning = {"block": 16, "sparsity": 0.8, "select": "panel", "unbiased": False, **pruning}
        self = cls(linear.in_features, linear.out_features, linear.bias is not None, device="meta", **pruning)
        self.weight, self.bias = linear.weight, linear.bias
        self.train(linear.training)
        return self

    def forward(self, x):
        if self.unbiased or self.select == "random":
            self.draws += 1
        if self.select == "threshold":
            return self._forward_at_threshold(x)
        return torch.ops.actscope.linear(
            x, self.weight, self.bias, self.block, self.sparsity,
            select=self.select, unbiased=self.unbiased, seed=self.draws)

    def _forward_at_threshold(self, x):
        if self.threshold is None or self.threshold.device != x.device:
            self.threshold = torch.zeros(1, dtype=torch.float64, device=x.device)
        y, self.threshold = torch.ops.actscope.linear_threshold(
            x, self.weight, self.bias, self.threshold, self.block, self.sparsity, unbiased=self.unbiased, seed=self.draws)
        return y

    def extra_repr(self):
        rows, cols = self.block
        draw = ", unbiased" if self.unbiased else ""
        return f"{super().extra_repr()}, {rows}x{cols} at {100 * self.sparsity:g} %, {self.select}{draw}"


def compress_linears(module, **pruning):
    """Replaces every ``torch.nn.Linear`` inside a module (or the module itself, if it is one); returns the result.

    Parameters are shared, not copied: optimizers and state dicts stay as they are.
    """
    if type(module) is torch.nn.Linear:
        return Linear.of(module, **pruning)
    for name, child in module.named_children():
        setattr(module, name, compress_linears(child, **pruning))
    return module


def to_bsr(values, mask, column_starts, size, block, sparsity, select="panel"):
    """A ``torch.sparse_bsr`` tensor of the kept blocks; edge blocks make its shape a multiple of the block."""
    rows, columns, blocks = torch.ops.actscope.to_bsr(
        values, mask, column_starts, list(size), _sides(block), sparsity, select=select)
    block = _sides(block)
    shape = ((rows.numel() - 1) * block[0], -(-size[-1] // block[1]) * block[1])
    return torch.sparse_bsr_tensor(rows, columns, blocks, size=shape, check_invariants=True)
