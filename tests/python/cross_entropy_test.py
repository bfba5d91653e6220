# SPDX-License-Identifier: Apache-2.0
"""actscope.cross_entropy against PyTorch's: values, gradients, bytes, wrong arguments."""

import actscope
import pytest
import torch
from torch import nn
from torch.nn import functional as F


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("classes", [1, 7, 40_000])  # the last in many tiles
def test_it_is_pytorchs(reduction, smoothing, classes):
    torch.manual_seed(0)
    logits = (5 * torch.randn(70, classes, dtype=torch.float64)).requires_grad_()
    target = torch.randint(classes, (70,))
    target[::9] = -100
    weights = torch.randn(70, dtype=torch.float64) if reduction == "none" else torch.tensor(1.5, dtype=torch.float64)
    results = []
    for function in (F.cross_entropy, actscope.cross_entropy):
        loss = function(logits, target, reduction=reduction, label_smoothing=smoothing)
        results.append((loss.detach(), torch.autograd.grad((loss * weights).sum(), logits)[0]))
    for theirs, ours in zip(*results):
        torch.testing.assert_close(ours, theirs)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_types(dtype):
    torch.manual_seed(0)
    logits, target = torch.randn(64, 100, dtype=dtype).requires_grad_(), torch.randint(100, (64,))
    theirs = F.cross_entropy(logits.float(), target)
    ours = actscope.cross_entropy(logits, target)
    assert ours.dtype == dtype
    torch.testing.assert_close(ours.float(), theirs, atol=0.02, rtol=0.01)
    torch.testing.assert_close(*(torch.autograd.grad(loss, logits)[0].float() for loss in (ours, theirs)), atol=1e-4, rtol=0.02)


def test_it_keeps_the_logits_and_a_number_a_token():
    layer, x, target = nn.Linear(32, 1000), torch.randn(64, 32), torch.randint(1000, (64,))
    plain = actscope.ledger(layer, x, lambda y: F.cross_entropy(y, target))
    ours = actscope.ledger(layer, x, lambda y: actscope.cross_entropy(y, target))
    logits = 4 * 64 * 1000
    assert plain.kept_bytes + plain.output_bytes > 2 * logits
    assert logits < ours.kept_bytes + ours.output_bytes < 1.01 * logits and ours.residual_bytes == 0
    with actscope.saved_tensors(least_bytes=0) as saved:
        actscope.cross_entropy(layer(x), target)
    assert not any(row["shape"] == [64, 1000] for row in saved.report.rows)


@pytest.mark.parametrize("arguments, options, error, says", [
    ((torch.zeros(2, 3, 4), torch.zeros(2, dtype=torch.int64)), {}, ValueError, "flatten them first"),
    ((torch.zeros(2, 3), torch.zeros(2)), {}, ValueError, r"expected logits \[tokens, classes\] and int64"),
    ((torch.zeros(2, 3), torch.zeros(3, dtype=torch.int64)), {}, ValueError, "flatten them first"),
    ((torch.zeros(2, 3, dtype=torch.int64), torch.zeros(2, dtype=torch.int64)), {}, TypeError, "no floating-point"),
    ((torch.zeros(2, 3), [0, 1]), {}, TypeError, r"are tensors \[got Tensor and list\]"),
    ((torch.zeros(2, 3), torch.zeros(2, dtype=torch.int64)), {"reduction": "max"}, ValueError, "no such reduction"),
    ((torch.zeros(2, 3), torch.zeros(2, dtype=torch.int64)), {"label_smoothing": 2}, ValueError, "outside 0 to 1"),
])
def test_wrong_arguments_are_named(arguments, options, error, says):
    with pytest.raises(error, match=says):
        actscope.cross_entropy(*arguments, **options)
