// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/timeline_bench.hpp"

#include <QApplication>
#include <QElapsedTimer>
#include <QFileInfo>
#include <QImage>
#include <QPainter>
#include <QTemporaryDir>
#include <algorithm>
#include <ctime>
#include <vector>

#include "actscope/base/file.hpp"
#include "actscope/base/machine.hpp"
#include "actscope/base/units.hpp"
#include "actscope/reports/trace/export.hpp"
#include "actscope/reports/trace/files.hpp"
#include "views/timeline_canvas.hpp"

namespace actscope::gui {
namespace {

// Wall time is what a person waits; processor time is what remains of it on an idle machine.
struct Spent {
  double wallMs = 0, processorMs = 0;
};

template <class Work>
Spent spentOn(Work&& work) {
  QElapsedTimer wall;
  const std::clock_t begin = std::clock();
  wall.start();
  work();
  return {static_cast<double>(wall.nsecsElapsed()) / 1e6,
          1e3 * static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC};
}

// Steps of twelve layers, forward and backward, with operators and allocations: a million events.
void writeMillion(const std::string& folder) {
  constexpr int layers = 12, operators = 20, steps = 700;
  const auto files = reports::make_trace_files(folder, {{"scheme", "made"}});
  TraceBatch batch;
  batch.new_names = {"", "step", "forward", "backward"};
  const auto nameOf = [&](const std::string& text) {
    batch.new_names.push_back(text);
    return static_cast<NameNumber>(batch.new_names.size() - 1);
  };
  std::vector<NameNumber> layerNames, operatorNames;
  for (int i = 0; i < layers; ++i) layerNames.push_back(nameOf("blocks." + std::to_string(i)));
  for (int i = 0; i < 40; ++i) operatorNames.push_back(nameOf("aten::op_" + std::to_string(i)));
  std::int64_t now = 1'000'000;
  std::int64_t live = 0;
  std::uint64_t state = 1;
  const auto draw = [&](std::uint64_t below) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return static_cast<std::int64_t>((state >> 33U) % below);
  };
  for (std::int32_t step = 0; step < steps; ++step) {
    const std::int64_t stepBegin = now;
    for (const Phase phase : {Phase::forward, Phase::backward}) {
      const auto thread = static_cast<std::uint16_t>(phase == Phase::backward ? 1 : 0);
      const std::int64_t phaseBegin = now;
      for (int layer = 0; layer < layers; ++layer) {
        const NameNumber name = layerNames[static_cast<std::size_t>(layer)];
        const std::int64_t layerBegin = now;
        for (int i = 0; i < operators; ++i) {
          const std::int64_t begin = now += 300 + draw(400);
          const std::int64_t bytes = (1 + draw(64)) << 12U;
          for (const std::int64_t change : {bytes, -bytes}) {
            live += change;
            now += 500 + draw(20'000);
            batch.memory.push_back({now,
                                    static_cast<std::uint64_t>(0x1000 * i),
                                    change,
                                    live,
                                    {step, name, 0, phase},
                                    thread});
          }
          now += 200;
          batch.scopes.push_back({begin, now, step,
                                  operatorNames[static_cast<std::size_t>(draw(40))], name, 0,
                                  thread, ScopeKind::op, phase});
        }
        now += 100;
        batch.scopes.push_back(
            {layerBegin, now, step, name, name, 0, thread, ScopeKind::layer, phase});
      }
      batch.scopes.push_back({phaseBegin, now, step,
                              static_cast<NameNumber>(phase == Phase::forward ? 2 : 3), 0, 0,
                              thread, ScopeKind::phase, phase});
    }
    now += 1000;
    batch.scopes.push_back({stepBegin, now, step, 1, 0, 0, 0, ScopeKind::step, Phase::other});
    if (step % 50 == 49) {
      files->write(batch);
      batch = {};
    }
  }
  files->write(batch);
  files->finish({});
}

// A walk through the picture: in at many places, along, out, with what a frame took.
std::vector<double> framesOf(TimelineScene& scene, TimelineCanvas& canvas) {
  constexpr int frames = 400;
  QImage image(1920, 1080, QImage::Format_RGB32);
  std::vector<double> times;
  for (int frame = 0; frame < frames; ++frame) {
    TimeWindow& window = scene.window();
    const int part = frame % 40;
    if (part == 0) window.showAll();
    if (part < 20) window.zoom(0.07 * (frame % 13), 0.62);
    if (part >= 20 && part < 30) window.pan(0.11);
    if (part >= 30) window.zoom(0.5, 2.1);
    const Spent spent = spentOn([&] {
      QPainter painter(&image);
      canvas.paintInto(painter, image.rect());
    });
    times.push_back(spent.processorMs);
  }
  std::ranges::sort(times);
  return times;
}

std::string number(double value, int digits) {
  return QString::number(value, 'f', digits).toStdString();
}

std::string linesOf(const QString& file) {
  TimelinePointer timeline;
  const Spent open = spentOn([&] { timeline = reports::read_timeline(file.toStdString()); });
  const auto events = static_cast<double>(timeline->events());
  TimelineScene scene;
  TimelineSearch search;
  TimelineCanvas canvas(scene, search);
  canvas.resize(1920, 1080);
  scene.setTimelines(timeline, nullptr);
  canvas.sceneChanged();
  const std::vector<double> frames = framesOf(scene, canvas);
  const auto at = [&](double share) {
    return frames[static_cast<std::size_t>(share * static_cast<double>(frames.size() - 1))];
  };
  return QFileInfo(file).fileName().toStdString() + ": " +
         format_count(static_cast<std::int64_t>(events)) + " events (" +
         format_count(static_cast<std::int64_t>(timeline->slices())) + " slices in " +
         std::to_string(timeline->rows.size()) + " rows), " + format_bytes(QFileInfo(file).size()) +
         "\n  open   " + number(open.wallMs / 1e3, 2) + " s, of the processor " +
         number(open.processorMs / 1e3, 2) + " s\n  held   " +
         number(static_cast<double>(timeline->resident_bytes()) / events, 1) +
         " bytes an event\n  frame  1920x1080, of the processor: median " + number(at(0.5), 1) +
         " ms, p99 " + number(at(0.99), 1) + " ms, longest " + number(at(1), 1) + " ms, of " +
         std::to_string(frames.size()) + "\n";
}

}  // namespace

std::string timelineBench(const QStringList& files) {
  std::string text = describe_machine().cpu + "\n";
  if (!files.isEmpty()) {
    for (const QString& file : files) text += linesOf(file);
    return text;
  }
  const QTemporaryDir folder;
  const std::filesystem::path made(folder.path().toStdString());
  writeMillion(made.string());
  for (const reports::TraceFormat format :
       {reports::TraceFormat::chrome, reports::TraceFormat::perfetto}) {
    write_file_atomically(made / reports::file_name_of(format),
                          reports::export_trace(made / "trace.db", format));
  }
  for (const char* name : {"trace.db", "trace.json.gz", "trace.pftrace"}) {
    text += linesOf(folder.filePath(name));
  }
  return text;
}

}  // namespace actscope::gui
