# SPDX-License-Identifier: Apache-2.0
"""actscope.compress_linears in the models, modes and hands of others."""

import copy

import pytest
import torch
from torch.utils.checkpoint import checkpoint

import actscope
from actscope import compress_linears, restore
from layer_networks import agree, gradients, network, values, weight_gradients_expected

# Every way of keeping, at sizes where blocks of 4x8 are many.
WAYS = {
    "int4": {"store": "int4"},
    "int8": {"store": "int8"},
    "row": {"block": (4, 8), "sparsity": 0.5},
    "panel": {"block": (4, 8), "sparsity": 0.5, "select": "panel"},
    "random": {"block": (4, 8), "sparsity": 0.5, "select": "random"},
    "unbiased": {"block": (4, 8), "sparsity": 0.5, "unbiased": True},
    "threshold": {"block": (4, 8), "sparsity": 0.5, "select": "threshold"},
}
DRAWING = ["random", "unbiased", "threshold"]
every_way = pytest.mark.parametrize("way", WAYS)


# How far the gradient of a weight lies from the plain one, by norm: a code of n bits is off by at most half a step of its
# group's range, about four deviations of these inputs, wide; evenly spread, that is 4 / (2^n - 1) / sqrt(12).
OFF_BY_CODES = {"int4": 0.077, "int8": 0.0045}


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("dtype", [None, torch.bfloat16, torch.float16])
@every_way
def test_layers_with_and_without_bias_train_as_plain_ones(way, dtype, bias):
    plain, ours = network(bias=bias), network(bias=bias)
    report = compress_linears(ours, **WAYS[way])
    assert list(report.replaced) == ["0", "2"] and not report.left
    x = values(2, 16, 32)
    with weight_gradients_expected(ours, dtype) as expected:
        mine = gradients(ours, x, dtype)
    theirs = gradients(plain, x, dtype)
    tolerance = {"rtol": 2e-2, "atol": 2e-2} if dtype else {}
    for i in [0, 1] + ([3, 5] if bias else []):  # output, input, biases: exact
        torch.testing.assert_close(mine[i], theirs[i], **tolerance)
    agree([ours[i].weight.grad for i in (0, 2)], [expected[i].float() for i in "02"], 1e-2 if dtype else 1e-6)
    if way in OFF_BY_CODES:
        agree(mine, theirs, 1.5 * OFF_BY_CODES[way] + (1e-2 if dtype else 0))


@every_way
def test_frozen_parts_get_no_gradient(way):
    for frozen in ("weight", "bias", "both"):
        ours = network()
        compress_linears(ours, **WAYS[way])
        for name, parameter in ours.named_parameters():
            parameter.requires_grad_(not name.endswith(frozen if frozen != "both" else ""))
        x = values(16, 32).requires_grad_()
        ours(x).sum().backward()
        assert x.grad is not None
        assert all((p.grad is not None) == p.requires_grad for p in ours.parameters())


@every_way
def test_whatever_a_linear_layer_takes_works(way):
    plain = torch.nn.Linear(32, 8)
    ours = copy.deepcopy(plain)
    compress_linears(ours, **WAYS[way])
    wide = values(6, 64, 40)
    inputs = {
        "none": values(32), "one row": values(1, 32), "three": values(2, 3, 32), "five": values(2, 1, 2, 3, 32),
        "no rows": values(0, 32), "no rows of three": values(4, 0, 32), "strided": wide[:, ::2, 4:36],
        "transposed": values(32, 20).t(), "expanded": values(32).expand(7, 32), "channels last": values(2, 32, 5, 3).permute(0, 2, 3, 1),
    }
    for name, x in inputs.items():
        with weight_gradients_expected(ours) as expected:
            mine, theirs = gradients(ours, x), gradients(plain, x)
        torch.testing.assert_close(mine[:2], theirs[:2], msg=lambda text, name=name: f"{name}: {text}")
        torch.testing.assert_close(mine[3], theirs[3])
        agree(mine[2:3], [expected[""].float()], 1e-6)
    for dtype in (torch.float64, torch.bfloat16, torch.float16):
        ours.to(dtype), plain.to(dtype)
        x = values(5, 32, dtype=dtype)
        with weight_gradients_expected(ours) as expected:
            mine, theirs = gradients(ours, x), gradients(plain, x)
        for i in (0, 1, 3):
            torch.testing.assert_close(mine[i], theirs[i])
        agree([mine[2].double()], [expected[""]], 1e-6 if dtype == torch.float64 else 1e-2)
    with pytest.raises(RuntimeError, match="shapes cannot be multiplied"):
        ours(values(5, 31, dtype=torch.float16))


def kept_bytes(model, x):
    """What autograd keeps between forward and backward, each storage once, parameters aside."""
    parameters = {p.untyped_storage().data_ptr() for p in model.parameters()}
    kept = {}

    def pack(tensor):
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in parameters:
            kept[storage.data_ptr()] = (storage.nbytes(), tensor)
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        model(x)
    return sum(nbytes for nbytes, _ in kept.values())


def test_codes_keep_few_bytes_and_evaluation_none():
    model = torch.nn.Linear(256, 64)
    compress_linears(model, "int4")
    x = values(1024, 256)
    assert kept_bytes(model, x) == x.numel() // 2 + x.numel() // 128 * 4
    assert kept_bytes(model.requires_grad_(False), x.requires_grad_()) == 0
    compress_linears(model.requires_grad_(True))  # the default: int8
    assert kept_bytes(model, x.detach()) == x.numel() + x.numel() // 128 * 4


