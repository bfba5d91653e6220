// SPDX-License-Identifier: Apache-2.0
// Keeps a fifth of an activation's blocks and computes a weight gradient from them.
#include <cmath>
#include <cstdio>
#include <random>
#include <vector>

#include "actscope/kernels/compress.hpp"
#include "actscope/kernels/gemm.hpp"

namespace k = actscope::kernels;

namespace {

// dW = dYᵀ X from the blocks that a sparsity keeps.
std::vector<float> weight_gradient(const std::vector<float>& x, const std::vector<float>& dy,
                                   double sparsity, std::int64_t& kept_bytes) {
  constexpr std::int64_t tokens = 512, features = 96, outputs = 48;
  const k::ExecutionContext cpu{k::Backend::cpu};
  const k::PanelLayout layout(1, tokens, features, {16, 16, sparsity});
  kept_bytes = layout.value_bytes(k::DType::f32) + layout.index_bytes();

  // Sizes are known before anything runs: the caller owns all memory.
  std::vector<float> values(static_cast<std::size_t>(layout.kept_blocks() * 16 * 16));
  std::vector<std::uint32_t> mask(static_cast<std::size_t>(layout.mask_words()));
  std::vector<std::uint32_t> starts(static_cast<std::size_t>(layout.column_starts()));
  const k::BsrPanels panels{layout, k::DType::f32, values.data(), {mask.data(), starts.data()}};
  k::compress(cpu, k::contiguous_matrix<const void*>(x.data(), k::DType::f32, tokens, features),
              panels, nullptr);

  std::vector<float> dw(outputs * features);
  k::gemm_tn(cpu, k::contiguous_matrix<const void*>(dy.data(), k::DType::f32, tokens, outputs),
             as_const(panels),
             k::contiguous_matrix<void*>(dw.data(), k::DType::f32, outputs, features));
  return dw;
}

}  // namespace

int main() {
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  std::vector<float> x(512 * 96), dy(512 * 48);
  for (float& value : x) value = std::exp(2 * normal(random)) * normal(random);
  for (float& value : dy) value = normal(random);

  std::int64_t dense_bytes = 0, kept_bytes = 0;
  const std::vector<float> exact = weight_gradient(x, dy, 0.0, dense_bytes);
  const std::vector<float> pruned = weight_gradient(x, dy, 0.8, kept_bytes);
  double dot = 0, a = 0, b = 0;
  for (std::size_t i = 0; i < exact.size(); ++i) {
    dot += static_cast<double>(exact[i]) * pruned[i];
    a += static_cast<double>(exact[i]) * exact[i];
    b += static_cast<double>(pruned[i]) * pruned[i];
  }
  const double cosine = dot / std::sqrt(a * b);
  std::printf("%s\nkept %lld of %lld bytes; cosine to the exact gradient %.3f\n",
              k::describe(k::Backend::cpu).c_str(), static_cast<long long>(kept_bytes),
              static_cast<long long>(dense_bytes), cosine);
  return cosine > 0.5 && kept_bytes * 4 < dense_bytes ? 0 : 1;
}
