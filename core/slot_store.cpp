// SPDX-License-Identifier: Apache-2.0
#include "slot_store.hpp"

#include <numeric>

#include "actscope/base/check.hpp"
#include "actscope/kernels/compress.hpp"
#include "actscope/tracer/scope.hpp"
#include "tensor_views.hpp"

namespace actscope::core {
namespace {

kernels::PanelLayout layout_of(const SlotShape& shape, const kernels::BlockSpec& blocks) {
  return {shape.groups, shape.rows, shape.cols, blocks};
}

// The number of the panel that begins at a unit. Requires units cut at granules.
std::int64_t panel_at(const SlotShape& shape, const kernels::PanelLayout& layout,
                      std::int64_t unit) {
  if (shape.by_group) return unit * layout.panels_per_group();
  return unit == shape.rows ? layout.panels() : unit / layout.panel_rows();
}

torch::Tensor words(std::int64_t count, const torch::TensorOptions& options) {
  return torch::empty({count}, options.dtype(torch::kInt32));
}

std::uint32_t* word_data(const torch::Tensor& tensor) {
  return reinterpret_cast<std::uint32_t*>(tensor.data_ptr<std::int32_t>());
}

kernels::CodeBits bits_of(StoreKind kind) {
  return kind == StoreKind::int8 ? kernels::CodeBits::int8 : kernels::CodeBits::int4;
}

void choose_into(const torch::Tensor& part, const SlotShape& part_shape,
                 const kernels::PanelLayout& layout, const kernels::BlockIndex& index) {
  const kernels::ExecutionContext context = context_of(part);
  const auto workspace = torch::empty({kernels::compress_workspace_bytes(context, layout)},
                                      part.options().dtype(torch::kUInt8));
  kernels::select_blocks(context,
                         const_view(part, part_shape.groups, part_shape.rows, part_shape.cols),
                         layout, index, workspace.mutable_data_ptr());
}

void record_storage(tracer::SavedLedger* ledger, std::string_view layer, std::string_view slot,
                    const torch::Tensor& tensor) {
  if (ledger == nullptr || !tensor.defined()) return;
  const c10::Storage& storage = tensor.storage();
  ledger->record(layer, slot, storage.unsafeGetStorageImpl(),
                 static_cast<std::int64_t>(storage.nbytes()));
}

}  // namespace

SlotStore::SlotStore(const Store& store, const SlotShape& shape, const torch::Tensor& like,
                     tracer::Name name)
    : store_(store), shape_(shape), name_(name), options_(like.options().requires_grad(false)) {
  const std::int64_t elements = shape.units() * shape.unit_elements();
  switch (store.kind) {
    case StoreKind::keep:
    case StoreKind::drop:
      break;
    case StoreKind::bsr:
      layout_ = layout_of(shape, store.blocks);
      values_ = torch::empty({layout_.kept_blocks() * layout_.block_elements()}, options_);
      mask_ = words(layout_.mask_words(), options_);
      column_starts_ = words(layout_.column_starts(), options_);
      break;
    case StoreKind::int8:
    case StoreKind::int4:
      values_ = torch::empty({kernels::code_bytes(bits_of(store.kind), elements)},
                             options_.dtype(torch::kUInt8));
      scales_ = words(kernels::code_groups(elements), options_);
      break;
  }
}

std::int64_t SlotStore::granule() const {
  switch (store_.kind) {
    case StoreKind::keep:
    case StoreKind::drop:
      return 1;
    case StoreKind::bsr:
      return shape_.by_group ? 1 : layout_.panel_rows();
    case StoreKind::int8:
    case StoreKind::int4:
      return kernels::code_group_elements /
             std::gcd(kernels::code_group_elements, shape_.unit_elements());
  }
  return 1;
}

torch::Tensor SlotStore::room(std::int64_t first, std::int64_t count) {
  if (store_.kind != StoreKind::keep) return empty_like_part(count);
  if (!values_.defined()) values_ = empty_like_part(shape_.units());
  return values_.narrow(0, first, count);
}

void SlotStore::put(std::int64_t first, const torch::Tensor& part) {
  const std::int64_t count = part.numel() / shape_.unit_elements();
  const kernels::ExecutionContext context = context_of(part);
  switch (store_.kind) {
    case StoreKind::drop:
      return;
    case StoreKind::keep:
      if (count == shape_.units()) {
        values_ = part.detach().view({shape_.units(), shape_.unit_elements()});
        return;
      }
      if (torch::Tensor place = room(first, count);
          place.const_data_ptr() != part.const_data_ptr()) {
        place.copy_(part.view(place.sizes()));
      }
      return;
    case StoreKind::bsr: {
      static const tracer::Name compress("compress");
      const tracer::OperatorScope scope(compress, name_);
      const SlotShape shape = shape_.part(count);
      const kernels::PanelLayout layout = layout_of(shape, store_.blocks);
      if (layout.panels() == 0) return;
      const kernels::PanelExtent start = layout_.panel(panel_at(shape_, layout_, first));
      kernels::BsrPanels panels{layout, dtype_of(part), nullptr, {}};
      panels.values = static_cast<char*>(values_.mutable_data_ptr()) +
                      start.value_block * layout_.block_elements() * size_of(dtype_of(part));
      panels.index = {word_data(mask_) + start.mask_word,
                      word_data(column_starts_) + start.column_start};
      choose_into(part, shape, layout, panels.index);
      kernels::gather_blocks(context, const_view(part, shape.groups, shape.rows, shape.cols),
                             panels);
      return;
    }
    case StoreKind::int8:
    case StoreKind::int4: {
      static const tracer::Name quantize("quantize");
      const tracer::OperatorScope scope(quantize, name_);
      const kernels::CodeBits bits = bits_of(store_.kind);
      const std::int64_t element = first * shape_.unit_elements();
      ACTSCOPE_REQUIRES(element % kernels::code_group_elements == 0);
      auto* scales = reinterpret_cast<kernels::CodeScale*>(word_data(scales_));
      kernels::quantize(context, dtype_of(part), part.const_data_ptr(), part.numel(), bits,
                        values_.data_ptr<std::uint8_t>() + kernels::code_bytes(bits, element),
                        scales + kernels::code_groups(element));
      return;
    }
  }
}

torch::Tensor SlotStore::empty_like_part(std::int64_t units) const {
  return torch::empty({units, shape_.unit_elements()}, options_);
}

torch::Tensor SlotStore::get(std::int64_t first, std::int64_t count) const {
  if (store_.kind == StoreKind::keep) return values_.narrow(0, first, count);
  const std::int64_t begin = first / granule() * granule();
  const std::int64_t end =
      std::min((first + count + granule() - 1) / granule() * granule(), shape_.units());
  return decode(begin, end - begin).narrow(0, first - begin, count);
}

torch::Tensor SlotStore::decode(std::int64_t first, std::int64_t count) const {
  static const tracer::Name decompress("decompress");
  static const tracer::Name dequantize("dequantize");
  const tracer::OperatorScope scope(store_.kind == StoreKind::bsr ? decompress : dequantize, name_);
  torch::Tensor part = empty_like_part(count);
  const kernels::ExecutionContext context = context_of(part);
  if (store_.kind == StoreKind::bsr) {
    const SlotShape shape = shape_.part(count);
    const kernels::PanelLayout layout = layout_of(shape, store_.blocks);
    if (layout.panels() == 0) return part;
    const kernels::PanelExtent start = layout_.panel(panel_at(shape_, layout_, first));
    kernels::ConstBsrPanels whole = panels();
    kernels::ConstBsrPanels some{layout, whole.dtype, nullptr, {}};
    some.values = static_cast<const char*>(whole.values) +
                  start.value_block * layout_.block_elements() * size_of(whole.dtype);
    some.index = {whole.index.mask + start.mask_word,
                  whole.index.column_starts + start.column_start};
    kernels::decompress(context, some, mutable_view(part, shape.groups, shape.rows, shape.cols));
    return part;
  }
  const kernels::CodedMatrix coded = codes(first);
  kernels::dequantize(context, dtype_of(part), coded.bits, coded.codes, coded.scales,
                      coded.first_element, part.numel(), part.mutable_data_ptr());
  return part;
}

kernels::ConstBsrPanels SlotStore::panels() const {
  return {layout_,
          dtype_of(values_),
          values_.const_data_ptr(),
          {word_data(mask_), word_data(column_starts_)}};
}

kernels::PanelRange SlotStore::panel_range(std::int64_t first, std::int64_t count) const {
  const std::int64_t begin = panel_at(shape_, layout_, first);
  return {begin, panel_at(shape_, layout_, first + count) - begin};
}

kernels::CodedMatrix SlotStore::codes(std::int64_t first) const {
  return {bits_of(store_.kind), values_.const_data_ptr<std::uint8_t>(),
          reinterpret_cast<const kernels::CodeScale*>(word_data(scales_)),
          first * shape_.unit_elements()};
}

void SlotStore::record(tracer::SavedLedger* ledger, std::string_view layer,
                       std::string_view slot) const {
  record_storage(ledger, layer, slot, values_);
  record_storage(ledger, layer, slot, mask_);
  record_storage(ledger, layer, slot, column_starts_);
  record_storage(ledger, layer, slot, scales_);
}

void SlotStore::visit(const tracer::SavedTensorSource::Visit& visit, std::string_view slot) const {
  visit(slot, "values", values_);
  visit(slot, "mask", mask_);
  visit(slot, "column_starts", column_starts_);
  visit(slot, "scales", scales_);
}

void SlotStore::release() {
  values_.reset();
  mask_.reset();
  column_starts_.reset();
  scales_.reset();
}

BlockChoice::BlockChoice(const kernels::BlockSpec& blocks, const SlotShape& shape,
                         const torch::Tensor& like, tracer::Name name)
    : shape_(shape),
      name_(name),
      layout_(layout_of(shape, blocks)),
      mask_(words(layout_.mask_words(), like.options().requires_grad(false))) {}

std::int64_t BlockChoice::granule() const {
  return shape_.by_group ? 1 : layout_.panel_rows();
}

void BlockChoice::choose(std::int64_t first, const torch::Tensor& part) {
  static const tracer::Name select_blocks("select_blocks");
  const tracer::OperatorScope scope(select_blocks, name_);
  const SlotShape shape = shape_.part(part.numel() / shape_.unit_elements());
  const kernels::PanelLayout layout = layout_of(shape, layout_.spec());
  if (layout.panels() == 0) return;
  const kernels::PanelExtent start = layout_.panel(panel_at(shape_, layout_, first));
  const torch::Tensor column_starts = words(layout.column_starts(), mask_.options());
  choose_into(part, shape, layout, {word_data(mask_) + start.mask_word, word_data(column_starts)});
}

BlockChoice::Gathered BlockChoice::room(std::int64_t first, std::int64_t count,
                                        const torch::TensorOptions& options) const {
  const kernels::PanelLayout layout = layout_of(shape_.part(count), layout_.spec());
  Gathered gathered;
  gathered.values = torch::empty({layout.kept_blocks() * layout.block_elements()}, options);
  gathered.column_starts = words(layout.column_starts(), mask_.options());
  gathered.mask = mask_;
  const std::int64_t word =
      layout.panels() == 0 ? 0 : layout_.panel(panel_at(shape_, layout_, first)).mask_word;
  gathered.panels = {layout,
                     dtype_of(gathered.values),
                     gathered.values.mutable_data_ptr(),
                     {word_data(mask_) + word, word_data(gathered.column_starts)}};
  kernels::column_starts_from_mask(context_of(gathered.values), layout, gathered.panels.index);
  return gathered;
}

BlockChoice::Gathered BlockChoice::gather(std::int64_t first, const torch::Tensor& part) const {
  static const tracer::Name gather_blocks("gather_blocks");
  const tracer::OperatorScope scope(gather_blocks, name_);
  const SlotShape shape = shape_.part(part.numel() / shape_.unit_elements());
  Gathered gathered = room(first, shape.units(), part.options());
  kernels::gather_blocks(context_of(part), const_view(part, shape.groups, shape.rows, shape.cols),
                         gathered.panels);
  return gathered;
}

BlockChoice::Gathered BlockChoice::gather(std::int64_t first, std::int64_t count,
                                          const SlotStore& coded) const {
  static const tracer::Name gather_blocks_from_codes("gather_blocks_from_codes");
  const tracer::OperatorScope scope(gather_blocks_from_codes, name_);
  Gathered gathered = room(first, count, coded.options());
  kernels::gather_blocks_from_codes(context_of(gathered.values), coded.codes(first),
                                    gathered.panels);
  return gathered;
}

void BlockChoice::record(tracer::SavedLedger* ledger, std::string_view layer,
                         std::string_view slot) const {
  record_storage(ledger, layer, slot, mask_);
}

void BlockChoice::visit(const tracer::SavedTensorSource::Visit& visit,
                        std::string_view slot) const {
  visit(slot, "chosen", mask_);
}

}  // namespace actscope::core
