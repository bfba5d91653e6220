# SPDX-License-Identifier: Apache-2.0
"""Block-sparse matrices as tensors of PyTorch."""

import torch

from .compression import sides_of


def to_bsr(values, mask, column_starts, size, block, sparsity, select="panel"):
    """A ``torch.sparse_bsr`` tensor of the kept blocks; edge blocks make its shape a multiple of the block."""
    block = list(sides_of(block))
    rows, columns, blocks = torch.ops.actscope.to_bsr(
        values, mask, column_starts, list(size), block, sparsity, select=select)
    shape = ((rows.numel() - 1) * block[0], -(-size[-1] // block[1]) * block[1])
    return torch.sparse_bsr_tensor(rows, columns, blocks, size=shape, check_invariants=True)
