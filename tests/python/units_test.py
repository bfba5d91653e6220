# SPDX-License-Identifier: Apache-2.0
"""The parts of a model that a plan decides about."""

import pytest
import torch
from actscope._step import Step
from actscope._units import Calls, groups_of
from ledger_models import MODELS
from torch import nn


def found(model, inputs, loss=None):
    step = Step(model, inputs, loss)
    with Calls(model) as calls, step.unchanged():
        step.forward()
    groups = groups_of(model, calls)
    assert not any(m._forward_pre_hooks for m in model.modules())
    assert groups[-1].name == "" and groups[-1].names == [""]
    return groups[:-1]


@pytest.mark.parametrize("name, expected", [
    ("decoder", {"embed": 1, "blocks.*": 2, "norm": 1, "head": 1}),
    ("mlp", {"0": 1, "1": 1, "2": 1}),
    ("llama", {"model.embed_tokens": 1, "model.rotary_emb": 1, "model.layers.*": 2, "model.norm": 1, "lm_head": 1}),
    ("lstm", {"lstm": 1, "head": 1}),
    ("lora", {"base_model.model.model.layers.*": 2})])
def test_repeated_blocks_are_one_group(name, expected):
    torch.manual_seed(0)
    counts = {group.name: group.count for group in found(*MODELS[name]())}
    assert expected.items() <= counts.items()
    if name != "lora":
        assert counts == expected


def test_blocks_of_other_sizes_are_groups_of_their_own():
    groups = found(*MODELS["resnet"]())
    assert [(g.name, g.names, g.parts) for g in groups if "layer2" in g.name] == [("layer2", ["layer2"], ["0", "1"])]
    assert next(g for g in groups if g.name == "layer1.*").names == ["layer1.0", "layer1.1"]


def test_parts_are_what_is_called_inside():
    blocks = next(g for g in found(*MODELS["decoder"]()) if g.name == "blocks.*")
    assert blocks.parts == ["norm1", "norm2", "qkv", "proj", "mlp"] and blocks.kind == "DecoderBlock"
    assert blocks.ways_of(1, {"": "int4", "mlp": "recompute"}) == {"blocks.1": "int4", "blocks.1.mlp": "recompute"}


def test_what_is_never_called_and_what_is_shared():
    class Odd(nn.Module):
        def __init__(self):
            super().__init__()
            self.unused, self.attention = nn.Linear(4, 4), nn.MultiheadAttention(16, 2, batch_first=True)
            self.twice = nn.Sequential(nn.Linear(16, 16), nn.Tanh())
            self.same = self.twice

        def forward(self, x):
            return self.same(self.twice(self.attention(x, x, x)[0]))

    groups = found(Odd(), torch.randn(2, 3, 16))
    assert [(g.name, g.parts) for g in groups] == [("attention", []), ("twice", ["0", "1"])]


def test_equal_modules_with_other_arguments_are_groups_of_their_own():
    class Pyramid(nn.Module):
        def __init__(self):
            super().__init__()
            self.blocks = nn.ModuleList(nn.Sequential(nn.Conv2d(4, 4, 3, padding=1), nn.ReLU()) for _ in range(4))

        def forward(self, x):
            x = self.blocks[1](self.blocks[0](x))
            return self.blocks[3](self.blocks[2](x[:, :, ::2, ::2]))

    groups = found(Pyramid(), torch.randn(1, 4, 8, 8))
    assert [(g.name, g.names) for g in groups] == [("blocks.* (blocks.0, …)", ["blocks.0", "blocks.1"]),
                                                   ("blocks.* (blocks.2, …)", ["blocks.2", "blocks.3"])]


def test_a_model_of_one_layer_has_no_parts():
    assert found(nn.Linear(4, 4), torch.randn(2, 4)) == []
