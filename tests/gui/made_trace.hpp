// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFile>
#include <QString>
#include <QStringList>
#include <QTemporaryDir>

#include "models/timeline_loader.hpp"

namespace actscope::gui::test {

/// Chrome's JSON from lines "lane begin duration name [layer [phase [step]]]" in microseconds; "-"
/// is no layer, "counter" as the lane a counter's value at a time. The lanes "steps", "operators"
/// and "device 0" are what they are called.
inline QByteArray chromeTrace(const QStringList& lines) {
  QStringList events, lanes;
  for (const QString& line : lines) {
    const QStringList words = line.split(' ');
    if (words[0] == "counter") {
      events << QString(R"({"ph":"C","pid":1,"name":"%1","ts":%2,"args":{"bytes":%3}})")
                    .arg(words[3], words[1], words[2]);
      continue;
    }
    if (words[0] == "arrow") {  // from lane at time to lane at time
      const qsizetype number = events.size();
      events << QString(R"({"ph":"s","cat":"x","id":%1,"pid":1,"tid":%2,"ts":%3})")
                    .arg(number)
                    .arg(lanes.indexOf(words[1]) + 1)
                    .arg(words[2]);
      events << QString(R"({"ph":"f","cat":"x","id":%1,"pid":1,"tid":%2,"ts":%3})")
                    .arg(number)
                    .arg(lanes.indexOf(words[3]) + 1)
                    .arg(words[4]);
      continue;
    }
    if (!lanes.contains(words[0])) lanes << words[0];
    QStringList args;
    if (words.value(4, "-") != "-") args << QString(R"("layer":"%1")").arg(words[4]);
    if (words.value(5, "-") != "-") args << QString(R"("phase":"%1")").arg(words[5]);
    if (words.size() > 6) args << QString(R"("step":%1)").arg(words[6]);
    const qsizetype lane = lanes.indexOf(words[0]) + 1;
    events << QString(R"({"ph":"B","pid":1,"tid":%1,"ts":%2,"name":"%3","args":{%4}})")
                  .arg(lane)
                  .arg(words[1], words[3], args.join(','));
    events << QString(R"({"ph":"E","pid":1,"tid":%1,"ts":%2})")
                  .arg(lane)
                  .arg(words[1].toLongLong() + words[2].toLongLong());
  }
  for (qsizetype lane = 0; lane < lanes.size(); ++lane) {
    QString title = lanes[lane];
    if (title == "device") title = "device 0, stream 7";
    events << QString(R"({"ph":"M","name":"thread_name","pid":1,"tid":%1,"args":{"name":"%2"}})")
                  .arg(lane + 1)
                  .arg(title);
    events
        << QString(
               R"({"ph":"M","name":"thread_sort_index","pid":1,"tid":%1,"args":{"sort_index":%1}})")
               .arg(lane + 1);
  }
  return ("{\"traceEvents\":[" + events.join(",\n") + "]}").toUtf8();
}

/// Two steps of two layers, forward and backward on the host, kernels, and live bytes; `slower`
/// stretches what runs backward.
inline QStringList trainingLines(int slower = 1) {
  QStringList lines;
  int now = 100;
  for (int step = 0; step < 2; ++step) {
    const int begin = now;
    for (const QString phase : {"forward", "backward"}) {
      for (const QString layer : {"blocks.0", "blocks.1"}) {
        const int length = phase == "backward" ? 40 * slower : 40;
        const QString at = QString("%1 %2 %3").arg(layer, phase).arg(step);
        lines << QString("operators %1 %2 gemm %3").arg(now).arg(length).arg(at);
        lines << QString("operators %1 %2 gelu %3").arg(now + length).arg(length / 2).arg(at);
        lines << QString("device %1 %2 sgemm_kernel %3").arg(now + 10).arg(length).arg(at);
        lines << QString("counter %1 %2 live_bytes").arg(now).arg(4096 * (1 + lines.size() % 7));
        now += 2 * length;
      }
    }
    lines << QString("steps %1 %2 step - - %3").arg(begin).arg(now - begin).arg(step);
    now += 20;
  }
  lines << "arrow operators 101 operators 261";
  return lines;
}

/// A folder with traces of such lines.
class TraceFolder {
 public:
  QString write(const QString& name, const QByteArray& bytes) const {
    QFile file(m_folder.filePath(name));
    if (file.open(QIODevice::WriteOnly)) file.write(bytes);
    return file.fileName();
  }
  TimelinePointer timeline(const QStringList& lines) const {
    return reports::read_timeline(write("made.json", chromeTrace(lines)).toStdString());
  }
  QString path() const { return m_folder.path(); }

 private:
  QTemporaryDir m_folder;
};

}  // namespace actscope::gui::test
