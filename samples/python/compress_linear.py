# SPDX-License-Identifier: Apache-2.0
"""Trains a small network twice, plain and with its linear layers compressed in one line, and prints what backward kept.

    PYTHONPATH=build/lib .deps/venv/bin/python3 samples/python/compress_linear.py
"""

import torch

import actscope_torch


def train(compress):
    torch.manual_seed(1)
    model = torch.nn.Sequential(torch.nn.Linear(64, 256), torch.nn.GELU(), torch.nn.Linear(256, 1))
    if compress:
        actscope_torch.compress_linears(model, block=8, sparsity=0.8)  # the one line
    x = torch.randn(2048, 64)
    y = x[:, :8].sum(1, keepdim=True).tanh()
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    parameters = {p.untyped_storage().data_ptr() for p in model.parameters()}
    for _ in range(100):
        kept = {}

        def keep(tensor):
            storage = tensor.untyped_storage()
            if storage.data_ptr() not in parameters:
                kept[storage.data_ptr()] = storage.nbytes()
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
            loss = torch.nn.functional.mse_loss(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return sum(kept.values()), loss.item()


for name, compress in (("plain", False), ("8x8 blocks at 80 %", True)):
    kept_bytes, loss = train(compress)
    print(f"{name:20} {kept_bytes / 2**20:6.2f} MiB kept for backward, loss after 100 steps {loss:.4f}")
