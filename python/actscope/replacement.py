# SPDX-License-Identifier: Apache-2.0
"""Compresses the linear layers of a model where they stand, and puts them back."""

import collections
import dataclasses
import fnmatch
import re

import torch
from torch.nn.utils import parametrize

from .compression import Compression
from .linear import Linear

_TYPES = (torch.float32, torch.float64, torch.bfloat16, torch.float16)
_OWN = ("compression", "threshold", "stands_aside")  # what Linear adds to a layer


@dataclasses.dataclass(frozen=True)
class Layer:
    """What was done with one layer."""

    names: tuple  # in the model; more than one where it is shared
    action: str  # 'compressed', 'changed' (it was, in another way), 'unchanged' (it was already), 'restored', 'left'
    detail: str  # how it keeps its input, or why it was left alone

    @property
    def name(self):
        return self.names[0]


class Report:
    """What was done with the linear layers of a model; print it."""

    _titles = {"compressed": "compressed", "changed": "compressed in another way now", "unchanged": "compressed so already",
               "restored": "plain again", "left": "left alone"}

    def __init__(self, layers, noun="linear layer"):
        self.layers, self.noun = tuple(layers), noun

    def _having(self, *actions):
        return {layer.name: layer.detail for layer in self.layers if layer.action in actions}

    @property
    def replaced(self):
        """Names of the layers that are compressed now as was asked, each with how."""
        return self._having("compressed", "changed", "unchanged")

    @property
    def restored(self):
        """Names of the layers that are plain again, each with how it was compressed."""
        return self._having("restored")

    @property
    def left(self):
        """Names of the layers that were left alone, each with the reason."""
        return self._having("left")

    def __str__(self):
        if not self.layers:
            return f"no {self.noun}s"
        return "\n".join(line for action in self._titles for line in self._lines(action))

    def _lines(self, action):
        # Layers that differ in numbers alone are one line.
        groups = collections.defaultdict(list)
        for layer in self.layers:
            if layer.action == action:
                names = [re.sub(r"\d+", "*", name) or "(the model)" for name in layer.names]
                groups[tuple(names), layer.detail].append(layer)
        if not groups:
            return
        count = sum(map(len, groups.values()))
        yield f"{count} {self.noun}{'s' if count != 1 else ''} {self._titles[action]}"
        for (names, detail), members in groups.items():
            if len(members) == 1:
                names = [name or "(the model)" for name in members[0].names]
            times = f" ({len(members)})" if len(members) > 1 else ""
            yield f"  {' = '.join(names)}{times}: {detail}"

    __repr__ = __str__


def compress_linears(model, store=None, *, block=None, sparsity=None, select=None, unbiased=False, only=None, exclude=None):
    """Lets every ``torch.nn.Linear`` in a model (or the model, if it is one) keep its input compressed for backward.

    store, block, sparsity, select, unbiased  as ``Compression``: int8 where nothing is given; a sparsity
                                              prunes blocks instead
    only, exclude                             patterns (``fnmatch``) of names in the model, one or more: the layers to
                                              take, or to leave alone

    The layers stay the objects that they are: parameters, hooks, names, optimizers and state dicts know no difference.
    A layer that is compressed already is changed to what is asked now. Layers that cannot be compressed faithfully are
    left alone, each with a reason in the ``Report`` that is returned. Errors are raised before anything is changed.
    """
    how = Compression.of(store, block, sparsity, select, unbiased)
    found = _linear_layers(model, only, exclude)
    layers, changes = [], []
    for module, names, reason in found:
        reason = reason or _reason_against(module)
        if reason:
            layers.append(Layer(names, "left", reason))
            continue
        how.require_fit(module.in_features, repr(names[0]) if names[0] else "the layer")
        is_ours = type(module) is Linear
        action = "compressed" if not is_ours else "unchanged" if module.compression == how else "changed"
        layers.append(Layer(names, action, str(how)))
        if action != "unchanged":
            changes.append(module)

    def change(module):
        module.__class__ = Linear
        module.compress_as(how)

    _all_or_none(changes, change)
    return Report(layers)


def restore(model, *, only=None, exclude=None):
    """Makes the layers that ``compress_linears`` compressed plain ``torch.nn.Linear`` again; returns a ``Report``."""
    layers, changes = [], []
    for module, names, reason in _linear_layers(model, only, exclude, isinstance_of=Linear):
        if not reason and type(module) is not Linear:
            reason = f"it became a {type(module).__name__} since: undo that first"
        layers.append(Layer(names, "left", reason) if reason else Layer(names, "restored", str(module.compression)))
        if not reason:
            changes.append(module)

    _all_or_none(changes, make_plain)
    return Report(layers)


