// SPDX-License-Identifier: Apache-2.0
#include "layers.hpp"

#include <vector>

#include "actscope/tracer/name.hpp"
#include "actscope/tracer/scope.hpp"

namespace {

using actscope::NameNumber;
using actscope::Phase;
namespace detail = actscope::tracer::detail;

// The scopes that Python opened on this thread and has not closed yet.
std::vector<detail::OpenScope>& open_layers() {
  thread_local std::vector<detail::OpenScope> open;
  return open;
}

}  // namespace

std::int64_t actscope_layer_name(const char* text) noexcept {
  return actscope::tracer::Name(text).number();
}

std::int64_t actscope_enter_layer(std::int64_t name) noexcept {
  auto& open = open_layers();
  const auto depth = static_cast<std::int64_t>(open.size());
  if (!actscope::tracer::is_recording()) return depth;
  try {
    open.emplace_back();
    const auto number = static_cast<NameNumber>(name);
    detail::open_place(open.back(), actscope::ScopeKind::layer, number,
                       {-1, number, 0, Phase::forward});
  } catch (...) {  // no memory for one more record: the program that is observed goes on
  }
  return depth;
}

void actscope_leave_layers(std::int64_t depth) noexcept {
  auto& open = open_layers();
  while (static_cast<std::int64_t>(open.size()) > depth) {
    if (open.back().is_open) detail::close(open.back());
    open.pop_back();
  }
}
