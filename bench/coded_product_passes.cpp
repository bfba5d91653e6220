// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <memory>
#include <random>

#include "actscope/kernels/codec.hpp"
#include "actscope/kernels/coded_blocks.hpp"
#include "actscope/kernels/gemm.hpp"
#include "kernels/own_panels.hpp"
#include "pass.hpp"

namespace actscope::bench {
namespace {

using namespace kernels;

constexpr std::int64_t tokens = 16 * 196;
constexpr ExecutionContext cpu{Backend::cpu, nullptr};

std::vector<float> normal_values(std::int64_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> values(static_cast<std::size_t>(count));
  for (float& value : values) value = normal(random);
  return values;
}

// One product dW = dYᵀ X, X [tokens, features] as codes with blocks chosen beforehand.
class CodedProduct {
 public:
  CodedProduct(std::int64_t features, std::int64_t outputs, const BlockSpec& blocks, CodeBits bits)
      : bits_(bits),
        features_(features),
        outputs_(outputs),
        x_(normal_values(tokens * features, 1)),
        dy_(normal_values(tokens * outputs, 2)),
        dw_(static_cast<std::size_t>(features * outputs)),
        codes_(static_cast<std::size_t>(code_bytes(bits, tokens * features))),
        scales_(static_cast<std::size_t>(code_groups(tokens * features))),
        panels_(cpu, PanelLayout(1, tokens, features, blocks), DType::f32) {
    compress_x();
    quantize(cpu, DType::f32, x_.data(), tokens * features, bits, codes_.data(), scales_.data());
  }

  void gather_decoded() {
    dequantize(cpu, DType::f32, bits_, codes_.data(), scales_.data(), 0, tokens * features_,
               x_.data());
    gather_blocks(cpu, x_view(), panels_.view);
  }
  void gather_from_codes() {
    gather_blocks_from_codes(cpu, {bits_, codes_.data(), scales_.data(), 0}, panels_.view);
  }
  void compress_x() { compress(cpu, x_view(), panels_.view, panels_.workspace.data()); }
  // Encodes the values of the kept blocks, in their order.
  void encode_values() {
    quantize(cpu, DType::f32, panels_.view.values, kept_elements(), bits_, codes_.data(),
             scales_.data());
  }
  void decode_values() {
    dequantize(cpu, DType::f32, bits_, codes_.data(), scales_.data(), 0, kept_elements(),
               panels_.view.values);
  }
  void multiply() {
    gemm_tn(cpu, contiguous_matrix<const void*>(dy_.data(), DType::f32, tokens, outputs_),
            as_const(panels_.view),
            contiguous_matrix<void*>(dw_.data(), DType::f32, outputs_, features_));
  }

 private:
  std::int64_t kept_elements() const {
    return panels_.view.layout.kept_blocks() * panels_.view.layout.block_elements();
  }
  ConstMatrixView x_view() const {
    return contiguous_matrix<const void*>(x_.data(), DType::f32, tokens, features_);
  }

  CodeBits bits_;
  std::int64_t features_, outputs_;
  std::vector<float> x_, dy_, dw_;
  std::vector<std::uint8_t> codes_;
  std::vector<CodeScale> scales_;
  OwnPanels panels_;
};

// What it costs to keep the values of kept blocks as codes, against keeping them as they are.
void add_coded_values(std::vector<Pass>& passes) {
  for (const double sparsity : {0.5, 0.8, 0.9}) {
    for (const CodeBits bits : {CodeBits::int8, CodeBits::int4}) {
      const auto product =
          std::make_shared<CodedProduct>(1536, 384, BlockSpec{8, 64, sparsity}, bits);
      const std::string name = fmt::format("fc2 8x64 at {:.0f} % with values as int{}",
                                           100 * sparsity, static_cast<int>(bits));
      passes.push_back({name + ", compress", [=] { product->compress_x(); },
                        [=] {
                          product->compress_x();
                          product->encode_values();
                        }});
      passes.push_back({name + ", gemm_tn", [=] { product->multiply(); },
                        [=] {
                          product->decode_values();
                          product->multiply();
                        }});
    }
  }
}

}  // namespace

std::vector<Pass> coded_product_passes() {
  std::vector<Pass> passes;
  add_coded_values(passes);
  for (const auto& [layer, features, outputs] :
       {std::tuple{"fc1", 384, 1536}, {"fc2", 1536, 384}}) {
    for (const auto& [rows, cols] : {std::pair{8, 8}, {16, 16}, {8, 64}}) {
      for (const double sparsity : {0.5, 0.8, 0.9}) {
        for (const CodeBits bits : {CodeBits::int8, CodeBits::int4, CodeBits::int2}) {
          const auto product = std::make_shared<CodedProduct>(
              features, outputs, BlockSpec{rows, cols, sparsity}, bits);
          const std::string name = fmt::format("{} {}x{} at {:.0f} % from int{}", layer, rows, cols,
                                               100 * sparsity, static_cast<int>(bits));
          passes.push_back({name + ", gather", [=] { product->gather_decoded(); },
                            [=] { product->gather_from_codes(); }});
          passes.push_back({name + ", gather and gemm_tn",
                            [=] {
                              product->gather_decoded();
                              product->multiply();
                            },
                            [=] {
                              product->gather_from_codes();
                              product->multiply();
                            }});
        }
      }
    }
  }
  return passes;
}

}  // namespace actscope::bench
