# SPDX-License-Identifier: Apache-2.0
"""Cross-entropy that keeps its logits and nothing else."""

import torch
from torch.autograd.function import once_differentiable

from ._packing import unhooked

TILE_BYTES = 4 << 20  # of float32 at once


def cross_entropy(logits, target, *, ignore_index=-100, reduction="mean", label_smoothing=0.0):
    """``torch.nn.functional.cross_entropy`` of ``[tokens, classes]`` logits and ``[tokens]`` int64 targets, up to rounding.

    PyTorch keeps the logarithms of all probabilities, as large as the logits; this keeps the logits, which the program
    holds as the model's output anyway, and one float32 a token. Probabilities are computed again in backward, some
    tokens at a time. Logits of two bytes are widened so, too, and never as a whole.

    Raises ValueError or TypeError where an argument is wrong; a second derivative raises in backward.
    """
    if not isinstance(logits, torch.Tensor) or not isinstance(target, torch.Tensor):
        raise TypeError(f"logits and target are tensors [got {type(logits).__name__} and {type(target).__name__}]")
    if logits.dim() != 2 or target.shape != logits.shape[:1] or target.dtype != torch.int64:
        raise ValueError(f"expected logits [tokens, classes] and int64 targets [tokens] [got {list(logits.shape)} and "
                         f"{list(target.shape)} {target.dtype}]: flatten them first")
    if not logits.is_floating_point():
        raise TypeError(f"logits are no floating-point numbers [got {logits.dtype}]")
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"no such reduction [got {reduction!r}]: give 'mean', 'sum' or 'none'")
    if not 0 <= label_smoothing <= 1:
        raise ValueError(f"label_smoothing lies outside 0 to 1 [got {label_smoothing!r}]")
    with unhooked():  # its logits stay exact inside saved_tensors, too
        losses = _TokenLosses.apply(logits, target, int(ignore_index), float(label_smoothing))
    if reduction == "none":
        return losses.to(logits.dtype)
    total = losses.sum()
    if reduction == "mean":
        total = total / (target != ignore_index).sum()
    return total.to(logits.dtype)


def _tiles(logits):
    tokens, classes = logits.shape
    step = max(1, TILE_BYTES // (4 * max(1, classes)))
    return [slice(first, min(first + step, tokens)) for first in range(0, tokens, step)]


def _wide(tile):
    return tile if tile.dtype == torch.float64 else tile.float()


class _TokenLosses(torch.autograd.Function):
    @staticmethod
    def forward(ctx, logits, target, ignore_index, smoothing):
        wide = torch.float64 if logits.dtype == torch.float64 else torch.float32
        counts = target != ignore_index
        classes = torch.where(counts, target, 0)
        sums = torch.empty(logits.shape[0], dtype=wide, device=logits.device)
        losses = torch.empty_like(sums)
        for tile in _tiles(logits):
            x = _wide(logits[tile])
            sums[tile] = x.logsumexp(1)
            own = x.gather(1, classes[tile].unsqueeze(1)).squeeze(1)
            losses[tile] = sums[tile] - own
            if smoothing:
                losses[tile] += smoothing * (own - x.mean(1))
        ctx.save_for_backward(logits, classes, counts, sums)
        ctx.smoothing = smoothing
        return losses.masked_fill_(~counts, 0)

    @staticmethod
    @once_differentiable
    def backward(ctx, gradients):
        logits, classes, counts, sums = ctx.saved_tensors
        scales = gradients * counts
        result = torch.empty_like(logits)
        for tile in _tiles(logits):
            p = (_wide(logits[tile]) - sums[tile].unsqueeze(1)).exp_()
            if ctx.smoothing:
                p.sub_(ctx.smoothing / logits.shape[1])
            ones = torch.full((p.shape[0], 1), ctx.smoothing - 1, dtype=p.dtype, device=p.device)
            p.scatter_add_(1, classes[tile].unsqueeze(1), ones)
            result[tile] = p.mul_(scales[tile].unsqueeze(1))
        return result, None, None, None


__all__ = ["cross_entropy"]
