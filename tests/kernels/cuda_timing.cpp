// SPDX-License-Identifier: Apache-2.0
// Times compress and gemm_tn on the two channel products of a ResMLP block, in every type that runs
// on tensor cores and in strict f32, and prints JSON: the part of scripts/gpu_check that is
// measured, not judged.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>

#include "actscope/kernels/elementwise.hpp"
#include "actscope/kernels/gelu_compress.hpp"
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

/// A type and how its products are computed.
struct Kind {
  const char* name;
  Precision precision;
};

/// Operands of one product in one type, made once.
template <class T>
struct Operands {
  explicit Operands(const Product& of)
      : product(of),
        x(make_values<T>(of.tokens * of.features)),
        dy(make_values<T>(of.tokens * of.outputs, Pattern::normal, 2)),
        u(x.to_host()),
        dw(static_cast<std::size_t>(of.outputs * of.features)) {}

  ConstMatrixView in(const DeviceArray<T>& of, std::int64_t cols) const {
    return contiguous_matrix<const void*>(of.data(), dtype_of<T>, product.tokens, cols);
  }

  Product product;
  DeviceArray<T> x, dy, u;
  DeviceArray<ResultOf<T>> dw;
};

/// Seconds of each part. compress_in_gelu is what compress adds to a gelu that is computed anyway.
struct Times {
  double compress, compress_in_gelu, product;
};

template <class T>
Times time_parts(const Operands<T>& of, const ExecutionContext& on, std::int64_t block,
                 double sparsity) {
  const Product& product = of.product;
  const Case c{1, product.tokens, product.features, block, block, sparsity};
  const DevicePanels<T> panels{HostPanels<T>(c.layout())};
  const DeviceArray<std::uint8_t> workspace(
      static_cast<std::size_t>(compress_workspace_bytes(on, panels.layout)));
  const std::int64_t bytes =
      gemm_tn_workspace_bytes(on, panels.layout, dtype_of<T>, product.outputs);
  const DeviceArray<std::uint8_t> parts(static_cast<std::size_t>(bytes));
  ExecutionContext with_memory = on;
  with_memory.workspace = {parts.data(), bytes};
  const auto u = contiguous_matrix<void*>(of.u.data(), dtype_of<T>, c.rows, c.cols);
  const auto dw = contiguous_matrix<void*>(of.dw.data(), dtype_of<ResultOf<T>>, product.outputs,
                                           product.features);
  Times times{};
  const double gelu_s = median_seconds([&] { gelu(on, of.in(of.x, c.cols), u); });
  times.compress_in_gelu =
      median_seconds(
          [&] { gelu_compress(on, of.in(of.x, c.cols), &u, panels.view(), workspace.data()); }) -
      gelu_s;
  times.compress =
      median_seconds([&] { compress(on, of.in(of.x, c.cols), panels.view(), workspace.data()); });
  times.product = median_seconds(
      [&] { gemm_tn(with_memory, of.in(of.dy, product.outputs), as_const(panels.view()), dw); });
  return times;
}

/// Prints one entry per block and sparsity; `separator` goes before the next.
template <class T>
void time_kind(const Product& product, const Kind& kind, const char*& separator) {
  const Operands<T> operands(product);
  const ExecutionContext on{Backend::cuda, nullptr, kind.precision};
  for (const std::int64_t block : {8, 16, 32}) {
    for (const double sparsity : {0.5, 0.75, 0.9}) {
      const Times times = time_parts(operands, on, block, sparsity);
      std::printf(
          "%s\n  {\"operator\": \"weight_gradient\", \"backend\": \"cuda\", \"product\": \"%s\", "
          "\"block_rows\": %lld, \"block_cols\": %lld, \"sparsity_ratio\": %g, \"dtype\": \"%s\", "
          "\"tokens\": %lld, \"features\": %lld, \"outputs\": %lld, \"compress_s\": %.9g, "
          "\"compress_in_gelu_s\": %.9g, \"product_s\": %.9g, \"time_s\": %.9g, \"samples\": %d}",
          separator, product.name, static_cast<long long>(block), static_cast<long long>(block),
          sparsity, kind.name, static_cast<long long>(product.tokens),
          static_cast<long long>(product.features), static_cast<long long>(product.outputs),
          times.compress, times.compress_in_gelu, times.product, times.compress + times.product,
          samples);
      separator = ",";
    }
  }
}

void time_all(std::int64_t tokens) {
  const Product products[] = {{"fc1", tokens, 384, 1536}, {"fc2", tokens, 1536, 384}};
  const char* separator = "";
  std::printf("[");
  for (const Product& product : products) {
    time_kind<bfloat16>(product, {"bf16", Precision::strict}, separator);
    time_kind<float16>(product, {"f16", Precision::strict}, separator);
    time_kind<float>(product, {"tf32", Precision::tf32}, separator);
    time_kind<float>(product, {"f32", Precision::strict}, separator);
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
