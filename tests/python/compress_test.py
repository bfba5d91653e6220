# SPDX-License-Identifier: Apache-2.0
"""actscope.compress and restore: what each module keeps, what stays exact, and that nothing is half done."""

import copy
import io
import pickle

import actscope
import pytest
import torch
from actscope import _hooks
from actscope._step import Step
from ledger_models import MODELS, Decoder
from small_decoder import distance, small_decoder
from torch import nn
from torch.utils.checkpoint import checkpoint


def code_bytes(elements, bits=8):
    return elements * bits // 8 + 4 * (elements // 128)


def decoder():
    return small_decoder(width=128, layers=2, rows=8)


def step(model, inputs, loss):
    model.zero_grad()
    y = model(inputs)
    loss(y).backward()
    return y.detach(), {name: p.grad.clone() for name, p in model.named_parameters() if p.grad is not None}


def state_of(model):
    """Everything that compress might change."""
    return {name: (type(m), sorted(m.__dict__), list(m._forward_pre_hooks), list(m._forward_hooks), list(m._forward_hooks_always_called))
            for name, m in model.named_modules()}


@pytest.mark.parametrize("store, most", [("int4", 0.15), ("int8", 0.01), ("bf16", 0.005)])
def test_a_decoder_keeps_less_and_trains_alike(store, most):
    model, tokens, loss = decoder()
    y, plain = step(model, tokens, loss)
    before = state_of(model)
    report = actscope.compress(model, store, least_bytes=0, inputs=tokens, loss=loss)
    assert report.after.residual_bytes == 0
    assert report.before.kept_bytes > {"int4": 6.5, "int8": 4.5, "bf16": 2.8}[store] * report.after.kept_bytes
    ours_y, ours = step(model, tokens, loss)
    assert torch.equal(y, ours_y) and 0 < distance(ours, plain) < most
    actscope.restore(model)
    assert state_of(model) == before
    again_y, again = step(model, tokens, loss)
    assert torch.equal(y, again_y) and all(torch.equal(again[name], plain[name]) for name in plain)


def test_gradients_of_inputs_and_biases_of_linear_layers_and_convolutions_are_exact():
    for layer, x in ((nn.Linear(128, 16), torch.randn(32, 128)), (nn.Conv1d(8, 4, 3), torch.randn(4, 8, 64)),
                     (nn.Conv2d(8, 4, 3), torch.randn(2, 8, 16, 16)), (nn.Conv3d(4, 4, 3), torch.randn(2, 4, 8, 8, 8))):
        torch.manual_seed(0)
        x.requires_grad_()
        weights = torch.randn_like(layer(x))

        def grads():
            return torch.autograd.grad((layer(x * 1.0) * weights).sum(), [x, layer.bias, layer.weight])

        plain = grads()
        actscope.compress(layer, "int4", least_bytes=0)
        ours = grads()
        assert torch.equal(plain[0], ours[0]) and torch.equal(plain[1], ours[1])
        row = x.shape[-1] if x.dim() <= 3 else 0  # what may be rows of tokens is coded row by row
        codes, scales = torch.ops.actscope.quantize(x.detach(), 4, row)
        decoded = torch.ops.actscope.dequantize(codes, scales, list(x.shape), 4, x.dtype, row).requires_grad_()
        actscope.restore(layer)
        torch.testing.assert_close(ours[2], torch.autograd.grad((layer(decoded) * weights).sum(), layer.weight)[0])
        assert not torch.equal(plain[2], ours[2])


def test_linear_gelu_linear_keeps_one_code():
    torch.manual_seed(0)
    model, x = nn.Sequential(nn.Linear(64, 256), nn.GELU(), nn.Linear(256, 8)), torch.randn(64, 64)
    report = actscope.compress(model, least_bytes=0, inputs=x)
    assert report.before.kept_bytes == 2 * 4 * 64 * 256 and report.after.kept_bytes == code_bytes(64 * 256)
    assert {row["module"]: row["kept_bytes"] for row in report.rows} == {"0": 0, "1": code_bytes(64 * 256), "2": 0}


