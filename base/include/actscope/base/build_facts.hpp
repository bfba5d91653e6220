// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace actscope {

/// What this build is; part of every report.
struct BuildFacts {
  std::string version;
  std::string git_revision;
  std::string compiler;
  std::string compiler_flags;
  std::string build_type;
  std::string libtorch_version;       ///< empty: built without LibTorch
  std::vector<std::string> features;  ///< "cpu", "torch", "cuda", "gui", "sanitize:…"
};

const BuildFacts& build_facts();

}  // namespace actscope
