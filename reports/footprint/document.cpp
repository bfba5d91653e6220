// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/footprint/document.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "actscope/base/units.hpp"
#include "actscope/base/visible_text.hpp"
#include "footprint/json.hpp"
#include "format/text_table.hpp"

namespace actscope::reports {
namespace {

std::string shown(const std::optional<std::int64_t>& bytes) {
  return bytes ? format_bytes(*bytes) : "n/a";
}

// Whether two layers have the same slots, stores and bytes: the table shows them once.
bool is_same(const LayerFootprint& a, const LayerFootprint& b) {
  return a.slots.size() == b.slots.size() &&
         std::equal(a.slots.begin(), a.slots.end(), b.slots.begin(),
                    [](const SlotFootprint& x, const SlotFootprint& y) {
                      return x.name == y.name && x.store == y.store &&
                             x.dense_bytes == y.dense_bytes &&
                             x.predicted_bytes == y.predicted_bytes;
                    });
}

}  // namespace

std::string write_footprint_document(const FootprintRecord& record) {
  const FootprintTotals& totals = record.totals;
  return format_json({{"schema", schema_of("actscope.footprint")},
                      {"model", record.model},
                      {"scheme", record.scheme},
                      {"dtype", record.dtype},
                      {"batch", integer_json(record.batch)},
                      {"block_rows", integer_json(record.block_rows)},
                      {"block_cols", integer_json(record.block_cols)},
                      {"sparsity_ratio", record.sparsity_ratio},
                      {"layers", layers_json(record.layers)},
                      {"totals",
                       {{"saved_bytes", integer_json(totals.saved_bytes)},
                        {"dense_saved_bytes", integer_json(totals.dense_saved_bytes)},
                        {"peak_bytes", integer_json(totals.peak_bytes)},
                        {"parameters", integer_json(totals.parameters)}}}});
}

FootprintRecord read_footprint_document(std::string_view text, std::string_view source) {
  const Json document = parse_json(text, source);
  const JsonCursor root(document, std::string(source));
  require_schema(root, "actscope.footprint");
  FootprintRecord record;
  record.model = root.at("model").text();
  record.scheme = root.at("scheme").text();
  record.dtype = root.at("dtype").text();
  record.batch = root.at("batch").count();
  record.block_rows = root.at("block_rows").count();
  record.block_cols = root.at("block_cols").count();
  record.sparsity_ratio = root.at("sparsity_ratio").share();
  record.layers = read_layers(root.at("layers"));
  const JsonCursor totals = root.at("totals");
  record.totals = {totals.at("saved_bytes").count(), totals.at("dense_saved_bytes").count(),
                   totals.at("peak_bytes").count(), totals.at("parameters").count()};
  return record;
}

std::string footprint_text(const FootprintRecord& record) {
  const FootprintTotals& totals = record.totals;
  std::string text = fmt::format("{}, scheme {}, {}, batch {}: {} parameters\n\n",
                                 visible_line(record.model), visible_line(record.scheme),
                                 record.dtype, record.batch, format_count(totals.parameters));
  TextTable table({"layer", "slot", "store", "dense", "stored", "of it index"});
  for (std::size_t i = 0; i < record.layers.size();) {
    const LayerFootprint& layer = record.layers[i];
    std::size_t next = i + 1;
    while (next < record.layers.size() && is_same(layer, record.layers[next])) ++next;
    const std::string name =
        next - i == 1 ? layer.name : layer.name + " … " + record.layers[next - 1].name;
    bool is_first = true;
    for (const SlotFootprint& slot : layer.slots) {
      table.add({is_first ? name : "", slot.name, slot.store, shown(slot.dense_bytes),
                 shown(slot.predicted_bytes), format_bytes(slot.index_bytes)});
      is_first = false;
    }
    i = next;
  }
  text += table.text();
  text +=
      fmt::format("\nkept for backward  {} ({} bytes), {} fewer than the {} of plain autograd\n",
                  format_bytes(totals.saved_bytes), totals.saved_bytes,
                  format_factor(static_cast<double>(totals.dense_saved_bytes),
                                static_cast<double>(totals.saved_bytes)),
                  format_bytes(totals.dense_saved_bytes));
  text += fmt::format(
      "peak of a step     about {} (parameters, gradients, optimizer, kept, transients)\n",
      format_bytes(totals.peak_bytes));
  return text;
}

}  // namespace actscope::reports
