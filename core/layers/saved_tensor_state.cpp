// SPDX-License-Identifier: Apache-2.0
#include "layers/saved_tensor_state.hpp"

#include <torch/csrc/autograd/graph_task.h>

#include <algorithm>
#include <vector>

#include "actscope/base/error.hpp"
#include "saving/chunk_units.hpp"
#include "saving/slot_product.hpp"
#include "tensors/sum_types.hpp"

namespace actscope::core {
namespace {

using torch::Tensor;

// Rows that a product decodes at once.
std::int64_t rows_at_once(const SavedTensorState& kept) {
  const SlotShape& shape = kept.store.shape();
  const auto bytes_a_row = static_cast<std::int64_t>(static_cast<std::size_t>(2 * shape.cols) *
                                                     kept.store.options().dtype().itemsize());
  std::vector<std::int64_t> granules{kept.store.granule()};
  if (kept.choice) granules.push_back(kept.choice->granule());
  return chunk_units(shape.rows, kept.workspace_bytes, bytes_a_row, granules);
}

}  // namespace

SavedTensorState::SavedTensorState(const SavedTensorSpec& setting, const Tensor& rows)
    : store(setting.store, {1, rows.size(0), rows.size(1)}, rows, tracer::Name(setting.name),
            {setting.seed}),
      name(setting.name),
      workspace_bytes(setting.workspace_bytes) {
  store.put(0, rows);
  if (setting.operand.kind != OperandKind::bsr || has_panels(setting.store.kind)) return;
  choice.emplace(setting.operand, store.shape(), rows, tracer::Name(setting.name),
                 StoreDraw{setting.seed});
  choice->choose(0, rows);
}

void SavedTensorState::release() {
  // Outside of a walk nobody has asked to retain anything.
  const bool is_in_walk = torch::autograd::get_current_graph_task_id() != -1;
  if (is_in_walk && torch::autograd::get_current_graph_task_keep_graph()) return;
  store.release();
  if (choice) choice->release();
  is_released = true;
}

std::int64_t SavedTensorState::bytes() const {
  std::int64_t sum = 0;
  visit_saved([&](std::string_view, std::string_view, const Tensor& tensor) {
    if (tensor.defined()) sum += static_cast<std::int64_t>(tensor.storage().nbytes());
  });
  return sum;
}

Tensor SavedTensorState::product(const Tensor& dy) const {
  const SlotShape& shape = store.shape();
  Tensor dw = torch::zeros({dy.size(1), shape.cols},
                           dy.options().dtype(sum_type(dy.scalar_type())).requires_grad(false));
  const std::int64_t step = rows_at_once(*this);
  for (std::int64_t first = 0; first < shape.rows; first += step) {
    const std::int64_t count = std::min(step, shape.rows - first);
    const bool wants_decoded = !store.has_panels() && !reads_codes(store, choice);
    const Tensor x = wants_decoded ? store.get(first, count) : Tensor();
    add_product(dy.narrow(0, first, count), store, choice, x, first, dw, nullptr);
  }
  return dw;
}

void require_values(const StoreSpec& store, const Operand& operand, std::string_view subject) {
  const KeptValues kept = traits_of(store.kind).kept;
  if (kept == KeptValues::nothing || kept == KeptValues::means) {
    throw ConfigError(error_text(std::string(subject) + " as " + to_text(store),
                                 "nothing else gives back its values",
                                 "keep it as bsr:16:0.8 or int4"));
  }
  if (prunes_anew(store, operand)) {
    throw ConfigError(
        error_text("the operand prunes an input that is stored pruned",
                   "the store is " + to_text(store) + ", the operand " + to_text(operand),
                   "leave the operand full: the product reads the kept blocks"));
  }
}

void refuse_second_derivative(std::string_view function, std::string_view remedy) {
  if (!at::GradMode::is_enabled()) return;
  throw Error(error_text("a second derivative of " + std::string(function) + " was asked for",
                         "its gradients carry no graph of their own", remedy));
}

}  // namespace actscope::core
