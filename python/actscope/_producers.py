# SPDX-License-Identifier: Apache-2.0
"""What the node that made a tensor tells about it: whether it saves its own result, how to compute it again."""

import torch
from torch.nn import functional

from ._graph import operator_named
from ._packed import Kept, Laid, Rebuilt

MOST_STEPS = 8  # of a chain that leads to parameters
DEEPEST = 3  # a tensor rebuilt from one rebuilt from one rebuilt from codes

_LOOKUPS = ("Embedding", "EmbeddingBag", "Index", "IndexSelect", "Gather")
# What the gradient of an operator makes of its own result: a mask; a product that bears codes, finer ones in 'int8';
# an exponential that bears bfloat16, which is exact to 1/256 of the logarithm and so most exact where it is near 0.
OWN_RESULTS = {"Relu": "mask", "Softmax": "codes", "SafeSoftmax": "codes", "Exp": "codes", "Tanh": "int8", "Sigmoid": "int8",
               "LogSoftmax": "bf16"}


def operator_of(node):
    """``AddmmBackward0`` as "Addmm"; "" where there is none."""
    return operator_named(node.name()) if node is not None else ""


def saves_itself(tensor):
    """Whether the node that made the tensor saves it just now, as its own result."""
    node = tensor.grad_fn
    for name in ("result", "output"):
        raw = getattr(node, "_raw_saved_" + name, None)
        if raw is not None and raw.data is None and raw.unpack_hook is None:
            return not _is_released(node, name)
    return False


# After backward a node has nothing either, as before it saves; but then it refuses to be asked.
def _is_released(node, name):
    try:
        return getattr(node, "_saved_" + name) is not None
    except RuntimeError:
        return True


def is_of_parameters(tensor):
    """Whether a tensor is a parameter or leaf, a view of one, or computed from parameters alone: casts, norms of weights.

    Looking up rows of a parameter gives data.
    """
    base = tensor if tensor._base is None else tensor._base
    if isinstance(base, torch.nn.Parameter) or (base.is_leaf and base.requires_grad):
        return True
    if base.grad_fn is None:
        return False
    pending, steps = [base.grad_fn], 0
    while pending:
        node, steps = pending.pop(), steps + 1
        if node is None or steps > MOST_STEPS or operator_of(node) in _LOOKUPS:
            return False
        if hasattr(node, "variable"):  # AccumulateGrad
            if not isinstance(node.variable, torch.nn.Parameter):
                return False
        else:
            following = node.next_functions
            if not following:
                return False
            pending.extend(next_node for next_node, _ in following)
    return True


def _packed_by_us(node, member):
    raw = getattr(node, "_raw_saved_" + member, None)
    packed = None if raw is None or raw.unpack_hook is None else raw.data
    return packed if hasattr(packed, "value") and type(packed).__module__.startswith("actscope") else None


def _normalized(input, result1, result2, weight=None, bias=None):
    given = [value for value in (input, result1, result2, weight, bias) if value is not None]
    wide = torch.float64 if input.dtype == torch.float64 else torch.float32
    if any(value.dtype != wide for value in given):
        input, result1, result2, weight, bias = (
            None if value is None else value.to(wide) for value in (input, result1, result2, weight, bias))
    y = torch.addcmul(-result1 * result2, input, result2)
    if weight is None:
        return y if bias is None else y.add_(bias)
    return y.mul_(weight) if bias is None else torch.addcmul(bias, y, weight, out=y)


def _normalized_by_channel(input, result1, result2, weight=None, bias=None):
    shape = (1, -1) + (1,) * (input.dim() - 2)
    vectors = [None if vector is None else vector.view(shape) for vector in (result1, result2, weight, bias)]
    return _normalized(input, *vectors)


def _product(self, other):
    return self * other


def _gelu(self, approximate):
    return functional.gelu(self, approximate=approximate)


def _silu(self):
    return functional.silu(self)


def _fixed(node):
    return {"approximate": node._saved_approximate} if operator_of(node) == "Gelu" else {}


# The function and its arguments as the node saves them; one with '?' may be absent.
_RECIPES = {
    "Gelu": (_gelu, ("self",)),
    "Silu": (_silu, ("self",)),
    "NativeLayerNorm": (_normalized, ("input", "result1", "result2", "weight?", "bias?")),
    "NativeBatchNorm": (_normalized_by_channel, ("input", "result1", "result2", "weight?")),
    "Mul": (_product, ("self", "other")),
}


class Recipe:
    """How to make the output of a node again: a function and its arguments, those that are packed by name."""

    __slots__ = ("function", "parts", "fixed", "then_relu")

    def __init__(self, function, parts, fixed):
        self.function, self.parts, self.fixed, self.then_relu = function, parts, fixed, False

    def value(self):
        made = self.function(**{name: part.value() for name, part in self.parts.items()}, **self.fixed)
        return made.relu_() if self.then_relu else made


def recipe_of(node):
    """A ``Recipe`` for the output of a node from what the node packed, or None."""
    operator = operator_of(node)
    if operator in ("ToCopy", "Relu"):  # they keep nothing of what they took
        (source, number), = node.next_functions
        if source is None or number != 0 or operator_of(source) in ("ToCopy", "Relu"):
            return None
        recipe = recipe_of(source)
        if recipe is not None:
            recipe.then_relu = operator == "Relu"
        return recipe
    if operator not in _RECIPES or (operator == "NativeBatchNorm" and not node._saved_training):
        return None
    function, members = _RECIPES[operator]
    parts = {}
    for member in members:
        name = member.removesuffix("?")
        part = _packed_by_us(node, name)
        if part is not None:
            parts[name] = part
        elif not member.endswith("?"):
            return None
    if operator == "NativeBatchNorm":  # it does not save its bias
        bias = node.next_functions[2][0]
        if bias is not None:
            if not hasattr(bias, "variable"):
                return None
            parts["bias"] = Kept(bias.variable)
    return Recipe(function, parts, _fixed(node))


def rebuilt(tensor):
    """A ``Rebuilt`` for a tensor whose producer keeps codes of what it was made from, or None."""
    base = tensor if tensor._base is None else tensor._base
    # A changed tensor is not what its producer made; an output that lies scattered is not laid anew.
    if base.grad_fn is None or base._version != 0 or base.output_nr != 0 or base.storage_offset() != 0:
        return None
    if base.numel() * base.element_size() != base.untyped_storage().nbytes():
        return None
    recipe = recipe_of(base.grad_fn)
    # From exact parts nothing would be saved that codes do not save.
    if recipe is None or not any(isinstance(part, (Laid, Rebuilt)) for part in recipe.parts.values()):
        return None
    view = (tuple(tensor.shape), tuple(tensor.stride()), tensor.storage_offset())
    result = Rebuilt(recipe, base.dtype, (tuple(base.shape), tuple(base.stride())), view)
    return result if result.depth <= DEEPEST else None


__all__ = ["OWN_RESULTS", "Recipe", "is_of_parameters", "operator_of", "rebuilt", "saves_itself"]
