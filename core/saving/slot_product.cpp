// SPDX-License-Identifier: Apache-2.0
#include "saving/slot_product.hpp"

#include <torch/types.h>

#include "actscope/kernels/gemm.hpp"
#include "actscope/tracer/scope.hpp"
#include "tensors/dense_product.hpp"
#include "tensors/sum_types.hpp"
#include "tensors/tensor_views.hpp"

namespace actscope::core {

using torch::Tensor;

void add_product(const Tensor& dy, const SavedSlot& slot, const std::optional<BlockChoice>& choice,
                 const Tensor& decoded, std::int64_t first, Tensor& dw, Tensor* db) {
  const std::int64_t count = dy.size(0);
  const auto multiply = [&](const kernels::ConstBsrPanels& panels, kernels::PanelRange range) {
    static const tracer::Name gemm_tn("gemm_tn");
    const tracer::OperatorScope scope(gemm_tn);
    kernels::gemm_tn(context_of(dy), const_view(dy, 1, count, dy.size(1)), panels,
                     mutable_view(dw, 1, dw.size(0), dw.size(1)), kernels::Output::accumulate,
                     range, {.bias_gradient = db == nullptr ? nullptr : db->mutable_data_ptr()});
  };
  if (slot.has_panels()) {
    const StoredPanels stored = slot.panels(first, count);
    multiply(stored.panels, stored.range);
  } else if (choice) {
    const auto gathered =
        decoded.defined() ? choice->gather(first, decoded) : choice->gather(first, count, slot);
    multiply(as_const(gathered.panels), {});
  } else {
    add_product_tn(dw, dy, decoded);
    if (db != nullptr) db->add_(feature_sums(dy));
  }
}

}  // namespace actscope::core
