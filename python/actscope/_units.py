# SPDX-License-Identifier: Apache-2.0
"""The parts of a model that a plan decides about: repeated blocks, other modules at the top, and what is inside them."""

import collections
import dataclasses

import torch

from .tables import folded_name


@dataclasses.dataclass
class Group:
    """Modules of equal kind, sizes and arguments whose names differ in a number alone, in the order of their calls.

    name    of the group, ``blocks.*``; "" stands for the model itself, what no other group has
    names   of its modules
    parts   names of the modules inside one, relative to it, that are called themselves
    """

    name: str
    kind: str
    names: list
    parts: list = dataclasses.field(default_factory=list)

    @property
    def count(self):
        return len(self.names)

    def ways_of(self, number, way):
        """``way`` of module ``number`` as names with a way each. It is a dict of parts, "" the module itself."""
        own = self.names[number]
        return {f"{own}.{part}" if own and part else own or part: each for part, each in way.items()}


class Calls:
    """Counts calls of the modules of a model while it is entered, with shapes and the order of the first calls."""

    def __init__(self, model):
        self._model, self.shapes, self.counts = model, {}, collections.Counter()

    def __enter__(self):
        self._handles = [module.register_forward_pre_hook(self._see, with_kwargs=True) for module in self._model.modules()
                         if not isinstance(module, torch.jit.ScriptModule)]
        return self

    def __exit__(self, *exception):
        for handle in self._handles:
            handle.remove()

    def _see(self, module, args, kwargs):
        self.counts[module] += 1
        self.shapes.setdefault(module, tuple(_shapes((args, kwargs))))

    def __contains__(self, module):
        return module in self.counts


# Of tensors among arguments; objects (a cache of keys and values) are not looked into.
def _shapes(given):
    if isinstance(given, torch.Tensor):
        yield tuple(given.shape)
    elif isinstance(given, (tuple, list)):
        for part in given:
            yield from _shapes(part)
    elif isinstance(given, dict):
        yield from _shapes(list(given.values()))


def groups_of(model, calls):
    """The ``Group``s of a model as ``Calls`` saw it run, in the order of their calls, that of the model itself last."""
    named, seen = [], {model}
    _find(model, "", calls, named, seen)
    order = {module: number for number, module in enumerate(calls.shapes)}
    groups = {}
    for name, module in sorted(named, key=lambda pair: order[pair[1]]):
        key = (folded_name(name), _signature(module), calls.shapes[module], calls.counts[module])
        if key not in groups:
            groups[key] = Group(folded_name(name), type(module).__name__, [], _parts_of(module, calls))
        groups[key].names.append(name)
    shared = collections.Counter(group.name for group in groups.values())
    for group in groups.values():
        if group.count == 1:
            group.name = group.names[0]
        elif shared[group.name] > 1:
            group.name += f" ({group.names[0]}, …)"
    return [*groups.values(), Group("", type(model).__name__, [""])]


# Repeated blocks where there are any, as near to the top as they are; beside them whatever is called.
def _find(module, name, calls, named, seen):
    for child_name, child in module.named_children():
        if child in seen:
            continue
        seen.add(child)
        path = f"{name}.{child_name}" if name else child_name
        is_called = child in calls
        if is_called and (_has_twin(child, module) or not _has_blocks(child)):
            named.append((path, child))
            seen.update(child.modules())
        elif not isinstance(child, torch.jit.ScriptModule):
            _find(child, path, calls, named, seen)


def _is_block(module):
    return len(list(module.children())) > 1


def _has_twin(module, parent):
    others = (other for other in parent.children() if other is not module)
    return _is_block(module) and any(_signature(other) == _signature(module) for other in others)


def _has_blocks(module):
    return any(_has_twin(child, holder) for holder in module.modules() for child in holder.children())


def _signature(module):
    return (type(module), tuple((name, tuple(p.shape), p.dtype, p.requires_grad) for name, p in module.named_parameters()),
            len(list(module.modules())))


# The children of a module that are called; those of a list or of a wrapper around one child in its place.
def _parts_of(module, calls):
    parts, pending = [], [(name, child) for name, child in module.named_children()]
    while pending:
        name, child = pending.pop(0)
        if child in calls:
            parts.append(name)
        elif not isinstance(child, torch.jit.ScriptModule):
            pending.extend((f"{name}.{inner}", one) for inner, one in child.named_children())
    return parts
