# SPDX-License-Identifier: Apache-2.0
"""actscope.footprint: the ledger from shapes alone, to the byte."""

import actscope
import pytest
import torch
from ledger_models import MODELS
from torch import nn
from torch.utils import _pytree


@pytest.mark.parametrize("name", [name for name in MODELS if name != "lstm"])
def test_the_prediction_is_the_measurement(name):
    torch.manual_seed(0)
    model, inputs, loss = MODELS[name]()
    predicted, measured = actscope.footprint(model, inputs, loss), actscope.ledger(model, inputs, loss)
    assert predicted.kept_bytes == measured.kept_bytes
    assert predicted.bytes_by_module == measured.bytes_by_module
    assert predicted.unpredicted == []
    assert [s.holder for s in predicted.storages] == [s.holder for s in measured.storages]


def test_a_workspace_that_only_the_device_knows_is_named():
    model, inputs, loss = MODELS["lstm"]()
    predicted = actscope.footprint(model, inputs, loss)
    measured = actscope.ledger(model, inputs, loss)
    assert predicted.unpredicted == ["MkldnnRnnLayerBackward0"]
    assert "the workspace of MkldnnRnnLayerBackward0" in str(predicted)
    named = ("MkldnnRnnLayer.result3",)
    assert sum(s.bytes for s in measured.storages if s.holder not in named) == predicted.kept_bytes


def test_a_model_without_memory_is_predicted():
    with torch.device("meta"):
        model = nn.Sequential(nn.Linear(100_000, 100_000), nn.GELU(), nn.Linear(100_000, 10))
        inputs = torch.empty(64, 100_000)
    predicted = actscope.footprint(model, inputs)
    assert predicted.kept_bytes == 2 * 64 * 100_000 * 4
    assert predicted.residual_bytes is None
    assert "predicted from shapes" in str(predicted)


@pytest.mark.parametrize("name", [name for name in MODELS if name != "lstm"])
def test_a_model_on_meta_is_predicted_as_on_the_cpu(name):
    torch.manual_seed(0)
    model, inputs, loss = MODELS[name]()
    predicted = actscope.footprint(model, inputs, loss)
    on_meta = _pytree.tree_map(lambda value: value.to("meta") if isinstance(value, torch.Tensor) else value, inputs)
    alike = actscope.footprint(model.to("meta"), on_meta, loss)
    assert alike.kept_bytes == predicted.kept_bytes
    assert [s.holder for s in alike.storages] == [s.holder for s in predicted.storages]


def test_attention_on_meta_keeps_what_the_cpu_keeps():
    attention = nn.TransformerEncoderLayer(64, 4, 128, batch_first=True, dropout=0.0)
    x = torch.randn(2, 16, 64)
    measured = actscope.ledger(attention, x)
    predicted = actscope.footprint(attention.to("meta"), x.to("meta"), device="cpu")
    assert predicted.kept_bytes == measured.kept_bytes


@pytest.mark.parametrize("device", ["meta", "no device", "cuda:77", None])
def test_a_device_that_is_not_there_is_named(device):
    with pytest.raises(ValueError, match=f"got '?{device}'?"):
        actscope.footprint(nn.Linear(2, 2), torch.zeros(1, 2), device=device)


def test_nothing_of_the_model_changes():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(8, 8), nn.BatchNorm1d(8), nn.Dropout(0.5))
    state = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    kept = list(model.parameters())
    generator = torch.get_rng_state()
    actscope.footprint(model, torch.zeros(4, 8))
    assert torch.equal(torch.get_rng_state(), generator)
    assert all(after is before for after, before in zip(model.parameters(), kept))
    assert all(torch.equal(tensor, state[name]) for name, tensor in model.state_dict().items())


def test_code_that_reads_values_is_refused():
    class Reading(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = nn.Linear(4, 4)

        def forward(self, x):
            y = self.inner(x)
            return y if y.sum().item() > 0 else -y

    with pytest.raises(Exception, match="item|_local_scalar_dense"):
        actscope.footprint(Reading(), torch.zeros(2, 4))


def test_wrong_arguments_are_named():
    with pytest.raises(TypeError, match="not a torch.nn.Module"):
        actscope.footprint(3)
    with pytest.raises(ValueError, match="the loss has no graph"):
        actscope.footprint(nn.Identity(), torch.zeros(2))
