# SPDX-License-Identifier: Apache-2.0
"""A small network, its gradients, and what its compressed layers ought to compute, for the tests of layers."""

import contextlib

import torch

import actscope

ops = torch.ops.actscope


def values(*size, seed=0, dtype=torch.float32):
    return torch.randn(*size, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).to(dtype)


def network(features=32, bias=True, seed=0):
    torch.manual_seed(seed)
    return torch.nn.Sequential(
        torch.nn.Linear(features, 48, bias=bias), torch.nn.GELU(), torch.nn.Linear(48, 8, bias=bias))


def gradients(model, x, dtype=None):
    """Output, and gradients of input and parameters, under a loss that is not symmetric."""
    model.zero_grad()
    x = x.detach().requires_grad_()  # with the strides that it has
    with torch.autocast("cpu", dtype=dtype or torch.bfloat16, enabled=dtype is not None):
        y = model(x)
    (y.float() * values(*y.shape, seed=9)).sum().backward()
    return [y.detach(), x.grad, *(p.grad for p in model.parameters())]


def agree(ours, theirs, tolerance):
    """Close by norm."""
    for a, b in zip(ours, theirs, strict=True):
        assert a.dtype == b.dtype and a.shape == b.shape
        assert (a.float() - b.float()).norm() <= tolerance * b.float().norm() + 1e-6


def kept(layer, x, weight, threshold):
    """What a compressed layer keeps of its input, dense again, as the public operators have it."""
    how, rows = layer.compression, x.reshape(-1, x.shape[-1])
    if how.bits:
        return ops.dequantize(*ops.quantize(x, how.bits), list(rows.shape), how.bits, x.dtype)
    seed, block = ops.fingerprint([x, weight]), list(how.block)
    if how.select == "threshold":
        parts = ops.compress_threshold(rows, threshold[:1], block, how.sparsity, unbiased=how.unbiased, seed=seed)
    else:
        parts = ops.compress(rows, block, how.sparsity, select=how.select, unbiased=how.unbiased, seed=seed)
    return ops.decompress(*parts[:3], list(rows.shape), block, how.sparsity, select=how.select)


@contextlib.contextmanager
def weight_gradients_expected(model, dtype=None):
    """Yields a dict that a pass through `model` fills: name of each compressed layer -> dYᵀ·(what it keeps), float64."""
    expected, handles = {}, []

    def watch(name):
        of_passes = []  # pushed before a pass, which may move the threshold, taken behind it

        def before(layer, inputs):
            x, weight = (t.detach().to(dtype or t.dtype) for t in (inputs[0], layer.weight))
            of_passes.append(kept(layer, x, weight, layer.threshold).double())

        def after(layer, inputs, y):
            of_x = of_passes.pop()

            def take(dy):
                expected[name] = dy.reshape(-1, dy.shape[-1]).double().T @ of_x

            y.register_hook(take)

        return before, after

    for name, layer in model.named_modules():
        if isinstance(layer, actscope.Linear):
            before, after = watch(name)
            handles += [layer.register_forward_pre_hook(before), layer.register_forward_hook(after, prepend=True)]
    yield expected
    for handle in handles:
        handle.remove()
