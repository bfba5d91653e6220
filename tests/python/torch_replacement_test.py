# SPDX-License-Identifier: Apache-2.0
"""actscope.compress_linears in the models of others: what is replaced, what is left, what is refused."""

import copy
import io
import pickle

import pytest
import torch
from torch.nn.utils import parametrizations, spectral_norm, weight_norm

import actscope
from actscope import compress_linears, restore
from layer_networks import agree, gradients, network, values, weight_gradients_expected


def test_a_layer_stays_the_object_that_it_is():
    model = network()
    before = {name: module for name, module in model.named_modules()}
    model[0].eval()
    model[2].bias.requires_grad_(False)
    optimizer = torch.optim.SGD(model.parameters(), 0.25)
    state = {name: value.clone() for name, value in model.state_dict().items()}
    compress_linears(model)
    assert {name: module for name, module in model.named_modules()} == before
    assert [m.training for m in model] == [False, True, True] and not model[2].bias.requires_grad
    assert list(model.state_dict()) == list(state)
    model.load_state_dict(state)
    old = model[2].weight.clone()
    model(values(4, 32)).sum().backward()
    optimizer.step()
    assert not torch.equal(old, model[2].weight)
    copied = pickle.loads(pickle.dumps(copy.deepcopy(model)))
    assert isinstance(copied[2], actscope.Linear) and "int8" in repr(copied[2])
    buffer = io.BytesIO()
    torch.save(model.state_dict(), buffer)
    buffer.seek(0)
    network().load_state_dict(torch.load(buffer, weights_only=True))
    assert {p.device for p in compress_on("meta").parameters()} == {torch.device("meta")}


def compress_on(device):
    model = torch.nn.Linear(32, 8, device=device, dtype=torch.bfloat16)
    compress_linears(model)
    assert model.weight.dtype == torch.bfloat16
    return model


def test_hooks_go_on_being_called():
    model = network()
    called = []
    layer = model[0]
    layer.register_forward_pre_hook(lambda m, args: called.append("pre"))
    layer.register_forward_pre_hook(lambda m, args, kwargs: called.append("pre with kwargs"), with_kwargs=True)
    layer.register_forward_hook(lambda m, args, out: called.append("forward"))
    layer.register_forward_hook(lambda m, args, kwargs, out: 2 * out, with_kwargs=True)
    layer.register_full_backward_pre_hook(lambda m, grad: called.append("backward pre"))
    layer.register_full_backward_hook(lambda m, grad, out: called.append("backward"))
    layer.register_state_dict_post_hook(lambda *arguments: called.append("state"))
    plain = copy.deepcopy(model)
    compress_linears(model)
    expected = ["pre", "pre with kwargs", "forward", "backward pre", "backward"]
    x = values(8, 32)
    with weight_gradients_expected(model) as products:
        ours, theirs = gradients(model, x), gradients(plain, x)
    assert called[:len(expected)] == expected
    for i in (0, 1, 3, 5):  # all but weights: exact
        torch.testing.assert_close(ours[i], theirs[i])
    agree(ours[2::2], [products[i].float() for i in "02"], 1e-6)
    model.state_dict()
    assert called[-1] == "state"
    restore(model)
    called.clear()
    gradients(model, x)
    assert called == expected