def test_query_key_and_value_share_one_code_of_their_input():
    class Three(nn.Module):
        def __init__(self):
            super().__init__()
            self.first = nn.Linear(128, 128)
            self.q, self.k, self.v = (nn.Linear(128, 128) for _ in range(3))

        def forward(self, x):
            h = self.first(x)
            return self.q(h) + self.k(h) + self.v(h)

    model, x = Three(), torch.randn(4, 32, 128)
    report = actscope.compress(model, least_bytes=0, inputs=x)
    assert report.after.kept_bytes == code_bytes(4 * 32 * 128)


def test_the_report_names_every_module():
    class Zoo(nn.Module):
        def __init__(self):
            super().__init__()
            self.embed = nn.Embedding(10, 64)
            self.attention = nn.MultiheadAttention(64, 4, batch_first=True)
            self.norm = nn.utils.parametrizations.weight_norm(nn.Linear(64, 64))
            self.drop, self.head = nn.Dropout(0.1), nn.Linear(64, 4)
            self.frozen = nn.Linear(64, 64).requires_grad_(False)

        def forward(self, tokens):
            x = self.embed(tokens)
            return self.head(self.drop(self.frozen(self.norm(self.attention(x, x, x)[0]))))

    torch.manual_seed(0)
    model, tokens = Zoo(), torch.randint(10, (8, 16))
    report = actscope.compress(model, exclude="head", inputs=tokens, least_bytes=0)
    assert report.left == {"embed": "it keeps integers alone", "head": "excluded by 'head'",
                           "frozen": "its weight is frozen: it keeps nothing of its input"}
    assert "parametrized weight is left exact" in report.packed["norm"] and "query, key, value" in report.packed["attention"]
    assert "exact" in report.packed["drop"]
    text = str(report)
    assert "kept for backward instead of" in text and "weight is frozen" in text and "<table>" in report._repr_html_()
    assert report.after.residual_bytes == 0
    kept = {s.shape: s.bytes for s in report.after.storages if s.module == "head"}
    assert list(kept.values()) == [4 * 8 * 16 * 64]  # plain: the layer outside keeps its input whole


def test_another_call_changes_a_part_and_nothing_else():
    model, tokens, loss = decoder()

    def stores():
        return {name: _hooks.of(m).store for name, m in model.named_modules() if _hooks.of(m)}

    actscope.compress(model, "int4", exclude="norm", least_bytes=0)
    assert stores() == {"": "int4", "norm": None}
    actscope.compress(model, "int8", only="head", least_bytes=0)
    assert stores() == {"": "int4", "norm": None, "head": "int8"} and model.head.compression.store == "int8"
    assert model.blocks[0].qkv.compression.store == "int4"
    actscope.compress(model, "bf16", only="blocks.*", exclude="blocks.0.mlp", least_bytes=0)
    assert stores() == {"": "int4", "norm": None, "head": "int8", "blocks.0": "bf16", "blocks.0.mlp": "int4", "blocks.1": "bf16"}
    assert type(model.blocks[1].qkv) is nn.Linear and type(model.blocks[0].mlp[0]) is actscope.Linear
    actscope.restore(model, only=["blocks.0", "head"])
    assert stores() == {"": "int4", "norm": None, "head": None, "blocks.0": None, "blocks.1": "bf16"}
    actscope.restore(model)
    assert stores() == {}


def test_patterns_take_modules_with_all_inside():
    model, tokens, loss = decoder()
    _, plain = step(model, tokens, loss)
    report = actscope.compress(model, only="blocks.1", least_bytes=0, inputs=tokens, loss=loss)
    by_module = report.after.bytes_by_module
    assert by_module["blocks.0.mlp.1"] == report.before.bytes_by_module["blocks.0.mlp.1"] > 3.8 * by_module["blocks.1.mlp.1"]
    assert report.left["blocks.0.qkv"] == "not among only='blocks.1'"
    assert type(model.blocks[1].qkv) is actscope.Linear and type(model.blocks[0].qkv) is nn.Linear
    # Another setting for a part, then all of it in one.
    actscope.compress(model, "int4", only=["blocks.0"], least_bytes=0)
    assert distance(step(model, tokens, loss)[1], plain) < 0.1
    assert actscope.compress(model, "int8", least_bytes=0, inputs=tokens, loss=loss).after.residual_bytes == 0
    assert distance(step(model, tokens, loss)[1], plain) < 0.01
    restored = actscope.restore(model, only="blocks.*")
    assert restored.restored and type(model.blocks[0].qkv) is nn.Linear and type(model.head) is actscope.Linear
    ledger = actscope.ledger(model, tokens, loss)
    assert ledger.bytes_by_module["blocks.0.mlp.1"] == report.before.bytes_by_module["blocks.0.mlp.1"]
    actscope.restore(model)
    assert actscope.ledger(model, tokens, loss).record == report.before.record


