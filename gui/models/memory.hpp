// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>
#include <optional>
#include <vector>

#include "actscope/reports/allocations/curve.hpp"
#include "actscope/reports/allocations/history.hpp"
#include "models/selection.hpp"
#include "models/table_model.hpp"

namespace actscope::gui {

/// What live bytes are stacked by.
enum class MemoryMode { category, layer, allocation };
/// What the table beside them lists.
enum class MemoryRows { moment, outlivesBackward, largest };

/// "saved activation", "optimizer state", …
QString categoryText(MemoryCategory category);

/// The bands of the picture, from the ground up.
struct MemoryGroups {
  QStringList names;
  std::vector<int> series;            ///< color of each, as seriesColor counts
  std::vector<std::uint8_t> ofBlock;  ///< band of every block
  bool isRest = false;                ///< the one band is what the blocks leave
};

/// By category: saved activations at the bottom, so that they can be held against those of dense.
/// By layer: the seven that hold most bytes for longest, the others together.
MemoryGroups memoryGroups(const reports::AllocationHistory& history, std::int8_t device,
                          MemoryMode mode);

/// The color of a category, as seriesColor counts.
int seriesOf(MemoryCategory category);

/// "host", "GPU 0".
QString deviceText(std::int8_t device);
/// Since the recording began: "12.3 ms".
QString momentText(const reports::AllocationHistory& history, reports::Tick tick);
/// The last tick at or before a time; none: it is before all of them.
std::optional<reports::Tick> tickAt(const reports::AllocationHistory& history,
                                    std::int64_t time_ns);

/// "peak 13.5 MiB at 690 ms: workspace 9.30 MiB, …", the three largest categories.
QString peakText(const reports::AllocationHistory& history, std::int8_t device,
                 const reports::LivePeak& peak);

/// Where a block comes from, when it comes and goes, who keeps it; lines.
QString blockText(const reports::AllocationHistory& history, std::uint32_t block);

/// What is live at a moment, largest first: category, layer, bytes, share, blocks.
void fillMomentTable(TableModel& table, const reports::AllocationHistory& history,
                     std::int8_t device, reports::Tick tick);
/// The same of A and B, each at its own moment, with B − A: what one has more of comes first.
void fillDifferenceTable(TableModel& table, const reports::AllocationHistory& a,
                         std::int8_t deviceA, reports::Tick tickA,
                         const reports::AllocationHistory& b, std::int8_t deviceB,
                         reports::Tick tickB);
/// Blocks, the largest first, 1000 at most; returns the block of every row.
std::vector<std::uint32_t> fillBlockTable(TableModel& table,
                                          const reports::AllocationHistory& history,
                                          std::int8_t device, MemoryRows rows);

/// Saved bytes of a dense run on the time line of another: each of its steps is stretched over the
/// step of the same place in the row. Times and bytes; empty: one of them has no steps.
struct SavedCurve {
  std::vector<double> times_ns, bytes;
};
SavedCurve savedOverSteps(const reports::AllocationHistory& dense, std::int8_t device,
                          const reports::AllocationHistory& shown);

}  // namespace actscope::gui
