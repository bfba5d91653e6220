// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/history/folder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <system_error>

#include "actscope/base/error.hpp"
#include "actscope/base/file.hpp"
#include "actscope/reports/format/document.hpp"
#include "format/json_cursor.hpp"
#include "history/order.hpp"

namespace actscope::reports {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t largest_file_bytes = std::int64_t{256} << 20;  // as of any document

// The paths of all *.json below a folder, from it; the first of several links to one file.
class Walk {
 public:
  Walk(const fs::path& root, HistoryFolder& found) : root_(root), found_(found) {}

  std::vector<std::string> files() {
    std::vector<std::string> folders = {""}, files;
    while (!folders.empty()) {
      const std::string folder = std::move(folders.back());
      folders.pop_back();
      list(folder, folders, files);
    }
    std::ranges::sort(files, comes_before);
    std::erase_if(files, [&](const std::string& file) { return !is_new(file); });
    return files;
  }

 private:
  void list(const std::string& folder, std::vector<std::string>& folders,
            std::vector<std::string>& files) {
    std::error_code code;
    fs::directory_iterator at(root_ / folder, code);
    if (code && folder.empty()) {
      throw DataError(error_text("cannot read the folder " + root_.string(), code.message(),
                                 "give a folder of reports"));
    }
    for (; !code && at != fs::directory_iterator(); at.increment(code)) {
      const std::string name = at->path().filename().string();
      const std::string path = folder.empty() ? name : fmt::format("{}/{}", folder, name);
      std::error_code ignored;
      if (at->is_directory(ignored)) {
        if (at->is_symlink(ignored)) {
          ++found_.links;
        } else {
          folders.push_back(path);
        }
      } else if (name.ends_with(".json")) {
        // A pipe would be waited for. Who reads a dead link says so.
        if (fs::exists(at->path(), ignored) && !at->is_regular_file(ignored)) {
          found_.unreadable.push_back({path, path + " is no file to read"});
        } else {
          files.push_back(path);
        }
      }
    }
    if (code)
      found_.unreadable.push_back({folder, "cannot read the folder [" + code.message() + "]"});
  }

  bool is_new(const std::string& file) {
    std::error_code code;
    const fs::path whole = fs::canonical(root_ / file, code);
    return code || seen_.insert(whole.string()).second;  // who reads a dead link says so
  }

  const fs::path& root_;
  HistoryFolder& found_;
  std::set<std::string> seen_;
};

// Whether a document says what it is. JSON of others, as package.json, says nothing.
bool is_of_others(std::string_view text, const std::string& source) {
  const Json document = parse_json(text, source);
  if (!document.is_object() || !document.contains("schema")) return true;
  const Json& schema = document["schema"];
  if (!schema.is_object() || !schema.contains("name") || !schema["name"].is_string()) return true;
  const std::string name = schema["name"].get<std::string>();
  return !name.starts_with("actscope.");
}

// Verdicts say no date: they are as old as the run that they lie beside.
void date_verdicts(std::vector<HistoryEntry>& entries) {
  std::map<std::string, std::vector<std::size_t>> runs;  // by folder
  const auto folder_of = [](const HistoryEntry& entry) {
    return fs::path(entry.source).parent_path().string();
  };
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (entries[i].kind == "actscope.run") runs[folder_of(entries[i])].push_back(i);
  }
  for (HistoryEntry& entry : entries) {
    if (entry.kind != "actscope.gate") continue;
    const auto beside = runs.find(folder_of(entry));
    if (beside == runs.end() || beside->second.size() != 1) continue;
    entry.environment = entries[beside->second.front()].environment;
  }
}

}  // namespace

HistoryFolder read_history_folder(const fs::path& folder, std::span<const std::string> metrics) {
  HistoryFolder found;
  for (const std::string& file : Walk(folder, found).files()) {
    try {
      const std::string text = read_file(folder / file, largest_file_bytes);
      if (is_of_others(text, file) || !has_history(identify(text, file).name)) {
        ++found.other_files;
        continue;
      }
      found.entries.push_back(read_history_entry(text, file, metrics));
    } catch (const Error& error) {
      found.unreadable.push_back({file, error_text(error.what())});
    }
  }
  std::ranges::sort(found.unreadable, [](const HistoryProblem& a, const HistoryProblem& b) {
    return comes_before(a.source, b.source);
  });
  date_verdicts(found.entries);
  return found;
}

History history_of_folder(HistoryFolder folder, const std::string& name,
                          const HistoryOptions& options) {
  History history = build_history(std::move(folder.entries), options);
  history.name = name;
  history.unreadable = std::move(folder.unreadable);
  history.other_files = folder.other_files;
  if (folder.links > 0) {
    history.notes.push_back(
        fmt::format("links to folders that were not followed: {}", folder.links));
  }
  return history;
}

}  // namespace actscope::reports
