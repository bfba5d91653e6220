// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

#include "actscope/tracer/store_ledger.hpp"

namespace actscope::core {

/// Cross entropy with label smoothing, mean over the batch:
/// (1 − ε)·nll + ε·mean over classes of −log p. Keeps log p [batch, classes] and one scalar.
///
/// Shapes  logits [batch, classes]; labels [batch] int64 → scalar
/// Effects registers what it keeps as layer "loss" with `ledger` where that is not null
torch::Tensor smoothed_cross_entropy(const torch::Tensor& logits, const torch::Tensor& labels,
                                     double label_smoothing, tracer::StoreLedger* ledger = nullptr);

}  // namespace actscope::core
