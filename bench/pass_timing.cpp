// SPDX-License-Identifier: Apache-2.0
// Codecs and element-wise passes against LibTorch's nearest operators (a copy of the tensor for the
// codecs), and products that read codes against decoding first; interleaved, medians of 31 rounds,
// fc1's output of S12 at 16 images. Prints one JSON object: milliseconds and the ratio to the
// rival. An argument runs the passes whose names contain it.
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <torch/types.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "actscope/kernels/codec.hpp"
#include "actscope/kernels/elementwise.hpp"
#include "actscope/kernels/narrow_float.hpp"
#include "pass.hpp"

namespace {

using namespace actscope::kernels;
using actscope::bench::Pass;
using torch::Tensor;

constexpr int rounds = 31;
constexpr std::int64_t tokens = 16 * 196, features = 1536, channels = 384;
constexpr ExecutionContext cpu{Backend::cpu, nullptr};

double milliseconds(const std::function<void()>& body) {
  const auto begin = std::chrono::steady_clock::now();
  body();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
      .count();
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + rounds / 2, values.end());
  return values[rounds / 2];
}

DType dtype_of(const Tensor& tensor) {
  return tensor.scalar_type() == torch::kBFloat16 ? DType::bf16 : DType::f32;
}
ConstMatrixView in(const Tensor& tensor) {
  return contiguous_matrix<const void*>(tensor.const_data_ptr(), dtype_of(tensor), tensor.size(0),
                                        tensor.size(1));
}
MatrixView out(const Tensor& tensor) {
  return contiguous_matrix<void*>(tensor.mutable_data_ptr(), dtype_of(tensor), tensor.size(0),
                                  tensor.size(1));
}

// Tensors that the passes read and write.
struct Data {
  explicit Data(torch::ScalarType scalar) : type(scalar) {}

  torch::TensorOptions type;
  Tensor h = torch::randn({tokens, features}, type), du = torch::randn({tokens, features}, type);
  Tensor u = torch::empty_like(h), dh = torch::empty_like(h);
  Tensor x = torch::randn({tokens, channels}, type), t = torch::randn({tokens, channels}, type);
  Tensor y = torch::empty_like(x), alpha = torch::randn({channels}, type),
         beta = torch::randn({channels}, type);
  std::vector<std::uint8_t> codes = std::vector<std::uint8_t>(2 * tokens * features);
  std::vector<CodeScale> scales = std::vector<CodeScale>(tokens * features / code_group_elements);
};

void add_element_passes(Data& d, const std::string& type, std::vector<Pass>& passes) {
  const std::vector<Pass> all{
      {"affine", [&] { torch::addcmul_out(d.y, d.beta, d.alpha, d.x); },
       [&] { affine(cpu, in(d.x), d.alpha.data_ptr(), d.beta.data_ptr(), out(d.y)); }},
      {"add_scaled", [&] { torch::addcmul_out(d.y, d.x, d.alpha, d.t); },
       [&] { add_scaled(cpu, in(d.x), d.alpha.data_ptr(), in(d.t), out(d.y)); }},
      {"gelu", [&] { torch::gelu_out(d.u, d.h); }, [&] { gelu(cpu, in(d.h), out(d.u)); }},
      {"gelu with int4 derivative code", [&] { torch::gelu_out(d.u, d.h); },
       [&] {
         gelu(cpu, in(d.h), out(d.u), {CodeBits::int4, d.codes.data()});
       }},
      {"gelu_backward", [&] { torch::gelu_backward_out(d.dh, d.du, d.h); },
       [&] { gelu_backward(cpu, in(d.du), in(d.h), out(d.dh)); }},
      {"gelu_backward and gelu",
       [&] {
         torch::gelu_out(d.u, d.h);
         torch::gelu_backward_out(d.dh, d.du, d.h);
       },
       [&] {
         const MatrixView u = out(d.u);
         gelu_backward(cpu, in(d.du), in(d.h), out(d.dh), &u);
       }},
      {"gelu_backward from int4 code", [&] { torch::gelu_backward_out(d.dh, d.du, d.h); },
       [&] { gelu_backward_from_code(cpu, in(d.du), CodeBits::int4, d.codes.data(), out(d.dh)); }},
  };
  for (Pass pass : all) {
    pass.name += type;
    passes.push_back(std::move(pass));
  }
}

