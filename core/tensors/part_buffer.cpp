// SPDX-License-Identifier: Apache-2.0
#include "tensors/part_buffer.hpp"

#include <utility>

namespace actscope::core {

torch::Tensor PartBuffer::add(const SlotShape& shape, std::int64_t first,
                              const torch::Tensor& part) {
  const std::int64_t count = part.numel() / shape.unit_elements();
  if (count == shape.units()) return part;
  if (!parts_.defined()) {
    parts_ = torch::empty({shape.units(), shape.unit_elements()}, part.options());
  }
  parts_.narrow(0, first, count).copy_(part.view({count, shape.unit_elements()}));
  return first + count == shape.units() ? std::exchange(parts_, torch::Tensor()) : torch::Tensor();
}

}  // namespace actscope::core
