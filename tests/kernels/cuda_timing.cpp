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
constexpr int least_calls = 20;  // of a graph

/// A stream of its own: the default one cannot be captured.
class Stream {
 public:
  Stream() { cuda::check(cudaStreamCreate(&stream_), "cudaStreamCreate"); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() { cuda::check_in_destructor(cudaStreamDestroy(stream_), "cudaStreamDestroy"); }
  cudaStream_t get() const { return stream_; }

 private:
  cudaStream_t stream_ = nullptr;
};

/// Work of many calls, recorded once: launches by the host are no part of its time.
class Graph {
 public:
  Graph(cudaStream_t stream, const std::function<void()>& work) : stream_(stream) {
    cudaGraph_t graph = nullptr;
    cuda::check(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal),
                "cudaStreamBeginCapture");
    work();
    cuda::check(cudaStreamEndCapture(stream, &graph), "cudaStreamEndCapture");
    const cudaError_t made = cudaGraphInstantiate(&ready_, graph, 0);
    cuda::check(cudaGraphDestroy(graph), "cudaGraphDestroy");
    cuda::check(made, "cudaGraphInstantiate");
  }
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;
  ~Graph() { cuda::check_in_destructor(cudaGraphExecDestroy(ready_), "cudaGraphExecDestroy"); }
  void launch() const { cuda::check(cudaGraphLaunch(ready_, stream_), "cudaGraphLaunch"); }

 private:
  cudaStream_t stream_;
  cudaGraphExec_t ready_ = nullptr;
};

/// The time of one call, as the median over samples. A sample is a graph of at least twenty calls;
/// each call gets a number, so that neighbors can use different memory. Units: seconds.
double median_seconds(const Stream& stream, int calls, const std::function<void(int)>& work) {
  const Graph graph(stream.get(), [&] {
    for (int call = 0; call < calls; ++call) work(call);
  });
  cudaEvent_t begin = nullptr;
  cudaEvent_t end = nullptr;
  cuda::check(cudaEventCreate(&begin), "cudaEventCreate");
  cuda::check(cudaEventCreate(&end), "cudaEventCreate");
  std::vector<double> seconds;
  for (int run = 0; run < warm_up_runs + samples; ++run) {
    cuda::check(cudaEventRecord(begin, stream.get()), "cudaEventRecord");
    graph.launch();
    cuda::check(cudaEventRecord(end, stream.get()), "cudaEventRecord");
    cuda::check(cudaEventSynchronize(end), "cudaEventSynchronize");
    float milliseconds = 0;
    cuda::check(cudaEventElapsedTime(&milliseconds, begin, end), "cudaEventElapsedTime");
    if (run >= warm_up_runs) seconds.push_back(milliseconds * 1e-3 / calls);
  }
  cuda::check(cudaEventDestroy(begin), "cudaEventDestroy");
  cuda::check(cudaEventDestroy(end), "cudaEventDestroy");
  std::nth_element(seconds.begin(), seconds.begin() + samples / 2, seconds.end());
  return seconds[samples / 2];
}

