// SPDX-License-Identifier: Apache-2.0
#include "saving/saved_slot.hpp"

#include "saving/record_storage.hpp"
#include "tensors/square_sum.hpp"

namespace actscope::core {

SavedSlot::SavedSlot(const StoreSpec& store, const SlotShape& shape, const torch::Tensor& like,
                     tracer::Name name, const StoreDraw& draw)
    : spec_(store),
      traits_(&traits_of(store.kind)),
      shape_(shape),
      options_(like.options().requires_grad(false)),
      store_(make_store({store, shape, options_, name, draw})) {}

void SavedSlot::put(std::int64_t first, const torch::Tensor& part) {
  if (!store_->wants_whole()) {
    put_now(first, part);
  } else if (const torch::Tensor whole = parts_.add(shape_, first, part); whole.defined()) {
    put_now(0, whole);
  }
}

void SavedSlot::put_now(std::int64_t first, const torch::Tensor& part) {
  store_->put(first, part);
  if (norm_ == nullptr) return;
  const std::int64_t count = part.numel() / shape_.unit_elements();
  const torch::Tensor flat = part.view({count, shape_.unit_elements()});
  const torch::Tensor back = store_->get(first, count);
  norm_->all += square_sum(flat);
  // Blocks and elements as they were before rescaling and narrowing.
  const bool is_mean = traits_->kept == KeptValues::means;
  norm_->kept += square_sum(is_mean ? back : flat.masked_fill(back == 0, 0));
}

void SavedSlot::measure(SlotNorm* norm) {
  norm_ = leaves_out() ? norm : nullptr;
}

torch::Tensor SavedSlot::get(std::int64_t first, std::int64_t count) const {
  const std::int64_t cut = granule();
  const std::int64_t begin = first / cut * cut;
  const std::int64_t end = std::min((first + count + cut - 1) / cut * cut, shape_.units());
  const torch::Tensor part = store_->get(begin, end - begin);
  return begin == first && end == first + count ? part : part.narrow(0, first - begin, count);
}

void SavedSlot::record(tracer::StoreLedger* ledger, std::string_view layer,
                       std::string_view slot) const {
  for (const auto& [name, tensor] : store_->held()) record_storage(ledger, layer, slot, *tensor);
}

void SavedSlot::visit(const tracer::SavedTensorSource::Visit& visit, std::string_view slot) const {
  for (const auto& [name, tensor] : store_->held()) visit(slot, name, *tensor);
}

void SavedSlot::release() {
  for (const auto& [name, tensor] : store_->held()) tensor->reset();
}

}  // namespace actscope::core
