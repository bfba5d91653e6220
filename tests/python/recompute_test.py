# SPDX-License-Identifier: Apache-2.0
"""A module that runs again in backward: gradients, buffers, random numbers, hooks, copies, and what it keeps."""

import copy
import inspect
import pickle

import actscope
import pytest
import torch
from actscope import _recompute
from actscope._recompute import Recompute
from ledger_models import Decoder
from torch import nn


class Block(nn.Module):
    def __init__(self, width=32):
        super().__init__()
        self.inner = nn.Sequential(nn.Linear(width, 4 * width), nn.BatchNorm1d(4 * width), nn.GELU(), nn.Dropout(0.3),
                                   nn.Linear(4 * width, width))

    def forward(self, x, *, scale=None, extra=()):
        y = x + self.inner(x)
        for each in extra:
            y = y * each
        return y if scale is None else y * scale


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(16, 32), Block(), Block(), nn.Linear(32, 4))


def step(model, x):
    torch.manual_seed(1)
    model.zero_grad()
    x = x.clone().requires_grad_()
    y = model(x)
    (y * torch.linspace(-1, 1, y.numel()).view_as(y)).sum().backward()
    return [y.detach(), x.grad, *(p.grad.clone() for p in model.parameters() if p.grad is not None)]


def same(ours, plain):
    assert all(torch.equal(a, b) for a, b in zip(ours, plain, strict=True))


def recomputed(model, *names):
    for name in names:
        Recompute(model.get_submodule(name)).put_on()
    return model


def test_gradients_are_those_of_plain():
    plain, model, x = network(), recomputed(network(), "1", "2"), torch.randn(64, 16)
    for _ in range(3):
        same(step(model, x), step(plain, x))


def test_running_statistics_move_once_a_step():
    plain, model, x = network(), recomputed(network(), "1", "2"), torch.randn(64, 16)
    for _ in range(2):
        step(plain, x), step(model, x)
    same(list(model.buffers()), list(plain.buffers()))
    model.eval(), plain.eval()
    same(step(model, x), step(plain, x))


def test_the_generator_is_afterwards_where_plain_leaves_it():
    plain, model, x = network(), recomputed(network(), "1", "2"), torch.randn(64, 16)
    step(plain, x)
    after = torch.rand(4)
    step(model, x)
    assert torch.equal(torch.rand(4), after)


def test_power_iterations_are_computed_again_from_where_they_were():
    def layers():
        torch.manual_seed(0)
        inner = nn.Sequential(nn.utils.spectral_norm(nn.Linear(16, 16)), nn.Tanh())
        return nn.Sequential(nn.Linear(16, 16), inner, nn.utils.parametrizations.spectral_norm(nn.Linear(16, 2)))

    plain, model, x = layers(), recomputed(layers(), "1", "2"), torch.randn(8, 16)
    for _ in range(3):
        same(step(model, x), step(plain, x))
    same(list(model.buffers()), list(plain.buffers()))


