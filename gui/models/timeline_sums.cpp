// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/timeline_sums.hpp"

#include <QHash>
#include <QLocale>
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "models/metric.hpp"

namespace actscope::gui {
namespace {

using reports::LaneKind;
using reports::SliceNumber;
using reports::Timeline;
using reports::TimelineRow;

const char* titleOf(LaneKind kind) {
  switch (kind) {
    case LaneKind::steps:
      return "steps";
    case LaneKind::phases:
      return "phases";
    case LaneKind::layers:
      return "layers";
    case LaneKind::operators:
      return "operators";
    case LaneKind::device:
      return "device";
    case LaneKind::other:
      break;
  }
  return "calls";
}

// Adds one row; the row inside it is walked along with it, so each slice costs its own time only.
class RowSums {
 public:
  RowSums(const Timeline& timeline, std::int64_t from, std::int64_t to)
      : m_timeline(timeline), m_from(from), m_to(to) {}

  void add(std::uint32_t number, std::vector<SliceSums::Of>& byName) const {
    const TimelineRow& row = m_timeline.rows[number];
    const bool hasInner =
        number + 1 < m_timeline.rows.size() && m_timeline.rows[number + 1].depth > 0;
    const TimelineRow inner = hasInner ? m_timeline.rows[number + 1] : TimelineRow{};
    SliceNumber in = hasInner ? m_timeline.first_ending_after(inner, m_from) : 0;
    SliceNumber slice = m_timeline.first_ending_after(row, m_from);
    while (slice > row.first && m_timeline.begin_ns[slice - 1] >= m_from) --slice;  // instants
    for (; slice < row.end && m_timeline.begin_ns[slice] < m_to; ++slice) {
      SliceSums::Of& of = byName[m_timeline.name[slice]];
      const std::int64_t begin = std::max(m_from, m_timeline.begin_ns[slice]);
      const std::int64_t end = std::min(m_to, m_timeline.end_ns(slice));
      std::int64_t insideNs = 0;
      for (; in < inner.end && m_timeline.begin_ns[in] < end; ++in) {
        const std::int64_t innerEnd = std::min(end, m_timeline.end_ns(in));
        insideNs += std::max<std::int64_t>(0, innerEnd - std::max(begin, m_timeline.begin_ns[in]));
        if (m_timeline.end_ns(in) > end) break;  // it goes on behind this slice
      }
      ++of.count;
      of.total_ns += std::max<std::int64_t>(0, end - begin);
      of.self_ns += std::max<std::int64_t>(0, end - begin - insideNs);
      if (m_timeline.begin_ns[slice] < m_from) continue;
      of.allocatedBytes += m_timeline.allocated_bytes[slice];
      of.keptBytes += m_timeline.kept_bytes[slice];
    }
  }

 private:
  const Timeline& m_timeline;
  std::int64_t m_from, m_to;
};

}  // namespace

std::vector<SliceSums> sumsOf(const TimelineScene& scene, TimeRange range,
                              const std::vector<TimelineBand>& bands) {
  QHash<QString, std::size_t> at;
  std::vector<SliceSums> sums;
  for (const int side : {0, 1}) {
    const Timeline* made = scene.timeline(side);
    if (!made) continue;
    const bool isAll = range.isEmpty();
    const RowSums adding(*made, isAll ? made->first_ns : scene.clockTime(side, range.from),
                         isAll ? made->last_ns + 1 : scene.clockTime(side, range.to));
    std::map<LaneKind, std::vector<SliceSums::Of>> kinds;
    const auto add = [&](std::uint32_t row) {
      std::vector<SliceSums::Of>& byName = kinds[made->lanes[made->rows[row].lane].kind];
      byName.resize(made->names.size());
      adding.add(row, byName);
    };
    if (bands.empty()) {
      for (std::uint32_t row = 0; row < made->rows.size(); ++row) add(row);
    }
    for (const TimelineBand& band : bands) {
      if (band.kind == TimelineBand::Kind::row && band.side == side) add(band.number);
    }
    for (const auto& [kind, byName] : kinds) {
      const QString lane = titleOf(kind);
      for (std::size_t name = 0; name < byName.size(); ++name) {
        if (byName[name].count == 0) continue;
        const QString text = QString::fromStdString(made->names[name]);
        const QString key = lane + '\n' + text;
        if (!at.contains(key)) {
          at.insert(key, sums.size());
          sums.push_back({text, lane, {}});
        }
        sums[at.value(key)].of[side] = byName[name];
      }
    }
  }
  return sums;
}

void fillSumsTable(TableModel& table, const std::vector<SliceSums>& sums, Side side) {
  const auto valueOf = [side](const SliceSums& row, auto SliceSums::Of::*member) {
    const auto a = static_cast<double>(row.of[0].*member);
    const auto b = static_cast<double>(row.of[1].*member);
    return side == Side::a ? a : side == Side::b ? b : b - a;
  };
  const bool isDifference = side == Side::difference;
  std::vector<const SliceSums*> shown;
  QHash<QString, double> selfOfLane;
  for (const SliceSums& row : sums) {
    const bool isOfSide = isDifference || row.of[side == Side::a ? 0 : 1].count > 0;
    if (!isOfSide) continue;
    shown.push_back(&row);
    selfOfLane[row.lane] += std::abs(valueOf(row, &SliceSums::Of::self_ns));
  }
  std::ranges::stable_sort(shown, std::greater<>(), [&](const SliceSums* row) {
    return std::abs(valueOf(*row, &SliceSums::Of::self_ns));
  });
  const auto time = [&](double ns) {
    return Cell{isDifference && ns > 0 ? "+" + timeText(ns) : timeText(ns), ns / 1e9, {}};
  };
  const auto bytes = [&](double count) {
    const QString text = isDifference || count < 0 ? signedBytes(count) : bytesText(count);
    return Cell{text, count, {}};
  };
  std::vector<TableRow> rows;
  for (const SliceSums* row : shown) {
    const double count = valueOf(*row, &SliceSums::Of::count);
    const double self = valueOf(*row, &SliceSums::Of::self_ns);
    const double all = selfOfLane.value(row->lane);
    const double share = all > 0 ? std::abs(self) / all : 0;
    const QString calls = QLocale::c().toString(static_cast<qlonglong>(count));
    rows.push_back({{Cell::of(row->name),
                     Cell::of(row->lane),
                     {isDifference && count > 0 ? "+" + calls : calls, count, {}},
                     time(valueOf(*row, &SliceSums::Of::total_ns)),
                     time(self),
                     {QString("%1 %").arg(100 * share, 0, 'f', 1), share, {}},
                     bytes(valueOf(*row, &SliceSums::Of::allocatedBytes)),
                     bytes(valueOf(*row, &SliceSums::Of::keptBytes))},
                    {}});
  }
  const QString of = isDifference ? ", B − A" : "";
  table.setTable({{"name", "Name", false},
                  {"lane", "Lane", false},
                  {"count", "Count" + of},
                  {"total_s", "Total" + of},
                  {"self_s", "Self" + of},
                  {"share_ratio", "Share of self"},
                  {"allocated_bytes", "Allocated" + of},
                  {"kept_bytes", "Kept" + of}},
                 std::move(rows));
}

}  // namespace actscope::gui
