# SPDX-License-Identifier: Apache-2.0
"""actscope.ledger: every byte that a model of anybody's keeps is named, and nothing of the model changes."""

import json
import pathlib
import warnings

import actscope
import pytest
import torch
from ledger_models import MODELS, Decoder, Recomputed
from torch import nn


def ledger_of(name):
    torch.manual_seed(0)
    model, inputs, loss = MODELS[name]()
    return actscope.ledger(model, inputs, loss)


@pytest.mark.parametrize("name", MODELS)
def test_every_byte_is_named(name):
    ledger = ledger_of(name)
    assert ledger.residual_bytes == 0
    assert ledger.record["live_bytes"] == ledger.kept_bytes + ledger.output_bytes
    assert ledger.record["known_nodes"] == ledger.record["nodes"]
    assert ledger.record["unknown_nodes"] == []
    assert ledger.record["skipped"]["hooked"] == 0
    assert ledger.kept_bytes > 0
    assert sum(ledger.bytes_by_module.values()) == ledger.kept_bytes
    assert sum(row["kept_bytes"] for row in ledger.modules) == ledger.kept_bytes


@pytest.mark.parametrize("name", ["mlp", "decoder", "own_function"])
def test_a_second_ledger_says_the_same(name):
    torch.manual_seed(0)
    model, inputs, loss = MODELS[name]()
    first, second = (actscope.ledger(model, inputs, loss).record for _ in range(2))
    assert first == second


def test_rows_are_modules_of_the_model():
    torch.manual_seed(0)
    model, inputs, loss = MODELS["decoder"]()
    names = {name or type(model).__name__ for name, _ in model.named_modules()}
    assert set(actscope.ledger(model, inputs, loss).bytes_by_module) <= names | {"(outside every module)"}
    folded = {row["module"]: row for row in actscope.ledger(model, inputs, loss).modules}
    assert folded["blocks.*.mlp.*"]["modules"] == 6  # two blocks: both linear layers and the GELU


def test_the_bytes_of_a_layer_are_its_input():
    model = nn.Sequential(nn.Linear(64, 256), nn.GELU(), nn.Linear(256, 10))
    kept = actscope.ledger(model, torch.randn(32, 64)).bytes_by_module
    assert kept == {"1": 4 * 32 * 256, "2": 4 * 32 * 256}  # of the first the input is the batch


def test_what_python_functions_keep_is_read():
    members = {s.holder: s.bytes for s in ledger_of("own_function").storages}
    assert members["Doubling.saved[0]"] == members["Doubling.kept"] == members["Doubling.listed[0]"] == 256


def test_what_hooks_packed_is_read():
    ledger = ledger_of("hooked")
    held = [s for s in ledger.storages if ".packed" in s.holder]
    assert {s.bytes for s in held} >= {2 * 8 * 64}
    assert any(s.holder == "Gelu.self.packed[0]" for s in held)


def test_inputs_of_a_recomputed_region_are_named():
    for name in ("checkpoint", "checkpoint_reentrant"):
        assert max(s.bytes for s in ledger_of(name).storages) == 4 * 128 * 64


hidden = []


class Hiding(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        hidden.append(x * 2)  # this line
        return x + 1

    @staticmethod
    def backward(ctx, dy):
        return dy


class HidingModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(16, 16)

    def forward(self, x):
        hidden.clear()
        return Hiding.apply(self.inner(x))


def test_a_hidden_tensor_is_a_residual_with_its_line():
    ledger = actscope.ledger(HidingModel(), torch.randn(4, 16))
    assert ledger.residual_bytes == 256
    assert [residual.bytes for residual in ledger.residuals] == [256]
    lines = pathlib.Path(__file__).read_text().splitlines()
    number = 1 + next(i for i, line in enumerate(lines) if line.endswith("# this line"))
    assert f"{__file__}:{number} " in ledger.residuals[0].where
    assert f":{number} " in str(ledger)


def test_nothing_of_the_model_changes():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(8, 8), nn.BatchNorm1d(8), nn.Dropout(0.5), nn.Linear(8, 2))
    model[0].weight.grad = torch.ones(8, 8)
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    generator = torch.get_rng_state()
    actscope.ledger(model, torch.randn(4, 8, generator=torch.Generator().manual_seed(1)))
    assert torch.equal(torch.get_rng_state(), generator)
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())
    assert torch.equal(model[0].weight.grad, torch.ones(8, 8))
    assert model[1].weight.grad is None
    assert model.training
    from torch.nn.modules import module

    assert not module._global_forward_hooks and not module._global_forward_pre_hooks


def test_a_frozen_layer_keeps_nothing():
    model = nn.Sequential(nn.Linear(8, 8), nn.Linear(8, 8))
    model[0].requires_grad_(False)
    model[1].weight.requires_grad_(False)
    assert actscope.ledger(model, torch.randn(4, 8)).kept_bytes == 0


def test_inputs_are_arguments_by_place_or_name():
    model = nn.Bilinear(4, 5, 6)
    first, second = torch.randn(3, 4), torch.randn(3, 5)
    by_place = actscope.ledger(model, (first, second)).record
    assert by_place == actscope.ledger(model, {"input1": first, "input2": second}).record


