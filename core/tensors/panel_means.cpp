// SPDX-License-Identifier: Apache-2.0
#include "tensors/panel_means.hpp"

#include <torch/types.h>

#include "tensors/sum_types.hpp"

namespace actscope::core {
namespace {

using torch::Tensor;

// visit(rows of whole panels [panels, panel_rows, features], their first panel), then the same with
// the rest as one panel of its own height.
template <class Visit>
void for_each_height(const Tensor& rows, std::int64_t panel_rows, const Visit& visit) {
  const std::int64_t count = rows.size(0);
  const std::int64_t whole = count / panel_rows;
  const std::int64_t rest = count - whole * panel_rows;
  if (whole > 0) {
    visit(rows.narrow(0, 0, whole * panel_rows).view({whole, panel_rows, rows.size(1)}), 0);
  }
  if (rest > 0) {
    visit(rows.narrow(0, whole * panel_rows, rest).view({1, rest, rows.size(1)}), whole);
  }
}

Tensor reduced(const Tensor& rows, std::int64_t panel_rows, bool is_mean) {
  const std::int64_t panels = (rows.size(0) + panel_rows - 1) / panel_rows;
  const Tensor out =
      torch::empty({panels, rows.size(1)}, rows.options().dtype(sum_type(rows.scalar_type())));
  for_each_height(rows, panel_rows, [&](const Tensor& part, std::int64_t first) {
    Tensor place = out.narrow(0, first, part.size(0));
    torch::sum_out(place, part, 1, false, out.scalar_type());
    if (is_mean) place.div_(part.size(1));
  });
  return out;
}

}  // namespace

Tensor panel_sums(const Tensor& rows, std::int64_t panel_rows) {
  return reduced(rows, panel_rows, false);
}

Tensor panel_means(const Tensor& rows, std::int64_t panel_rows) {
  return reduced(rows, panel_rows, true).to(rows.scalar_type());
}

Tensor deviations(const Tensor& rows, const Tensor& centers, std::int64_t panel_rows) {
  Tensor out = torch::empty_like(rows);
  for_each_height(rows, panel_rows, [&](const Tensor& part, std::int64_t first) {
    Tensor place =
        out.narrow(0, first * panel_rows, part.size(0) * part.size(1)).view(part.sizes());
    torch::sub_out(place, part, centers.narrow(0, first, part.size(0)).unsqueeze(1));
  });
  return out;
}

}  // namespace actscope::core
