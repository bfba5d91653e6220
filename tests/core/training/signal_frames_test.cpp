// SPDX-License-Identifier: Apache-2.0
// Training while signals arrive, as in a program with a profiler or under a batch system: the frame
// of each must lie on the stack of the thread that it interrupts. A kernel that moves the stack
// pointer elsewhere (oneDNN's `gemm:jit` into the heap) gets it written there.
#include <ATen/Parallel.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/time.h>
#include <torch/optim/sgd.h>
#include <torch/types.h>

#include <algorithm>
#include <csignal>
#include <string>

#include "actscope/core/model/loss.hpp"
#include "actscope/core/model/resmlp.hpp"
#include "actscope/core/scheme/presets.hpp"
#include "tensors/dense_product.hpp"

namespace actscope::core {
namespace {

using torch::Tensor;

volatile std::sig_atomic_t frames_seen = 0;
volatile std::sig_atomic_t frames_elsewhere = 0;
const char* stack_begin = nullptr;
const char* stack_end = nullptr;
pthread_t owner;

void look_at_frame(int) {
  const char here = 0;
  if (pthread_equal(pthread_self(), owner) == 0) return;  // no stack that we know
  frames_seen = frames_seen + 1;
  if (&here < stack_begin || &here >= stack_end) frames_elsewhere = frames_elsewhere + 1;
}

// Signals for this thread while it lives.
class Timer {
 public:
  Timer() {
    owner = pthread_self();
    pthread_attr_t attributes;
    void* begin = nullptr;
    std::size_t bytes = 0;
    pthread_getattr_np(owner, &attributes);
    pthread_attr_getstack(&attributes, &begin, &bytes);
    pthread_attr_destroy(&attributes);
    stack_begin = static_cast<const char*>(begin);
    stack_end = stack_begin + bytes;
    frames_seen = 0;
    frames_elsewhere = 0;
    struct sigaction action {};
    action.sa_handler = &look_at_frame;
    action.sa_flags = SA_RESTART;
    sigaction(SIGALRM, &action, &before_);
    constexpr suseconds_t period_us = 200;
    const itimerval timer{{0, period_us}, {0, period_us}};
    setitimer(ITIMER_REAL, &timer, nullptr);
  }
  ~Timer() {
    const itimerval never{};
    setitimer(ITIMER_REAL, &never, nullptr);
    sigaction(SIGALRM, &before_, nullptr);
  }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

 private:
  struct sigaction before_ {};
};

constexpr int enough_frames = 150;
constexpr int most_steps = 400;

// Bounded by steps: on a fast machine few signals fall into each.
void train_under_timer(const ResMlpGeometry& geometry, const std::string& preset,
                       ElementType activations, std::int64_t batch) {
  RunConfig config;
  config.scheme = preset;
  ResMlp model(geometry, make_scheme(config, geometry), 1, std::int64_t{64} << 20, activations);
  if (activations == ElementType::bf16 && preset == "dense") model.hold_narrow_copies();
  torch::optim::SGD optimizer(model.parameters(), torch::optim::SGDOptions(1e-3));
  at::manual_seed(2);
  const Tensor images =
      torch::randn({batch, geometry.in_channels, geometry.image_size, geometry.image_size});
  const Tensor labels = torch::randint(geometry.classes, {batch}, torch::kInt64);
  const Timer timer;
  for (int step = 0; step < most_steps && (step < 2 || frames_seen < enough_frames); ++step) {
    optimizer.zero_grad();
    const Tensor loss = smoothed_cross_entropy(model.forward(images), labels, 0.1);
    loss.backward();
    optimizer.step();
    ASSERT_TRUE(torch::isfinite(loss).item<bool>());
  }
  EXPECT_GT(frames_seen, 0);
  EXPECT_EQ(frames_elsewhere, 0) << preset << ", dim " << geometry.dim << ", "
                                 << (activations == ElementType::bf16 ? "bf16" : "fp32");
}

class SignalFrames : public testing::TestWithParam<std::string> {
 protected:
  // One thread: all that computes is then interrupted on a stack that we know.
  SignalFrames() : threads_(at::get_num_threads()) { at::set_num_threads(1); }
  ~SignalFrames() override { at::set_num_threads(threads_); }

 private:
  int threads_;
};

// Inner dimensions above 84 (AVX-512) and 252 (AVX2), where `gemm:jit` leaves the stack; narrow
// images in small patches and wide ones in large patches, whose stem is another kernel's.
TEST_P(SignalFrames, LieOnTheStackWhateverTheSchemeDoes) {
  const ResMlpGeometry narrow{
      .image_size = 28, .patch = 4, .in_channels = 1, .dim = 65, .depth = 1, .classes = 10};
  const ResMlpGeometry wide{
      .image_size = 272, .patch = 16, .in_channels = 3, .dim = 257, .depth = 1, .classes = 7};
  DenseProcessor foreign = dense_processor();
  foreign.is_intel = false;
  for (const DenseProcessor& processor : {dense_processor(), foreign}) {
    const AsDenseProcessor as(processor);
    for (const ElementType activations : {ElementType::fp32, ElementType::bf16}) {
      train_under_timer(narrow, GetParam(), activations, 43);
      train_under_timer(wide, GetParam(), activations, 2);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Presets, SignalFrames, testing::ValuesIn(preset_names()),
                         [](const auto& preset) {
                           std::string name = preset.param;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace actscope::core
