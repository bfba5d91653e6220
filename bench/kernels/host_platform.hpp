// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platform.hpp"

namespace actscope::bench {

class HostPlatform : public Platform {
 public:
  HostPlatform(kernels::Backend backend, std::int64_t threads,
               std::vector<std::unique_ptr<Rival>> rivals);

  std::unique_ptr<BlockSparse> ours(const Problem& problem,
                                    const kernels::BlockSpec& spec) override;
  Stopwatch& stopwatch() override { return stopwatch_; }
  Parts parts() const override { return Parts::inside; }
  KernelsMachine machine() override;
  double peak_again() override;

 private:
  kernels::Backend backend_;
  std::int64_t threads_;
  HostStopwatch stopwatch_;
};

}  // namespace actscope::bench
