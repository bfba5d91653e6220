// SPDX-License-Identifier: Apache-2.0
#include "storage_use.hpp"

#include <algorithm>
#include <utility>

namespace actscope::tracer {
namespace {

constexpr std::int64_t max_runs = 65536;

struct Run {
  std::int64_t begin;  // bytes from the start of the storage
  std::int64_t end;
};

struct Dimension {
  std::int64_t size;
  std::int64_t stride;  // elements
};

// Bytes that lie together, one run after the other: the inner dimensions that fill memory without a
// gap are one run, the others count where runs begin. Negative strides do not exist in LibTorch.
void append_runs(const at::Tensor& tensor, std::vector<Run>& runs) {
  if (tensor.numel() == 0) return;
  std::vector<Dimension> outer;
  for (std::int64_t d = 0; d < tensor.dim(); ++d) {
    // Repeated elements (stride 0) are the same bytes.
    if (tensor.size(d) > 1 && tensor.stride(d) > 0) {
      outer.push_back({tensor.size(d), tensor.stride(d)});
    }
  }
  std::ranges::sort(outer, {}, &Dimension::stride);
  std::int64_t length = 1;
  std::size_t first = 0;
  while (first < outer.size() && outer[first].stride <= length) {
    length = (outer[first].size - 1) * outer[first].stride + length;
    ++first;
  }
  outer.erase(outer.begin(), outer.begin() + static_cast<std::ptrdiff_t>(first));
  std::int64_t count = 1, span = length;
  for (const Dimension& d : outer) {
    count = std::min(count * d.size, max_runs + 1);
    span += (d.size - 1) * d.stride;
  }
  const std::int64_t size = tensor.element_size();
  const std::int64_t origin = tensor.storage_offset() * size;
  if (count > max_runs) {
    runs.push_back({origin, origin + span * size});
    return;
  }
  std::vector<std::int64_t> starts{0};
  for (const Dimension& d : outer) {
    std::vector<std::int64_t> next;
    for (std::int64_t i = 0; i < d.size; ++i) {
      for (const std::int64_t start : starts) next.push_back(start + i * d.stride);
    }
    starts = std::move(next);
  }
  for (const std::int64_t start : starts) {
    runs.push_back({origin + start * size, origin + (start + length) * size});
  }
}

}  // namespace

std::int64_t used_bytes(const std::vector<at::Tensor>& tensors) {
  std::vector<Run> runs;
  for (const at::Tensor& tensor : tensors) append_runs(tensor, runs);
  std::ranges::sort(runs, {}, &Run::begin);
  std::int64_t used = 0, reached = 0;
  for (const Run& run : runs) {
    used += std::max<std::int64_t>(0, run.end - std::max(run.begin, reached));
    reached = std::max(reached, run.end);
  }
  return used;
}

}  // namespace actscope::tracer