/// How many sets of operands take twice the last cache: what a call reads is not there any more.
int sets_beyond_cache(std::int64_t bytes_of_set) {
  int device = 0;
  int cache_bytes = 0;
  cuda::check(cudaGetDevice(&device), "cudaGetDevice");
  cuda::check(cudaDeviceGetAttribute(&cache_bytes, cudaDevAttrL2CacheSize, device),
              "cudaDeviceGetAttribute");
  return static_cast<int>(std::max<std::int64_t>(2, 2LL * cache_bytes / bytes_of_set + 1));
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

/// Operands of one product in one type: matrices of random values, made once for each set, twice
/// the last cache in all.
template <class T>
struct Operands {
  explicit Operands(const Product& of) : product(of) {
    const std::int64_t bytes =
        of.tokens * (2 * of.features + of.outputs) * static_cast<std::int64_t>(sizeof(T));
    const int sets = sets_beyond_cache(bytes);
    const auto host_x = make_values<T>(of.tokens * of.features);
    const auto host_dy = make_values<T>(of.tokens * of.outputs, Pattern::normal, 2);
    for (int set = 0; set < sets; ++set) {
      x.emplace_back(host_x);
      dy.emplace_back(host_dy);
      u.emplace_back(host_x);
      dw.emplace_back(static_cast<std::size_t>(of.outputs * of.features));
    }
  }

  int sets() const { return static_cast<int>(x.size()); }
  /// How many calls a graph has: every set as often as the others.
  int calls() const { return (least_calls + sets() - 1) / sets() * sets(); }
  ConstMatrixView in(const DeviceArray<T>& of, std::int64_t cols) const {
    return contiguous_matrix<const void*>(of.data(), dtype_of<T>, product.tokens, cols);
  }

  Product product;
  std::vector<DeviceArray<T>> x, dy, u;
  std::vector<DeviceArray<ResultOf<T>>> dw;
};

/// Seconds of each part; gelu_compress is compress inside a gelu that is computed anyway.
struct Times {
  double compress, gelu, gelu_compress, product;
};

template <class T>
Times time_parts(const Operands<T>& of, const Stream& stream, Precision precision,
                 std::int64_t block, double sparsity) {
  const Product& product = of.product;
  const Case c{1, product.tokens, product.features, block, block, sparsity};
  ExecutionContext on{Backend::cuda, stream.get(), precision};
  std::vector<DevicePanels<T>> panels;
  for (int set = 0; set < of.sets(); ++set) panels.emplace_back(HostPanels<T>(c.layout()));
  const PanelLayout& layout = panels.front().layout;
  const DeviceArray<std::uint8_t> workspace(
      static_cast<std::size_t>(compress_workspace_bytes(on, layout)));
  const std::int64_t bytes = gemm_tn_workspace_bytes(on, layout, dtype_of<T>, product.outputs);
  const DeviceArray<std::uint8_t> parts(static_cast<std::size_t>(bytes));
  on.workspace = {parts.data(), bytes};
  const auto seconds = [&](const auto& work) {
    return median_seconds(stream, of.calls(),
                          [&](int call) { work(static_cast<std::size_t>(call % of.sets())); });
  };
  const auto u = [&](std::size_t set) {
    return contiguous_matrix<void*>(of.u[set].data(), dtype_of<T>, c.rows, c.cols);
  };
  Times times{};
  // Compressed first: a product reads blocks of every set.
  times.compress = seconds([&](std::size_t set) {
    compress(on, of.in(of.x[set], c.cols), panels[set].view(), workspace.data());
  });
  times.product = seconds([&](std::size_t set) {
    gemm_tn(on, of.in(of.dy[set], product.outputs), as_const(panels[set].view()),
            contiguous_matrix<void*>(of.dw[set].data(), dtype_of<ResultOf<T>>, product.outputs,
                                     product.features));
  });
  times.gelu = seconds([&](std::size_t set) { gelu(on, of.in(of.x[set], c.cols), u(set)); });
  times.gelu_compress = seconds([&](std::size_t set) {
    const MatrixView to = u(set);
    gelu_compress(on, of.in(of.x[set], c.cols), &to, panels[set].view(), workspace.data());
  });
  return times;
}

/// Prints one entry per block and sparsity; `separator` goes before the next.
template <class T>
void time_kind(const Product& product, const Kind& kind, const char*& separator) {
  const Stream stream;
  const Operands<T> operands(product);
  for (const std::int64_t block : {16, 32}) {
    for (const double sparsity : {0.5, 0.75, 0.9}) {
      const Times times = time_parts(operands, stream, kind.precision, block, sparsity);
      std::printf(
          "%s\n  {\"operator\": \"weight_gradient\", \"backend\": \"cuda\", \"product\": \"%s\", "
          "\"block_rows\": %lld, \"block_cols\": %lld, \"sparsity_ratio\": %g, \"dtype\": \"%s\", "
          "\"tokens\": %lld, \"features\": %lld, \"outputs\": %lld, \"compress_s\": %.9g, "
          "\"gelu_s\": %.9g, \"gelu_compress_s\": %.9g, \"product_s\": %.9g, \"time_s\": %.9g, "
          "\"sets\": %d, \"calls_a_sample\": %d, \"samples\": %d}",
          separator, product.name, static_cast<long long>(block), static_cast<long long>(block),
          sparsity, kind.name, static_cast<long long>(product.tokens),
          static_cast<long long>(product.features), static_cast<long long>(product.outputs),
          times.compress, times.gelu, times.gelu_compress, times.product,
          times.compress + times.product, operands.sets(), operands.calls(), samples);
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
    // 128 images of 14 x 14 patches unless told otherwise.
    test::time_all(argc > 1 ? std::max(128LL, std::atoll(argv[1])) : 128 * 196);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "cuda_timing: %s\n", error.what());
    return 6;
  }
}