void add_narrow_copies(Data& d, std::vector<Pass>& passes) {
  for (const auto& [name, format, type] : {std::tuple{"bf16", NarrowFloat::bf16, torch::kBFloat16},
                                           {"fp8", NarrowFloat::fp8, torch::kFloat8_e4m3fn}}) {
    const Tensor narrow = torch::empty(d.h.sizes(), type);
    passes.push_back({name + std::string(" copy"), [&d, narrow] { narrow.copy_(d.h); },
                      [&d, format] {
                        narrow_values(cpu, DType::f32, d.h.const_data_ptr(), d.h.numel(), format,
                                      d.codes.data());
                      }});
    passes.push_back({name + std::string(" widened"), [&d, narrow] { d.u.copy_(narrow); },
                      [&d, format] {
                        widen_values(cpu, DType::f32, format, d.codes.data(), d.h.numel(),
                                     d.u.mutable_data_ptr());
                      }});
  }
}

void add_codecs(Data& d, std::vector<Pass>& passes) {
  const auto copy = [&] { d.u.copy_(d.h); };
  for (const CodeBits bits : {CodeBits::int8, CodeBits::int4, CodeBits::int2}) {
    const std::string name = "int" + std::to_string(static_cast<int>(bits));
    const auto encode = [&d, bits](RoundTo to) {
      quantize(cpu, DType::f32, d.h.const_data_ptr(), d.h.numel(), bits, d.codes.data(),
               d.scales.data(), {to, 1, 0});
    };
    passes.push_back({name + " nearest", copy, [=] { encode(RoundTo::nearest); }});
    passes.push_back({name + " stochastic", copy, [=] { encode(RoundTo::stochastic); }});
    passes.push_back({name + " decode", copy, [&d, bits] {
                        dequantize(cpu, DType::f32, bits, d.codes.data(), d.scales.data(), 0,
                                   d.h.numel(), d.u.mutable_data_ptr());
                      }});
  }
}

}  // namespace

int main(int argc, char** argv) {
  const at::NoGradGuard no_grad;
  Data data(torch::kFloat32), narrow_data(torch::kBFloat16);
  std::vector<Pass> passes;
  add_element_passes(data, "", passes);
  add_element_passes(narrow_data, ", bf16", passes);
  add_codecs(data, passes);
  add_narrow_copies(data, passes);
  for (Pass& pass : actscope::bench::coded_product_passes()) passes.push_back(std::move(pass));
  if (argc > 1) {
    std::erase_if(passes,
                  [&](const Pass& pass) { return pass.name.find(argv[1]) == std::string::npos; });
  }
  for (Pass& pass : passes) {
    pass.rival();
    pass.ours();
    for (int round = 0; round < rounds; ++round) {
      pass.rival_ms.push_back(milliseconds(pass.rival));
      pass.ours_ms.push_back(milliseconds(pass.ours));
    }
  }
  std::printf("{\"cpu\": \"%s\", \"threads\": %d, \"passes\": [\n", describe(Backend::cpu).c_str(),
              at::get_num_threads());
  for (const Pass& pass : passes) {
    const double rival = median(pass.rival_ms), ours = median(pass.ours_ms);
    std::printf("  {\"name\": \"%s\", \"rival_ms\": %.3f, \"ours_ms\": %.3f, \"ratio\": %.2f}%s\n",
                pass.name.c_str(), rival, ours, ours / rival, &pass == &passes.back() ? "" : ",");
  }
  std::printf("]}\n");
}
