# SPDX-License-Identifier: Apache-2.0
"""Trains a small network plain, with its linear layers compressed in one line, and with blocks pruned, and prints what
backward kept.

    PYTHONPATH=build/cpu/lib .deps/venv/bin/python3 samples/python/compress_linear.py
"""

import torch

import actscope


def network():
    torch.manual_seed(1)
    return torch.nn.Sequential(
        torch.nn.Linear(64, 256), torch.nn.GELU(), torch.nn.Linear(256, 256), torch.nn.GELU(), torch.nn.Linear(256, 1))


def kept_bytes(model, loss_of):
    """What autograd keeps of one pass, each storage once, parameters aside; and the loss."""
    parameters = {p.untyped_storage().data_ptr() for p in model.parameters()}
    kept = {}

    def keep(tensor):
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in parameters:
            kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        loss = loss_of(model)
    return sum(kept.values()), loss


def train(model):
    x = torch.randn(2048, 64, generator=torch.Generator().manual_seed(2))
    y = x[:, :8].sum(1, keepdim=True).tanh()
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    for _ in range(100):
        kept, loss = kept_bytes(model, lambda m: torch.nn.functional.mse_loss(m(x), y))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return f"{kept / 2**20:.2f} MiB kept for backward, loss after 100 steps {loss.item():.4f}"


print("plain:", train(network()))

model = network()
report = actscope.compress_linears(model)  # the one line
print(report)
print("int8:", train(model))

model = network()
print(actscope.compress_linears(model, block=8, sparsity=0.5, exclude="4"))
print("pruned:", train(model))