def make_plain(module):
    """Makes one ``Linear`` the ``torch.nn.Linear`` that it was."""
    module.__class__ = torch.nn.Linear
    for name in _OWN:
        module.__dict__.pop(name, None)


def _all_or_none(modules, change):
    before = []
    try:
        for module in modules:
            own = {name: module.__dict__[name] for name in _OWN if name in module.__dict__}
            before.append((module, module.__class__, own))
            change(module)
    except BaseException:
        for module, kind, own in before:
            module.__class__ = kind
            for name in _OWN:
                module.__dict__.pop(name, None)
            module.__dict__.update(own)
        raise


def _linear_layers(model, only, exclude, isinstance_of=None):
    """(module, its names, reason to leave it alone or None) of every linear layer, in the order of the model."""
    if not isinstance(model, torch.nn.Module):
        raise TypeError(f"not a torch.nn.Module [got {type(model).__name__}]: give the model")
    wanted = {"only": _patterns("only", only), "exclude": _patterns("exclude", exclude)}
    names_of = {}
    for name, module in model.named_modules(remove_duplicate=False):
        is_one = isinstance(module, isinstance_of) if isinstance_of else _is_linear(module)
        if is_one:
            names_of.setdefault(module, []).append(name)
    every_name = [name for names in names_of.values() for name in names]
    for keyword, patterns in wanted.items():
        for pattern in patterns or ():
            if not any(fnmatch.fnmatchcase(name, pattern) for name in every_name):
                there = ", ".join(repr(name) for name in every_name[:8]) + (", …" if len(every_name) > 8 else "")
                raise ValueError(f"{keyword}={pattern!r} matches no linear layer [there are {there or 'none'}]")
    for module, names in names_of.items():
        yield module, tuple(names), _reason_of_patterns(names, **wanted)


def _patterns(keyword, given):
    if given is None:
        return None
    patterns = (given,) if isinstance(given, str) else given
    try:
        patterns = tuple(patterns)
    except TypeError:
        patterns = (None,)
    if not patterns or not all(isinstance(pattern, str) for pattern in patterns):
        raise TypeError(f"{keyword} is neither a pattern nor a list of them [got {given!r}]: give 'blocks.*' or ['head', 'blocks.0.*']")
    return patterns


def _reason_of_patterns(names, only, exclude):
    def match(patterns):
        return next((p for p in patterns or () if any(fnmatch.fnmatchcase(name, p) for name in names)), None)

    if only is not None and match(only) is None:
        return "not among only=" + repr(only[0] if len(only) == 1 else list(only))
    pattern = match(exclude)
    return None if pattern is None else f"excluded by {pattern!r}"


def _is_quantized(module):
    kind = type(module)
    return kind.__module__.startswith("torch.ao.nn") and "Linear" in kind.__name__ and hasattr(module, "in_features")


def _is_scripted(module):
    return isinstance(module, torch.jit.ScriptModule) and getattr(module, "original_name", "") == "Linear"


def _is_linear(module):
    return isinstance(module, torch.nn.Linear) or _is_quantized(module) or _is_scripted(module)


def _reason_against(module):
    """Why a linear layer cannot be compressed faithfully, or None."""
    kind = type(module)
    if _is_quantized(module):
        return "it is quantized"
    if _is_scripted(module):
        return "it is a script, whose code is fixed"
    if isinstance(module, torch.nn.LazyLinear):
        return "it has no sizes yet: run a batch through the model first"
    if parametrize.is_parametrized(module):
        return f"its {' and '.join(module.parametrizations)} is parametrized (torch.nn.utils.parametrize)"
    if kind is torch.nn.modules.linear.NonDynamicallyQuantizableLinear:
        return "torch.nn.MultiheadAttention multiplies with its weight and never calls it"
    if kind not in (torch.nn.Linear, Linear):
        return f"it is a {kind.__module__}.{kind.__qualname__}, which may compute something else"
    if "forward" in module.__dict__:
        return "its forward was replaced on the object"
    weight = getattr(module, "weight", None)
    if type(weight) not in (torch.nn.Parameter, torch.Tensor, torch._subclasses.FakeTensor):
        return f"its weight is a {type(weight).__module__}.{type(weight).__qualname__}"
    if weight.layout is not torch.strided:
        return f"its weight is {weight.layout}"
    if weight.dtype not in _TYPES:
        return f"its weight is {weight.dtype}"
    return None
