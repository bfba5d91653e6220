# SPDX-License-Identifier: Apache-2.0
"""The name of the package before it was ``actscope``: everything stands there now."""

import warnings

from actscope import Compression, Layer, Linear, compress_linears, restore, to_bsr
from actscope import CompressionReport as Report

__all__ = ["Compression", "Layer", "Linear", "Report", "compress_linears", "restore", "to_bsr"]

warnings.warn("actscope_torch is called actscope now: import actscope", DeprecationWarning, stacklevel=2)