def test_a_loss_in_the_output_is_the_loss():
    class Own(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = nn.Linear(4, 4)

        def forward(self, x):
            y = self.inner(x)
            return {"loss": y.pow(2).mean(), "logits": y}

    ledger = actscope.ledger(Own(), torch.randn(3, 4))
    assert {s.holder for s in ledger.storages if s.bytes} == {"Pow.self"}
    assert ledger.output_bytes == 4


def test_tables_are_for_people_and_programs():
    ledger = ledger_of("mlp")
    text = str(ledger)
    assert "64.0 KiB kept for backward on 2 storages" in text and "residual 0 bytes" in text
    assert [row["kept by"] for row in ledger.table] == ["Gelu.self", "Addmm.mat1"]
    assert "<table>" in ledger._repr_html_() and "<td" in ledger.table._repr_html_()
    json.dumps(ledger.record)


@pytest.mark.parametrize("model, inputs, loss, error, says", [
    (lambda x: x, torch.zeros(1), None, TypeError, r"not a torch.nn.Module \[got function\]"),
    (nn.Linear(2, 2), torch.zeros(1, 2), 3, TypeError, r"loss is no function \[got int\]"),
    (nn.Linear(2, 2), torch.zeros(1, 2), lambda y: 3.0, TypeError, r"the loss is no tensor \[got float\]"),
    (nn.Linear(2, 2), torch.zeros(1, 2), lambda y: y.sum().detach(), ValueError, "the loss has no graph"),
    (nn.Identity(), torch.zeros(1, 2), None, ValueError, "the loss has no graph"),
    (nn.Linear(2, 2, device="meta"), torch.zeros(1, 2, device="meta"), None, ValueError, r"\[got 'meta'\]"),
])
def test_wrong_arguments_are_named(model, inputs, loss, error, says):
    with pytest.raises(error, match=says):
        actscope.ledger(model, inputs, loss)


def test_a_pass_that_raises_leaves_nothing_behind():
    class Raising(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = nn.Linear(4, 4)
            self.calls = 0

        def forward(self, x):
            self.calls += 1
            if self.calls == 2:
                raise KeyError("in the counted pass")
            return self.inner(x)

    model = Raising()
    with pytest.raises(KeyError, match="in the counted pass"):
        actscope.ledger(model, torch.randn(2, 4))
    from torch.nn.modules import module

    assert not module._global_forward_hooks and not module._global_forward_pre_hooks
    ledger = actscope.ledger(model, torch.randn(2, 4))
    assert ledger.residual_bytes == 0 and set(ledger.bytes_by_module) <= {"inner"}


def test_a_decoder_with_tied_weights_keeps_no_parameter():
    model = Decoder()
    tokens = torch.randint(64, (2, 16))
    pointers = {p.data_ptr() for p in model.parameters()}
    ledger = actscope.ledger(model, tokens, lambda y: y.sum())
    assert pointers and ledger.residual_bytes == 0
    assert not any("weight" in s.holder for s in ledger.storages)


def test_autocast_is_part_of_the_pass():
    class Casting(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = Recomputed(False)

        def forward(self, x):
            with torch.autocast("cpu", dtype=torch.bfloat16):
                return self.inner(x)

    ledger = actscope.ledger(Casting(), torch.randn(128, 64))
    assert ledger.residual_bytes == 0


def test_advice_says_what_to_do_and_what_it_saves():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(256, 1024), nn.GELU(), nn.Linear(1024, 256), nn.ReLU(), nn.Linear(256, 256))
    rows = {row["keep instead"]: row for row in actscope.ledger(model, torch.randn(128, 256)).advice()}
    whole, codes = 128 * 1024 * 4, 128 * 1024 + 128 * 1024 // 128 * 4
    gelu = rows["codes of the activation's input"]
    assert gelu["saves_bytes"] == whole - codes and gelu["storages"] == 1
    linear = rows["codes of the layer's input"]
    assert linear["saves_bytes"] == whole - codes and linear["if these let go too"] == ""
    # The ReLU's result is the last layer's input: it is freed only where both keep something else.
    relu = rows["its sign alone, one bit each"]
    assert relu["kept_bytes"] == 128 * 256 * 4 and relu["if these let go too"] == "* (Addmm)"


def test_advice_agrees_with_what_codes_take():
    x = torch.randn(64, 1024)
    codes, scales = torch.ops.actscope.quantize(x, 8)
    from actscope.advice import bytes_left

    assert bytes_left("codes", x.numel()) == codes.nbytes + scales.nbytes


def test_advice_leaves_out_what_the_program_keeps():
    kept = []

    class Keeping(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.second = nn.Linear(256, 256), nn.Linear(256, 256)

        def forward(self, x):
            y = self.first(x)
            kept[:] = [y]
            return self.second(y)

    assert len(actscope.ledger(Keeping(), torch.randn(256, 256)).advice()) == 0


def test_a_compiled_model_is_read():
    torch.manual_seed(0)
    model, inputs, loss = MODELS["decoder"]()
    plain = actscope.ledger(model, inputs, loss)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        compiled = actscope.ledger(torch.compile(model, backend="aot_eager"), inputs, loss)
    assert compiled.residual_bytes == 0 and compiled.record["unknown_nodes"] == []
    assert compiled.kept_bytes == plain.kept_bytes  # this backend saves what autograd does
    assert any("CompiledFunction.saved[" in s.holder for s in compiled.storages)


def test_a_function_may_run_the_step():
    torch.manual_seed(0)
    model, x = nn.Sequential(nn.Linear(16, 64), nn.ReLU(), nn.Linear(64, 4)), torch.randn(8, 16)
    plain = actscope.ledger(model, x, lambda y: y.square().sum())
    for step, loss in ((lambda: model(x).square().sum(), None), (lambda: model(x), lambda y: y.square().sum())):
        ours = actscope.ledger(model, step, loss)
        assert (ours.kept_bytes, ours.residual_bytes, ours.bytes_by_module) == (plain.kept_bytes, 0, plain.bytes_by_module)
