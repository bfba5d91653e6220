// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace actscope::bench {

/// A library opened for itself: its symbols serve nobody else, and its own calls find its own
/// symbols first. LibTorch exports names such as sgemm_ and parts of oneDNN; without this, another
/// library's inner calls would silently end in LibTorch. Never closed: threads of it may live.
class SharedLibrary {
 public:
  /// Opens the first of these names that is there; see is_open().
  explicit SharedLibrary(const std::vector<std::string>& names);
  explicit SharedLibrary(const std::string& name) : SharedLibrary(std::vector{name}) {}

  bool is_open() const { return handle_ != nullptr; }
  /// What the loader says of the first name.
  const std::string& error() const { return error_; }

  /// Null where the library has no such symbol.
  template <class Function>
  Function* function(const char* name) const {
    return reinterpret_cast<Function*>(symbol(name));
  }

 private:
  void* symbol(const char* name) const;

  void* handle_ = nullptr;
  std::string error_;
};

/// The file that a function lies in, links resolved; empty: unknown.
std::string file_of(const void* function);

template <class Result, class... Arguments>
std::string file_of(Result (*function)(Arguments...)) {
  return file_of(reinterpret_cast<const void*>(function));
}

}  // namespace actscope::bench
