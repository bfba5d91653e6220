# SPDX-License-Identifier: Apache-2.0
"""The store 'offload': what leaves a device and comes back, in which order, and when memory is free; on a fake device."""

import copy
import gc
import io
import types

import actscope
import pytest
import torch
from actscope import _offload, _transfers
from actscope._extents import WeakStorage
from fake_transfers import fake_device
from torch import nn


def network(layers=4):
    torch.manual_seed(0)
    blocks = [part for _ in range(layers) for part in (nn.Linear(64, 64), nn.LayerNorm(64), nn.ReLU(), nn.Dropout(0.1))]
    return nn.Sequential(*blocks, nn.Softmax(-1), nn.Linear(64, 8))


def step(model, x, context=None):
    torch.manual_seed(1)
    for p in model.parameters():
        p.grad = None
    if context is None:
        y = model(x)
    else:
        with context:
            y = model(x)
    (y * torch.linspace(-1, 1, 8)).sum().backward()
    return [y.detach(), *(p.grad for p in model.parameters())]


def same(ours, plain):
    assert all(torch.equal(a, b) for a, b in zip(ours, plain, strict=True))


def test_gradients_are_those_of_plain_and_each_storage_leaves_once():
    model, x = network(), torch.randn(32, 64)
    plain = step(model, x)
    with fake_device() as home:
        saved = actscope.saved_tensors("offload", model=model, given=x, least_bytes=0)
        same(step(model, x, saved), plain)
        fake = home.transfers
        assert not fake.wrong and not fake.queue
        out = [size for way, size in fake.copies if way == "out"]
        rows = [row for row in saved.report.rows if row["what"] == "on the host, exact"]
        assert sum(out) == sum(row["plain_bytes"] for row in rows) == saved.report.plain_bytes > 0
        assert saved.report.kept_bytes == 0


def test_a_storage_that_three_layers_save_leaves_once():
    class Three(nn.Module):
        def __init__(self):
            super().__init__()
            self.first = nn.Linear(16, 16)
            self.q, self.k, self.v = (nn.Linear(16, 16) for _ in range(3))

        def forward(self, x):
            h = self.first(x)
            return self.q(h).sum() + self.k(h).sum() + self.v(h).sum()

    model, x = Three(), torch.randn(8, 16)
    with fake_device() as home:
        with actscope.saved_tensors("offload", model=model, given=x, least_bytes=0):
            loss = model(x)
        loss.backward()
        assert [way for way, _ in home.transfers.copies] == ["out"]  # it had not been let go yet, and never had to come back


def forward(home, layers=6, size=1000):
    """A chain of exponentials; gives (the leaf, the loss, weak references to the storages that it saves)."""
    x = torch.ones(size, requires_grad=True)
    storages = []
    with actscope.saved_tensors("offload", least_bytes=0):
        y = x * 1.0
        for _ in range(layers):
            y = y.exp()
            storages.append(WeakStorage(y.untyped_storage()))
            y = y.sin()
    return x, y.sum(), storages


def test_what_is_in_flight_is_bounded_and_memory_is_free_once_it_was_copied(monkeypatch):
    monkeypatch.setattr(_offload, "MOST_IN_FLIGHT_BYTES", 10_000)
    most = 0
    with fake_device() as home:
        take = home.take

        def watched(flat):
            nonlocal most
            away = take(flat)
            most = max(most, home.leaving_bytes)
            return away

        home.take = watched
        x, loss, _ = forward(home)
        assert most == 8000  # two of 4,000 bytes; a third would be above
        assert len(home.transfers.queue) == 2 == len(home._leaving)
        _offload.settle()
        assert not home._leaving and home.leaving_bytes == 0 and not home.transfers.queue
        loss.backward()
        assert not home.transfers.wrong
        plain = torch.ones(1000, requires_grad=True)
        y = plain * 1.0
        for _ in range(6):
            y = y.exp().sin()
        y.sum().backward()
        assert torch.equal(x.grad, plain.grad)


def test_the_device_lets_go_of_what_has_left():
    with fake_device() as home:
        _, loss, storages = forward(home)
        assert not any(one.is_gone() for one in storages)  # all of it is in flight yet
        _offload.settle()
        assert all(one.is_gone() for one in storages)
        del loss


def test_backward_finds_most_of_it_fetched_already(monkeypatch):
    monkeypatch.setattr(_offload, "MOST_IN_FLIGHT_BYTES", 12_000)
    with fake_device() as home:
        _, loss, _ = forward(home, layers=8)
        _offload.settle()
        late, most = 0, 0
        brought = home._brought

        def watched(trip):
            nonlocal late, most
            before = len(home.transfers.copies)
            here = brought(trip)
            late += len(home.transfers.copies) - before
            most = max(most, home.ahead_bytes)
            return here

        home._brought = watched
        loss.backward()
        assert late == 1 and [way for way, _ in home.transfers.copies].count("back") == 8
        assert 0 < most <= 12_000 and home.ahead_bytes == home.here_bytes == 0
        assert not home.transfers.wrong


