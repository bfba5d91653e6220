// SPDX-License-Identifier: Apache-2.0
#include "saving/block_choice.hpp"

#include <torch/types.h>

#include "actscope/kernels/compress.hpp"
#include "actscope/tracer/scope.hpp"
#include "saving/panel_parts.hpp"
#include "saving/record_storage.hpp"
#include "saving/saved_slot.hpp"
#include "tensors/square_sum.hpp"
#include "tensors/tensor_views.hpp"

namespace actscope::core {

BlockChoice::BlockChoice(const Operand& operand, const SlotShape& shape, const torch::Tensor& like,
                         tracer::Name name, const StoreDraw& draw)
    : shape_(shape),
      name_(name),
      draw_(draw),
      layout_(layout_of(shape, operand.blocks)),
      mask_(words(layout_.mask_words(), like.options().requires_grad(false))) {
  if (layout_.scales() > 0) {
    scales_ = torch::empty({layout_.scales()}, mask_.options().dtype(torch::kFloat32));
  }
}

std::int64_t BlockChoice::granule() const {
  return shape_.by_group ? 1 : layout_.panel_rows();
}

void BlockChoice::choose(std::int64_t first, const torch::Tensor& part) {
  if (!kernels::counts_follow_data(layout_.spec().select)) {
    choose_now(first, part);
  } else if (const torch::Tensor whole = parts_.add(shape_, first, part); whole.defined()) {
    choose_now(0, whole);
  }
}

void BlockChoice::choose_now(std::int64_t first, const torch::Tensor& part) {
  static const tracer::Name select_blocks("select_blocks");
  const tracer::OperatorScope scope(select_blocks, name_);
  const SlotShape shape = shape_.part(part.numel() / shape_.unit_elements());
  const kernels::PanelLayout layout = layout_of(shape, layout_.spec());
  if (layout.panels() == 0) return;
  const kernels::PanelExtent start = layout_.panel(panel_at(shape_, layout_, first));
  const torch::Tensor column_starts = words(layout.column_starts(), mask_.options());
  kernels::BlockIndex index{word_data(mask_) + start.mask_word, word_data(column_starts), nullptr};
  if (scales_.defined()) index.scales = float_data(scales_) + start.value_block;
  choose_blocks(part, shape, layout, index, draw_, start.first_block);
  if (norm_ != nullptr) add_norms(first, part);
}

void BlockChoice::add_norms(std::int64_t first, const torch::Tensor& part) {
  const SlotShape shape = shape_.part(part.numel() / shape_.unit_elements());
  Gathered kept = room(first, shape.units(), part.options());
  // Norms are those of the blocks before they are rescaled.
  kernels::BlockSpec plain = layout_.spec();
  plain.rescale = kernels::Rescale::none;
  kept.panels.layout = layout_of(shape, plain);
  kept.panels.index.scales = nullptr;
  kept.values.zero_();  // room that a threshold leaves over
  kernels::gather_blocks(context_of(part), view_of(part, shape), kept.panels);
  norm_->all += square_sum(part);
  norm_->kept += square_sum(kept.values);
}

torch::Tensor BlockChoice::starts_of(std::int64_t first, std::int64_t count) const {
  const kernels::PanelLayout layout = layout_of(shape_.part(count), layout_.spec());
  torch::Tensor starts = words(layout.column_starts(), mask_.options());
  if (layout.panels() == 0) return starts;
  const std::int64_t word = layout_.panel(panel_at(shape_, layout_, first)).mask_word;
  kernels::column_starts_from_mask(context_of(mask_), layout,
                                   {word_data(mask_) + word, word_data(starts), nullptr});
  return starts;
}

std::int64_t BlockChoice::kept_before(std::int64_t unit) const {
  if (unit == 0) return 0;
  if (!kernels::counts_follow_data(layout_.spec().select)) {
    return layout_.panel(panel_at(shape_, layout_, unit)).value_block;
  }
  return starts_of(0, unit)[-1].item<std::int64_t>();
}

BlockChoice::Gathered BlockChoice::room(std::int64_t first, std::int64_t count,
                                        const torch::TensorOptions& options) const {
  const kernels::PanelLayout layout = layout_of(shape_.part(count), layout_.spec());
  Gathered gathered;
  gathered.column_starts = starts_of(first, count);
  std::int64_t blocks = layout.kept_blocks();
  if (layout.panels() > 0 && kernels::counts_follow_data(layout_.spec().select)) {
    blocks = gathered.column_starts[-1].item<std::int64_t>();
  }
  gathered.values = torch::empty({blocks * layout.block_elements()}, options);
  gathered.mask = mask_;
  const std::int64_t word =
      layout.panels() == 0 ? 0 : layout_.panel(panel_at(shape_, layout_, first)).mask_word;
  gathered.panels = {layout,
                     dtype_of(gathered.values),
                     gathered.values.mutable_data_ptr(),
                     {word_data(mask_) + word, word_data(gathered.column_starts), nullptr}};
  if (scales_.defined() && layout.panels() > 0) {
    gathered.panels.index.scales = float_data(scales_) + kept_before(first);
  }
  return gathered;
}

BlockChoice::Gathered BlockChoice::gather(std::int64_t first, const torch::Tensor& part) const {
  static const tracer::Name gather_blocks("gather_blocks");
  const tracer::OperatorScope scope(gather_blocks, name_);
  const SlotShape shape = shape_.part(part.numel() / shape_.unit_elements());
  Gathered gathered = room(first, shape.units(), part.options());
  kernels::gather_blocks(context_of(part), view_of(part, shape), gathered.panels);
  return gathered;
}

BlockChoice::Gathered BlockChoice::gather(std::int64_t first, std::int64_t count,
                                          const SavedSlot& coded) const {
  static const tracer::Name gather_blocks_from_codes("gather_blocks_from_codes");
  const tracer::OperatorScope scope(gather_blocks_from_codes, name_);
  Gathered gathered = room(first, count, coded.options());
  kernels::gather_blocks_from_codes(context_of(gathered.values), coded.codes(first),
                                    gathered.panels);
  return gathered;
}

void BlockChoice::record(tracer::StoreLedger* ledger, std::string_view layer,
                         std::string_view slot) const {
  record_storage(ledger, layer, slot, mask_);
  record_storage(ledger, layer, slot, scales_);
}

void BlockChoice::visit(const tracer::SavedTensorSource::Visit& visit,
                        std::string_view slot) const {
  visit(slot, "chosen", mask_);
  visit(slot, "chosen_scales", scales_);
}

void BlockChoice::release() {
  mask_.reset();
  scales_.reset();
}

}  // namespace actscope::core
