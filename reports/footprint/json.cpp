// SPDX-License-Identifier: Apache-2.0
#include "footprint/json.hpp"

#include <limits>

namespace actscope::reports {
namespace {

constexpr const char* no_model = "no byte model knows this slot";

Measured<std::int64_t> measured(const std::optional<std::int64_t>& bytes, const char* why_not) {
  return bytes ? Measured<std::int64_t>::of(*bytes) : Measured<std::int64_t>::missing(why_not);
}

Json slot_json(const SlotFootprint& slot) {
  Json object = {
      {"name", slot.name}, {"store", slot.store}, {"index_bytes", integer_json(slot.index_bytes)}};
  set_measured(object, "dense_bytes", measured(slot.dense_bytes, no_model));
  set_measured(object, "predicted_bytes", measured(slot.predicted_bytes, no_model));
  set_measured(object, "stored_bytes", measured(slot.stored_bytes, "not run"));
  set_number(object, "kept_norm_ratio",
             slot.kept_norm_ratio.value_or(std::numeric_limits<double>::quiet_NaN()),
             "not measured");
  return object;
}

SlotFootprint read_slot(const JsonCursor& from) {
  SlotFootprint slot;
  slot.name = from.at("name").text();
  slot.store = from.at("store").text();
  slot.dense_bytes = measured_count(from, "dense_bytes").value;
  slot.predicted_bytes = measured_count(from, "predicted_bytes").value;
  slot.index_bytes = from.at("index_bytes").count();
  slot.stored_bytes = measured_count(from, "stored_bytes").value;
  slot.kept_norm_ratio = measured_amount(from, "kept_norm_ratio").value;
  return slot;
}

}  // namespace

Json layers_json(const std::vector<LayerFootprint>& layers) {
  Json list = Json::array();
  for (const LayerFootprint& layer : layers) {
    Json slots = Json::array();
    for (const SlotFootprint& slot : layer.slots) slots.push_back(slot_json(slot));
    list.push_back({{"name", layer.name}, {"slots", std::move(slots)}});
  }
  return list;
}

std::vector<LayerFootprint> read_layers(const JsonCursor& layers) {
  std::vector<LayerFootprint> list;
  for (const JsonCursor& from : layers.items()) {
    LayerFootprint layer{from.at("name").text(), {}};
    for (const JsonCursor& slot : from.at("slots").items()) layer.slots.push_back(read_slot(slot));
    list.push_back(std::move(layer));
  }
  return list;
}

}  // namespace actscope::reports
