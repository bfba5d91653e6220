# SPDX-License-Identifier: Apache-2.0
"""Trains a GPT-style decoder on a text and a small vision transformer on drawn images, plain and compressed in turn, and
prints what each keeps for backward, the ratio of their step times and their losses.

    PYTHONPATH=build/cpu/lib .deps/venv/bin/python3 samples/python/compress_model.py [steps] [text file]
"""

import platform
import statistics
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

import actscope

BATCH, TOKENS, WIDTH = 16, 128, 192


class Block(nn.Module):
    def __init__(self, width, heads, is_causal):
        super().__init__()
        self.heads, self.is_causal = heads, is_causal
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x):
        batch, tokens, width = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(batch, tokens, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=self.is_causal)
        x = x + self.proj(y.transpose(1, 2).reshape(batch, tokens, width))
        return x + self.mlp(self.norm2(x))


class Transformer(nn.Module):
    """Embeds bytes or patches of 4x4 pixels; tells the next byte or the class of the image."""

    def __init__(self, kind, tokens, layers=4):
        super().__init__()
        is_text = kind == "decoder"
        self.embed = nn.Embedding(256, WIDTH) if is_text else nn.Conv2d(3, WIDTH, 4, 4)
        self.place = nn.Parameter(0.02 * torch.randn(tokens, WIDTH))
        self.blocks = nn.Sequential(*(Block(WIDTH, 6, is_text) for _ in range(layers)))
        self.norm, self.head, self.is_text = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, 256 if is_text else 10), is_text

    def forward(self, x):
        x = self.embed(x) if self.is_text else self.embed(x).flatten(2).transpose(1, 2)
        x = self.norm(self.blocks(x + self.place))
        return self.head(x if self.is_text else x.mean(1)).flatten(0, -2)


def batches_of_text(path, generator):
    text = torch.frombuffer(bytearray(open(path, "rb").read()), dtype=torch.uint8).long()
    while True:
        starts = torch.randint(len(text) - TOKENS - 1, (BATCH,), generator=generator)
        rows = torch.stack([text[start:start + TOKENS + 1] for start in starts])
        yield rows[:, :-1].contiguous(), rows[:, 1:].flatten()


def batches_of_images(generator):
    drawings = torch.randn(10, 3, 32, 32, generator=generator)
    while True:
        classes = torch.randint(10, (BATCH,), generator=generator)
        yield drawings[classes] + 4 * torch.randn(BATCH, 3, 32, 32, generator=generator), classes


class Training:
    def __init__(self, kind, store, path):
        torch.manual_seed(0)
        generator = torch.Generator().manual_seed(1)
        self.model = Transformer(kind, TOKENS if kind == "decoder" else 64)
        self.batches = batches_of_text(path, generator) if kind == "decoder" else batches_of_images(generator)
        if store:
            actscope.compress(self.model, store)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), 1e-3)
        self.times, self.losses = [], []

    def kept(self):
        x, y = next(self.batches)
        return actscope.ledger(self.model, x, lambda logits: actscope.cross_entropy(logits, y))

    def step(self):
        x, y = next(self.batches)
        begin = time.perf_counter()
        loss = actscope.cross_entropy(self.model(x), y)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.times.append(time.perf_counter() - begin)
        self.losses.append(loss.item())


def compare(kind, steps, path):
    trainings = {store or "plain": Training(kind, store, path) for store in (None, "int4", "int8")}
    ledgers = {name: training.kept() for name, training in trainings.items()}
    for _ in range(steps):
        for training in trainings.values():  # in turn: what else the machine does meets all alike
            training.step()
    for name, training in trainings.items():
        kept, plain = ledgers[name].kept_bytes, ledgers["plain"].kept_bytes
        ratio = statistics.median(a / b for a, b in zip(training.times, trainings["plain"].times))
        loss = statistics.mean(training.losses[-max(1, steps // 10):])
        print(f"{kind:8} {name:6} {kept / 2**20:7.2f} MiB kept, {plain / kept:5.1f} times less, residual "
              f"{ledgers[name].residual_bytes}, step {ratio:.2f} of plain, loss of the last tenth {loss:.4f}", flush=True)


if __name__ == "__main__":
    steps = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    path = sys.argv[2] if len(sys.argv) > 2 else __file__
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads, {platform.machine()}, batch {BATCH}, {steps} steps")
    for kind in ("decoder", "images"):
        compare(kind, steps, path)
