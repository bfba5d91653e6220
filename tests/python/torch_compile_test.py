# SPDX-License-Identifier: Apache-2.0
"""Compressed layers under torch.compile and torch.export: one graph for every step and every batch."""

import pytest
import torch
from torch._dynamo.testing import CompileCounterWithBackend
from torch._inductor.utils import fresh_cache
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.fx.experimental.symbolic_shapes import DimDynamic, ShapeEnv, StatelessSymbolicContext
from torch.utils.checkpoint import checkpoint

from actscope import compress_linears, restore
from layer_networks import values

ops = torch.ops.actscope
WAYS = {
    "int4": {"store": "int4"},
    "row": {"block": (4, 8), "sparsity": 0.5},
    "panel": {"block": (4, 8), "sparsity": 0.7, "select": "panel"},
    "random": {"block": (4, 8), "sparsity": 0.5, "select": "random"},
    "unbiased": {"block": (4, 8), "sparsity": 0.5, "unbiased": True},
    "threshold": {"block": (4, 8), "sparsity": 0.5, "select": "threshold"},
}
every_way = pytest.mark.parametrize("way", WAYS)
SELECTS = ["panel", "row", "column", "global", "random", "threshold"]


@pytest.fixture(autouse=True)
def fresh_compiler():
    torch._dynamo.reset()
    torch._dynamo.utils.counters.clear()
    # What another run left compiled may be for other instruction sets (ATEN_CPU_CAPABILITY).
    with fresh_cache():
        yield
    torch._dynamo.reset()


def network(way, bias=True):
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(32, 24, bias=bias), torch.nn.GELU(), torch.nn.Linear(24, 5, bias=bias))
    compress_linears(model, **WAYS[way])
    return model


def gradients(model, parameters, x):
    for p in parameters:
        p.grad = None
    x = x.clone().requires_grad_()
    y = model(x)
    y.square().mean().backward()
    return [y.detach(), x.grad, *(p.grad for p in parameters)]


# Inductor compiles one way of each kind; the others go through AOTAutograd alone, which is what traces formulas.
@pytest.mark.parametrize("bias", [True, False])
@every_way
def test_one_graph_serves_every_step(way, bias):
    model = network(way, bias)
    eager = network(way, bias)
    counter = CompileCounterWithBackend("inductor" if way in ("int4", "unbiased") and bias else "aot_eager")
    compiled = torch.compile(model, backend=counter, fullgraph=True, dynamic=False)
    with torch._dynamo.config.patch(error_on_recompile=True):
        for step in range(4):
            ours = gradients(compiled, list(model.parameters()), values(64, 32, seed=step))
            if way not in ("random", "unbiased", "threshold"):  # bits of inner inputs tell draws apart
                for a, b in zip(ours, gradients(eager, list(eager.parameters()), values(64, 32, seed=step)), strict=True):
                    torch.testing.assert_close(a, b, rtol=1e-3, atol=1e-4)
    assert counter.frame_count == 1


BATCHES = (64, 40, 200, 129, 1000, 5, 3)


@every_way
def test_few_graphs_serve_every_batch(way):
    """Codes: one graph. Pruned: a guard on a count of mask words that is a multiple of 32, or below 2, makes others."""
    model = network(way)
    eager = network(way)
    counter = CompileCounterWithBackend("inductor" if way in ("int4", "row") else "aot_eager")
    compiled = torch.compile(model, backend=counter, fullgraph=True, dynamic=True)
    for rows in BATCHES:
        x = values(2, rows, 32, seed=rows)
        ours = gradients(compiled, list(model.parameters()), x)
        if way not in ("random", "unbiased", "threshold"):
            for a, b in zip(ours, gradients(eager, list(eager.parameters()), x), strict=True):
                torch.testing.assert_close(a, b, rtol=1e-3, atol=1e-4)
    assert counter.frame_count <= (1 if way.startswith("int") else 4)
    with torch._dynamo.config.patch(error_on_recompile=True):  # and then no more
        for rows in BATCHES:
            gradients(compiled, list(model.parameters()), values(2, rows, 32, seed=rows + 1))


def parts(x, block, sparsity, select):
    if select == "threshold":
        threshold = torch.zeros(1, dtype=torch.float64, device=x.device)
        return ops.compress_threshold(x, threshold, block, sparsity, unbiased=True)[:4]
    return ops.compress(x, block, sparsity, select=select, unbiased=True)


