// SPDX-License-Identifier: Apache-2.0
#include "saving/stores/pruned.hpp"

#include "actscope/core/scheme/store_bytes.hpp"
#include "actscope/kernels/compress.hpp"
#include "actscope/tracer/scope.hpp"
#include "saving/panel_parts.hpp"
#include "saving/stores/value_runs.hpp"
#include "scheme/block_values.hpp"
#include "tensors/tensor_views.hpp"

namespace actscope::core {

Pruned::Pruned(StoreSettings setting)
    : Store(std::move(setting)), layout_(layout_of(setting_.shape, setting_.store.blocks)) {
  const torch::TensorOptions& options = setting_.options;
  const BlockValues values = setting_.store.values;
  const std::int64_t elements = layout_.kept_blocks() * layout_.block_elements();
  if (is_coded(values)) {
    const CodedPanel end = coded_panel(layout_, code_bits(values), layout_.panels());
    values_ = torch::empty({end.first_byte}, options.dtype(torch::kUInt8));
    value_scales_ = words(end.first_group, options);
  } else {
    values_ = torch::empty({elements},
                           values == BlockValues::bf16 ? options.dtype(torch::kBFloat16) : options);
  }
  mask_ = words(layout_.mask_words(), options);
  column_starts_ = words(layout_.column_starts(), options);
  if (layout_.scales() > 0) {
    block_scales_ = torch::empty({layout_.scales()}, options.dtype(torch::kFloat32));
  }
}

std::int64_t Pruned::granule() const {
  return setting_.shape.by_group ? 1 : layout_.panel_rows();
}

bool Pruned::wants_whole() const {
  return kernels::counts_follow_data(layout_.spec().select);
}

void Pruned::put(std::int64_t first, const torch::Tensor& part) {
  static const tracer::Name compress("compress");
  const tracer::OperatorScope scope(compress, setting_.name);
  const std::int64_t count = part.numel() / setting_.shape.unit_elements();
  const SlotShape shape = setting_.shape.part(count);
  const kernels::PanelLayout layout = layout_of(shape, layout_.spec());
  if (layout.panels() == 0) return;
  const std::int64_t first_panel = panel_at(setting_.shape, layout_, first);
  const kernels::PanelExtent start = layout_.panel(first_panel);
  const bool is_full = setting_.store.values == BlockValues::full;
  const std::int64_t elements = layout.kept_blocks() * layout.block_elements();
  // A threshold may keep fewer blocks than there is room for; the rest has to be zero, as it is
  // encoded too.
  const torch::Tensor values =
      is_full ? values_.narrow(0, start.value_block * layout.block_elements(), elements)
              : torch::zeros({elements}, part.options());
  kernels::BsrPanels panels{layout, dtype_of(part), values.mutable_data_ptr(), {}};
  panels.index = {word_data(mask_) + start.mask_word,
                  word_data(column_starts_) + start.column_start, nullptr};
  if (block_scales_.defined()) panels.index.scales = float_data(block_scales_) + start.value_block;
  choose_blocks(part, shape, layout, panels.index, setting_.draw, start.first_block);
  kernels::gather_blocks(context_of(part), view_of(part, shape), panels);
  if (!is_full) narrow(values, first_panel, first_panel + layout.panels());
}

void Pruned::narrow(const torch::Tensor& values, std::int64_t first_panel, std::int64_t end_panel) {
  if (!is_coded(setting_.store.values)) {
    const std::int64_t place = layout_.panel(first_panel).value_block * layout_.block_elements();
    values_.narrow(0, place, values.numel()).copy_(values);
    return;
  }
  write_coded_panels(layout_, code_bits(setting_.store.values), {first_panel, end_panel}, values,
                     {values_, value_scales_});
}

torch::Tensor Pruned::widened(std::int64_t first_panel, std::int64_t end_panel,
                              std::int64_t first_block, std::int64_t blocks) const {
  if (!is_coded(setting_.store.values)) {
    return values_
        .narrow(0, first_block * layout_.block_elements(), blocks * layout_.block_elements())
        .to(setting_.options.dtype());
  }
  return read_coded_panels(layout_, code_bits(setting_.store.values), {first_panel, end_panel},
                           {first_block, blocks}, {values_, value_scales_}, setting_.options);
}

StoredPanels Pruned::part_panels(std::int64_t first, std::int64_t count) const {
  StoredPanels part;
  part.panels.layout = layout_of(setting_.shape.part(count), layout_.spec());
  part.panels.dtype = dtype_of(torch::empty({0}, setting_.options));
  if (part.panels.layout.panels() == 0) return part;
  const std::int64_t first_panel = panel_at(setting_.shape, layout_, first);
  const std::int64_t end_panel = first_panel + part.panels.layout.panels();
  const kernels::PanelExtent start = layout_.panel(first_panel);
  const std::int64_t starts = part.panels.layout.column_starts();
  part.column_starts = column_starts_.narrow(0, start.column_start, starts);
  std::int64_t first_block = start.value_block;
  std::int64_t blocks = part.panels.layout.kept_blocks();
  if (wants_whole()) {
    // Starts count through the whole matrix: through this part from here on.
    first_block = part.column_starts[0].item<std::int64_t>();
    blocks = part.column_starts[starts - 1].item<std::int64_t>() - first_block;
    part.column_starts = part.column_starts - static_cast<std::int32_t>(first_block);
  }
  part.values = widened(first_panel, end_panel, first_block, blocks);
  part.panels.values = part.values.const_data_ptr();
  part.panels.index = {word_data(mask_) + start.mask_word, word_data(part.column_starts), nullptr};
  return part;
}

StoredPanels Pruned::panels(std::int64_t first, std::int64_t count) const {
  if (setting_.store.values != BlockValues::full) return part_panels(first, count);
  StoredPanels whole;
  whole.panels = {layout_,
                  dtype_of(values_),
                  values_.const_data_ptr(),
                  {word_data(mask_), word_data(column_starts_), nullptr}};
  const std::int64_t begin = panel_at(setting_.shape, layout_, first);
  whole.range = {begin, panel_at(setting_.shape, layout_, first + count) - begin};
  return whole;
}

torch::Tensor Pruned::dense(const StoredPanels& panels, std::int64_t count) const {
  torch::Tensor part = setting_.empty_part(count);
  if (panels.panels.layout.panels() == 0) return part;
  const SlotShape shape = setting_.shape.part(count);
  kernels::decompress(context_of(part), panels.panels,
                      mutable_view(part, shape.groups, shape.rows, shape.cols));
  return part;
}

torch::Tensor Pruned::get(std::int64_t first, std::int64_t count) const {
  static const tracer::Name decompress("decompress");
  const tracer::OperatorScope scope(decompress, setting_.name);
  return dense(part_panels(first, count), count);
}

torch::Tensor Pruned::is_kept(std::int64_t first, std::int64_t count) const {
  StoredPanels ones = part_panels(first, count);
  if (ones.values.defined()) {
    ones.values = torch::ones_like(ones.values);
    ones.panels.values = ones.values.const_data_ptr();
  }
  return dense(ones, count) != 0;
}

Store::Held Pruned::held() {
  return {{"values", &values_},
          {"value_scales", &value_scales_},
          {"mask", &mask_},
          {"column_starts", &column_starts_},
          {"block_scales", &block_scales_}};
}

std::unique_ptr<Store> make_pruned(StoreSettings setting) {
  return std::make_unique<Pruned>(std::move(setting));
}

}  // namespace actscope::core
