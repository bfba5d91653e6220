// SPDX-License-Identifier: Apache-2.0
// bsr: kept blocks. bsr+int2: kept blocks in full and the rest in 2 bits.
#include "scheme/block_grammar.hpp"
#include "scheme/block_values.hpp"
#include "scheme/stores/store_row.hpp"

namespace actscope::core {
namespace {

bool read(const std::vector<std::string>& parts, StoreSpec& store) {
  BlockText text;
  if (!read_blocks(parts, text)) return false;
  store.blocks = text.blocks;
  store.values = text.values;
  return true;
}

std::string write(const StoreSpec& store) {
  return blocks_text(row_of(store.kind).name, {store.blocks, store.values});
}

StoreFault fault_of_rescaled(const StoreSpec& store) {
  if (store.blocks.rescale != kernels::Rescale::unbiased) return {};
  return {"the rest is kept as well, so nothing is made up for by rescaling",
          "leave unbiased out, or write bsr"};
}

StoreBytes block_bytes(const StoreSpec& store, const SlotShape& shape, kernels::DType dtype) {
  const kernels::PanelLayout layout(shape.groups, shape.rows, shape.cols, store.blocks);
  StoreBytes bytes{0, layout.index_bytes()};
  if (is_coded(store.values)) {
    const CodedPanel end = coded_panel(layout, code_bits(store.values), layout.panels());
    bytes.values = end.first_byte;
    bytes.index += end.first_group * static_cast<std::int64_t>(sizeof(kernels::CodeScale));
  } else {
    bytes.values =
        layout.value_bytes(store.values == BlockValues::bf16 ? kernels::DType::bf16 : dtype);
  }
  return bytes;
}

StoreBytes block_and_code_bytes(const StoreSpec& store, const SlotShape& shape,
                                kernels::DType dtype) {
  const StoreBytes kept = block_bytes(store, shape, dtype);
  const StoreBytes rest = code_store_bytes(kernels::CodeBits::int2, shape);
  return {kept.values + rest.values, kept.index + rest.index};
}

}  // namespace

constinit const StoreRow bsr_row{
    .kind = StoreKind::bsr,
    .name = "bsr",
    .grammar =
        "bsr:BLOCK:SPARSITY[:SELECT][:VALUES][:unbiased] as bsr:16:0.8 "
        "or bsr:8x64:0.8:row:int8",
    .example = "bsr:16:0.8",
    .traits = {.kept = KeptValues::some, .has_panels = true, .has_sparsity = true},
    .read = read,
    .write = write,
    .fault = no_fault,
    .bytes = block_bytes};

constinit const StoreRow bsr_int2_row{
    .kind = StoreKind::bsr_int2,
    .name = "bsr+int2",
    .grammar = "bsr+int2:BLOCK:SPARSITY[:SELECT][:VALUES]",
    .example = "bsr+int2:16:0.8",
    .traits = {.kept = KeptValues::all, .has_panels = true, .has_sparsity = true},
    .read = read,
    .write = write,
    .fault = fault_of_rescaled,
    .bytes = block_and_code_bytes};

}  // namespace actscope::core
