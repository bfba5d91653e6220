# SPDX-License-Identifier: Apache-2.0
"""Loads the operators: libactscope_torch.so beside this package, or what ACTSCOPE_TORCH_LIBRARY names."""

import os
import pathlib

import torch

path = pathlib.Path(
    os.environ.get("ACTSCOPE_TORCH_LIBRARY") or pathlib.Path(__file__).parent.with_name("libactscope_torch.so")
)
torch.ops.load_library(str(path))
