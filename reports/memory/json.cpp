// SPDX-License-Identifier: Apache-2.0
#include "memory/json.hpp"

namespace actscope::reports {
namespace {

MemoryCategory read_category(const JsonCursor& from) {
  const std::string name = from.text();
  for (std::size_t c = 0; c < memory_category_count; ++c) {
    const auto category = static_cast<MemoryCategory>(c);
    if (name == name_of(category)) return category;
  }
  from.refuse("parameter, gradient, optimizer_state, saved_activation, output, workspace or other");
}

Json peak_json(const MemoryPeak& peak) {
  return {{"bytes", integer_json(peak.bytes)},
          {"layer", peak.layer},
          {"slot", peak.slot},
          {"phase", peak.phase}};
}

MemoryPeak read_peak(const JsonCursor& from) {
  return {from.at("bytes").count(), from.at("layer").text(), from.at("slot").text(),
          from.at("phase").text()};
}

}  // namespace

Json memory_json(const std::optional<MemoryRecord>& memory) {
  if (!memory) return nullptr;
  Json composition = Json::array();
  for (const MemoryShare& share : memory->composition) {
    composition.push_back({{"category", name_of(share.category)},
                           {"layer", share.layer},
                           {"bytes", integer_json(share.bytes)},
                           {"allocations", integer_json(share.allocations)}});
  }
  Json categories = Json::array();
  for (const CategoryAtPeak& row : memory->categories) {
    categories.push_back({{"category", name_of(row.category)},
                          {"bytes", integer_json(row.bytes)},
                          {"without", peak_json(row.without)}});
  }
  Json object = {{"step", integer_json(memory->step)},
                 {"peak", peak_json(memory->peak)},
                 {"composition", std::move(composition)},
                 {"categories", std::move(categories)},
                 {"allocated_bytes", integer_json(memory->allocated_bytes)}};
  set_measured(object, "reported_bytes", memory->reported_bytes);
  return object;
}

std::optional<MemoryRecord> read_memory(const JsonCursor& from) {
  if (from.is_null()) return std::nullopt;
  MemoryRecord memory;
  memory.step = from.at("step").count();
  memory.peak = read_peak(from.at("peak"));
  for (const JsonCursor& row : from.at("composition").items()) {
    memory.composition.push_back({read_category(row.at("category")), row.at("layer").text(),
                                  row.at("bytes").count(), row.at("allocations").count()});
  }
  for (const JsonCursor& row : from.at("categories").items()) {
    memory.categories.push_back(
        {read_category(row.at("category")), row.at("bytes").count(), read_peak(row.at("without"))});
  }
  memory.allocated_bytes = from.at("allocated_bytes").count();
  memory.reported_bytes = measured_count(from, "reported_bytes");
  return memory;
}

}  // namespace actscope::reports
