// SPDX-License-Identifier: Apache-2.0
#include "element_type.hpp"

#include <string>

#include "actscope/base/error.hpp"

namespace actscope::bench {
namespace {

constexpr ElementType types[] = {fp32, tf32, bf16, fp16};

}  // namespace

std::span<const ElementType> element_types() {
  return types;
}

ElementType element_type(std::string_view name) {
  std::string known;
  for (const ElementType& type : types) {
    if (type.name == name) return type;
    known += (known.empty() ? "" : ", ") + std::string(type.name);
  }
  throw ConfigError(
      error_text("--dtype " + std::string(name) + " is not taken", {}, "give some of " + known));
}

bool takes(kernels::Backend backend, const ElementType& type) {
  return type.precision == kernels::Precision::strict || backend == kernels::Backend::cuda;
}

}  // namespace actscope::bench
