# SPDX-License-Identifier: Apache-2.0
"""A small decoder with its tokens and loss, and what tests compare of two models."""

import torch
from ledger_models import Decoder
from torch import nn
from torch.nn import functional as F


def small_decoder(width, layers, rows):
    """(model, tokens, loss): random weights, ``rows`` rows of 32 tokens out of 64."""
    torch.manual_seed(0)
    model = Decoder(vocabulary=64, width=width, heads=4, layers=layers, tokens=32)
    nn.init.normal_(model.embed.weight, std=0.05)
    tokens = torch.randint(64, (rows, 32))
    return model, tokens, lambda y: F.cross_entropy(y.flatten(0, 1), tokens.flatten())


def gradients(model, inputs, loss):
    """Those of all parameters, by name."""
    model.zero_grad()
    loss(model(inputs)).backward()
    return {name: p.grad.clone() for name, p in model.named_parameters()}


def distance(ours, plain):
    """How far gradients lie from others, all of them together, relative to the norm of those."""
    assert ours.keys() == plain.keys()
    ours, plain = (torch.cat([each[name].flatten() for name in plain]).double() for each in (ours, plain))
    return float((ours - plain).norm() / plain.norm())


def state_of(model):
    """What a plan might change of the modules."""
    return {name: (type(m), sorted(m.__dict__), list(m._forward_pre_hooks), list(m._forward_hooks))
            for name, m in model.named_modules()}
