// SPDX-License-Identifier: Apache-2.0
#include "history/order.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <sstream>
#include <tuple>

#include "actscope/base/error.hpp"

namespace actscope::reports {
namespace {

constexpr std::size_t fewest_digits = 7;  // of a hash that is cut

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_hash(std::string_view text) {
  return text.size() >= fewest_digits && text.size() <= 64 &&
         std::ranges::all_of(text, [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
}

// The digits at `at` without leading zeros; moves `at` behind them.
std::string_view number_at(std::string_view text, std::size_t& at) {
  while (at + 1 < text.size() && text[at] == '0' && is_digit(text[at + 1])) ++at;
  const std::size_t begin = at;
  while (at < text.size() && is_digit(text[at])) ++at;
  return text.substr(begin, at - begin);
}

// "v0.1.0-12-g4f2a91c1234b-dirty", as git describe has it, is 4f2a91c1234b.
std::string_view hash_of(std::string_view revision) {
  if (revision.ends_with("-dirty")) revision.remove_suffix(6);
  const std::size_t mark = revision.rfind("-g");
  return mark == revision.npos ? revision : revision.substr(mark + 2);
}

// Places of revisions in a list, by hashes whole or cut and by other names.
class RevisionList {
 public:
  explicit RevisionList(const std::vector<std::string>& lines) {
    for (const std::string& line : lines) {
      std::istringstream words(line);
      std::string word;
      const std::size_t place = hashes_.size();
      while (words >> word) {
        if (hashes_.size() == place) {
          hashes_.push_back(word);
          by_hash_.emplace(word, place);
        } else {
          by_name_.emplace(word, place);
        }
      }
    }
  }

  const std::string& hash(std::size_t place) const { return hashes_[place]; }

  std::optional<std::size_t> find(std::string_view revision) const {
    if (const auto named = by_name_.find(revision); named != by_name_.end()) return named->second;
    const std::string_view hash = hash_of(revision);
    if (!is_hash(hash)) return std::nullopt;
    // The hashes that begin with it stand next to each other, and one that it begins with before.
    const auto next = by_hash_.lower_bound(hash);
    if (next != by_hash_.end() && std::string_view(next->first).starts_with(hash)) {
      return next->second;
    }
    if (next == by_hash_.begin()) return std::nullopt;
    const auto last = std::prev(next);
    if (is_hash(last->first) && hash.starts_with(last->first)) return last->second;
    return std::nullopt;
  }

  // By a folder of its path or the name of its file, the innermost first; else by what it says.
  std::optional<std::size_t> find(const HistoryEntry& entry) const {
    std::string_view path = entry.source;
    while (!path.empty()) {
      const std::size_t slash = path.rfind('/');
      std::string_view part = slash == path.npos ? path : path.substr(slash + 1);
      if (part.ends_with(".json")) part.remove_suffix(5);
      if (const auto place = find(part)) return place;
      path = slash == path.npos ? std::string_view() : path.substr(0, slash);
    }
    return find(std::string_view(entry.environment.git_revision));
  }

 private:
  std::vector<std::string> hashes_;
  std::map<std::string, std::size_t, std::less<>> by_hash_, by_name_;
};

struct Placed {
  std::size_t revision = 0;
  HistoryEntry entry;
};

bool stands_before(const Placed& a, const Placed& b, HistoryOrder order) {
  if (a.revision != b.revision) return a.revision < b.revision;
  const std::string &left = a.entry.environment.started_at, &right = b.entry.environment.started_at;
  if (order != HistoryOrder::path && left != right) return left < right;
  return comes_before(a.entry.source, b.entry.source);
}

}  // namespace

bool comes_before(std::string_view a, std::string_view b) {
  std::size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (is_digit(a[i]) && is_digit(b[j])) {
      const std::string_view left = number_at(a, i), right = number_at(b, j);
      if (left.size() != right.size()) return left.size() < right.size();
      if (left != right) return left < right;
    } else if (a[i] != b[j]) {
      return static_cast<unsigned char>(a[i]) < static_cast<unsigned char>(b[j]);
    } else {
      ++i;
      ++j;
    }
  }
  if (i < a.size() || j < b.size()) return j < b.size();
  return a < b;  // equal but for zeros in front
}

bool is_date(std::string_view text) {
  constexpr std::string_view form = "0000-00-00T00:00:00Z";
  if (text.size() != form.size()) return false;
  for (std::size_t i = 0; i < form.size(); ++i) {
    if (form[i] == '0' ? !is_digit(text[i]) : text[i] != form[i]) return false;
  }
  const std::string_view month = text.substr(5, 2), day = text.substr(8, 2);
  return month >= "01" && month <= "12" && day >= "01" && day <= "31";
}

std::vector<HistoryEntry> in_order(std::vector<HistoryEntry> entries, const HistoryOptions& options,
                                   std::vector<HistoryProblem>& unplaced) {
  const RevisionList revisions(options.revisions);
  std::vector<Placed> placed;
  for (HistoryEntry& entry : entries) {
    std::string& date = entry.environment.started_at;
    if (options.order == HistoryOrder::date && !is_date(date)) {
      unplaced.push_back({entry.source, date.empty() ? "it says no date" : "no date: " + date});
      continue;
    }
    std::size_t place = 0;
    if (options.order == HistoryOrder::revision) {
      const auto found = revisions.find(entry);
      if (!found) {
        const std::string& revision = entry.environment.git_revision;
        unplaced.push_back({entry.source, revision.empty() ? "it says no revision"
                                                           : "not in the list: " + revision});
        continue;
      }
      place = *found;
      entry.environment.git_revision = revisions.hash(place);
    }
    placed.push_back({place, std::move(entry)});
  }
  std::ranges::sort(
      placed, [&](const Placed& a, const Placed& b) { return stands_before(a, b, options.order); });
  std::vector<HistoryEntry> ordered;
  ordered.reserve(placed.size());
  for (Placed& one : placed) ordered.push_back(std::move(one.entry));
  return ordered;
}

std::vector<std::string> read_revisions(std::string_view text, std::string_view source) {
  std::vector<std::string> lines;
  std::istringstream stream{std::string(text)};
  std::string line;
  std::size_t number = 0;
  while (std::getline(stream, line)) {
    ++number;
    std::istringstream words(line);
    std::string hash;
    if (!(words >> hash)) continue;  // an empty line
    if (!is_hash(hash)) {
      throw ReportFormatError(error_text(std::string(source) + " is no list of revisions",
                                         "line " + std::to_string(number) + " begins with '" +
                                             hash.substr(0, 40) +
                                             "', expected a hash of 7 digits or more",
                                         "write one with git log --reverse --format=%H"));
    }
    lines.push_back(line);
  }
  if (lines.empty()) {
    throw ReportFormatError(error_text(std::string(source) + " is no list of revisions",
                                       "it is empty",
                                       "write one with git log --reverse --format=%H"));
  }
  return lines;
}

}  // namespace actscope::reports
