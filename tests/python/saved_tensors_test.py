# SPDX-License-Identifier: Apache-2.0
"""actscope.saved_tensors: outputs stay, gradients are close or exact, the bytes are those of codes, nothing is silent."""

import threading

import actscope
import pytest
import torch
from actscope._step import Step
from ledger_models import MODELS
from torch import nn
from torch.multiprocessing.reductions import StorageWeakRef
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint


class Within(nn.Module):
    """A model whose forward runs inside the context."""

    def __init__(self, inner, store="int4", **more):
        super().__init__()
        self.inner, self.store, self.more = inner, store, more

    def forward(self, *inputs, **named):
        with actscope.saved_tensors(self.store, least_bytes=0, **self.more) as self.saved:
            return self.inner(*inputs, **named)


def mlp():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 128), nn.GELU(), nn.Linear(128, 8)), torch.randn(256, 64)


def gradients(model, *inputs, loss=None):
    model.zero_grad()
    y = model(*inputs)
    (y.square().mean() if loss is None else loss(y)).backward()
    return y.detach(), [p.grad.clone() for p in model.parameters()]


def distance(ours, theirs):
    ours, theirs = (torch.cat([t.flatten() for t in each]).double() for each in (ours, theirs))
    return float((ours - theirs).norm() / theirs.norm())


@pytest.mark.parametrize("store, most", [("int4", 0.12), ("int8", 0.01), ("bf16", 0.005)])
def test_outputs_stay_and_gradients_are_close(store, most):
    model, x = mlp()
    y, plain = gradients(model, x)
    ours_y, ours = gradients(Within(model, store), x)
    assert torch.equal(y, ours_y)
    assert 0 < distance(ours, plain) < most


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16, torch.float16])
def test_types(dtype):
    model, x = mlp()
    model, x = model.to(dtype), x.to(dtype)
    y, plain = gradients(model, x)
    ours_y, ours = gradients(Within(model, "int8"), x)
    assert torch.equal(y, ours_y) and [g.dtype for g in ours] == [dtype] * len(ours)
    assert distance(ours, plain) < 0.02


def code_bytes(elements):
    return elements // 2 + 4 * (elements // 128)


