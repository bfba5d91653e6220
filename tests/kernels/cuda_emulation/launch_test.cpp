// SPDX-License-Identifier: Apache-2.0
// How operators are launched: over how many thread blocks, on which device, with which attributes.
#include <gmock/gmock.h>

#include <cstdlib>
#include <vector>

#include "actscope/base/error.hpp"
#include "actscope/kernels/elementwise.hpp"
#include "actscope/kernels/gemm.hpp"
#include "cuda/limits.hpp"
#include "cuda_runtime.h"
#include "cuda_support.hpp"

namespace actscope::kernels::test {
namespace {

using testing::ElementsAre;

int taken = 0;
int given_back = 0;
bool is_exhausted = false;

// A scratch source like core's, which takes memory of LibTorch's caching allocator.
constexpr ScratchSource scratch{[](std::int64_t bytes, void*) -> void* {
                                  if (is_exhausted) return nullptr;
                                  ++taken;
                                  return std::malloc(static_cast<std::size_t>(bytes));
                                },
                                [](void* memory) noexcept {
                                  ++given_back;
                                  std::free(memory);
                                }};

class Launch : public testing::Test {
 protected:
  Launch() {
    taken = given_back = 0;
    is_exhausted = false;
    emulation::take_launches();
  }
  ~Launch() override { cudaSetDevice(0); }

  // Blocks of each launch.
  static std::vector<unsigned> blocks() {
    std::vector<unsigned> all;
    for (const emulation::Grid& grid : emulation::take_launches()) all.push_back(grid.blocks);
    return all;
  }
};

// The third emulated device has eight multiprocessors, so that a batch is small enough to emulate.
constexpr int small_device = 2;

// dW of a batch of 2048 tokens as a training step asks for it: tiles [128, 384] of [256, 384].
std::vector<float> weight_gradient(const ExecutionContext& context) {
  const HostPanels<bfloat16> x = reference_panels<bfloat16>({1, 2048, 384, 16, 16, 0.9});
  const auto dy = make_values<bfloat16>(2048 * 256);
  std::vector<float> dw(std::size_t{256} * 384, 1);
  HostPanels<bfloat16> panels = x;
  gemm_tn(context, contiguous_matrix<const void*>(dy.data(), DType::bf16, 2048, 256),
          as_const(panels.view()), contiguous_matrix<void*>(dw.data(), DType::f32, 256, 384),
          Output::accumulate);
  return dw;
}

TEST_F(Launch, ATrainingProductFillsTheDevice) {
  const ExecutionContext context{
      .backend = Backend::cuda, .device = small_device, .scratch = &scratch};
  const std::vector<float> split = weight_gradient(context);
  // Two tiles times four parts of the reduction, then the sum of the parts.
  EXPECT_THAT(blocks(), ElementsAre(8U, testing::Gt(0U)));
  EXPECT_EQ(taken, 1);
  EXPECT_EQ(given_back, 1);
  // Without memory two of eight multiprocessors work, and the result is the same.
  is_exhausted = true;
  EXPECT_EQ(weight_gradient(context), split);
  EXPECT_THAT(blocks(), ElementsAre(2U));
}

TEST_F(Launch, SoDoesTheGradientOfTokenMixing) {
  HostPanels<bfloat16> y = reference_panels<bfloat16>({24, 196, 384, 16, 16, 0.9});
  const auto dt = make_values<bfloat16>(24 * 196 * 384);
  std::vector<float> da(std::size_t{196} * 196);
  gemm_nt_batched({.backend = Backend::cuda, .device = small_device, .scratch = &scratch},
                  contiguous_groups<const void*>(dt.data(), DType::bf16, 24, 196, 384),
                  as_const(y.view()), contiguous_matrix<void*>(da.data(), DType::f32, 196, 196));
  EXPECT_THAT(blocks(), ElementsAre(8U, testing::Gt(0U)));
  EXPECT_EQ(given_back, taken);
}

TEST_F(Launch, TheCallersWorkspaceComesFirst) {
  ExecutionContext context{.backend = Backend::cuda, .device = small_device, .scratch = &scratch};
  std::vector<float> memory(std::size_t{4} * 256 * 385);
  context.workspace = {memory.data(), static_cast<std::int64_t>(memory.size() * sizeof(float))};
  weight_gradient(context);
  EXPECT_EQ(blocks().front(), 8U);
  EXPECT_EQ(taken, 0);
}

TEST_F(Launch, WorkGoesToTheContextsDeviceAndTheCurrentOneStays) {
  cudaSetDevice(1);
  weight_gradient({.backend = Backend::cuda, .device = small_device, .scratch = &scratch});
  EXPECT_EQ(blocks().front(), 8U) << "as many as the context's device has";
  int device = 0;
  cudaGetDevice(&device);
  EXPECT_EQ(device, 1);
  EXPECT_THROW(weight_gradient({.backend = Backend::cuda, .device = 99}), DeviceError);
}

TEST_F(Launch, PartsAreAsManyAsTheDeviceHasMultiprocessors) {
  const PanelLayout x(1, 25088, 384, {16, 16, 0.8});
  const auto bytes = [&](int device) {
    return gemm_tn_workspace_bytes({.backend = Backend::cuda, .device = device}, x, DType::bf16,
                                   1536);
  };
  // Twelve tiles: eleven parts on 132 multiprocessors, nine on 108, none on 8.
  EXPECT_EQ(bytes(0), 11 * 1536 * 385 * 4);
  EXPECT_EQ(bytes(1), 9 * 1536 * 385 * 4);
  EXPECT_EQ(bytes(small_device), 0);
}

TEST_F(Launch, AttributesAreSetOnceAKernelAndDevice) {
  const ExecutionContext context{.backend = Backend::cuda, .device = small_device};
  weight_gradient(context);
  const int before = emulation::attributes_set;
  for (int i = 0; i < 3; ++i) weight_gradient(context);
  EXPECT_EQ(emulation::attributes_set, before);
}

// An element-wise pass of aligned rows takes eight elements a thread, of others a row a block.
TEST_F(Launch, ElementsAreTakenInRuns) {
  const auto h = make_values<bfloat16>(64 * 384 + 1);
  std::vector<bfloat16> u(h.size());
  const auto run = [&](std::size_t offset) {
    gelu(on_cuda, contiguous_matrix<const void*>(h.data() + offset, DType::bf16, 64, 384),
         contiguous_matrix<void*>(u.data() + offset, DType::bf16, 64, 384), {});
    return emulation::take_launches().at(0);
  };
  const std::size_t aligned = 0;
  ASSERT_EQ(reinterpret_cast<std::uintptr_t>(h.data()) % 16, 0U);
  EXPECT_EQ(run(aligned).blocks, 64U * 384 / 8 / 256);
  EXPECT_EQ(run(1).blocks, 64U);
}

}  // namespace
}  // namespace actscope::kernels::test
