# SPDX-License-Identifier: Apache-2.0
"""Trains one model in one way, step by step."""

import math
import statistics

import torch
from models import data_of, logits_of, loss_of, new_model
from ways import prepared

WARM_UP = 0.1  # of the steps, from 0 to the rate; then along a cosine to 0
POINTS = 20  # of a curve


class Training:
    """A model, prepared, with AdamW and batches that follow from the seed: the same for every way."""

    def __init__(self, model, way, seed, data, steps, rate=1e-3):
        self.data, self.steps, self.rate, self.done = data, steps, rate, 0
        self.model = new_model(model, seed)
        self.call = prepared(way, self.model)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), rate)
        self.batches = data.batches(1000 + seed)

    def step(self):
        """One training step; returns the loss."""
        for group in self.optimizer.param_groups:
            group["lr"] = self._rate()
        x, y = next(self.batches)
        loss = loss_of(self.call(x), y)
        loss.backward()
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.done += 1
        return loss.item()

    def _rate(self):
        warm_up = max(1, int(WARM_UP * self.steps))
        if self.done < warm_up:
            return self.rate * (self.done + 1) / warm_up
        return self.rate * 0.5 * (1 + math.cos(math.pi * (self.done - warm_up) / max(1, self.steps - warm_up)))

    def held_out(self):
        """Mean loss, in nats, and share of right predictions on what is never trained on."""
        losses, rights, count = 0.0, 0, 0
        self.model.eval()
        with torch.no_grad():
            for x, y in self.data.held_out_batches():
                output = self.model(x)
                losses += loss_of(output, y).item() * y.numel()
                rights += (logits_of(output).argmax(-1) == y.flatten()).sum().item()
                count += y.numel()
        self.model.train()
        return {"loss": losses / count, "accuracy": rights / count}


def train(settings, model, way, seed):
    """The record of one training."""
    training = Training(model, way, seed, data_of(model, settings.text), settings.steps, settings.rate)
    losses = []
    for step in range(settings.steps):
        losses.append(training.step())
        if not math.isfinite(losses[-1]):
            raise ArithmeticError(f"the loss is {losses[-1]} in step {step + 1}")
    every = max(1, settings.steps // POINTS)
    return {"held_out": training.held_out(), "data_sha256": training.data.sha256, "metric": training.data.metric,
            "train_losses": [round(statistics.mean(losses[i:i + every]), 5) for i in range(0, settings.steps, every)]}
