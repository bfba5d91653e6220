# SPDX-License-Identifier: Apache-2.0
"""How each kind of module keeps less, in words for the report, and what is left alone and why."""

import torch
from torch import nn
from torch.nn.utils import parametrize

_BY_CODES = "keeps {store} of its input; gradients of inputs and biases are exact"
_TEXTS = (
    ((nn.Linear, nn.Bilinear, nn.modules.conv._ConvNd), _BY_CODES),
    ((nn.ReLU,), "keeps a bit for each element; exact"),
    ((nn.modules.dropout._DropoutNd,), "keeps its mask in bits; exact"),
    ((nn.GELU, nn.SiLU), "keeps {store} of its input, from which its output is computed again"),
    ((nn.LayerNorm, nn.RMSNorm, nn.modules.batchnorm._NormBase),
     "keeps {store} of its input, from which its output is computed again; statistics are exact"),
    ((nn.GroupNorm,), "keeps {store} of its input; statistics are exact"),
    ((nn.Tanh, nn.Sigmoid), "keeps int8 of its output at least"),
    ((nn.Softmax, nn.Softmax2d), "keeps {store} of its output"),
    ((nn.LogSoftmax, nn.CrossEntropyLoss), "keeps bf16 of the logarithms"),
    ((nn.MultiheadAttention,), "keeps {store} of query, key, value and of what it multiplies"),
    ((nn.RNNBase, nn.RNNCellBase), "keeps {store} of its input and output; the library's own workspace stays"),
)
_KEEP_INTEGERS = (nn.Embedding, nn.EmbeddingBag)
_KEEP_NOTHING = (nn.Identity, nn.Flatten, nn.Unflatten, nn.Upsample, nn.PixelShuffle, nn.ZeroPad2d)
_KEEP_INDICES = (nn.modules.pooling._MaxPoolNd, nn.modules.pooling._AdaptiveMaxPoolNd)
_CONTAINERS = (nn.Sequential, nn.ModuleList, nn.ModuleDict, nn.ParameterList, nn.ParameterDict)


def text_of(module, store):
    """(what a module keeps once it is packed, None) or (None, why it stays as it is)."""
    if isinstance(module, torch.jit.ScriptModule):
        return f"what it saves is packed as {store}", None
    if isinstance(module, _KEEP_INTEGERS):
        return None, "it keeps integers alone"
    if isinstance(module, _KEEP_NOTHING):
        return None, "it keeps nothing"
    if isinstance(module, _KEEP_INDICES):
        return None, "it keeps indices, which are integers; its input is packed"
    if parametrize.is_parametrized(module):
        return f"what it saves is packed as {store}; its parametrized weight is left exact", None
    parameters = list(module.parameters(recurse=False))
    for kinds, text in _TEXTS:
        if isinstance(module, kinds):
            if parameters and not any(p.requires_grad for p in parameters) and text is _BY_CODES:
                return None, "its weight is frozen: it keeps nothing of its input"
            return text.format(store=store), None
    return f"what it saves is packed as {store}", None


def is_told(module):
    """Whether a module has a line of its own in the report: what computes something itself."""
    return not isinstance(module, _CONTAINERS) and (
        not list(module.children()) or isinstance(module, nn.MultiheadAttention) or parametrize.is_parametrized(module))
