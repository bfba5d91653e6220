// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/timeline_scene.hpp"

#include <QLocale>
#include <QStringList>
#include <algorithm>
#include <cmath>

#include "models/metric.hpp"

namespace actscope::gui {

using reports::SliceNumber;
using reports::Timeline;
using reports::TimelineStep;

void TimelineScene::setTimelines(TimelinePointer a, TimelinePointer b) {
  m_timelines = {std::move(a), std::move(b)};
  m_step.reset();
  for (const std::size_t side : {0U, 1U}) {
    const Timeline* made = m_timelines[side].get();
    m_origins[side] = made ? made->first_ns : 0;
    m_stepAt[side].clear();
    for (std::size_t i = 0; made && i < made->steps.size(); ++i) {
      if (!m_stepAt[side].contains(made->steps[i].step))
        m_stepAt[side].insert(made->steps[i].step, i);
    }
  }
  findSteps();
  if (m_timelines[0] && m_timelines[1] && !m_steps.empty()) {
    m_step = m_steps.front().step;
    m_origins = {stepOf(0, *m_step)->begin_ns, stepOf(1, *m_step)->begin_ns};
    findSteps();
  }
  makeBands();
  double first = 0, last = 1;
  findLimits(first, last);
  m_window.setLimits(first, last);
}

void TimelineScene::findLimits(double& first, double& last) const {
  bool isFirst = true;
  for (const int side : {0, 1}) {
    const Timeline* made = timeline(side);
    if (!made) continue;
    const auto begin = static_cast<double>(made->first_ns - origin(side));
    const auto end = static_cast<double>(made->last_ns - origin(side));
    first = isFirst ? begin : std::min(first, begin);
    last = isFirst ? end : std::max(last, end);
    isFirst = false;
  }
}

void TimelineScene::makeBands() {
  m_bands.clear();
  for (const int side : {0, 1}) {
    const Timeline* made = timeline(side);
    if (!made) continue;
    if (!isEmpty() && timeline(1 - side)) {
      m_bands.push_back({TimelineBand::Kind::side, side, 0, side == 0 ? "A" : "B"});
    }
    for (const reports::TimelineLane& lane : made->lanes) {
      const QString name = QString::fromStdString(lane.name);
      const bool isCollapsed = m_collapsed[static_cast<std::size_t>(side)].contains(name);
      for (std::uint32_t row = lane.first_row; row < lane.end_row; ++row) {
        if (isCollapsed && row > lane.first_row) break;
        m_bands.push_back({TimelineBand::Kind::row, side, row,
                           row == lane.first_row ? name : QString(), isCollapsed});
      }
    }
    for (std::uint32_t counter = 0; counter < made->counters.size(); ++counter) {
      if (made->counters[counter].time_ns.empty()) continue;
      m_bands.push_back({TimelineBand::Kind::counter, side, counter,
                         QString::fromStdString(made->counters[counter].name)});
    }
  }
}

void TimelineScene::toggleLane(int side, std::uint32_t lane) {
  const Timeline* made = timeline(side);
  if (!made || lane >= made->lanes.size()) return;
  QSet<QString>& collapsed = m_collapsed[static_cast<std::size_t>(side)];
  const QString name = QString::fromStdString(made->lanes[lane].name);
  if (!collapsed.remove(name)) collapsed.insert(name);
  makeBands();
}

double TimelineScene::beginOf(SliceRef ref) const {
  return static_cast<double>(timeline(ref.side)->begin_ns[ref.slice] - origin(ref.side));
}

double TimelineScene::endOf(SliceRef ref) const {
  return static_cast<double>(timeline(ref.side)->end_ns(ref.slice) - origin(ref.side));
}

std::int64_t TimelineScene::clockTime(int side, double time) const {
  constexpr double most = 2e18;
  return static_cast<std::int64_t>(std::llround(std::clamp(time, -most, most))) + origin(side);
}

const TimelineStep* TimelineScene::stepOf(int side, std::int64_t step) const {
  const auto& places = m_stepAt[static_cast<std::size_t>(side)];
  const auto found = places.find(step);
  return found == places.end() ? nullptr : &timeline(side)->steps[found.value()];
}

void TimelineScene::findSteps() {
  m_steps.clear();
  const int first = timeline(0) ? 0 : 1;
  if (!timeline(first)) return;
  const bool isPair = timeline(0) && timeline(1);
  QSet<qint64> known;
  for (const TimelineStep& step : timeline(first)->steps) {
    const TimelineStep* other = isPair ? stepOf(1, step.step) : nullptr;
    if ((isPair && !other) || known.contains(step.step)) continue;
    known.insert(step.step);
    TimeRange range{static_cast<double>(step.begin_ns - origin(first)),
                    static_cast<double>(step.end_ns - origin(first))};
    if (other) {
      range.from = std::min(range.from, static_cast<double>(other->begin_ns - origin(1)));
      range.to = std::max(range.to, static_cast<double>(other->end_ns - origin(1)));
    }
    m_steps.push_back({step.step, range});
  }
}

void TimelineScene::alignStep(std::int64_t step) {
  if (timeline(0) && timeline(1)) {
    const TimelineStep *a = stepOf(0, step), *b = stepOf(1, step);
    if (!a || !b) return;
    m_origins = {a->begin_ns, b->begin_ns};
    findSteps();
    double first = 0, last = 1;
    findLimits(first, last);
    m_window.moveLimits(first, last);
  }
  m_step = step;
  const auto found = std::ranges::find(m_steps, step, &StepRange::step);
  if (found != m_steps.end()) m_window.show(found->range.from, found->range.to, 0.02);
}

QString TimelineScene::leftOutText() const {
  QStringList texts;
  for (const int side : {0, 1}) {
    const Timeline* made = timeline(side);
    if (!made || made->left_out == 0) continue;
    texts << QString(
                 "%1 events of %2 are not shown: they never ended, had no time, or are nested "
                 "deeper than 256.")
                 .arg(made->left_out)
                 .arg(timeline(1 - side) ? (side == 0 ? "A" : "B") : "the trace");
  }
  return texts.join(' ');
}

QString timeText(double ns) {
  const double size = std::abs(ns);
  const QString sign = ns < 0 ? "−" : "";
  if (size < 1000) return QString("%1%2 ns").arg(sign).arg(std::round(size));
  if (size < 1e6) return QString("%1%2 µs").arg(sign).arg(size / 1e3, 0, 'g', 4);
  if (size < 1e9) return QString("%1%2 ms").arg(sign).arg(size / 1e6, 0, 'g', 4);
  return QString("%1%2 s").arg(sign).arg(size / 1e9, 0, 'f', size < 1e11 ? 3 : 0);
}

QString describeSlice(const TimelineScene& scene, SliceRef ref) {
  const Timeline& made = *scene.timeline(ref.side);
  const SliceNumber slice = ref.slice;
  const auto nameOf = [&](std::uint32_t number) {
    return QString::fromStdString(made.names[number]);
  };
  QStringList lines{nameOf(made.name[slice])};
  const reports::TimelinePlace& place = made.places[made.place[slice]];
  if (place.layer != 0) lines << "layer " + nameOf(place.layer);
  if (place.slot != 0) lines << "slot " + nameOf(place.slot);
  if (place.phase != Phase::other) lines << QString("phase %1").arg(name_of(place.phase));
  if (place.step >= 0) lines << QString("step %1").arg(place.step);
  lines << "begin " + timeText(scene.beginOf(ref));
  const auto duration = static_cast<double>(made.duration_ns[slice]);
  lines << "duration " + timeText(duration);
  lines << "self " + timeText(static_cast<double>(made.self_ns(slice)));
  const SliceNumber parent = made.parent(slice);
  if (parent != reports::no_slice && made.duration_ns[parent] > 0) {
    lines << QString("%1 % of %2")
                 .arg(100 * duration / static_cast<double>(made.duration_ns[parent]), 0, 'f', 1)
                 .arg(nameOf(made.name[parent]));
  }
  const auto bytes = [](std::int64_t count) {
    return (count < 0 ? "−" : "") + bytesText(std::abs(static_cast<double>(count)));
  };
  if (made.allocated_bytes[slice] != 0) lines << "allocated " + bytes(made.allocated_bytes[slice]);
  if (made.kept_bytes[slice] != 0) lines << "kept at its end " + bytes(made.kept_bytes[slice]);
  const SliceNumber link = made.link[slice];
  if (link != reports::no_slice) {
    lines << QString("arrow %1 %2 (key L)")
                 .arg(made.begin_ns[link] < made.begin_ns[slice] ? "from" : "to")
                 .arg(nameOf(made.name[link]));
  }
  return lines.join('\n');
}

}  // namespace actscope::gui
