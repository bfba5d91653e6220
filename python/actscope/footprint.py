# SPDX-License-Identifier: Apache-2.0
"""What a forward pass would keep for backward, from shapes alone: nothing is allocated, nothing computed."""

import json

import torch
from torch._subclasses.fake_tensor import FakeTensor, FakeTensorMode
from torch.utils import _pytree

from . import _graph
from ._layers import layers_of
from ._step import Step
from .ledger import Ledger
from .tables import bytes_text

_WITH_WORKSPACE = ("MkldnnRnn", "CudnnRnn", "MiopenRnn")


def footprint(model, inputs=(), loss=None, device="cpu"):
    """The ``Ledger`` that ``actscope.ledger`` would measure, predicted on tensors that have no memory: a ``Footprint``.

    Arguments are those of ``actscope.ledger``. Parameters and inputs may lie on any device, also on ``meta``: those are
    predicted as on ``device``, because operators (attention, above all) keep other things on another device. The
    prediction differs where a kernel of the device keeps something of its own. A model whose code depends on values of
    tensors cannot be predicted: LibTorch's error names the operator.

    Raises as ``actscope.ledger``, and ValueError: ``device`` is none that this machine has.
    """
    device = _present(device)
    step = Step(model, inputs, loss, devices=None)
    if step.is_called:
        raise TypeError("a prediction cannot call a step of the program: give what the model takes")
    mode = FakeTensorMode(allow_non_fake_inputs=True)
    made = {}

    def fake(value):
        if not isinstance(value, torch.Tensor):
            return value
        if id(value) not in made:
            made[id(value)] = _on(device, value, mode) if value.is_meta else mode.from_tensor(value, static_shapes=True)
        return made[id(value)]

    for tensor in step.state_tensors():
        fake(tensor)
    tensors = dict((*model.named_parameters(remove_duplicate=False), *model.named_buffers(remove_duplicate=False)))
    state = {name: fake(tensor) for name, tensor in tensors.items()}
    imagined = Step(model, _pytree.tree_map(fake, inputs), loss, devices=None)
    torch.ops.actscope.count_allocations()
    native = torch.classes.actscope.Ledger("cpu")  # so that nodes know their layer
    with step.unchanged(), mode:
        native.begin()
        with layers_of(model):
            outputs = imagined.forward(lambda *args, **kwargs: torch.func.functional_call(model, state, args, kwargs))
        told = _graph.read_graph(outputs)
        record = native.predict(outputs, list(made.values()), *told.arguments)
    return Footprint(json.loads(record))


def _present(given):
    try:
        device = torch.device(given)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError, TypeError) as error:
        raise ValueError(f"no device of this machine [got {str(given)!r}]: give 'cpu', or 'cuda' where there is one") from error
    if device.type == "meta":
        raise ValueError("what is kept depends on the device [got 'meta']: give the one that you will train on")
    return device


# A tensor of device meta as if it lay on another one.
def _on(device, tensor, mode):
    return FakeTensor(mode, tensor.detach(), device).requires_grad_(tensor.requires_grad)


class Footprint(Ledger):
    """A predicted ledger. ``unpredicted`` names nodes that keep a workspace whose size only the device knows."""

    @property
    def unpredicted(self):
        nodes = {holder["node"] for storage in self.record["storages"] for holder in storage["holders"]}
        return sorted(node for node in nodes if node.startswith(_WITH_WORKSPACE))

    def _account(self):
        yield (f"{bytes_text(self.kept_bytes)} would be kept for backward on {self.record['totals']['storages']} "
               "storages, predicted from shapes.")
        if self.unpredicted:
            yield f"Not predicted: the workspace of {', '.join(self.unpredicted)}, whose size only the device knows."