@pytest.mark.parametrize("groups", [None, 3])
@pytest.mark.parametrize("select", SELECTS)
def test_symbols_give_the_shapes_that_numbers_give(select, groups):
    rank = 2 if groups is None else 3
    context = StatelessSymbolicContext(dynamic_sizes=[DimDynamic.DYNAMIC] * rank)
    for block, sparsity in ([4, 8], 0.8), ([16, 16], 0.9), ([1, 3], 0.5), ([128, 128], 0.35), ([300, 2], 0.99), ([2, 2], 0):
        mode = FakeTensorMode(shape_env=ShapeEnv())
        x = mode.from_tensor(torch.empty((7, 9, 5)[-rank:]), symbolic_context=context)
        with mode:
            symbols = [size.node.expr for size in x.shape]
            symbolic = parts(x, block, sparsity, select)
        for shape in [(2, 8), (3, 130), (16, 16), (129, 64), (128, 63), (640, 24), (1000, 7), (5, 3), (4096, 12)]:
            size = shape if groups is None else (groups, *shape)
            of_numbers = parts(torch.empty(size, device="meta"), block, sparsity, select)
            for told, known in zip(symbolic, of_numbers, strict=True):
                lengths = [int(n.node.expr.subs(dict(zip(symbols, size)))) if isinstance(n, torch.SymInt) else n for n in told.shape]
                assert lengths == list(known.shape), (block, sparsity, size)


@pytest.mark.parametrize("way", ["int4", "row", "unbiased"])
def test_export_keeps_the_batch_a_symbol(way):
    model = network(way)
    batch = torch.export.Dim("batch", min=2, max=4096)
    program = torch.export.export(model, (values(64, 32),), dynamic_shapes=({0: batch},))
    exported = program.module()
    eager = network(way)
    for rows in (64, 7, 300):
        x = values(rows, 32, seed=rows)
        torch.testing.assert_close(exported(x), eager(x))
        ours = gradients(exported, list(exported.parameters()), x)
        if way == "unbiased":
            continue
        for a, b in zip(ours, gradients(eager, list(eager.parameters()), x), strict=True):
            torch.testing.assert_close(a, b, rtol=1e-3, atol=1e-4)


def test_a_compiled_model_follows_what_is_done_to_it():
    model = network("int4")
    compiled = torch.compile(model, backend="aot_eager", fullgraph=True)
    x = values(64, 32)
    coded = gradients(compiled, list(model.parameters()), x)[2]
    compress_linears(model, "int8")
    finer = gradients(compiled, list(model.parameters()), x)[2]
    restore(model)
    plain = gradients(compiled, list(model.parameters()), x)[2]
    assert (coded - plain).norm() > 4 * (finer - plain).norm() > 0
    compress_linears(model, "int4")
    torch.testing.assert_close(gradients(compiled, list(model.parameters()), x)[2], coded)
    model.eval()
    with torch.no_grad():
        torch.testing.assert_close(compiled(x), model(x))


@pytest.mark.parametrize("way", ["int4", "row"])
def test_autocast_compiles(way):
    def step(model, parameters):
        def run(x):
            with torch.autocast("cpu", dtype=torch.bfloat16):
                return model(x)
        return gradients(run, parameters, values(64, 32))

    model, eager = network(way), network(way)
    compiled = torch.compile(model, backend="aot_eager", fullgraph=True)
    for a, b in zip(step(compiled, list(model.parameters())), step(eager, list(eager.parameters())), strict=True):
        torch.testing.assert_close(a, b, rtol=2e-2, atol=1e-3)


@pytest.mark.parametrize("way", ["int4", "row", "unbiased"])
def test_checkpointed_parts_compile(way):
    def run(model, x):
        return model[2](checkpoint(lambda x: model[1](model[0](x)), x, use_reentrant=False))

    model, eager = network(way), network(way)
    compiled = torch.compile(lambda x: run(model, x), backend="aot_eager", fullgraph=True)
    ours = gradients(compiled, list(model.parameters()), values(64, 32))
    theirs = gradients(lambda x: run(eager, x), list(eager.parameters()), values(64, 32))
    if way != "unbiased":
        for a, b in zip(ours, theirs, strict=True):
            torch.testing.assert_close(a, b, rtol=1e-3, atol=1e-4)


@every_way
def test_compiled_evaluation_keeps_and_moves_nothing(way):
    model = network(way).eval()
    compiled = torch.compile(model, backend="aot_eager", fullgraph=True)
    before = [m.threshold.clone() for m in model[::2] if m.threshold is not None]
    with torch.no_grad():
        torch.testing.assert_close(compiled(values(64, 32)), model(values(64, 32)))
    assert all(torch.equal(a, m.threshold) for a, m in zip(before, model[::2]))