def test_the_default_trains_as_plain_does():
    def loss_of(seed, compress=False):
        model = network(features=16, seed=seed)
        if compress:
            compress_linears(model)
        x = values(512, 16, seed=100 + seed)
        y = x[:, :8].sin() * x[:, 8:]
        optimizer = torch.optim.Adam(model.parameters(), 3e-3)
        generator = torch.Generator().manual_seed(seed)
        for _ in range(300):
            rows = torch.randint(512, (64,), generator=generator)
            loss = torch.nn.functional.mse_loss(model(x[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        with torch.no_grad():
            return torch.nn.functional.mse_loss(model(x), y).item()

    seeds = range(4)
    plain = torch.tensor([loss_of(seed) for seed in seeds])
    ours = torch.tensor([loss_of(seed, compress=True) for seed in seeds])
    # What two seeds differ by is far more than what codes change.
    assert (ours - plain).abs().mean() < plain.std()
    assert abs(ours.mean() / plain.mean() - 1) < 0.03


# Modes


def state_of(model):
    return [None if m.threshold is None else m.threshold.clone() for m in model.modules() if isinstance(m, actscope.Linear)]


@every_way
def test_evaluation_changes_nothing(way):
    x = values(16, 32)

    def train(evaluate):
        model = network()
        compress_linears(model, **WAYS[way])
        torch.manual_seed(3)
        optimizer = torch.optim.SGD(model.parameters(), 0.1)
        for step in range(3):
            if evaluate:
                before, generator = state_of(model), torch.get_rng_state()
                assert kept_bytes(model.eval(), x) == kept_bytes(restored(model), x)
                for mode in (torch.no_grad, torch.inference_mode):
                    for training in (True, False):
                        with mode():
                            model.train(training)(x)
                model.train()
                assert all(torch.equal(a, b) for a, b in zip(before, state_of(model)) if a is not None)
                assert torch.equal(generator, torch.get_rng_state())
            optimizer.zero_grad()
            model(values(16, 32, seed=step)).square().mean().backward()
            optimizer.step()
        return list(model.parameters())

    assert all(torch.equal(a, b) for a, b in zip(train(True), train(False)))


def restored(model):
    model = copy.deepcopy(model)
    restore(model)
    return model


@pytest.mark.parametrize("way", DRAWING)
def test_draws_differ_by_step_and_repeat_with_the_data(way):
    def step_gradients(seeds):
        model = network()
        compress_linears(model, **WAYS[way])
        return [gradients(model, values(64, 32, seed=seed))[2] for seed in seeds]

    first, again, other = step_gradients([0, 0, 1])
    assert torch.equal(first, again) and not torch.equal(first, other)
    assert torch.equal(first, step_gradients([0])[0])
    if way != "threshold":
        model = network()
        compress_linears(model, **WAYS[way])
        before = gradients(model, values(64, 32))[2].clone()
        with torch.no_grad():
            model[0].weight.mul_(1 + 1e-6)
        assert not torch.allclose(before, gradients(model, values(64, 32))[2], rtol=1e-3)  # other weights, other blocks


@pytest.mark.parametrize("use_reentrant", [True, False])
@every_way
def test_recomputation_selects_what_the_first_pass_did(way, use_reentrant):
    # A reentrant first pass is a no_grad pass and moves no threshold; recomputation begins with the last pass.
    passes, parts = (1, 1) if way == "threshold" and use_reentrant else (3, 2)

    class Net(torch.nn.Module):
        def __init__(self, checkpointed):
            super().__init__()
            torch.manual_seed(0)
            self.checkpointed = checkpointed
            self.shared = torch.nn.Linear(32, 32)
            self.dropout = torch.nn.Dropout(0.3)
            self.last = torch.nn.Linear(32, 32, bias=False)

        def segment(self, x):
            return self.dropout(self.last(self.dropout(self.shared(x))).tanh())

        def forward(self, x):
            for _ in range(passes):  # the same layers, several passes before any backward
                x = checkpoint(self.segment, x, use_reentrant=use_reentrant) if self.checkpointed else self.segment(x)
            return x

    def steps(checkpointed):
        model = Net(checkpointed)
        compress_linears(model, **WAYS[way])
        torch.manual_seed(1)
        result = []
        optimizer = torch.optim.SGD(model.parameters(), 0.01)
        for step in range(3):
            optimizer.zero_grad()
            losses = [model(values(16, 32, seed=10 * step + part).requires_grad_()).square().mean() for part in range(parts)]
            sum(losses).backward()
            optimizer.step()
            result += [p.grad.clone() for p in model.parameters()]
        return result + [s for s in state_of(model) if s is not None]

    ours, theirs = steps(True), steps(False)
    for a, b in zip(ours, theirs, strict=True):
        torch.testing.assert_close(a, b)


@every_way
def test_a_second_derivative_is_refused(way):
    layer = torch.nn.Linear(32, 8)
    compress_linears(layer, **WAYS[way])
    for loss in (lambda y: y.sum(), lambda y: y.square().sum()):  # of the first the output's gradient is constant
        x = values(16, 32).requires_grad_()
        with pytest.raises(RuntimeError, match="second derivative of a compressed linear layer"):
            torch.autograd.grad(loss(layer(x)), [x, layer.weight], create_graph=True)
    layer.eval()  # plain then
    x = values(16, 32).requires_grad_()
    gradient, = torch.autograd.grad(layer(x).square().sum(), x, create_graph=True)
    gradient.square().sum().backward()
    assert layer.weight.grad is not None