def test_memory_of_the_host_is_used_again():
    model, x = network(), torch.randn(32, 64)
    with fake_device() as home:
        for number in range(3):
            step(model, x, actscope.saved_tensors("offload", model=model, given=x, least_bytes=0))
            gc.collect()
            home.settle()
            assert home.used_bytes == 0
            if number == 0:
                allocations, most = home.transfers.host_allocations, home.most_used_bytes
        assert home.transfers.host_allocations == allocations
        assert home.free_bytes <= home.most_used_bytes == most


def test_other_sizes_take_the_place_of_free_memory():
    with fake_device() as home:
        for size in (1000, 1100, 1200, 900):
            x, loss, _ = forward(home, size=size)
            loss.backward()
            del x, loss
            home.settle()
        assert home.used_bytes == 0 and home.free_bytes <= home.most_used_bytes == 6 * 4 * 1200


def test_without_pinned_memory_it_stays_on_the_device():
    model, x = network(), torch.randn(32, 64)
    plain = step(model, x)
    with fake_device(most_host_bytes=3 * 4 * 32 * 64) as home:
        saved = actscope.saved_tensors("offload", model=model, given=x, least_bytes=0)
        same(step(model, x, saved), plain)
        assert not home.transfers.wrong
        reasons = {row["reason"] for row in saved.report.rows}
        assert "no pinned memory is left: CUDA error: out of memory" in reasons


def test_a_copy_that_fails_leaves_nothing_behind():
    with fake_device() as home:
        def fails(to, source):
            raise RuntimeError("the device is lost")

        home.transfers.copy = fails
        saved = actscope.saved_tensors("offload", least_bytes=0)
        x = torch.ones(64, requires_grad=True)
        with saved:
            y = (x * 1.0).exp()
        y.sum().backward()
        home.settle()
        assert home.used_bytes == 0 and not home._leaving and torch.equal(x.grad, y.detach())
        assert "no pinned memory is left: the device is lost" in {row["reason"] for row in saved.report.rows}


def test_a_change_in_place_while_it_leaves_is_an_error_and_afterwards_is_not_seen():
    with fake_device():
        for is_settled in (False, True):
            x = torch.ones(64, requires_grad=True)
            with actscope.saved_tensors("offload", least_bytes=0):
                y = x * 1.0
                z = y.sin()
                if is_settled:
                    _offload.settle()
                y.add_(1)
            if is_settled:
                z.sum().backward()
                assert torch.allclose(x.grad, torch.ones(64).cos())
            else:
                with pytest.raises(RuntimeError, match="modified by an inplace operation while it was copied"):
                    z.sum().backward()


def test_backward_twice_and_a_graph_that_is_dropped():
    model, x = network(), torch.randn(32, 64)
    plain = step(model, x)
    with fake_device() as home:
        torch.manual_seed(1)
        for p in model.parameters():
            p.grad = None
        with actscope.saved_tensors("offload", model=model, given=x, least_bytes=0):
            y = model(x)
        home.settle()
        loss = (y * torch.linspace(-1, 1, 8)).sum()
        loss.backward(retain_graph=True)
        assert 0 < home.here_bytes <= _offload.MOST_IN_FLIGHT_BYTES
        first = [p.grad.clone() for p in model.parameters()]
        same(first, plain[1:])
        loss.backward()
        same([p.grad for p in model.parameters()], [2 * g for g in first])
        with actscope.saved_tensors("offload", model=model, given=x, least_bytes=0):
            y = model(x)
        assert home.used_bytes > 0
        del y, loss
        gc.collect()
        home.settle()
        assert home.used_bytes == home.leaving_bytes == home.ahead_bytes == home.here_bytes == 0
        assert not home.transfers.wrong and not home._here


def test_the_fake_device_sees_memory_that_is_freed_too_early(monkeypatch):
    def careless(self, trip):
        trip.source = None
        self.leaving_bytes -= trip.bytes

    monkeypatch.setattr(_offload.Home, "_has_left", careless)
    monkeypatch.setattr(_offload, "MOST_IN_FLIGHT_BYTES", 4000)
    with fake_device() as home:
        _, loss, _ = forward(home)
        loss.backward()
        assert "memory was freed before it was copied" in home.transfers.wrong


def test_the_fake_device_sees_a_read_that_comes_too_early():
    with fake_device() as home:
        x, loss, _ = forward(home)
        _offload.settle()
        home.transfers.wait = lambda mark: None
        loss.backward()
        assert x.grad.isnan().all()


