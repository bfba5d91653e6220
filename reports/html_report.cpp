// SPDX-License-Identifier: Apache-2.0
#include "html_report.hpp"

#include "json_cursor.hpp"
#include "run_table.hpp"

namespace actscope::reports {
namespace {

std::string escaped(std::string_view text) {
  std::string html;
  for (char c : text) {
    switch (c) {
      case '&':
        html += "&amp;";
        break;
      case '<':
        html += "&lt;";
        break;
      case '>':
        html += "&gt;";
        break;
      case '"':
        html += "&quot;";
        break;
      case '\'':
        html += "&#39;";
        break;
      default:
        html += c;
    }
  }
  return html;
}

// JSON that may stand inside a script element.
std::string script_json(const Json& data) {
  std::string text = data.dump(-1, ' ', true, Json::error_handler_t::replace);
  for (std::size_t at = 0; (at = text.find("</", at)) != std::string::npos; at += 3) {
    text.replace(at, 2, "<\\/");
  }
  return text;
}

Json measured_json(const Measured<double>& measured) {
  return measured.value ? Json(*measured.value) : Json(nullptr);
}

Json run_json(const NamedRun& run) {
  Json curve = Json::array();
  for (const AccuracyPoint& point : run.record.accuracy) {
    curve.push_back({{"step", point.step},
                     {"epoch", point.epoch},
                     {"elapsed_s", point.elapsed_s},
                     {"train", measured_json(point.train_accuracy_ratio)},
                     {"heldout", measured_json(point.heldout_accuracy_ratio)}});
  }
  Json slots = Json::array();
  for (const LayerFootprint& layer : run.record.layers) {
    for (const SlotFootprint& slot : layer.slots) {
      slots.push_back({{"layer", layer.name},
                       {"slot", slot.name},
                       {"store", slot.store},
                       {"dense", slot.dense_bytes},
                       {"stored", slot.stored_bytes.value_or(slot.predicted_bytes)}});
    }
  }
  return {{"name", run.name},
          {"scheme", run.record.config.scheme},
          {"dense_bytes", run.record.summary.dense_saved_bytes},
          {"saved_bytes",
           run.record.summary.saved_bytes.value.value_or(run.record.summary.predicted_saved_bytes)},
          {"curve", std::move(curve)},
          {"slots", std::move(slots)}};
}

// The Markdown table's cells as HTML: one source for both.
std::string table_html(std::span<const NamedRun> runs) {
  std::string html = "<table>\n";
  const std::string markdown = run_table(runs).markdown();
  std::size_t begin = 0;
  for (int line = 0; begin < markdown.size(); ++line) {
    const std::size_t end = markdown.find('\n', begin);
    const std::string_view row = std::string_view(markdown).substr(begin, end - begin);
    begin = end + 1;
    if (line == 1) continue;
    const char* cell_tag = line == 0 ? "th" : "td";
    html += "<tr>";
    std::string cell;
    for (std::size_t i = 1; i < row.size(); ++i) {
      if (row[i] == '\\' && i + 1 < row.size()) {
        cell += row[++i];
      } else if (row[i] == '|') {
        const std::string_view trimmed = std::string_view(cell).substr(1, cell.size() - 2);
        html += std::string("<") + cell_tag + ">" + escaped(trimmed) + "</" + cell_tag + ">";
        cell.clear();
      } else {
        cell += row[i];
      }
    }
    html += "</tr>\n";
  }
  return html + "</table>\n";
}

void replace_mark(std::string& page, const std::string& mark, std::string_view value) {
  const std::size_t at = page.find(mark);
  if (at != std::string::npos) page.replace(at, mark.size(), value);
}

}  // namespace

std::string html_report(std::span<const NamedRun> runs, std::string_view introduction,
                        const std::vector<std::string>& remarks) {
  Json data = Json::array();
  for (const NamedRun& run : runs) data.push_back(run_json(run));
  std::string list;
  for (const std::string& remark : remarks) list += "<li>" + escaped(remark) + "</li>\n";
  std::string facts;
  if (!runs.empty()) {
    const EnvironmentRecord& e = runs.front().record.environment;
    facts = "Actscope " + e.program_version + " (" + e.git_revision + "), LibTorch " +
            e.libtorch_version + ", " + e.cpu + ", " + std::to_string(e.threads) +
            " threads, kernels: " + e.kernel_backend;
  }
  std::string page(html_template());
  replace_mark(page, "@INTRODUCTION@", escaped(introduction));
  replace_mark(page, "@TABLE@", table_html(runs));
  replace_mark(page, "@REMARKS@", list);
  replace_mark(page, "@ENVIRONMENT@", escaped(facts));
  replace_mark(page, "@DATA@", script_json(data));
  replace_mark(page, "@CHARTJS@", chart_js());
  return page;
}

}  // namespace actscope::reports
