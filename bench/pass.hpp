// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace actscope::bench {

/// A pass of ours and the rival that it is timed against. Both write to memory that exists already.
struct Pass {
  std::string name;
  std::function<void()> rival, ours;
  std::vector<double> rival_ms = {}, ours_ms = {};
};

/// Two kinds of passes, for the shapes of fc1 and fc2 of S12 with 16 images. Weight gradients from
/// kept blocks of a matrix of codes: the rival decodes all of it, gathers and multiplies; ours
/// gathers from the codes and multiplies. Kept values as codes: the rival keeps them as f32.
std::vector<Pass> coded_product_passes();

}  // namespace actscope::bench