def test_a_model_is_compressed_copied_and_restored():
    model, x = network(), torch.randn(32, 64)
    plain = step(model, x)
    with fake_device() as home:
        report = actscope.compress(model, "offload", least_bytes=0)
        assert "what it saves goes to pinned memory of the host; exact" in set(report.packed.values())
        assert type(model[0]) is nn.Linear
        same(step(model, x), plain)
        count = len(home.transfers.copies)
        assert count > 0
        buffer = io.BytesIO()
        torch.save(model, buffer)
        buffer.seek(0)
        for twin in (copy.deepcopy(model), torch.load(buffer, weights_only=False)):
            same(step(twin, x), plain)
            assert len(home.transfers.copies) > count
            count = len(home.transfers.copies)
        actscope.restore(model)
        same(step(model, x), plain)
        assert len(home.transfers.copies) == count and not home.transfers.wrong


def test_what_lies_on_the_cpu_is_refused_in_one_line():
    model = network()
    for asked in (lambda: actscope.compress(model, "offload"), lambda: actscope.saved_tensors("offload", model=model),
                  lambda: actscope.saved_tensors("offload", given=torch.ones(2))):
        with pytest.raises(ValueError, match="lies on the CPU already: give 'int4' or 'int8'") as error:
            asked()
        assert "\n" not in str(error.value)
    x = torch.ones(64, requires_grad=True)
    with actscope.saved_tensors("offload", least_bytes=0) as saved:
        (x * 1.0).exp()
    assert {row["reason"] for row in saved.report.rows} >= {"on the CPU already"}


def test_tensors_of_every_type_come_back_as_they_were():
    kept = {}

    class Keeps(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, *others):
            ctx.save_for_backward(*others)
            return x * 2

        @staticmethod
        def backward(ctx, dy):
            kept["tensors"] = ctx.saved_tensors
            return (2 * dy, *(None for _ in ctx.saved_tensors))

    others = [torch.arange(6), torch.tensor([True, False]), torch.randn(4, 6).t(), torch.randn(8, 8)[::2, 1::3],
              torch.randn(3, dtype=torch.complex64), torch.randn(5).expand(3, 5), torch.zeros(0), torch.tensor(3.0),
              torch.randn(4, dtype=torch.bfloat16), torch.randn(3, dtype=torch.complex64).conj()]
    with fake_device() as home:
        x = torch.ones(4, requires_grad=True)
        with actscope.saved_tensors("offload", least_bytes=0) as saved:
            y = Keeps.apply(x, *others)
        home.settle()
        y.sum().backward()
        assert len(kept["tensors"]) == len(others)
        for ours, theirs in zip(kept["tensors"], others):
            assert ours.dtype == theirs.dtype and torch.equal(ours, theirs)
        assert "a conjugate or negative that is not computed yet" in {row["reason"] for row in saved.report.rows}


def test_copies_of_cuda_run_behind_the_computation_on_a_stream_of_their_own(monkeypatch):
    said = []

    class Stream:
        def __init__(self, name):
            self.name = name

        def wait_stream(self, other):
            said.append((self.name, "waits for", other.name))

        def wait_event(self, event):
            said.append((self.name, "waits for", event))

        def record_event(self):
            said.append((self.name, "records"))
            return "event"

    class Entered:
        def __init__(self, stream):
            self.stream = stream

        def __enter__(self):
            said.append(("on", self.stream.name))

        def __exit__(self, *exception):
            said.append(("off", self.stream.name))

    class Tensor:
        def copy_(self, source, non_blocking):
            said.append(("copies", source, non_blocking))

    computation = Stream("computation")
    cuda = types.SimpleNamespace(Stream=lambda device: Stream("copies"), current_stream=lambda device: computation,
                                 stream=Entered)
    monkeypatch.setattr(_transfers, "torch", types.SimpleNamespace(cuda=cuda))
    transfers = _transfers.CudaTransfers("cuda:0")
    mark = transfers.copy(Tensor(), "source")
    transfers.wait(mark)
    assert said == [("copies", "waits for", "computation"), ("on", "copies"), ("copies", "source", True), ("copies", "records"),
                    ("off", "copies"), ("computation", "waits for", "event")]
    said.clear()
    cuda.current_stream = lambda device: Stream("another")
    transfers.wait(mark)
    assert said == [("computation", "waits for", "event"), ("another", "waits for", "event")]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_on_cuda():
    model, x = network().cuda(), torch.randn(4096, 64, device="cuda")
    plain = step(model, x)
    saved = actscope.saved_tensors("offload", model=model, given=x)
    for _ in range(3):
        same(step(model, x, saved), plain)
    assert any(row["what"] == "on the host, exact" for row in saved.report.rows)
