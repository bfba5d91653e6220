// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace actscope::bench {

/// A pass and what it is measured against, which has its result already there.
struct Pass {
  std::string name;
  std::function<void()> rival, ours;
  std::vector<double> rival_ms = {}, ours_ms = {};
};

/// Weight gradients from kept blocks of a matrix of codes: the rival decodes all of it, gathers and
/// multiplies; ours gathers from the codes and multiplies. And kept values as codes: the rival
/// keeps them as f32. Shapes of fc1 and fc2 of S12, 16 images.
std::vector<Pass> coded_product_passes();

}  // namespace actscope::bench
