# SPDX-License-Identifier: Apache-2.0
"""actscope.apply and restore: ways of modules inside one another, all or nothing, copies, and models that are refused."""

import copy
import io
import types

import actscope
import pytest
import torch
from actscope import _hooks, _recompute
from actscope.apply import place
from fake_transfers import fake_device
from small_decoder import distance, gradients, small_decoder, state_of
from torch import nn



def of(ways, least_bytes=0):
    return types.SimpleNamespace(ways=ways, least_bytes=least_bytes)


def decoder():
    return small_decoder(width=128, layers=3, rows=4)


def kept(model, inputs, loss, start):
    counted = actscope.ledger(model, inputs, loss)
    assert counted.residual_bytes == 0
    return sum(size for name, size in counted.bytes_by_module.items() if name.startswith(start))


def test_each_module_keeps_what_it_saves_in_its_own_way():
    model, tokens, loss = decoder()
    before, plain = state_of(model), gradients(model, tokens, loss)
    sizes = [kept(model, tokens, loss, f"blocks.{n}") for n in range(3)]
    report = actscope.apply(model, of({"blocks.0": "recompute", "blocks.1": "int4"}))
    assert report.applied == {"blocks.0": "keeps its arguments and runs again in backward",
                              "blocks.1": "what it saves is packed as int4"}
    assert str(report).startswith("2 modules do as planned\n  blocks.0: keeps its arguments")
    assert kept(model, tokens, loss, "blocks.0") < sizes[0] / 8 and kept(model, tokens, loss, "blocks.1") < sizes[1] / 6
    assert kept(model, tokens, loss, "blocks.2") == sizes[2]
    assert type(model.blocks[1].qkv) is actscope.Linear and type(model.blocks[0].qkv) is nn.Linear
    assert 0 < distance(gradients(model, tokens, loss), plain) < 0.15
    actscope.restore(model)
    assert state_of(model) == before
    assert all(torch.equal(g, plain[name]) for name, g in gradients(model, tokens, loss).items())


def test_ways_inside_one_another():
    model, tokens, loss = decoder()
    plain = gradients(model, tokens, loss)
    actscope.apply(model, of({"": "int4", "blocks.0": "keep", "blocks.1": "recompute", "blocks.2.mlp": "recompute",
                              "blocks.2.norm1": "int8"}))
    stores = {name: _hooks.of(m).store for name, m in model.named_modules() if _hooks.of(m)}
    assert stores == {"": "int4", "blocks.0": None, "blocks.1": None, "blocks.2.mlp": None, "blocks.2.norm1": "int8"}
    assert [name for name, m in model.named_modules() if _recompute.of(m)] == ["blocks.1", "blocks.2.mlp"]
    assert type(model.head) is actscope.Linear and type(model.blocks[0].qkv) is type(model.blocks[2].mlp[0]) is nn.Linear
    assert 0 < distance(gradients(model, tokens, loss), plain) < 0.15


def test_what_is_recomputed_or_kept_is_exact_inside_a_model_that_is_packed():
    model, tokens, loss = decoder()
    plain = gradients(model, tokens, loss)
    others = {name: "keep" for name in ("norm", "head", "embed", "blocks.0", "blocks.2")}
    actscope.apply(model, of({"": "int4", "blocks.1": "recompute", **others}))
    assert all(torch.equal(g, plain[name]) for name, g in gradients(model, tokens, loss).items())


def test_a_list_stands_for_its_modules():
    model, tokens, loss = decoder()
    actscope.apply(model, of({"blocks": "recompute"}))
    assert [name for name, m in model.named_modules() if _recompute.of(m)] == ["blocks.0", "blocks.1", "blocks.2"]
    actscope.apply(model, of({"blocks": "int8"}))
    assert [name for name, m in model.named_modules() if _hooks.of(m)] == ["blocks.0", "blocks.1", "blocks.2"]
    assert not any(_recompute.of(m) for m in model.modules())


def test_another_plan_takes_the_place_of_what_was_there():
    model, tokens, loss = decoder()
    before = state_of(model)
    actscope.compress(model, "int4", least_bytes=0)
    actscope.apply(model, of({"blocks.0": "recompute"}))
    assert type(model.head) is nn.Linear and not any(_hooks.of(m) for m in model.modules())
    actscope.apply(model, of({}))
    assert state_of(model) == before


def test_restore_takes_patterns():
    model, _, _ = decoder()
    actscope.apply(model, of({"blocks.0": "recompute", "blocks.1": "int4", "blocks.2": "recompute"}))
    assert set(actscope.restore(model, only="blocks.2").restored) == {"blocks.2"}
    assert _recompute.of(model.blocks[0]) and not _recompute.of(model.blocks[2]) and _hooks.of(model.blocks[1]).store == "int4"


