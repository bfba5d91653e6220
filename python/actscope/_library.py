# SPDX-License-Identifier: Apache-2.0
"""Loads the library that the package works with: beside the package, or what ACTSCOPE_TORCH_LIBRARY names."""

import ctypes
import os
import pathlib

import torch

from . import _build

NAME = "libactscope_torch.so"


def _minor(version):
    return ".".join(version.split("+")[0].split(".")[:2])


def _found():
    named = os.environ.get("ACTSCOPE_TORCH_LIBRARY")
    if named:
        return pathlib.Path(named)
    here = pathlib.Path(__file__).parent
    return next((path for path in (here / NAME, here.parent / NAME) if path.exists()), here / NAME)


if _minor(torch.__version__) != _minor(_build.TORCH_VERSION):
    raise ImportError(
        f"actscope {_build.VERSION} was built for torch {_minor(_build.TORCH_VERSION)} and torch {torch.__version__} is "
        f"installed: install the wheel for torch {_minor(torch.__version__)}, or build it: pip install ./python")

path = _found()
torch.ops.load_library(str(path))

# A handful of plain C functions that are called too often for an operator. They keep the GIL.
_plain = ctypes.PyDLL(str(path))
layer_name = _plain.actscope_layer_name
layer_name.argtypes, layer_name.restype = [ctypes.c_char_p], ctypes.c_int64
enter_layer = _plain.actscope_enter_layer
enter_layer.argtypes, enter_layer.restype = [ctypes.c_int64], ctypes.c_int64
leave_layers = _plain.actscope_leave_layers
leave_layers.argtypes, leave_layers.restype = [ctypes.c_int64], None
