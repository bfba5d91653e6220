// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "rival.hpp"

namespace actscope::bench {

std::vector<std::unique_ptr<Rival>> make_host_rivals(std::int64_t threads) {
  std::vector<std::unique_ptr<Rival>> torch = make_torch_rivals(threads);
  std::vector<std::unique_ptr<Rival>> all;
  all.push_back(std::move(torch.front()));
  all.push_back(make_openblas(threads));
  all.push_back(make_blis(threads));
  all.push_back(make_onednn());
  for (std::size_t i = 1; i < torch.size(); ++i) all.push_back(std::move(torch[i]));
  all.push_back(make_libxsmm());
  return all;
}

}  // namespace actscope::bench
