// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdlib>
#include <new>

// Replaces the memory of the whole program: include it in one file of a test.
namespace {

thread_local bool is_exhausted = false;

void* take(std::size_t bytes, std::size_t alignment) {
  if (is_exhausted) throw std::bad_alloc();
  const std::size_t whole = (bytes + alignment) / alignment * alignment;
  void* memory = std::aligned_alloc(alignment, whole);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

// Not inlined: where one of a pair is and the other is not, g++ 12 takes them for a mismatch.
[[gnu::noinline]] void* operator new(std::size_t bytes) {
  return take(bytes, alignof(std::max_align_t));
}
[[gnu::noinline]] void* operator new(std::size_t bytes, std::align_val_t alignment) {
  return take(bytes, static_cast<std::size_t>(alignment));
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t /*bytes*/) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::align_val_t /*alignment*/) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t /*bytes*/,
                                       std::align_val_t /*alignment*/) noexcept {
  std::free(memory);
}

namespace actscope::tracer {

/// While it lives, the thread that made it gets no memory from operator new.
class Exhaustion {
 public:
  Exhaustion() { is_exhausted = true; }
  ~Exhaustion() { is_exhausted = false; }
};

}  // namespace actscope::tracer
