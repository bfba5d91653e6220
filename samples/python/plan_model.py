# SPDX-License-Identifier: Apache-2.0
"""Plans the models of compress_model.py for some budgets of a step's peak, trains each plan ten steps, and says what their
peak was.

    PYTHONPATH=build/cpu/lib .deps/venv/bin/python3 samples/python/plan_model.py [decoder | images] [budget …]
"""

import sys
import time

import torch
from compress_model import Transformer, batches_of_images, batches_of_text

import actscope


def training_of(kind):
    torch.manual_seed(0)
    generator = torch.Generator().manual_seed(1)
    model = Transformer(kind, 128 if kind == "decoder" else 64)
    return model, batches_of_text(__file__, generator) if kind == "decoder" else batches_of_images(generator)


def peak_of_ten_steps(model, batches):
    """The most that forward and backward held above what was there before, in bytes."""
    optimizer = torch.optim.AdamW(model.parameters(), 1e-3)
    most = 0
    for _ in range(10):
        x, y = next(batches)
        optimizer.zero_grad()
        live, _ = torch.ops.actscope.live_and_peak_bytes("cpu")
        torch.ops.actscope.reset_peak("cpu")
        actscope.cross_entropy(model(x), y).backward()
        most = max(most, torch.ops.actscope.live_and_peak_bytes("cpu")[1] - live)
        optimizer.step()
    return most


def main(kind, budgets):
    for budget in budgets:
        model, batches = training_of(kind)
        x, y = next(batches)
        begin = time.perf_counter()
        try:
            plan = actscope.plan(model, x, lambda logits: actscope.cross_entropy(logits, y), budget=budget)
        except ValueError as error:
            print(f"\n{kind}, {budget}: {error}")
            continue
        print(f"\n{kind}, {budget}: planned in {time.perf_counter() - begin:.0f} s\n\n{plan}")
        print(actscope.apply(model, plan))
        peak = peak_of_ten_steps(model, batches)
        print(f"peak of ten steps {peak / 2**20:.1f} MiB, "
              + ("within the budget" if peak <= plan.budget_bytes else f"{peak / plan.budget_bytes - 1:.2%} above the budget"))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "decoder", sys.argv[2:] or ["70%", "45%", "25%"])
