// SPDX-License-Identifier: Apache-2.0
#include "actscope/tracer/name.hpp"

#include <deque>
#include <limits>
#include <mutex>
#include <new>
#include <unordered_map>

#include "actscope/tracer/recorder.hpp"

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
    if (texts_.size() > std::numeric_limits<NameNumber>::max()) throw std::bad_alloc();
    const auto number = static_cast<NameNumber>(texts_.size());
    texts_.emplace_back(text);
    try {
      numbers_.emplace(texts_.back(), number);
    } catch (const std::bad_alloc&) {
      texts_.pop_back();
      throw;
    }
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

NameNumber number_of(std::string_view text) noexcept {
  try {
    return table().intern(text);
  } catch (const std::bad_alloc&) {
    count_lost_record();
    return 0;
  }
}

}  // namespace

Name::Name(std::string_view text) noexcept : number_(number_of(text)) {}

const std::string& Name::text() const {
  return table().text(number_);
}

std::vector<std::string> names_from(std::size_t first) {
  return table().from(first);
}

}  // namespace actscope::tracer
