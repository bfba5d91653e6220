# SPDX-License-Identifier: Apache-2.0
"""See, predict, shrink and guard the memory of a PyTorch training.

    import actscope
    print(actscope.ledger(model, inputs, loss=loss_fn))
    print(actscope.compress_linears(model))

docs/guide/python.md explains it and the operators ``torch.ops.actscope``.
"""

from . import _library  # first: it registers the operators
from ._build import VERSION as __version__
from .compression import Compression
from .exchange import to_bsr
from .footprint import footprint
from .ledger import Ledger, ledger
from .linear import Linear
from .replacement import Layer, Report, compress_linears, restore

__all__ = ["Compression", "Layer", "Ledger", "Linear", "Report", "compress_linears", "footprint", "ledger",
           "restore", "to_bsr"]
