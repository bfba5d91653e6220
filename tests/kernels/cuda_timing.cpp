// SPDX-License-Identifier: Apache-2.0
// Times compress and gemm_tn on the two channel products of a ResMLP block and prints JSON: the
// part of scripts/gpu_check that is measured, not judged.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>

#include "actscope/kernels/gemm.hpp"
#include "cuda_support.hpp"

namespace actscope::kernels::test {
namespace {

constexpr int warm_up_runs = 3;
constexpr int samples = 15;

/// Median over the samples. Units: seconds.
double median_seconds(const std::function<void()>& work) {
  cudaEvent_t begin = nullptr;
  cudaEvent_t end = nullptr;
  cuda::check(cudaEventCreate(&begin), "cudaEventCreate");
  cuda::check(cudaEventCreate(&end), "cudaEventCreate");
  std::vector<double> seconds;
  for (int run = 0; run < warm_up_runs + samples; ++run) {
    cuda::check(cudaEventRecord(begin), "cudaEventRecord");
    work();
    cuda::check(cudaEventRecord(end), "cudaEventRecord");
    cuda::check(cudaEventSynchronize(end), "cudaEventSynchronize");
    float milliseconds = 0;
    cuda::check(cudaEventElapsedTime(&milliseconds, begin, end), "cudaEventElapsedTime");
    if (run >= warm_up_runs) seconds.push_back(milliseconds * 1e-3);
  }
  cuda::check(cudaEventDestroy(begin), "cudaEventDestroy");
  cuda::check(cudaEventDestroy(end), "cudaEventDestroy");
  std::nth_element(seconds.begin(), seconds.begin() + samples / 2, seconds.end());
  return seconds[samples / 2];
}

struct Product {
  const char* name;
  std::int64_t tokens, features, outputs;
};

void time_product(const Product& product, std::int64_t block, double sparsity, bool is_first) {
  const Case c{1, product.tokens, product.features, block, block, sparsity};
  const DevicePanels<float> panels{HostPanels<float>(c.layout())};
  const DeviceArray<float> x(make_values<float>(c.rows * c.cols));
  const DeviceArray<float> dy(make_values<float>(c.rows * product.outputs, Pattern::normal, 2));
  const DeviceArray<float> dw(static_cast<std::size_t>(product.outputs * c.cols));
  const DeviceArray<std::uint8_t> workspace(
      static_cast<std::size_t>(compress_workspace_bytes(on_cuda, panels.layout)));
  const double compress_s = median_seconds([&] {
    compress(on_cuda, contiguous_matrix<const void*>(x.data(), DType::f32, c.rows, c.cols),
             panels.view(), workspace.data());
  });
  const double product_s = median_seconds([&] {
    gemm_tn(on_cuda, contiguous_matrix<const void*>(dy.data(), DType::f32, c.rows, product.outputs),
            as_const(panels.view()),
            contiguous_matrix<void*>(dw.data(), DType::f32, product.outputs, c.cols));
  });
  std::printf(
      "%s\n  {\"operator\": \"weight_gradient\", \"backend\": \"cuda\", \"product\": \"%s\", "
      "\"block_rows\": %lld, \"block_cols\": %lld, \"sparsity_ratio\": %g, \"dtype\": \"f32\", "
      "\"tokens\": %lld, \"features\": %lld, \"outputs\": %lld, \"compress_s\": %.9g, "
      "\"product_s\": %.9g, \"time_s\": %.9g, \"samples\": %d}",
      is_first ? "" : ",", product.name, static_cast<long long>(block),
      static_cast<long long>(block), sparsity, static_cast<long long>(product.tokens),
      static_cast<long long>(product.features), static_cast<long long>(product.outputs), compress_s,
      product_s, compress_s + product_s, samples);
}

void time_all(std::int64_t tokens) {
  const Product products[] = {{"fc1", tokens, 384, 1536}, {"fc2", tokens, 1536, 384}};
  bool is_first = true;
  std::printf("[");
  for (const Product& product : products) {
    for (const std::int64_t block : {8, 16, 32}) {
      for (const double sparsity : {0.5, 0.75, 0.9}) {
        time_product(product, block, sparsity, is_first);
        is_first = false;
      }
    }
  }
  std::printf("\n]\n");
}

}  // namespace
}  // namespace actscope::kernels::test

int main(int argc, char** argv) {
  using namespace actscope::kernels;
  try {
    if (!is_usable(Backend::cuda)) {
      std::fprintf(stderr, "cuda_timing: %s\n", describe(Backend::cuda).c_str());
      return 4;
    }
    // 64 images of 14 x 14 patches unless told otherwise.
    test::time_all(argc > 1 ? std::max(128LL, std::atoll(argv[1])) : 64 * 196);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "cuda_timing: %s\n", error.what());
    return 6;
  }
}
