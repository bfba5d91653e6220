// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

#include <array>

#include "actscope/core/model/resmlp_block.hpp"

/// The parameters of a block as a list, in the order of BlockParameters.
namespace actscope::core {

using ParameterList = std::array<torch::Tensor, 12>;

inline ParameterList list_of(const BlockParameters& p) {
  return {p.alpha1, p.beta1,      p.token_weight, p.token_bias, p.gamma1,   p.alpha2,
          p.beta2,  p.fc1_weight, p.fc1_bias,     p.fc2_weight, p.fc2_bias, p.gamma2};
}

inline BlockParameters parameters_of(const ParameterList& t) {
  return {t[0], t[1], t[2], t[3], t[4], t[5], t[6], t[7], t[8], t[9], t[10], t[11]};
}

/// The results of `change` for each.
template <class Change>
BlockParameters map_of(const BlockParameters& p, const Change& change) {
  ParameterList list = list_of(p);
  for (torch::Tensor& tensor : list) tensor = change(tensor);
  return parameters_of(list);
}

}  // namespace actscope::core
