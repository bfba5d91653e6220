// SPDX-License-Identifier: Apache-2.0
#include "shared_library.hpp"

#include <dlfcn.h>

#include <filesystem>

namespace actscope::bench {
namespace {

// AddressSanitizer refuses RTLD_DEEPBIND; its builds have no LibTorch that could get in between.
#if defined(__SANITIZE_ADDRESS__) || !defined(RTLD_DEEPBIND)
constexpr int open_flags = RTLD_NOW | RTLD_LOCAL;
#else
constexpr int open_flags = RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND;
#endif

}  // namespace

SharedLibrary::SharedLibrary(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    handle_ = dlopen(name.c_str(), open_flags);
    if (handle_ != nullptr) return;
    const char* why = dlerror();
    if (error_.empty() && why != nullptr) error_ = why;
  }
}

void* SharedLibrary::symbol(const char* name) const {
  return handle_ == nullptr ? nullptr : dlsym(handle_, name);
}

std::string file_of(const void* function) {
  Dl_info info{};
  if (function == nullptr || dladdr(function, &info) == 0 || info.dli_fname == nullptr) return {};
  std::error_code code;
  const std::filesystem::path whole = std::filesystem::canonical(info.dli_fname, code);
  return code ? info.dli_fname : whole.string();
}

}  // namespace actscope::bench