def test_pruned_inputs_of_linear_layers_stay_as_they_are_kept():
    torch.manual_seed(0)
    model, x = nn.Sequential(nn.Linear(64, 64), nn.GELU(), nn.Linear(64, 64)), torch.randn(64, 64)
    report = actscope.compress(model, block=16, sparsity=0.5, least_bytes=0, inputs=x)
    assert report.after.residual_bytes == 0 and "16x16 at 50 %, row" in report.packed["2"]
    bsr = [s for s in report.after.storages if "float" in s.shape]
    assert 4 * 64 * 64 // 2 in {s.bytes for s in bsr}


def test_copies_pickles_and_state_dicts_know_no_difference():
    model, tokens, loss = decoder()
    state = copy.deepcopy(model.state_dict())
    parameters = list(model.parameters())
    optimizer = torch.optim.AdamW(model.parameters())
    actscope.compress(model, least_bytes=0)
    assert all(a is b for a, b in zip(model.parameters(), parameters, strict=True))
    assert model.head.weight is model.embed.weight
    model.load_state_dict(state)
    y, ours = step(model, tokens, loss)
    optimizer.step()
    model.load_state_dict(state)
    for other in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        other_y, others = step(other, tokens, loss)
        assert torch.equal(y, other_y) and all(torch.equal(ours[name], others[name]) for name in ours)
        actscope.restore(other)
        assert not any(m._forward_hooks or m._forward_pre_hooks for m in other.modules())
    assert any(m._forward_hooks for m in model.modules())  # its own are still there
    buffer = io.BytesIO()
    torch.save(model.state_dict(), buffer)
    buffer.seek(0)
    Decoder(vocabulary=64, width=128, heads=4, layers=2, tokens=32).load_state_dict(torch.load(buffer))


def test_hooks_of_the_program_stay():
    model = nn.Sequential(nn.Linear(64, 64), nn.GELU())
    called = []
    handles = [model.register_forward_pre_hook(lambda m, args: called.append("before")),
               model.register_forward_hook(lambda m, args, y: called.append("after"))]
    actscope.compress(model)
    model(torch.randn(2, 64)).sum().backward()
    actscope.restore(model)
    model(torch.randn(2, 64))
    assert called == ["before", "after"] * 2
    for handle in handles:
        handle.remove()
    assert not model._forward_pre_hooks and not model._forward_hooks


class Raising(nn.Module):
    def __init__(self, calls):
        super().__init__()
        self.inner, self.calls = nn.Linear(64, 64), calls

    def forward(self, x):
        self.calls -= 1
        if not self.calls:
            raise KeyError("in the middle")
        return self.inner(x)


@pytest.mark.parametrize("calls", [1, 3])  # in the ledger before, in the one after
def test_an_error_leaves_the_model_as_it_was(calls):
    model = nn.Sequential(nn.Linear(64, 64), Raising(calls))
    before = state_of(model)
    with pytest.raises(KeyError, match="in the middle"):
        actscope.compress(model, inputs=torch.randn(2, 64))
    assert state_of(model) == before
    assert torch._C._autograd._top_saved_tensors_default_hooks(True) is None
    with pytest.raises(ValueError, match="128 columns and '0' takes 64 features"):
        actscope.compress(model, block=128, sparsity=0.5)
    assert state_of(model) == before


def test_a_forward_that_raises_leaves_no_hook_behind():
    model = nn.Sequential(nn.Linear(64, 64), Raising(1))
    actscope.compress(model, least_bytes=0)
    with pytest.raises(KeyError):
        model(torch.randn(2, 64))
    assert torch._C._autograd._top_saved_tensors_default_hooks(True) is None

    def fail(module, args):
        raise ValueError("before ours")

    model.register_forward_pre_hook(fail, prepend=True)
    with pytest.raises(ValueError, match="before ours"):
        model(torch.randn(2, 64))
    assert torch._C._autograd._top_saved_tensors_default_hooks(True) is None


