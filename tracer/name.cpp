// SPDX-License-Identifier: Apache-2.0
#include "actscope/tracer/name.hpp"

#include <deque>
#include <limits>
#include <mutex>
#include <unordered_map>

namespace actscope::tracer {
namespace {

// Texts keep their place in a deque, so that views into them stay valid.
class NameTable {
 public:
  NameTable() { texts_.emplace_back(); }

  NameNumber intern(std::string_view text) {
    const std::scoped_lock lock(mutex_);
    if (text.empty()) return 0;
    if (const auto known = numbers_.find(text); known != numbers_.end()) return known->second;
    if (texts_.size() > std::numeric_limits<NameNumber>::max()) return 0;
    const auto number = static_cast<NameNumber>(texts_.size());
    numbers_.emplace(texts_.emplace_back(text), number);
    return number;
  }

  const std::string& text(NameNumber number) {
    const std::scoped_lock lock(mutex_);
    return number < texts_.size() ? texts_[number] : texts_.front();
  }

  std::vector<std::string> from(std::size_t first) {
    const std::scoped_lock lock(mutex_);
    std::vector<std::string> names;
    for (std::size_t i = first; i < texts_.size(); ++i) names.push_back(texts_[i]);
    return names;
  }

 private:
  std::mutex mutex_;
  std::deque<std::string> texts_;
  std::unordered_map<std::string_view, NameNumber> numbers_;
};

// Never destroyed: names are read by threads that outlive main.
NameTable& table() {
  static auto* names = new NameTable;
  return *names;
}

}  // namespace

Name::Name(std::string_view text) : number_(table().intern(text)) {}

const std::string& Name::text() const {
  return table().text(number_);
}

std::vector<std::string> names_from(std::size_t first) {
  return table().from(first);
}

}  // namespace actscope::tracer
