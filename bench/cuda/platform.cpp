// SPDX-License-Identifier: Apache-2.0
#include "kernels/platform.hpp"

#include "block_sparse.hpp"
#include "machine.hpp"
#include "rivals.hpp"

namespace actscope::bench {
namespace {

class CudaPlatform : public Platform {
 public:
  explicit CudaPlatform(const ElementType& type) : type_(type), stopwatch_(stream_) {
    cuda::add_cublas_rivals(rivals_, stream_);
    cuda::add_cusparse_rivals(rivals_, stream_);
    warm_up();
  }
  ~CudaPlatform() override {
    rivals_.clear();  // their handles are on the stream
  }

  std::unique_ptr<BlockSparse> ours(const Problem& problem,
                                    const kernels::BlockSpec& spec) override {
    return cuda::make_device_block_sparse(problem, spec, stream_);
  }
  Stopwatch& stopwatch() override { return stopwatch_; }
  Parts parts() const override { return Parts::apart; }
  KernelsMachine machine() override { return cuda::measure_device(type_, stream_); }

 private:
  // Clocks of an idle device rise within some tens of milliseconds.
  void warm_up() {
    constexpr std::int64_t bytes = std::int64_t{64} << 20;
    constexpr double enough_s = 0.2;
    const cuda::DeviceMemory from(bytes), to(bytes);
    double done_s = 0;
    while (done_s < enough_s) {
      stopwatch_.start();
      for (int i = 0; i < 100; ++i) {
        cuda::check(cudaMemcpyAsync(to.data(), from.data(), static_cast<std::size_t>(bytes),
                                    cudaMemcpyDeviceToDevice, stream_.get()),
                    "cudaMemcpyAsync");
      }
      done_s += stopwatch_.stop();
    }
  }

  ElementType type_;
  cuda::Stream stream_;
  cuda::EventStopwatch stopwatch_;
};

}  // namespace

std::unique_ptr<Platform> make_cuda_platform(const ElementType& type) {
  return std::make_unique<CudaPlatform>(type);
}

}  // namespace actscope::bench
