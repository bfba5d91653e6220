# SPDX-License-Identifier: Apache-2.0
"""Trials of ways on a model: what they measure, and that the model is afterwards what it was."""

import gc

import actscope
import pytest
import torch
from actscope._trials import Trials
from small_decoder import small_decoder, state_of
from torch import nn
from torch.utils.checkpoint import checkpoint


def trials_of(model, inputs, loss=None):
    return Trials(model, inputs, loss, 0)


def test_bytes_are_those_of_the_ledger_and_exact_ways_have_no_error():
    model, tokens, loss = small_decoder(width=128, layers=3, rows=4)
    counted = actscope.ledger(model, tokens, loss)
    with trials_of(model, tokens, loss) as trials:
        plain = trials.try_plain()
        assert plain.kept_bytes == counted.kept_bytes and plain.ledger.residual_bytes == 0 == trials.noise
        blocks = [f"blocks.{n}" for n in range(3)]
        recomputed, coded = (trials.try_ways(dict.fromkeys(blocks, way)) for way in ("recompute", "int8"))
        assert recomputed.error == 0 and 1e-4 < coded.error < 0.02 and not recomputed.failure + coded.failure
        assert recomputed.kept_bytes < plain.kept_bytes / 2 and coded.kept_bytes < plain.kept_bytes / 2
        assert recomputed.ledger.residual_bytes == coded.ledger.residual_bytes == 0
        again = trials.try_ways(dict.fromkeys(blocks, "recompute"))
        assert (again.kept_bytes, again.peak_bytes) == (recomputed.kept_bytes, recomputed.peak_bytes)


def test_the_peak_is_what_forward_and_backward_hold_at_once():
    class Square(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return (x * x).sum()

        @staticmethod
        def backward(ctx, dy):
            x, = ctx.saved_tensors
            return 2 * dy * x * torch.ones(1000, 1000).mean()  # 4,000,000 bytes for a moment

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.ones(1000))

        def forward(self, x):
            return Square.apply(self.weight * x)

    with trials_of(Model(), torch.ones(1000)) as trials:
        assert 4_000_000 <= trials.try_plain().peak_bytes < 4_100_000


def test_nothing_of_the_model_changes():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(16, 32), nn.BatchNorm1d(32), nn.Dropout(0.5), nn.Sequential(nn.Linear(32, 32), nn.ReLU()))
    x = torch.randn(8, 16, requires_grad=True)
    model[3].eval()
    model(x).sum().backward()
    x.grad, called = torch.ones_like(x), []
    for p in model.parameters():
        p.register_post_accumulate_grad_hook(lambda p: called.append(p))
    actscope.compress(model[3], "int8", least_bytes=0)
    before, flags = state_of(model), [m.training for m in model.modules()]
    tensors = [t.clone() for t in (*model.parameters(), *model.buffers(), *(p.grad for p in model.parameters()))]
    generator = torch.get_rng_state()

    def check():
        now = [*model.parameters(), *model.buffers(), *(p.grad for p in model.parameters())]
        assert all(torch.equal(a, b) for a, b in zip(now, tensors, strict=True))
        assert torch.equal(torch.get_rng_state(), generator) and torch.equal(x.grad, torch.ones_like(x)) and not called
        assert state_of(model) == before and [m.training for m in model.modules()] == flags
        assert gc.get_freeze_count() == 0

    with trials_of(model, x) as trials:
        trials.try_plain()
        assert not trials.try_ways({"0": "int4", "3": "recompute"}).failure
        assert len(trials.time({"3": "recompute"}, 2)) == 2
    check()
    with pytest.raises(KeyError), trials_of(model, x) as trials:
        trials.try_plain()
        model.train()
        raise KeyError
    check()


def test_dropout_draws_the_same_for_plain_and_for_others():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(16, 32), nn.Sequential(nn.Dropout(0.5), nn.Linear(32, 32), nn.Dropout(0.5)))
    with trials_of(model, torch.randn(8, 16)) as trials:
        trials.try_plain()
        assert trials.try_ways({"1": "recompute"}).error == 0


def test_a_way_that_fails_says_why_and_leaves_the_model_plain():
    class Picky(nn.Module):
        calls = 0

        def __init__(self):
            super().__init__()
            self.linear = nn.Linear(8, 8)

        def forward(self, x):
            type(self).calls += 1
            return self.linear(x).exp() if type(self).calls % 2 else self.linear(x)

    model = nn.Sequential(nn.Linear(8, 8), nn.Sequential(Picky(), nn.Tanh()))
    before = state_of(model)
    with trials_of(model, torch.randn(4, 8)) as trials:
        Picky.calls = 0
        trials._gradients = ()
        failure = trials.try_ways({"1": "recompute"}).failure
        assert "CheckpointError" in failure and "\n" not in failure
        assert state_of(model) == before


def test_a_step_that_is_not_the_same_each_time_is_refused():
    model, draw = nn.Linear(8, 8), torch.Generator().manual_seed(0)
    with pytest.raises(ValueError, match="two plain steps have different gradients"), \
            trials_of(model, lambda: model(torch.randn(4, 8, generator=draw)).sum()) as trials:
        trials.try_plain()


def test_a_loss_of_many_numbers_is_refused():
    with pytest.raises(ValueError, match=r"the loss is no single number \[got \[4, 8\]\]"), \
            trials_of(nn.Linear(8, 8), torch.randn(4, 8), lambda y: y) as trials:
        trials.try_plain()


def test_a_checkpoint_with_reentry():
    class Reentrant(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.inner = nn.Linear(16, 16), nn.Sequential(nn.Linear(16, 16), nn.GELU())

        def forward(self, x):
            return checkpoint(self.inner, self.first(x), use_reentrant=True)

    model = Reentrant()
    called, mark = [], torch.ones(16)
    model.first.bias.grad = mark
    model.first.bias.register_post_accumulate_grad_hook(lambda p: called.append(p))
    with trials_of(model, torch.randn(4, 16)) as trials:
        trials.try_plain()
        assert trials._is_reentrant and trials.try_ways({"first": "int8"}).error > 0
    assert model.first.bias.grad is mark and model.first.weight.grad is None and not called
    model(torch.randn(4, 16)).sum().backward()
    assert len(called) == 1