def test_evaluation_and_no_grad_keep_nothing():
    model, tokens, loss = decoder()
    y = model(tokens)
    actscope.compress(model, least_bytes=0)
    with torch.no_grad():
        assert torch.equal(model(tokens), y)
    with torch.inference_mode():
        assert torch.equal(model(tokens), y)
    model.eval()
    assert torch.equal(model(tokens), y)


@pytest.mark.parametrize("reentrant", [True, False])
def test_checkpointed_parts_drop_what_they_dropped(reentrant):
    model, tokens, loss = decoder()
    for block in model.blocks:
        block.forward = (lambda x, plain=block.forward: checkpoint(plain, x, use_reentrant=reentrant))
    y, plain = step(model, tokens, loss)
    before = actscope.ledger(model, tokens, loss)
    report = actscope.compress(model, "int8", least_bytes=0, inputs=tokens, loss=loss)
    assert report.after.residual_bytes == 0 and report.after.kept_bytes < before.kept_bytes
    ours_y, ours = step(model, tokens, loss)
    assert torch.equal(y, ours_y) and distance(ours, plain) < 0.02


def test_autocast():
    model, tokens, loss = decoder()

    def cast(y=None):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            return step(model, tokens, loss)

    y, plain = cast()
    actscope.compress(model, "int8", least_bytes=0)
    ours_y, ours = cast()
    assert torch.equal(y, ours_y) and distance(ours, plain) < 0.03


def test_gradients_add_up_over_batches():
    model, tokens, loss = decoder()
    actscope.compress(model, "int8", least_bytes=0)
    _, first = step(model, tokens, loss)
    outputs = [loss(model(tokens)) for _ in range(2)]
    model.zero_grad()
    for output in outputs:
        output.backward()
    for name, p in model.named_parameters():
        torch.testing.assert_close(p.grad, 2 * first[name])


class Adapted(nn.Module):
    """A frozen layer with an adapter of low rank."""

    def __init__(self, width):
        super().__init__()
        self.base = nn.Linear(width, width).requires_grad_(False)
        self.a, self.b = nn.Linear(width, 4, bias=False), nn.Linear(4, width, bias=False)

    def forward(self, x):
        return self.base(x) + self.b(self.a(x))


@pytest.mark.parametrize("is_cast", [False, True])
def test_adapters_share_a_code_and_the_frozen_base_keeps_nothing(is_cast):
    class Projections(nn.Module):
        def __init__(self):
            super().__init__()
            self.first = nn.Linear(128, 128).requires_grad_(False)
            self.q, self.k, self.v = (Adapted(128) for _ in range(3))

        def forward(self, x):
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=is_cast):
                h = self.first(x)
                return self.q(h) + self.k(h) + self.v(h)

    torch.manual_seed(0)
    model, x = Projections(), torch.randn(256, 128)
    _, plain = step(model, x, lambda y: y.float().square().mean())
    report = actscope.compress(model, "int8", least_bytes=16384, inputs=x)
    assert report.left["q.base"] == "its weight is frozen: it keeps nothing of its input"
    coded = [s.bytes for s in report.after.storages if "char" in s.shape]
    assert coded == [256 * 128] and report.after.residual_bytes == 0
    assert distance(step(model, x, lambda y: y.float().square().mean())[1], plain) < 0.02


def test_compiled_models_have_one_graph_and_keep_codes_in_linear_layers():
    torch.manual_seed(0)
    model, x = nn.Sequential(nn.Linear(64, 128), nn.GELU(), nn.Linear(128, 8)), torch.randn(64, 64)
    _, plain = step(model, x, lambda y: y.square().mean())
    actscope.compress(model, "int8", least_bytes=0)
    torch._dynamo.reset()
    compiled = torch.compile(model, fullgraph=True, backend="aot_eager")
    _, ours = step(compiled, x, lambda y: y.square().mean())
    assert distance({name.removeprefix("_orig_mod."): grad for name, grad in ours.items()}, plain) < 0.02
    assert any("char" in s.shape for s in actscope.ledger(compiled, x).storages)


