// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/memory.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "actscope/base/units.hpp"
#include "models/metric.hpp"

namespace actscope::gui {
namespace {

using reports::Allocation;
using reports::AllocationHistory;

// From the ground up.
constexpr std::array stackOrder = {MemoryCategory::saved_activation,
                                   MemoryCategory::parameter,
                                   MemoryCategory::optimizer_state,
                                   MemoryCategory::gradient,
                                   MemoryCategory::output,
                                   MemoryCategory::workspace,
                                   MemoryCategory::other};

constexpr int graySeries = 5;

Cell cellOfBytes(std::int64_t bytes) {
  const auto plain = static_cast<double>(bytes);
  return {bytesText(plain), plain, {}};
}

QString layerText(const AllocationHistory& history, std::uint32_t layer) {
  return layer == 0 ? QString("–") : QString::fromStdString(history.texts[layer]);
}

QString durationText(std::int64_t ns) {
  return QString::fromStdString(format_duration(static_cast<double>(ns) * 1e-9));
}

QString whereText(Phase phase, std::int32_t step) {
  const QString name = phase == Phase::other ? "outside the phases" : name_of(phase);
  return step < 0 ? name : QString("%1 of step %2").arg(name).arg(step);
}

QString beginText(const AllocationHistory& history, const Allocation& block) {
  return block.is_before ? QString("before the recording") : momentText(history, block.begin);
}

QString endText(const AllocationHistory& history, const Allocation& block) {
  return block.end == reports::never ? QString("not while recorded")
                                     : momentText(history, block.end);
}

MemoryGroups groupsByCategory(const AllocationHistory& history, std::int8_t device) {
  std::set<MemoryCategory> used;
  for (const Allocation& block : history.blocks) {
    if (block.device == device) used.insert(block.category);
  }
  MemoryGroups groups;
  std::array<std::uint8_t, memory_category_count> bandOf{};
  for (const MemoryCategory category : stackOrder) {
    if (!used.contains(category)) continue;
    bandOf[static_cast<std::size_t>(category)] = static_cast<std::uint8_t>(groups.names.size());
    groups.names << categoryText(category);
    groups.series.push_back(seriesOf(category));
  }
  for (const Allocation& block : history.blocks) {
    groups.ofBlock.push_back(bandOf[static_cast<std::size_t>(block.category)]);
  }
  return groups;
}

MemoryGroups groupsByLayer(const AllocationHistory& history, std::int8_t device) {
  constexpr std::size_t most = 7;
  std::map<std::uint32_t, double> held;
  for (const Allocation& block : history.blocks) {
    if (block.device != device || block.layer == 0) continue;
    held[block.layer] +=
        static_cast<double>(block.bytes) *
        static_cast<double>(history.time_of(block.end) - history.time_of(block.begin) + 1);
  }
  std::vector<std::pair<double, std::uint32_t>> ordered;
  for (const auto& [layer, bytes] : held) ordered.emplace_back(-bytes, layer);
  std::ranges::sort(ordered);
  ordered.resize(std::min(ordered.size(), most));
  std::vector<std::uint32_t> layers;
  for (const auto& [bytes, layer] : ordered) layers.push_back(layer);
  std::ranges::sort(layers);  // as they came first
  MemoryGroups groups;
  std::map<std::uint32_t, std::uint8_t> bandOf;
  for (const std::uint32_t layer : layers) {
    bandOf[layer] = static_cast<std::uint8_t>(groups.names.size());
    const auto series = static_cast<int>(groups.names.size());
    groups.names << layerText(history, layer);
    groups.series.push_back(series < graySeries ? series : series + 1);
  }
  const auto rest = static_cast<std::uint8_t>(groups.names.size());
  groups.names << "others";
  groups.series.push_back(graySeries);
  for (const Allocation& block : history.blocks) {
    const auto band = bandOf.find(block.layer);
    groups.ofBlock.push_back(band == bandOf.end() ? rest : band->second);
  }
  return groups;
}

}  // namespace

QString categoryText(MemoryCategory category) {
  return QString(name_of(category)).replace('_', ' ');
}

int seriesOf(MemoryCategory category) {
  switch (category) {
    case MemoryCategory::saved_activation:
      return 0;
    case MemoryCategory::gradient:
      return 1;
    case MemoryCategory::parameter:
      return 2;
    case MemoryCategory::optimizer_state:
      return 3;
    case MemoryCategory::workspace:
      return 4;
    case MemoryCategory::output:
      return 6;
    case MemoryCategory::other:
      break;
  }
  return graySeries;
}

MemoryGroups memoryGroups(const AllocationHistory& history, std::int8_t device, MemoryMode mode) {
  if (mode == MemoryMode::layer) return groupsByLayer(history, device);
  if (mode == MemoryMode::category) return groupsByCategory(history, device);
  MemoryGroups all;  // blocks stand before the one band of all of them
  all.isRest = true;
  all.names << "smaller blocks";
  all.series.push_back(graySeries);
  all.ofBlock.assign(history.blocks.size(), 0);
  return all;
}

QString deviceText(std::int8_t device) {
  return device == host_memory ? QString("host") : QString("GPU %1").arg(device);
}

QString momentText(const AllocationHistory& history, reports::Tick tick) {
  return durationText(history.time_of(tick) - history.time_of(0));
}

std::optional<reports::Tick> tickAt(const AllocationHistory& history, std::int64_t time_ns) {
  const auto next = std::ranges::upper_bound(history.times_ns, time_ns);
  if (next == history.times_ns.begin()) return std::nullopt;
  return static_cast<reports::Tick>(next - history.times_ns.begin() - 1);
}

QString peakText(const AllocationHistory& history, std::int8_t device,
                 const reports::LivePeak& peak) {
  constexpr std::size_t most = 3;
  std::map<MemoryCategory, std::int64_t> bytes;
  for (const reports::LiveShare& share : reports::live_shares(history, device, peak.tick)) {
    bytes[share.category] += share.bytes;
  }
  std::vector<std::pair<std::int64_t, MemoryCategory>> ordered;
  for (const auto& [category, sum] : bytes) ordered.emplace_back(-sum, category);
  std::ranges::sort(ordered);
  QStringList parts;
  for (std::size_t i = 0; i < std::min(ordered.size(), most); ++i) {
    parts << categoryText(ordered[i].second) + " " +
                 bytesText(static_cast<double>(-ordered[i].first));
  }
  if (ordered.size() > most) parts << "…";
  return QString("peak %1 at %2: %3")
      .arg(bytesText(static_cast<double>(peak.bytes)), momentText(history, peak.tick),
           parts.join(", "));
}

QString blockText(const AllocationHistory& history, std::uint32_t number) {
  const Allocation& block = history.blocks[number];
  QStringList lines;
  lines << QString("%1, %2%3")
               .arg(bytesText(static_cast<double>(block.bytes)), categoryText(block.category),
                    block.layer == 0 ? QString() : ", " + layerText(history, block.layer));
  lines << (block.is_before
                ? QString("Was there before the recording began.")
                : QString("Allocated at %1 in %2.")
                      .arg(momentText(history, block.begin), whereText(block.phase, block.step)));
  lines << (block.end == reports::never
                ? QString("Not freed while the recording went on.")
                : QString("Let go at %1 in %2, after %3.")
                      .arg(
                          momentText(history, block.end), whereText(block.end_phase, -1),
                          durationText(history.time_of(block.end) - history.time_of(block.begin))));
  if (block.outlives_backward) lines << "Outlives the backward pass of its step.";
  QStringList holders;
  for (const reports::AllocationHolder& holder : history.holders) {
    const bool isLike = block.category == MemoryCategory::saved_activation &&
                        holder.layer == block.layer && holder.bytes == block.bytes;
    if (isLike && holders.size() < 3) holders << QString::fromStdString(holder.text);
  }
  if (!holders.isEmpty()) {
    lines << QString("Held by %1 (same layer and bytes).").arg(holders.join(" or "));
  }
  const std::vector<std::string> stack = history.lines_of_source(block.source);
  lines << (stack.empty() ? QString("No stack was recorded.") : QString("Allocated by"));
  for (const std::string& line : stack) lines << "  " + QString::fromStdString(line);
  return lines.join('\n');
}

void fillMomentTable(TableModel& table, const AllocationHistory& history, std::int8_t device,
                     reports::Tick tick) {
  const auto shares = reports::live_shares(history, device, tick);
  double total = 0;
  for (const reports::LiveShare& share : shares) total += static_cast<double>(share.bytes);
  std::vector<TableRow> rows;
  for (const reports::LiveShare& share : shares) {
    const double part = static_cast<double>(share.bytes) / total;
    rows.push_back({{Cell::of(categoryText(share.category)),
                     Cell::of(layerText(history, share.layer)),
                     cellOfBytes(share.bytes),
                     {QString("%1 %").arg(100 * part, 0, 'f', 1), part, {}},
                     {QString::number(share.blocks), static_cast<double>(share.blocks), {}}},
                    {}});
  }
  table.setTable({{"category", "Category", false},
                  {"layer", "Layer", false},
                  {"bytes", "Live"},
                  {"share_ratio", "Share"},
                  {"blocks", "Blocks"}},
                 std::move(rows));
}

void fillDifferenceTable(TableModel& table, const AllocationHistory& a, std::int8_t deviceA,
                         reports::Tick tickA, const AllocationHistory& b, std::int8_t deviceB,
                         reports::Tick tickB) {
  struct Pair {
    std::int64_t a = 0, b = 0;
  };
  std::map<std::pair<QString, QString>, Pair> pairs;
  for (const auto& share : reports::live_shares(a, deviceA, tickA)) {
    pairs[{categoryText(share.category), layerText(a, share.layer)}].a = share.bytes;
  }
  for (const auto& share : reports::live_shares(b, deviceB, tickB)) {
    pairs[{categoryText(share.category), layerText(b, share.layer)}].b = share.bytes;
  }
  std::vector<std::pair<std::int64_t, TableRow>> ordered;
  for (const auto& [key, bytes] : pairs) {
    const std::int64_t difference = bytes.b - bytes.a;
    const auto plain = static_cast<double>(difference);
    ordered.emplace_back(-std::abs(difference), TableRow{{Cell::of(key.first),
                                                          Cell::of(key.second),
                                                          cellOfBytes(bytes.a),
                                                          cellOfBytes(bytes.b),
                                                          {signedBytes(plain), plain, {}}},
                                                         {}});
  }
  std::ranges::stable_sort(ordered, {}, [](const auto& row) { return row.first; });
  std::vector<TableRow> rows;
  for (auto& [size, row] : ordered) rows.push_back(std::move(row));
  table.setTable({{"category", "Category", false},
                  {"layer", "Layer", false},
                  {"a_bytes", "A"},
                  {"b_bytes", "B"},
                  {"difference_bytes", "B − A"}},
                 std::move(rows));
}

std::vector<std::uint32_t> fillBlockTable(TableModel& table, const AllocationHistory& history,
                                          std::int8_t device, MemoryRows kind) {
  constexpr std::size_t most = 1000;
  std::vector<std::uint32_t> blocks;
  for (std::uint32_t i = 0; i < history.blocks.size(); ++i) {
    const Allocation& block = history.blocks[i];
    const bool isMeant = kind != MemoryRows::outlivesBackward || block.outlives_backward;
    if (block.device == device && isMeant) blocks.push_back(i);
  }
  const std::size_t kept = std::min(blocks.size(), most);
  std::ranges::partial_sort(blocks, blocks.begin() + static_cast<std::ptrdiff_t>(kept),
                            [&](std::uint32_t x, std::uint32_t y) {
                              return std::pair(-history.blocks[x].bytes, x) <
                                     std::pair(-history.blocks[y].bytes, y);
                            });
  blocks.resize(kept);
  std::vector<TableRow> rows;
  const std::int64_t origin = history.time_of(0);
  for (const std::uint32_t number : blocks) {
    const Allocation& block = history.blocks[number];
    const std::vector<std::string> stack = history.lines_of_source(block.source);
    const auto at = [&](reports::Tick tick) {
      return static_cast<double>(history.time_of(tick) - origin) * 1e-9;
    };
    const bool isNeverFreed = block.end == reports::never;
    rows.push_back({{cellOfBytes(block.bytes),
                     Cell::of(categoryText(block.category)),
                     Cell::of(layerText(history, block.layer)),
                     stack.empty() ? Cell::none("no stack was recorded")
                                   : Cell::of(QString::fromStdString(stack.front())),
                     {beginText(history, block), at(block.begin), {}},
                     isNeverFreed ? Cell{endText(history, block), {}, {}}
                                  : Cell{endText(history, block), at(block.end), {}}},
                    {}});
  }
  table.setTable({{"bytes", "Bytes"},
                  {"category", "Category", false},
                  {"layer", "Layer", false},
                  {"allocated_by", "Allocated by", false},
                  {"begin_s", "From"},
                  {"end_s", "To"}},
                 std::move(rows));
  return blocks;
}

SavedCurve savedOverSteps(const AllocationHistory& dense, std::int8_t device,
                          const AllocationHistory& shown) {
  SavedCurve curve;
  if (dense.steps.empty() || shown.steps.empty() || dense.times_ns.empty()) return curve;
  std::vector<std::uint8_t> isSaved;
  for (const Allocation& block : dense.blocks) {
    isSaved.push_back(block.category == MemoryCategory::saved_activation ? 1 : 0);
  }
  constexpr std::size_t columnsOfAStep = 200;
  const std::size_t steps = std::min({dense.steps.size(), shown.steps.size(), std::size_t{64}});
  for (std::size_t step = 0; step < steps; ++step) {
    const reports::RecordedStep &from = dense.steps[step], &to = shown.steps[step];
    const auto live =
        reports::live_curve(dense, device, isSaved, 2, from.begin_ns, from.end_ns, columnsOfAStep);
    const double width = static_cast<double>(to.end_ns - to.begin_ns) / columnsOfAStep;
    for (std::size_t column = 0; column < columnsOfAStep; ++column) {
      curve.times_ns.push_back(static_cast<double>(to.begin_ns) +
                               static_cast<double>(column) * width);
      curve.bytes.push_back(live.of(column, 1));
    }
  }
  return curve;
}

}  // namespace actscope::gui