def test_a_buffer_that_is_exchanged_is_exchanged_once():
    class Counts(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("calls", torch.zeros(1))
            self.linear = nn.Linear(16, 16)

        def forward(self, x):
            self.calls = self.calls + 1
            return self.linear(x).exp() * self.calls

    plain, model, x = Counts(), Counts(), torch.randn(8, 16)
    model.load_state_dict(plain.state_dict())
    Recompute(model).put_on()
    for number in range(1, 4):
        same(step(model, x), step(plain, x))
        assert model.calls.item() == number


def test_a_script_inside():
    def layers():
        torch.manual_seed(0)
        return nn.Sequential(nn.Linear(16, 16), nn.Sequential(torch.jit.script(nn.BatchNorm1d(16)), nn.Linear(16, 4)))

    plain, model, x = layers(), recomputed(layers(), "1"), torch.randn(8, 16)
    for _ in range(2):
        same(step(model, x), step(plain, x))
    same(list(model.buffers()), list(plain.buffers()))
    assert actscope.ledger(model, x).residual_bytes == 0
    same(list(model.buffers()), list(plain.buffers()))


def test_it_keeps_its_arguments_alone():
    model, x = nn.Sequential(nn.Linear(16, 32), Block(), nn.Linear(32, 4)), torch.randn(64, 16)
    before = actscope.ledger(model, x)
    recomputed(model, "1")
    after = actscope.ledger(model, x)
    assert after.residual_bytes == 0
    inside = sum(s.bytes for s in after.storages if s.module.startswith("1") and s.bytes > 16_000)
    assert before.kept_bytes > 4 * after.kept_bytes and inside == 0


def test_arguments_by_keyword_and_in_containers():
    torch.manual_seed(0)
    model = nn.ModuleList([nn.Linear(16, 32), Block()])
    x = torch.randn(8, 16)

    def run():
        torch.manual_seed(1)
        model.zero_grad()
        h = model[0](x)
        model[1](x=h, scale=h.sigmoid(), extra=[h.tanh(), 2.0]).sum().backward()
        return [p.grad.clone() for p in model.parameters()]

    plain = run()
    Recompute(model[1]).put_on()
    same(run(), plain)


def test_hooks_of_the_module_run_once_and_names_do_not_change():
    model, x = network(), torch.randn(8, 16)
    names, keys = [n for n, _ in model.named_modules()], list(model.state_dict())
    recomputed(model, "1")
    calls = []
    model[1].register_forward_pre_hook(lambda *_: calls.append("before"))
    model[1].register_forward_hook(lambda *_: calls.append("after"))
    model[1].register_full_backward_hook(lambda *_: calls.append("backward"))
    step(model, x)
    assert calls == ["before", "after", "backward"]
    assert [n for n, _ in model.named_modules()] == names and list(model.state_dict()) == keys
    assert list(inspect.signature(model[1].forward).parameters) == ["x", "scale", "extra"]


def test_without_gradients_it_does_nothing():
    model, x = recomputed(network(), "1").eval(), torch.randn(8, 16)
    with torch.no_grad():
        quiet = model(x)
    assert torch.equal(quiet, model(x).detach())


def test_copies_and_pickles_are_modules_of_their_own():
    model, x = recomputed(network(), "1"), torch.randn(8, 16)
    for twin in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert _recompute.of(twin[1]).module is twin[1]
        twin.load_state_dict(model.state_dict())
        same(step(twin, x), step(model, x))
        before = model[1].inner[0].weight.clone()
        with torch.no_grad():
            twin[1].inner[0].weight.zero_()
        assert torch.equal(model[1].inner[0].weight, before) and not torch.equal(step(twin, x)[0], step(model, x)[0])
        assert actscope.restore(twin).restored == {"1": "was computed again in backward"}
        assert "forward" not in twin[1].__dict__


def test_a_forward_of_the_program_is_put_back():
    model, x = network(), torch.randn(8, 16)
    model[1].forward = lambda x: 2 * x
    own = model[1].forward
    plain = step(model, x)
    recomputed(model, "1")
    same(step(model, x), plain)
    actscope.restore(model)
    assert model[1].forward is own


def test_regions_inside_regions_and_inside_a_checkpoint():
    plain, model, x = network(), recomputed(network(), "1", "1.inner", "2"), torch.randn(8, 16)
    same(step(model, x), step(plain, x))

    class Outer(nn.Module):
        def __init__(self, inner):
            super().__init__()
            self.inner = inner

        def forward(self, x):
            return torch.utils.checkpoint.checkpoint(self.inner, x, use_reentrant=False)

    assert torch.equal(step(Outer(model), x)[0], step(Outer(plain), x)[0])


def test_what_is_packed_inside_a_region_is_computed_again_exactly():
    torch.manual_seed(0)
    model, tokens = Decoder(), torch.randint(64, (2, 16))

    def gradients():
        model.zero_grad()
        model(tokens).sum().backward()
        return [p.grad.clone() for p in model.parameters()]

    plain = gradients()
    for block in model.blocks:
        Recompute(block).put_on()
    actscope.compress(model, "bf16", least_bytes=0, only="blocks.*.norm*")  # hooks inside, which do nothing there
    same(gradients(), plain)
    actscope.restore(model)
    for block in model.blocks:
        Recompute(block).put_on()
    actscope.compress(model, "int4", least_bytes=0, exclude="head")  # hooks around: the arguments become codes
    assert not all(torch.equal(a, b) for a, b in zip(gradients(), plain))
    kept = {s.shape for s in actscope.ledger(model, tokens).storages if s.module.startswith("blocks")}
    assert kept and not any("float" in shape.split()[1] and "2x16x32" in shape for shape in kept)


def test_autocast_is_that_of_the_first_pass():
    model, x = network(), torch.randn(8, 16)

    def run():
        torch.manual_seed(1)
        model.zero_grad()
        with torch.autocast("cpu", torch.bfloat16):
            y = model(x)
        y.float().sum().backward()
        return [p.grad.clone() for p in model.parameters()]

    plain = run()
    recomputed(model, "1", "2")
    same(run(), plain)


def test_under_a_compiler():
    torch._dynamo.reset()
    inner = nn.Sequential(nn.Linear(16, 16), nn.GELU(), nn.Linear(16, 16))
    model, x = nn.Sequential(nn.Linear(16, 16), inner), torch.randn(8, 16)
    plain, before = step(model, x), actscope.ledger(model, x).kept_bytes
    recomputed(model, "1")
    compiled = torch.compile(model, backend="aot_eager_decomp_partition", fullgraph=True)
    for ours, theirs in zip(step(compiled, x), plain, strict=True):
        torch.testing.assert_close(ours, theirs)
    assert actscope.ledger(compiled, x).kept_bytes == 8 * 16 * 4 < before


def test_an_error_of_the_module_is_the_programs():
    model = recomputed(network(), "1")
    with pytest.raises(RuntimeError, match="mat1 and mat2"):
        model[1](torch.randn(2, 3))