def test_a_compiled_model_inside_saved_tensors_is_packed():
    torch.manual_seed(0)
    model, x = nn.Sequential(nn.Linear(64, 128), nn.GELU(), nn.Linear(128, 8)), torch.randn(64, 64)
    y, plain = step(model, x, lambda y: y.square().mean())
    torch._dynamo.reset()
    compiled = torch.compile(model, fullgraph=True, backend="aot_eager")
    model.zero_grad()
    with actscope.saved_tensors("int8", model=model, given=x, least_bytes=8192) as saved:
        ours_y = compiled(x)
    ours_y.square().mean().backward()
    torch.testing.assert_close(ours_y, y)
    assert saved.report.plain_bytes > 3 * saved.report.kept_bytes
    assert distance({name: p.grad for name, p in model.named_parameters()}, plain) < 0.02


def test_data_parallel_models_train():
    torch.distributed.init_process_group("gloo", store=torch.distributed.HashStore(), rank=0, world_size=1)
    try:
        model, tokens, loss = decoder()
        actscope.compress(model, "int8", least_bytes=0)
        _, alone = step(model, tokens, loss)
        parallel = nn.parallel.DistributedDataParallel(model)
        _, ours = step(parallel, tokens, loss)
        assert all(torch.equal(ours["module." + name], alone[name]) for name in alone)
    finally:
        torch.distributed.destroy_process_group()


def test_hooks_of_an_offload_inside_decide():
    model, tokens, loss = decoder()
    _, plain = step(model, tokens, loss)
    inner = model.blocks[0].forward
    seen = []

    def forward(x):
        with torch.autograd.graph.saved_tensors_hooks(lambda t: seen.append(t.dtype) or t, lambda t: t):
            return inner(x)

    model.blocks[0].forward = forward
    actscope.compress(model, "int8", least_bytes=0)
    assert distance(step(model, tokens, loss)[1], plain) < 0.01
    assert torch.uint8 not in seen and torch.float32 in seen


@pytest.mark.parametrize("name", MODELS)
def test_every_model_trains_a_step(name):
    torch.manual_seed(0)
    model, inputs, loss = MODELS[name]()
    report = actscope.compress(model, inputs=inputs, loss=loss)
    assert report.after.residual_bytes == 0
    assert report.after.kept_bytes <= 1.01 * report.before.kept_bytes
    if name in ("resmlp", "vit", "convnext", "swin"):
        assert report.before.kept_bytes > 4 * report.after.kept_bytes
        fewer = actscope.compress(model, "int4", inputs=inputs, loss=loss).after
        assert report.before.kept_bytes > 8 * fewer.kept_bytes and fewer.residual_bytes == 0
    optimizer = torch.optim.SGD(model.parameters(), 1e-3)
    Step(model, inputs, loss).forward()[0].backward()
    assert all(p.grad is None or p.grad.isfinite().all() for p in model.parameters())
    optimizer.step()


@pytest.mark.parametrize("name", ["mlp", "decoder", "resnet"])
def test_the_footprint_of_a_compressed_model_is_its_ledger(name):
    torch.manual_seed(0)
    model, inputs, loss = MODELS[name]()
    report = actscope.compress(model, least_bytes=1024, inputs=inputs, loss=loss)
    assert actscope.footprint(model, inputs, loss).kept_bytes == report.after.kept_bytes


@pytest.mark.parametrize("arguments, error, says", [
    ({"store": "int3"}, ValueError, r"no such store \[got 'int3'\]"),
    ({"store": None}, TypeError, "store is not a string"),
    ({"only": "nothing"}, ValueError, r"only='nothing' matches no module \[there are '0', '1'\]"),
    ({"exclude": 3}, TypeError, "exclude is neither a pattern nor a list"),
    ({"block": 16}, ValueError, "no sparsity is given"),
    ({"sparsity": 1.5}, ValueError, "sparsity lies outside 0 to below 1"),
    ({"least_bytes": -1}, ValueError, "least_bytes is negative"),
])
def test_wrong_arguments_are_named(arguments, error, says):
    model = nn.Sequential(nn.Linear(64, 64), nn.GELU())
    before = state_of(model)
    with pytest.raises(error, match=says):
        actscope.compress(model, **arguments)
    assert state_of(model) == before


def test_what_is_no_model_is_refused():
    for function in (actscope.compress, actscope.restore):
        with pytest.raises(TypeError, match=r"not a torch.nn.Module \[got int\]"):
            function(3)
