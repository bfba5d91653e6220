# SPDX-License-Identifier: Apache-2.0
"""The dense footprint against PyTorch itself: a ResMLP written in Python from its description, whose saved
tensors PyTorch reports, must keep the bytes that `actscope footprint` predicts."""
import json
import os
import subprocess

import pytest
import torch
from torch import nn

PROGRAM = os.environ["ACTSCOPE_BIN"]


class Affine(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.alpha = nn.Parameter(torch.ones(dim))
        self.beta = nn.Parameter(torch.zeros(dim))

    def forward(self, x):
        return torch.addcmul(self.beta, self.alpha, x)


class Block(nn.Module):
    def __init__(self, tokens, dim):
        super().__init__()
        self.norm1, self.norm2 = Affine(dim), Affine(dim)
        self.linear_tokens = nn.Linear(tokens, tokens)
        self.fc1, self.fc2 = nn.Linear(dim, 4 * dim), nn.Linear(4 * dim, dim)
        self.ls1, self.ls2 = nn.Parameter(torch.full((dim,), 0.1)), nn.Parameter(torch.full((dim,), 0.1))

    def forward(self, x):
        x = torch.addcmul(x, self.ls1, self.linear_tokens(self.norm1(x).transpose(1, 2)).transpose(1, 2))
        return torch.addcmul(x, self.ls2, self.fc2(nn.functional.gelu(self.fc1(self.norm2(x)))))


class ResMlp(nn.Module):
    def __init__(self, channels, image, patch, dim, depth, classes):
        super().__init__()
        self.proj = nn.Conv2d(channels, dim, patch, patch)
        self.blocks = nn.ModuleList(Block((image // patch) ** 2, dim) for _ in range(depth))
        self.norm, self.head = Affine(dim), nn.Linear(dim, classes)

    def forward(self, x):
        x = self.proj(x).flatten(2).transpose(1, 2)
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x).mean(1))


def saved_bytes(model, images):
    """Unique storages that autograd saves during forward, parameters and the batch excluded."""
    excluded = {p.untyped_storage().data_ptr() for p in model.parameters()} | {images.untyped_storage().data_ptr()}
    storages, alive = {}, []

    def pack(tensor):
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in excluded:
            storages[storage.data_ptr()] = storage.nbytes()
        alive.append(tensor)
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        logits = model(images)
    assert logits.requires_grad
    return sum(storages.values())


@pytest.mark.parametrize("dim, depth, batch", [(64, 2, 8), (32, 1, 3), (48, 3, 1)])
def test_prediction_equals_what_pytorch_saves(dim, depth, batch):
    result = subprocess.run(
        [PROGRAM, "footprint", "--model", "resmlp", "--data", "fashion-mnist", "--dim", str(dim), "--depth", str(depth),
         "--patch", "4", "--scheme", "dense", "--batch", str(batch), "--json"],
        capture_output=True, text=True, check=True)
    document = json.loads(result.stdout)
    model = ResMlp(1, 28, 4, dim, depth, 10)
    assert document["totals"]["parameters"] == sum(p.numel() for p in model.parameters())
    # The loss is no part of the Python model.
    predicted = {layer["name"]: sum(slot["predicted_bytes"] for slot in layer["slots"]) for layer in document["layers"]}
    measured = saved_bytes(model, torch.randn(batch, 1, 28, 28))
    assert measured == sum(predicted.values()) - predicted["loss"]
    assert predicted["blocks.0"] == 14 * batch * 49 * dim * 4
