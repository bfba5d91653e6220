// SPDX-License-Identifier: Apache-2.0
#include "guard_page_memory.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

namespace actscope::tracer {
namespace {

constexpr std::byte slack_byte{0xA5};
constexpr int fresh_byte = 0xFF;

std::size_t page_bytes() {
  static const auto bytes = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return bytes;
}

std::size_t round_up(std::size_t bytes, std::size_t unit) {
  return (bytes + unit - 1) / unit * unit;
}

// Where the two slacks lie around a block.
struct Slack {
  const std::byte *front_begin, *front_end, *back_begin, *back_end;
};

Slack slack_of(const std::byte* block, const std::byte* mapping, std::size_t mapped_bytes,
               std::size_t block_bytes) {
  return {mapping + page_bytes(), block, block + block_bytes,
          mapping + mapped_bytes - page_bytes()};
}

// Distance of the first byte that is not the pattern's; -1 where there is none.
std::ptrdiff_t first_written(const std::byte* begin, const std::byte* end) {
  const std::byte* found =
      std::find_if(begin, end, [](std::byte value) { return value != slack_byte; });
  return found == end ? -1 : found - begin;
}

}  // namespace

GuardPageMemory::~GuardPageMemory() {
  for (const auto& [block, mapping] : live_) munmap(mapping.begin, mapping.bytes);
  for (const Mapping& mapping : returned_) munmap(mapping.begin, mapping.bytes);
}

void* GuardPageMemory::allocate(std::size_t bytes) {
  if (bytes == 0) return nullptr;
  const std::size_t page = page_bytes();
  {
    const std::scoped_lock lock(mutex_);
    if (live_.size() >= limits_.live_blocks || bytes > SIZE_MAX / 2) {
      ++counters_.refused_blocks;
      return nullptr;
    }
  }
  const std::size_t room = round_up(bytes, alignment);
  const std::size_t usable = round_up(room, page);
  Mapping mapping{nullptr, usable + 2 * page, bytes};
  void* pages = mmap(nullptr, mapping.bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  const bool is_mapped = pages != MAP_FAILED;
  if (is_mapped) mapping.begin = static_cast<std::byte*>(pages);
  const bool is_usable =
      is_mapped && mprotect(mapping.begin + page, usable, PROT_READ | PROT_WRITE) == 0;
  if (!is_usable) {
    if (is_mapped) munmap(pages, mapping.bytes);
    const std::scoped_lock lock(mutex_);
    ++counters_.refused_blocks;
    return nullptr;
  }
  std::byte* block = mapping.begin + page + usable - room;
  std::memset(mapping.begin + page, static_cast<int>(slack_byte), usable - room);
  std::memset(block, fresh_byte, bytes);
  std::memset(block + bytes, static_cast<int>(slack_byte), room - bytes);
  const std::scoped_lock lock(mutex_);
  try {
    live_.emplace(block, mapping);
  } catch (const std::bad_alloc&) {
    munmap(mapping.begin, mapping.bytes);
    ++counters_.refused_blocks;
    return nullptr;
  }
  ++counters_.guarded_blocks;
  return block;
}

void GuardPageMemory::check_slack(const std::byte* block, const Mapping& mapping) {
  const Slack slack = slack_of(block, mapping.begin, mapping.bytes, mapping.block_bytes);
  const std::ptrdiff_t before = first_written(slack.front_begin, slack.front_end);
  const std::ptrdiff_t behind = first_written(slack.back_begin, slack.back_end);
  if (before < 0 && behind < 0) return;
  if (before >= 0) {
    std::fprintf(stderr, "guard pages: written %td bytes before a block of %zu bytes\n",
                 slack.front_end - slack.front_begin - before, mapping.block_bytes);
  } else {
    std::fprintf(stderr, "guard pages: written %td bytes behind a block of %zu bytes\n", behind,
                 mapping.block_bytes);
  }
  std::abort();
}

bool GuardPageMemory::release(void* block) {
  Mapping mapping;
  {
    const std::scoped_lock lock(mutex_);
    const auto entry = live_.find(block);
    if (entry == live_.end()) return false;
    mapping = entry->second;
    live_.erase(entry);
  }
  check_slack(static_cast<const std::byte*>(block), mapping);
  retire(mapping);
  return true;
}

// Keeps the addresses, not the memory, and lets the oldest go.
void GuardPageMemory::retire(const Mapping& mapping) {
  const bool is_closed = mprotect(mapping.begin, mapping.bytes, PROT_NONE) == 0 &&
                         madvise(mapping.begin, mapping.bytes, MADV_DONTNEED) == 0;
  Mapping leaving = mapping;
  if (is_closed) {
    const std::scoped_lock lock(mutex_);
    returned_.push_back(mapping);
    if (returned_.size() <= limits_.returned_blocks) return;
    leaving = returned_.front();
    returned_.pop_front();
  }
  munmap(leaving.begin, leaving.bytes);
}

GuardPageMemory::Counters GuardPageMemory::counters() const {
  const std::scoped_lock lock(mutex_);
  return counters_;
}

}  // namespace actscope::tracer
