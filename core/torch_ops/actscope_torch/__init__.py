# SPDX-License-Identifier: Apache-2.0
"""Linear layers that keep less for backward: a thin cover of ``torch.ops.actscope``.

    import actscope_torch
    print(actscope_torch.compress_linears(model))

Lies beside ``libactscope_torch.so``, which it loads when imported. docs/guide/python.md explains it and the operators.
"""

from . import _library  # first: it registers the operators
from .compression import Compression
from .exchange import to_bsr
from .linear import Linear
from .replacement import Layer, Report, compress_linears, restore

__all__ = ["Compression", "Layer", "Linear", "Report", "compress_linears", "restore", "to_bsr"]
