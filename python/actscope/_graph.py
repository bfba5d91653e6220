# SPDX-License-Identifier: Apache-2.0
"""What of an autograd graph only Python can read: functions written in Python, and tensors that hooks packed.

The walk in C++ reads every node of LibTorch. This one finds what it cannot see and tells it.
"""

import dataclasses
import functools
import re
import types

import torch
from torch._C._autograd import SavedTensor
from torch.autograd.function import BackwardCFunction

MOST_OBJECTS = 10_000  # looked into for one saved tensor
_ATOMS = (type(None), bool, int, float, complex, str, bytes, type, types.ModuleType, types.BuiltinFunctionType,
          torch.dtype, torch.device, torch.Size, torch.nn.Module, torch.Generator)


@dataclasses.dataclass
class Told:
    """What was read, as ``torch.classes.actscope.Ledger.count`` takes it: one entry of the four lists a tensor."""

    tensors: list = dataclasses.field(default_factory=list)
    nodes: list = dataclasses.field(default_factory=list)
    members: list = dataclasses.field(default_factory=list)
    numbers: list = dataclasses.field(default_factory=list)
    read_nodes: list = dataclasses.field(default_factory=list)
    hooked: int = 0

    @property
    def arguments(self):
        """The last arguments of the native calls that take what Python read."""
        return self.tensors, self.nodes, self.members, self.numbers, self.read_nodes, self.hooked

    def add(self, tensor, node, member, number):
        self.tensors.append(tensor)
        self.nodes.append(node)
        self.members.append(member)
        self.numbers.append(number)


def tensors_within(root):
    """(where, tensor) of every tensor that an object holds: in containers, attributes, closures and arguments.

    Modules are not looked into: what they hold is the model's. An object is looked into once.
    """
    pending, seen, looked = [("", root)], set(), 0
    while pending and looked < MOST_OBJECTS:
        where, value = pending.pop()
        if isinstance(value, _ATOMS) or id(value) in seen:
            continue
        seen.add(id(value))
        looked += 1
        if isinstance(value, torch.Tensor):
            yield where, value
        else:
            pending.extend(reversed(list(_parts(where, value))))


def _parts(where, value):
    if isinstance(value, SavedTensor):
        if value.unpack_hook is not None:
            yield f"{where}.unpack", value.unpack_hook
        yield where, value.data
    elif isinstance(value, dict):
        for key, part in list(value.items()):
            yield (f"{where}[{key!r}]" if isinstance(key, (str, int)) else f"{where}[…]"), part
    elif isinstance(value, (list, tuple, set, frozenset)):
        for index, part in enumerate(value):
            yield f"{where}[{index}]", part
    elif isinstance(value, functools.partial):
        yield from ((f"{where}.func", value.func), (f"{where}.args", value.args), (f"{where}.keywords", value.keywords))
    elif isinstance(value, types.MethodType):
        yield from ((f"{where}.__self__", value.__self__), (f"{where}.__func__", value.__func__))
    elif isinstance(value, types.FunctionType):
        for name, cell in zip(value.__code__.co_freevars, value.__closure__ or ()):
            try:
                yield f"{where}.{name}", cell.cell_contents
            except ValueError:  # not filled yet
                pass
        if value.__defaults__:
            yield f"{where}.__defaults__", value.__defaults__
    elif isinstance(value, types.CellType):
        try:
            yield where, value.cell_contents
        except ValueError:
            pass
    else:
        for name, part in list(getattr(value, "__dict__", {}).items()):
            yield f"{where}.{name}", part
        for kind in type(value).__mro__:
            slots = kind.__dict__.get("__slots__", ())
            for name in (slots,) if isinstance(slots, str) else slots:
                if name not in ("__dict__", "__weakref__") and hasattr(value, name):
                    yield f"{where}.{name}", getattr(value, name)


def operator_named(node_name):
    """``AddmmBackward0`` as "Addmm": a node's name without what autograd adds, as base's ``name_of`` cuts it."""
    return re.sub(r"(?<=.)Backward\d*$", "", node_name)


def nodes_behind(tensors, seen=None):
    """Every node of the graphs of some tensors that is not among ``seen``, once each; ``seen`` has them afterwards."""
    seen = set() if seen is None else seen
    pending = [tensor.grad_fn for tensor in tensors if tensor.grad_fn is not None]
    while pending:
        node = pending.pop()
        if node in seen:
            continue
        seen.add(node)
        yield node
        pending.extend(following for following, _ in node.next_functions if following is not None)


@functools.lru_cache(maxsize=None)
def _raw_names(kind):
    return tuple(name for name in dir(kind) if name.startswith("_raw_saved_") and name != "_raw_saved_tensors")


def read_graph(outputs):
    """Reads what the walk in C++ cannot: returns a ``Told``. Runs no hook and changes no tensor."""
    told, seen = Told(), set()
    for node in nodes_behind(outputs, seen):
        _read_node(node, told, is_walked=True)
    # A hook or a function may keep a tensor that has a graph of its own: the inputs of a recomputed region.
    count = 0
    while count < len(told.tensors):
        beyond, count = told.tensors[count:], len(told.tensors)
        for node in nodes_behind(beyond, seen):
            _read_node(node, told, is_walked=False)
    return told


# is_walked: the walk in C++ comes by as well, and reads what no hook packed.
def _read_node(node, told, is_walked):
    name, number = node.name(), node._sequence_nr()
    if isinstance(node, BackwardCFunction):
        if is_walked:
            told.read_nodes.append(name)
        try:
            saved = node._raw_saved_tensors
        except RuntimeError:  # backward has released them
            saved = ()
        _read_saved(saved or (), "saved", name, number, told, is_plain_read=True)
        for attribute, value in list(node.__dict__.items()):
            for where, tensor in tensors_within(value):
                told.add(tensor, name, attribute + where, number)
    for raw in _raw_names(type(node)):
        before = len(told.tensors)
        hooked = _read_saved(getattr(node, raw), raw.removeprefix("_raw_saved_"), name, number, told, not is_walked)
        if is_walked and len(told.tensors) > before:
            told.hooked += hooked


# Returns how many were packed by hooks.
def _read_saved(saved, member, name, number, told, is_plain_read):
    hooked = 0
    is_list = isinstance(saved, (tuple, list))
    for index, one in enumerate(saved if is_list else (saved,)):
        where = f"{member}[{index}]" if is_list else member
        if one is None:
            continue
        if one.unpack_hook is not None:
            hooked += 1
            for inside, tensor in tensors_within(one.data):
                told.add(tensor, name, f"{where}.packed{inside}", number)
            # What the hook needs to make the tensor again: arguments of a recomputed region, too.
            for inside, tensor in tensors_within(one.unpack_hook):
                told.add(tensor, name, f"{where}.unpack{inside}", number)
        elif is_plain_read and one.data is not None:
            told.add(one.data, name, where, number)
    return hooked