def test_a_storage_is_coded_once():
    torch.manual_seed(0)
    layers = nn.ModuleList(nn.Linear(128, 128) for _ in range(3))

    class Three(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers, self.first = layers, nn.Linear(128, 128)

        def forward(self, x):
            h = self.first(x)
            views = (h, h.view(-1, 128), h.view(32, 4, 128))
            return sum(layer(v).sum() for layer, v in zip(self.layers, views))

    x = torch.randn(4, 32, 128)
    within = Within(Three(), given=x)
    ledger = actscope.ledger(within, x)
    assert ledger.kept_bytes == code_bytes(4 * 32 * 128) and ledger.residual_bytes == 0
    assert within.saved.report.kept_bytes == ledger.kept_bytes
    assert within.saved.report.plain_bytes == 4 * 4 * 32 * 128


def test_views_of_one_storage_share_its_codes():
    class Parts(nn.Module):
        def __init__(self):
            super().__init__()
            self.qkv = nn.Linear(64, 3 * 64)

        def forward(self, x):
            q, k, v = self.qkv(x).view(4, 16, 3, 4, 16).permute(2, 0, 3, 1, 4)
            return F.scaled_dot_product_attention(q, k, v)

    torch.manual_seed(0)
    model, x = Parts(), torch.randn(4, 16, 64)
    y, plain = gradients(model, x)
    within = Within(model, "int8", given=x)
    ours_y, ours = gradients(within, x)
    assert torch.equal(y, ours_y) and distance(ours, plain) < 0.02
    coded = [row for row in within.saved.report.rows if row["what"] == "int8" and row["made by"] == "Addmm"]
    assert sum(row["tensors"] for row in coded) == 3
    assert sum(row["kept_bytes"] for row in coded) == 4 * 16 * 192 + 4 * (4 * 16 * 192 // 128)


def test_codes_of_another_storage_at_the_same_address_are_not_taken():
    layer = nn.Linear(128, 4, bias=False)
    with actscope.saved_tensors("int8", least_bytes=0):
        for _ in range(50):
            x = torch.randn(64, 128)
            y = layer(x * 1.0).sum()
            expected = x.sum(0)
            layer.weight.grad = None
            y.backward()
            assert (layer.weight.grad[0] - expected).abs().max() < 64 * 8 / 255


def test_relu_keeps_a_bit_and_is_exact():
    for act in (F.relu, lambda x: F.relu_(x)):
        x = torch.randn(64, 33, requires_grad=True)
        act(x * 1.0).pow(1).sum().backward()
        with actscope.saved_tensors("int4", least_bytes=0) as saved:
            y = act(x * 1.0)
        own, = [row for row in saved.report.rows if row["made by"] == "Relu"]
        assert own["kept_bytes"] == (64 * 33 + 7) // 8 and own["what"] == "a bit each, exact"
        plain, x.grad = x.grad, None
        y.sum().backward()
        assert torch.equal(plain, x.grad)


def test_a_relu_before_the_context_is_no_mask_for_others():
    layer = nn.Linear(64, 4)
    x = torch.randn(32, 64, requires_grad=True)
    relu = F.relu(3 * x)
    with actscope.saved_tensors("int8", least_bytes=0):
        y = layer(relu)
    y.sum().backward()
    assert (layer.weight.grad[0] - relu.sum(0)).abs().max() < 32 * 12 / 255


def test_a_relu_whose_graph_is_gone_is_no_mask_for_others():
    layer = nn.Linear(64, 4)
    x = torch.randn(32, 64, requires_grad=True)
    for context in (torch.enable_grad(), actscope.saved_tensors("int8", least_bytes=0)):
        with context:
            relu = F.relu(3 * x)
        relu.sum().backward()
        with actscope.saved_tensors("int8", least_bytes=0):
            y = layer(relu)
        grad, = torch.autograd.grad(y.sum(), layer.weight)
        assert (grad[0] - relu.sum(0)).abs().max() < 32 * 12 / 255


def test_dropout_masks_are_bits_and_exact():
    layer = nn.Dropout(0.3)
    x = torch.randn(64, 33, requires_grad=True)
    torch.manual_seed(1)
    layer(x).sum().backward()
    plain, x.grad = x.grad, None
    torch.manual_seed(1)
    with actscope.saved_tensors("int4", least_bytes=0) as saved:
        y = layer(x)
    y.sum().backward()
    assert torch.equal(plain, x.grad)
    assert saved.report.kept_bytes == (64 * 33 + 7) // 8


@pytest.mark.parametrize("producer", [
    nn.GELU(), nn.GELU("tanh"), nn.SiLU(), nn.LayerNorm(128), nn.LayerNorm(128, elementwise_affine=False),
    nn.LayerNorm(128, bias=False), nn.RMSNorm(128), nn.BatchNorm1d(128), nn.Sequential(nn.BatchNorm1d(128), nn.ReLU())])
def test_outputs_are_made_again_from_the_codes_of_inputs(producer):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(128, 128), producer, nn.Linear(128, 8))
    for parameter in producer.parameters():
        nn.init.uniform_(parameter, 0.5, 1.5)
    x = torch.randn(256, 128)
    y, plain = gradients(model, x)
    within = Within(model, "int8", given=x)
    ours_y, ours = gradients(within, x)
    assert torch.equal(y, ours_y) and distance(ours, plain) < 0.02
    assert any(row["what"] == "computed again" for row in within.saved.report.rows)


def test_gated_units_keep_two_tensors_of_four():
    class Gated(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b, self.c = nn.Linear(128, 128), nn.Linear(128, 128), nn.Linear(128, 128)

        def forward(self, x):
            return self.c(F.silu(self.a(x)) * self.b(x))

    torch.manual_seed(0)
    model, x = Gated(), torch.randn(64, 128)
    _, plain = gradients(model, x)
    within = Within(model, "int8", given=x)
    assert distance(gradients(within, x)[1], plain) < 0.02
    assert sum(row["what"] == "computed again" for row in within.saved.report.rows) == 2
    assert actscope.ledger(within, x).kept_bytes == 2 * (64 * 128 + 4 * 64)


@pytest.mark.parametrize("width", [32, 64, 96, 192])
def test_small_rows_are_as_exact_as_large_ones(width):
    torch.manual_seed(0)
    x = torch.randn(16, width) * torch.logspace(-6, 0, 16).unsqueeze(1)
    x.requires_grad_()
    norm = nn.LayerNorm(width, eps=1e-14)
    weights = torch.randn(16, width)
    (norm(x + 0) * weights).sum().backward()
    plain, norm.weight.grad = norm.weight.grad, None
    with actscope.saved_tensors("int4", least_bytes=0):
        y = norm(x + 0)
    (y * weights).sum().backward()
    assert distance([norm.weight.grad], [plain]) < 0.15


def test_what_is_left_alone_has_a_reason():
    class Odd(nn.Module):
        def __init__(self):
            super().__init__()
            self.embed, self.norm = nn.Embedding(100, 128), nn.utils.parametrizations.weight_norm(nn.Linear(128, 128))

        def forward(self, tokens):
            h = self.norm(self.embed(tokens))
            h = F.softmax(h.masked_fill(tokens.unsqueeze(-1) > 90, float("-inf")).clamp_min(-50), -1)
            return F.log_softmax(h + 1, -1).neg().add(1).sqrt()

    torch.manual_seed(0)
    tokens = torch.randint(100, (8, 64))
    with actscope.saved_tensors(least_bytes=1000) as saved:
        Odd()(tokens).sum().backward()
    reasons = {row["reason"] for row in saved.report.rows}
    assert "integers, booleans or another type without codes" in reasons
    assert "a parameter, a leaf, or computed from parameters alone" in reasons
    assert "its gradient divides by it" in reasons
    assert any(reason.startswith("below 1,000 bytes") for reason in reasons)
    assert "kept instead of" in str(saved.report) and "<table>" in saved.report._repr_html_()


def test_logarithms_of_probabilities_are_most_exact_near_zero():
    torch.manual_seed(0)
    logits = (30 * torch.eye(256) + torch.randn(256, 256)).requires_grad_()
    targets = torch.arange(256)
    plain, = torch.autograd.grad(F.cross_entropy(logits * 1.0, targets, reduction="sum"), logits)
    with actscope.saved_tensors("int4", least_bytes=0) as saved:
        loss = F.cross_entropy(logits * 1.0, targets, reduction="sum")
    ours, = torch.autograd.grad(loss, logits)
    assert (ours - plain).abs().max() < 1e-6  # every token is certain already
    assert [row["kept_bytes"] for row in saved.report.rows if row["made by"] == "LogSoftmax"] == [2 * 256 * 256]


def test_values_that_are_not_finite_are_left_alone():
    x = torch.randn(64, 128, requires_grad=True)
    with actscope.saved_tensors(least_bytes=0) as saved:
        y = x * torch.full((64, 128), float("inf")).triu()
    assert "has values that are not finite" in {row["reason"] for row in saved.report.rows}
    y.sum().backward()
    assert not x.grad.isfinite().all() and x.grad.isnan().logical_not().any()


def test_what_something_else_keeps_is_told():
    layer, x = nn.Linear(128, 4), torch.randn(64, 128)
    with actscope.saved_tensors("int4", least_bytes=0) as saved:
        y = layer(x)
    assert saved.report.also_kept == (1, code_bytes(64 * 128)) and "codes save nothing" in str(saved.report)
    with actscope.saved_tensors(least_bytes=0, given=[x]) as saved:
        y = layer(x)
    assert saved.report.also_kept == (0, 0) and saved.report.kept_bytes == 0
    assert y.requires_grad


def test_changes_in_place_do_not_corrupt():
    layer = nn.Linear(128, 128)
    with actscope.saved_tensors("int8", least_bytes=0):
        h = torch.randn(64, 128) * 1.0
        first = layer(h)
        expected = h.sum(0)
        h.mul_(-3)
        second = layer(h)
    (first[:, 0].sum() + second[:, 1].sum()).backward()
    assert (layer.weight.grad[0] - expected).abs().max() < 64 * 10 / 255
    assert (layer.weight.grad[1] + 3 * expected).abs().max() < 64 * 30 / 255
    with actscope.saved_tensors(least_bytes=1 << 20):
        h = torch.randn(64, 128) * 1.0
        y = layer(h)
    h.mul_(2)
    with pytest.raises(RuntimeError, match="modified by an inplace operation.*version 1; expected version 0"):
        y.sum().backward()


def test_an_output_changed_in_place_is_not_made_again():
    layer = nn.Linear(128, 4)
    x = torch.randn(64, 128, requires_grad=True)
    with actscope.saved_tensors("int8", least_bytes=0):
        h = F.gelu(x * 1.0)
        with torch.no_grad():
            h.mul_(5)
        y = layer(h)
    y.sum().backward()
    assert (layer.weight.grad[0] - h.sum(0)).abs().max() < 64 * 25 / 255


@pytest.mark.parametrize("reentrant", [True, False])
def test_checkpoints_inside_and_outside(reentrant):
    model, x = mlp()
    x.requires_grad_()
    y, plain = gradients(model, x)

    class Inside(nn.Module):
        def forward(self, x):
            return checkpoint(model, x, use_reentrant=reentrant)

    class Outside(nn.Module):
        def forward(self, x):
            return checkpoint(Within(model, "int8"), x, use_reentrant=reentrant)

    for outer in (Within(Inside(), "int8"), Outside()):
        model.zero_grad()
        ours_y = outer(x)
        ours_y.square().mean().backward()
        assert torch.equal(y, ours_y) and distance([p.grad for p in model.parameters()], plain) < 0.01


def test_graphs_are_walked_again_and_gradients_add_up():
    model, x = mlp()
    _, plain = gradients(model, x)
    model.zero_grad()
    with actscope.saved_tensors("int8", least_bytes=0):
        loss = model(x).square().mean()
    loss.backward(retain_graph=True)
    once = [p.grad.clone() for p in model.parameters()]
    loss.backward()
    for grad, first in zip((p.grad for p in model.parameters()), once):
        torch.testing.assert_close(grad, 2 * first)
    assert distance(once, plain) < 0.01


def test_a_second_derivative_follows_the_codes():
    x = torch.randn(64, 128, requires_grad=True)
    with actscope.saved_tensors("int8", least_bytes=0):
        first, = torch.autograd.grad((x * x * x).sum(), x, create_graph=True)
        first.sum().backward()
    assert (x.grad - 6 * x).abs().max() < 0.3


class Decoded(torch.utils._python_dispatch.TorchDispatchMode):
    """Counts what is decoded, and what of it is still alive."""

    def __init__(self):
        super().__init__()
        self.storages = []

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        result = function(*args, **(kwargs or {}))
        if function is torch.ops.actscope.dequantize.default:
            self.storages.append(StorageWeakRef(result.untyped_storage()))
        return result

    @property
    def alive(self):
        return sum(not storage.expired() for storage in self.storages)


def test_neighbors_in_backward_share_what_is_decoded():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(64, 128), nn.LayerNorm(128), nn.Linear(128, 128), nn.GELU(), nn.Linear(128, 64))
    loss = Within(model)(torch.randn(256, 64, requires_grad=True)).square().mean()
    with Decoded() as decoded:
        loss.backward()
    assert len(decoded.storages) == 2  # inputs of the norm and of GELU, each for itself and for the layer behind it
    assert decoded.alive == 0


def test_what_a_failed_backward_decoded_goes_with_the_next_pass():
    def fail(gradient):
        raise RuntimeError("no gradient")

    model, x = mlp()
    h = Within(model)(x)
    model[0].register_full_backward_pre_hook(lambda *_: fail(None))
    loss = Within(model)(x).square().mean()
    with Decoded() as decoded:
        with pytest.raises(RuntimeError, match="no gradient"):
            loss.backward()
        assert decoded.storages
        del loss, h
        model[0]._backward_pre_hooks.clear()
        again = Within(model)(x).square().mean()
    assert decoded.alive == 0
    again.backward()


def test_no_grad_keeps_nothing():
    model, x = mlp()
    with torch.no_grad(), actscope.saved_tensors(least_bytes=0) as saved:
        model(x)
    assert saved.report.rows == [] and saved.report.kept_bytes == 0
    assert str(saved.report)


def test_an_exception_leaves_no_hook_behind():
    top = torch._C._autograd._top_saved_tensors_default_hooks
    with pytest.raises(KeyError):
        with actscope.saved_tensors():
            assert top(True) is not None
            raise KeyError
    assert top(True) is None


def test_contexts_nest_and_the_inner_one_packs():
    layer, x = nn.Linear(128, 4), torch.randn(64, 128)
    with actscope.saved_tensors("int4", least_bytes=0) as outer:
        with actscope.saved_tensors("int8", least_bytes=0) as inner:
            layer(x * 1)
        assert outer.report.kept_bytes == 0
        layer(x * 2)
    assert inner.report.kept_bytes == 64 * 128 + 4 * 64 and outer.report.kept_bytes == code_bytes(64 * 128)


def test_threads_pack_on_their_own():
    results = {}

    def work(number):
        torch.manual_seed(number)
        model, x = nn.Sequential(nn.Linear(128, 128), nn.GELU(), nn.Linear(128, 4)), torch.randn(128, 128)
        _, plain = gradients(model, x)
        results[number] = [distance(gradients(Within(model, "int8"), x)[1], plain) for _ in range(5)]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 4 and all(d < 0.01 for each in results.values() for d in each)
    assert len({d for each in results.values() for d in each}) == 4  # the same in every round


def test_autocast_casts_weights_and_not_codes_of_them():
    model, x = mlp()

    class Casting(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = model

        def forward(self, x):
            with torch.autocast("cpu", dtype=torch.bfloat16):
                return self.inner(x)

    x.requires_grad_()
    within = Within(Casting(), "int8")
    y, plain = gradients(Casting(), x)
    ours_y, ours = gradients(within, x)
    assert torch.equal(y, ours_y) and distance(ours, plain) < 0.02
    assert not any(row["what"] == "int8" and row["shape"] in ([128, 128], [128, 8], [64, 128]) for row in within.saved.report.rows)


def test_frozen_weights_under_autocast_stay_exact():
    model = nn.Sequential(nn.Linear(64, 64), nn.Linear(64, 64)).requires_grad_(False)
    x = torch.randn(32, 64, requires_grad=True)
    grads = []
    for context in (actscope.saved_tensors("int4", least_bytes=0), actscope.saved_tensors("int4", model=model, least_bytes=0),
                    torch.enable_grad()):
        with context, torch.autocast("cpu", dtype=torch.bfloat16):
            y = model(x)
        grads.append(torch.autograd.grad(y.sum(), x)[0])
    assert torch.equal(grads[0], grads[2]) and torch.equal(grads[1], grads[2])


@pytest.mark.parametrize("name", MODELS)
def test_every_model_trains_a_step(name):
    torch.manual_seed(0)
    model, inputs, loss = MODELS[name]()
    within = Within(model, "int4", model=model, given=inputs)
    ledger = actscope.ledger(within, inputs, loss)
    assert ledger.residual_bytes == 0
    assert ledger.kept_bytes <= actscope.ledger(model, inputs, loss).kept_bytes * 1.01
    optimizer = torch.optim.SGD(model.parameters(), 1e-3)
    Step(within, inputs, loss).forward()[0].backward()
    assert all(p.grad is None or p.grad.isfinite().all() for p in model.parameters())
    optimizer.step()


@pytest.mark.parametrize("arguments, error, says", [
    ({"store": "int3"}, ValueError, r"no such store \[got 'int3'\]"),
    ({"store": 4}, TypeError, r"store is not a string"),
    ({"least_bytes": -1}, ValueError, "least_bytes is negative"),
    ({"least_bytes": 1.5}, TypeError, "least_bytes is no whole number"),
    ({"model": 3}, TypeError, r"not a torch.nn.Module \[got int\]"),
])
def test_wrong_arguments_are_named(arguments, error, says):
    with pytest.raises(error, match=says):
        actscope.saved_tensors(**arguments)
