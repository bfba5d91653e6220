# SPDX-License-Identifier: Apache-2.0
"""What a recording costs a step: a decoder trained plain and at each level in turn, medians of the ratios.

    PYTHONPATH=build/cpu/lib python3 samples/python/recording_cost.py [ROUNDS]
"""

import statistics
import sys
import tempfile
import time

import torch
from torch.nn import functional as F
from why_memory import Decoder

import actscope

STEPS, FIRST = 17, 4  # of a round: a timeline traces sixteen; the steps before FIRST read the graph and are not timed
rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9

torch.manual_seed(0)
model = Decoder(width=256)
optimizer = torch.optim.AdamW(model.parameters())
tokens = torch.randint(256, (8, 128))


def train():
    times = []
    for _ in range(STEPS):
        start = time.perf_counter()
        loss = F.cross_entropy(model(tokens)[:, :-1].flatten(0, 1), tokens[:, 1:].flatten())
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        times.append(time.perf_counter() - start)
    return statistics.median(times[FIRST:])


def timed(level):
    if level == "plain":
        return train()
    with tempfile.TemporaryDirectory() as folder, actscope.record(folder, level=level):
        return train()


train()
ratios = {"ledger": [], "timeline": []}
plain = []
for _ in range(rounds):
    seconds = {level: timed(level) for level in ("plain", "ledger", "timeline")}
    plain.append(seconds["plain"])
    for level, values in ratios.items():
        values.append(seconds[level] / seconds["plain"])
print(f"plain step {1000 * statistics.median(plain):.1f} ms, {rounds} rounds of {STEPS} steps")
for level, values in ratios.items():
    values.sort()
    print(f"{level:8} {statistics.median(values):.3f} times plain ({values[1]:.3f} to {values[-2]:.3f})")