def test_shared_layers_and_tied_weights_are_one():
    class Shared(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = torch.nn.Embedding(10, 16)
            self.first = torch.nn.Linear(16, 16)
            self.blocks = torch.nn.ModuleList([self.first, torch.nn.Linear(16, 16)])
            self.unregistered = [self.first]
            self.head = torch.nn.Linear(16, 10, bias=False)
            self.head.weight = self.embedding.weight

        def forward(self, x):
            x = self.embedding(x)
            for layer in (self.first, *self.blocks, *self.unregistered):
                x = layer(x)
            return self.head(x)

    torch.manual_seed(0)
    model = Shared()
    plain = copy.deepcopy(model)
    report = compress_linears(model)
    assert model.first is model.blocks[0] is model.unregistered[0]
    assert [layer.names for layer in report.layers] == [("first", "blocks.0"), ("blocks.1",), ("head",)]
    assert model.head.weight is model.embedding.weight
    assert len(list(model.parameters())) == len(list(plain.parameters()))
    x = torch.arange(10)
    for network_ in (model, plain):
        network_(x).square().sum().backward()
    agree([p.grad for p in model.parameters()], [p.grad for p in plain.parameters()], 0.15)
    assert compress_linears(model, exclude="blocks.0", store="int8").left == {"first": "excluded by 'blocks.0'"}


class OwnLinear(torch.nn.Linear):
    def forward(self, x):
        return 2 * super().forward(x)


def zoo():
    """A layer of every kind that is no plain linear one, after one that is."""
    torch.manual_seed(0)
    model = torch.nn.ModuleDict({
        "plain": torch.nn.Linear(16, 16),
        "weight_norm": parametrizations.weight_norm(torch.nn.Linear(16, 16)),
        "spectral_norm": parametrizations.spectral_norm(torch.nn.Linear(16, 16)),
        "orthogonal": parametrizations.orthogonal(torch.nn.Linear(16, 16)),
        "own": OwnLinear(16, 16),
        "lazy": torch.nn.LazyLinear(16),
        "attention": torch.nn.MultiheadAttention(16, 2),
        "quantized": torch.ao.nn.quantized.dynamic.Linear(16, 16),
        "script": torch.jit.script(torch.nn.Linear(16, 16)),
        "complex": torch.nn.Linear(16, 16, dtype=torch.complex64),
        "wrapped": torch.nn.Linear(16, 16),
    })
    model["wrapped"].forward = lambda x: 3 * torch.nn.functional.linear(x, model["wrapped"].weight)
    return model


def test_what_cannot_be_replaced_is_left_alone_with_a_reason():
    model = zoo()
    kinds = {name: type(module) for name, module in model.named_modules()}
    report = compress_linears(model)
    assert list(report.replaced) == ["plain"] and isinstance(model["plain"], actscope.Linear)
    expected = {
        "weight_norm": "parametrized", "spectral_norm": "parametrized", "orthogonal": "parametrized", "own": "OwnLinear",
        "lazy": "no sizes", "attention.out_proj": "never calls it", "quantized": "quantized", "script": "script",
        "complex": "complex64", "wrapped": "forward was replaced"}
    assert set(report.left) == set(expected)
    for name, reason in expected.items():
        assert reason in report.left[name], name
        assert reason in str(report) and name in str(report)
    assert {name: type(module) for name, module in model.named_modules() if name != "plain"} == {
        name: kind for name, kind in kinds.items() if name != "plain"}


@pytest.mark.parametrize("norm", [weight_norm, spectral_norm])
@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_norms_that_are_hooks_go_on_working(norm):
    torch.manual_seed(0)
    plain = torch.nn.Sequential(norm(torch.nn.Linear(32, 8)))
    torch.manual_seed(0)
    ours = torch.nn.Sequential(norm(torch.nn.Linear(32, 8)))
    assert compress_linears(ours).replaced == {"0": "int8"}
    x = values(16, 32)
    for _ in range(2):
        agree(gradients(ours, x), gradients(plain, x), 0.15)


def test_an_error_leaves_the_model_as_it_was(monkeypatch):
    model = torch.nn.Sequential(torch.nn.Linear(32, 32), torch.nn.Linear(32, 4), torch.nn.Linear(4, 32))
    with pytest.raises(ValueError, match="16 columns and '2' takes 4 features"):
        compress_linears(model, block=16, sparsity=0.5)
    assert {type(m) for m in model} == {torch.nn.Linear}
    compress_linears(model[1], "int4")
    calls = []

    def fail(self, how):
        calls.append(self)
        self.compression = how
        if len(calls) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(actscope.Linear, "compress_as", fail)
    with pytest.raises(KeyboardInterrupt):
        compress_linears(model)
    assert [type(m) for m in model] == [torch.nn.Linear, actscope.Linear, torch.nn.Linear]
    assert "compression" not in vars(model[0]) and model[1].compression.store == "int4"


def test_settings_change_and_restore_undoes():
    model = network()
    assert set(layer.action for layer in compress_linears(model).layers) == {"compressed"}
    assert set(layer.action for layer in compress_linears(model).layers) == {"unchanged"}
    report = compress_linears(model, block=8, sparsity=0.75, only="0")
    assert report.replaced == {"0": "8x8 at 75 %, row"} and report.left == {"2": "not among only='0'"}
    assert "8x8 at 75 %, row" in repr(model[0]) and "keeps int8" in repr(model[2])
    assert "compressed in another way now" in str(report)
    report = restore(model, exclude="2")
    assert report.restored == {"0": "8x8 at 75 %, row"} and type(model[0]) is torch.nn.Linear
    restore(model)
    assert repr(model) == repr(network()) and vars(model[0]).keys() == vars(network()[0]).keys()
    assert str(restore(model)) == "no linear layers"


def test_a_report_folds_layers_that_are_alike():
    model = torch.nn.ModuleDict({
        "blocks": torch.nn.ModuleList(torch.nn.ModuleDict({"up": torch.nn.Linear(8, 32), "down": torch.nn.Linear(32, 8)})
                                      for _ in range(12)),
        "head": torch.nn.Linear(8, 10)})
    assert str(compress_linears(model, exclude=["head", "blocks.0.*"])) == "\n".join([
        "22 linear layers compressed", "  blocks.*.up (11): int8", "  blocks.*.down (11): int8", "3 linear layers left alone",
        "  blocks.0.up: excluded by 'blocks.0.*'", "  blocks.0.down: excluded by 'blocks.0.*'", "  head: excluded by 'head'"])
    assert str(compress_linears(torch.nn.Linear(8, 4))) == "1 linear layer compressed\n  (the model): int8"


@pytest.mark.parametrize("error, text, settings", [
    (ValueError, "sparsity lies outside", {"sparsity": 1.5}),
    (ValueError, "sparsity lies outside", {"sparsity": -0.1}),
    (ValueError, "sparsity lies outside", {"sparsity": float("nan")}),
    (TypeError, "sparsity is not a number", {"sparsity": "0.8"}),
    (TypeError, "sparsity is not a number", {"sparsity": True}),
    (ValueError, "no such select", {"sparsity": 0.5, "select": "rows"}),
    (TypeError, "select is not a string", {"sparsity": 0.5, "select": 1}),
    (ValueError, "no such store", {"store": "int3"}),
    (TypeError, "store is not a string", {"store": 4}),
    (ValueError, "a side of a block", {"block": 0, "sparsity": 0.5}),
    (ValueError, "a side of a block", {"block": (16, 2000), "sparsity": 0.5}),
    (TypeError, "block is neither", {"block": (1, 2, 3), "sparsity": 0.5}),
    (TypeError, "block is neither", {"block": 2.5, "sparsity": 0.5}),
    (ValueError, "64 columns and '0' takes 32 features", {"block": 64, "sparsity": 0.5}),
    (ValueError, "no sparsity is given", {"block": 16}),
    (ValueError, "no sparsity is given", {"select": "row"}),
    (ValueError, "no sparsity is given", {"unbiased": True}),
    (ValueError, "no sparsity is given", {"store": "bsr"}),
    (ValueError, "give one of the two", {"store": "int4", "sparsity": 0.5}),
    (TypeError, "unbiased is neither", {"sparsity": 0.5, "unbiased": "yes"}),
    (ValueError, "only='2.*' matches no linear layer", {"only": "2.*"}),
    (ValueError, "exclude='head' matches no linear layer", {"exclude": ["0", "head"]}),
    (TypeError, "only is neither", {"only": 3}),
    (TypeError, "exclude is neither", {"exclude": []}),
])
def test_wrong_settings_are_refused_where_they_are_given(error, text, settings):
    model = network()
    with pytest.raises(error, match=text.replace("*", r"\*")) as raised:
        compress_linears(model, **settings)
    assert "\n" not in str(raised.value)
    assert {type(m) for m in model[::2]} == {torch.nn.Linear}
    if not {"only", "exclude"} & set(settings) and "takes 32" not in text:
        with pytest.raises(error, match=text):
            actscope.Linear(32, 8, **settings)


def test_only_a_module_can_be_compressed():
    for call in (compress_linears, restore):
        with pytest.raises(TypeError, match="not a torch.nn.Module"):
            call([torch.nn.Linear(8, 8)])
