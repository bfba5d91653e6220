# SPDX-License-Identifier: Apache-2.0
"""See, predict, shrink and guard the memory of a PyTorch training.

    import actscope
    print(actscope.ledger(model, inputs, loss=loss_fn))
    print(actscope.compress(model))
    actscope.apply(model, actscope.plan(model, inputs, loss_fn, budget="6GiB"))

docs/guide/python.md explains it and the operators ``torch.ops.actscope``.
"""

from . import _library  # first: it registers the operators
from ._build import VERSION as __version__
from .apply import ApplyReport, apply
from .compress import CompressReport, compress, restore
from .compression import Compression
from .cross_entropy import cross_entropy
from .errors import FolderError, ReportError
from .exchange import to_bsr
from .footprint import Footprint, footprint
from .gate import Verdict, gate
from .ledger import Ledger, ledger
from .linear import Linear
from .module_plan import Plan
from .plan import plan
from .record import record
from .replacement import Layer, compress_linears
from .replacement import Report as CompressionReport
from .report import Report
from .saved_tensors import SavedReport, saved_tensors

__all__ = ["ApplyReport", "CompressReport", "Compression", "CompressionReport", "FolderError", "Footprint", "Layer", "Ledger",
           "Linear", "Plan", "Report", "ReportError", "SavedReport", "Verdict", "apply", "compress", "compress_linears",
           "cross_entropy", "footprint", "gate", "ledger", "plan", "record", "restore", "saved_tensors", "to_bsr"]