def test_copies_and_pickles_do_as_planned():
    model, tokens, loss = decoder()
    actscope.apply(model, of({"blocks.0": "recompute", "blocks.1": "int4"}))
    ours = gradients(model, tokens, loss)
    buffer = io.BytesIO()
    torch.save(model, buffer)
    buffer.seek(0)
    for twin in (copy.deepcopy(model), torch.load(buffer, weights_only=False)):
        assert all(torch.equal(g, ours[name]) for name, g in gradients(twin, tokens, loss).items())
        assert kept(twin, tokens, loss, "blocks") == kept(model, tokens, loss, "blocks")
        actscope.restore(twin)
        twin.load_state_dict(model.state_dict())
    assert _recompute.of(model.blocks[0])


def test_modules_under_several_names():
    torch.manual_seed(0)
    shared = nn.Sequential(nn.Linear(16, 16), nn.Tanh())
    model = nn.ModuleDict({"a": shared, "b": shared})
    place(model, {"a": "recompute", "b": "recompute"}, 0)
    assert _recompute.of(shared)
    with pytest.raises(ValueError, match="two ways for one module .'b' has another name"):
        place(model, {"a": "recompute", "b": "int4"}, 0)


def test_a_plan_of_another_model_changes_nothing():
    model, _, _ = decoder()
    actscope.apply(model, of({"blocks.0": "recompute"}))
    before = state_of(model)
    with pytest.raises(ValueError, match="names 'blocks.7' and 1 more, which Decoder does not have"):
        actscope.apply(model, of({"blocks.1": "int4", "blocks.7": "int4", "nothing": "keep"}))
    assert state_of(model) == before


def test_an_error_on_the_way_changes_nothing(monkeypatch):
    model, _, _ = decoder()
    actscope.apply(model, of({"blocks.0": "recompute", "blocks.1": "int8"}))
    before = state_of(model)

    def fails(self, module):
        raise MemoryError

    monkeypatch.setattr(_hooks.Packs, "put_on", fails)
    with pytest.raises(MemoryError):
        actscope.apply(model, of({"blocks.1": "recompute", "blocks.2": "int4"}))
    assert state_of(model) == before and _hooks.of(model.blocks[1]).store == "int8" and _recompute.of(model.blocks[0])


def test_offload_needs_a_device():
    model, tokens, loss = decoder()
    plain, before = gradients(model, tokens, loss), state_of(model)
    with pytest.raises(ValueError, match="'offload' moves what is kept from a CUDA device to the host"):
        actscope.apply(model, of({"blocks.0": "offload"}))
    assert state_of(model) == before
    with fake_device() as home:
        actscope.apply(model, of({"blocks.0": "offload", "blocks.1": "recompute", "blocks.2": "int4"}))
        ours = gradients(model, tokens, loss)
        assert 0 < distance(ours, plain) < 0.15
        assert [size for way, size in home.transfers.copies if way == "out"] and not home.transfers.wrong
        actscope.apply(model, of({"blocks": "offload", "blocks.1.mlp": "recompute"}))
        assert all(torch.equal(g, plain[name]) for name, g in gradients(model, tokens, loss).items())


def test_wrong_arguments_are_named():
    model, _, _ = decoder()
    with pytest.raises(TypeError, match="not a torch.nn.Module .got int"):
        actscope.apply(3, of({}))
    for wrong in (None, "plan.json", {"blocks.0": "keep"}):
        with pytest.raises(TypeError, match="not a plan .*Plan.from_json"):
            actscope.apply(model, wrong)


def test_frozen_layers_and_adapters():
    torch.manual_seed(0)

    class Adapted(nn.Module):
        def __init__(self):
            super().__init__()
            self.base, self.down, self.up = nn.Linear(64, 64).requires_grad_(False), nn.Linear(64, 4), nn.Linear(4, 64)

        def forward(self, x):
            return x + self.base(x).tanh() + self.up(self.down(x))

    model, x = nn.Sequential(*(Adapted() for _ in range(3))), torch.randn(32, 64)

    def run():
        model.zero_grad()
        model(x).square().sum().backward()
        return {name: p.grad.clone() for name, p in model.named_parameters() if p.grad is not None}

    plain = run()
    actscope.apply(model, of({"0": "recompute", "1": "recompute", "2": "keep"}))
    assert all(torch.equal(g, plain[name]) for name, g in run().items())
    actscope.apply(model, of({"0": "int8", "1": "recompute", "2": "int8"}))
    assert 0 < distance(run(), plain) < 0.02


def test_data_parallel_models_train_as_planned():
    torch.distributed.init_process_group("gloo", store=torch.distributed.HashStore(), rank=0, world_size=1)
    try:
        model, tokens, loss = decoder()
        plain = gradients(model, tokens, loss)
        parallel = nn.parallel.DistributedDataParallel(model)
        actscope.apply(model, of({"blocks.0": "recompute", "blocks.1": "recompute"}))
        for _ in range(2):
            ours = gradients(parallel, tokens, loss)
            assert all(torch.equal(ours["module." + name], plain[name]) for name in plain)
        with pytest.raises(ValueError, match="a DistributedDataParallel, which reduces gradients"):
            actscope.plan(parallel, tokens, loss, budget="50%")
    finally:
        torch.distributed.destroy_process_group()
