// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

#include "actscope/core/scheme/slot_layout.hpp"

namespace actscope::core {

/// Gathers the parts of a slot that has to be seen whole.
class PartBuffer {
 public:
  /// The whole slot once its last part is there, else an undefined tensor.
  /// Requires parts in order
  torch::Tensor add(const SlotShape& shape, std::int64_t first, const torch::Tensor& part);

 private:
  torch::Tensor parts_;
};

}  // namespace actscope::core
