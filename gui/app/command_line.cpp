// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command_line.hpp"

#include <QFileInfo>
#include <QRegularExpression>

#include "actscope/base/error.hpp"
#include "app/view_set.hpp"

namespace actscope::gui {
namespace {

void fail(const QString& what, const QString& why = {}, const QString& remedy = {}) {
  throw ConfigError(error_text(what.toStdString(), why.toStdString(), remedy.toStdString()));
}

QSize sizeOf(const QString& text) {
  static const QRegularExpression form("^([0-9]{2,5})x([0-9]{2,5})$");
  const QRegularExpressionMatch match = form.match(text);
  const QSize size(match.captured(1).toInt(), match.captured(2).toInt());
  const bool isInRange =
      size.width() >= 200 && size.height() >= 150 && size.width() <= 8000 && size.height() <= 8000;
  if (!match.hasMatch() || !isInRange) {
    fail("--size cannot be " + text, "WIDTHxHEIGHT from 200x150 to 8000x8000", "as 1100x620");
  }
  return size;
}

Side sideOf(const QString& text) {
  if (text == "a") return Side::a;
  if (text == "b") return Side::b;
  if (text != "difference") {
    fail("unknown side '" + text + "'", "there are a, b, difference", "give one of these");
  }
  return Side::difference;
}

void check(const CommandLine& line) {
  if (!line.exported.isEmpty()) {
    const QString known = viewIds().join(", ");
    if (!viewIds().contains(line.exported)) {
      fail("unknown view '" + line.exported + "'", "there are " + known, "give one of these");
    }
    if (line.output.isEmpty())
      fail("--export needs a file", {}, "add -o FILE.png, .svg, .pdf or .csv");
    if (!line.output.contains(QRegularExpression("\\.(png|svg|pdf|csv)$"))) {
      fail("unknown format of " + line.output, "there are .png, .svg, .pdf, .csv",
           "end the name in one of these");
    }
  } else if (!line.output.isEmpty()) {
    fail("-o goes with --export VIEW only");
  }
  for (const QString& place : line.places) {
    if (QFileInfo::exists(place)) continue;
    throw DataError(error_text("no such folder or file: " + place.toStdString()));
  }
}

// All of them, in lines below the description of --export.
QString viewNames() {
  const QString indent(21, ' ');
  QString text, line;
  for (const QString& id : viewIds()) {
    const QString next = id == viewIds().last() ? id : id + ", ";
    if (indent.size() + line.size() + next.trimmed().size() > 100) {
      text += indent + line.trimmed() + '\n';
      line.clear();
    }
    line += next;
  }
  return text + indent + line;
}

}  // namespace

CommandLine readCommandLine(const QStringList& words) {
  CommandLine line;
  for (qsizetype i = 0; i < words.size(); ++i) {
    QString word = words[i];
    if (word == "--") {
      line.places += words.mid(i + 1);
      break;
    }
    if (!word.startsWith('-') || word == "-") {
      line.places << word;
      continue;
    }
    QString given;
    const bool isJoined = word.startsWith("--") && word.contains('=');
    if (isJoined) {
      given = word.section('=', 1);
      word = word.section('=', 0, 0);
    }
    const auto value = [&] {
      if (isJoined) return given;
      if (i + 1 >= words.size()) fail(word + " needs a value", {}, "see actscope-gui --help");
      return words[++i];
    };
    if (word == "-h" || word == "--help") {
      line.isHelp = true;
    } else if (word == "-v" || word == "--version") {
      line.isVersion = true;
    } else if (word == "--bench") {
      line.isBench = true;
    } else if (word == "--dark") {
      line.theme = Theme::dark;
    } else if (word == "--light") {
      line.theme = Theme::light;
    } else if (word == "--export") {
      line.exported = value();
    } else if (word == "-o" || word == "--output") {
      line.output = value();
    } else if (word == "--size") {
      line.size = sizeOf(value());
    } else if (word == "--a") {
      line.a = value();
    } else if (word == "--b") {
      line.b = value();
    } else if (word == "--side") {
      line.side = sideOf(value());
      line.isSideGiven = true;
    } else if (word == "--metric") {
      line.options.metric = value();
    } else if (word == "--scheme") {
      line.options.scheme = value();
    } else if (word == "--rows") {
      line.options.rows = value();
    } else if (word == "--columns") {
      line.options.columns = value();
    } else if (word == "--relative") {
      line.options.reference = value();
    } else {
      fail("unknown option " + word, {}, "see actscope-gui --help");
    }
  }
  if (line.isHelp || line.isVersion) return line;
  check(line);
  return line;
}

QString helpText() {
  const QString text = R"(actscope-gui [OPTIONS] [DIR|FILE]...

Shows the runs and sweeps found in folders: what each keeps in memory, how fast and how accurate it
is. Without a folder: the current one; from the home folder, where the last session ended. Files that are still being written are read again. A file may
also be a trace (trace.db, trace.pftrace, Chrome's or PyTorch's trace.json or .json.gz; two of them
are shown one above the other) or a memory snapshot of PyTorch (memory.pickle).

Window
  --a RUN, --b RUN   picks the two runs that views compare: by name, folder or report file
  --side SIDE        what views show of them: a, b or difference (B - A) [b; difference with --a --b]
  --light, --dark    colors [those of the desktop; --light with --export]

Without a display
  --export VIEW      writes one view and ends:
%VIEWS%
  -o FILE            the picture (.png, .svg, .pdf) or the figures behind it (.csv)
  --size WxH         of the picture in pixels [1100x620]
  --metric M         heatmap: saved, peak, step, accuracy, loss, kept, fewer [saved]
                     accuracy: accuracy, loss [accuracy]
                     memory: category, layer, allocation [category]
  --scheme NAME      heatmap: which scheme, or "all, side by side" [the first]
  --rows FIELD, --columns FIELD
                     heatmap: block, sparsity, scheme, or a field in which the runs differ
                     [block, sparsity]
  --relative TO      heatmap: none, dense (of the same seed), a [none]

  --bench            measures how long traces (the FILEs, else one of a million events) take to open
                     and the timeline to draw, and prints it

  -h, --help         this text
  -v, --version      the version

Examples
  actscope-gui demo
  actscope-gui --a runs/dense --b runs/int4-bsr runs
  actscope-gui --export heatmap --metric peak --relative dense -o peak.svg demo
  actscope-gui --export footprint --a "dense seed 0" --b "int4 seed 0" -o footprint.png --dark demo
  actscope-gui memory.pickle
  actscope-gui runs/a/trace.db runs/b/trace.db
  actscope-gui --export pareto -o pareto.csv sweeps/blocks

Exit codes: 0 done; 2 an option or its value is wrong; 3 a folder or file is missing or cannot be
read; 4 no display, or the output cannot be written.
)";
  return QString(text).replace("%VIEWS%", viewNames());
}

}  // namespace actscope::gui
