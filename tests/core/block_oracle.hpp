// SPDX-License-Identifier: Apache-2.0
// The gradients of one ResMLP block written out with dense matrices in plain LibTorch, reading
// every slot as a plan says: the independent computation that core's chunked, sparse one is held
// against.
#pragma once

#include <torch/torch.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

#include "actscope/core/resmlp_block.hpp"
#include "actscope/kernels/codec.hpp"

namespace actscope::test {

using core::BlockParameters;
using core::BlockPlan;
using core::Slot;
using core::StoreKind;
using torch::Tensor;

inline constexpr std::size_t gradient_count = 13;  // x, then BlockParameters in order
using Gradients = std::array<Tensor, gradient_count>;

/// `parameters` as a list, in the order of BlockParameters.
inline std::vector<Tensor> as_list(const BlockParameters& p) {
  return {p.alpha1, p.beta1,      p.token_weight, p.token_bias, p.gamma1,   p.alpha2,
          p.beta2,  p.fc1_weight, p.fc1_bias,     p.fc2_weight, p.fc2_bias, p.gamma2};
}

/// 1 where a block of `matrix` [rows, cols] is kept, 0 elsewhere: panels of about 128 rows
/// and 16 blocks or more, the
/// round((1 − s)·blocks) blocks of largest norm in each, the lower number (column block first)
/// where norms are equal.
inline Tensor kept_mask(const Tensor& matrix, const kernels::BlockSpec& spec) {
  const std::int64_t rows = matrix.size(0);
  const std::int64_t cols = matrix.size(1);
  Tensor mask = torch::zeros_like(matrix);
  const std::int64_t col_blocks = (cols + spec.block_cols - 1) / spec.block_cols;
  std::int64_t panel_blocks =
      std::max<std::int64_t>(1, (128 + spec.block_rows / 2) / spec.block_rows);
  while (panel_blocks * col_blocks < 16) ++panel_blocks;
  const std::int64_t panel_rows = panel_blocks * spec.block_rows;
  const auto block = [&](const Tensor& tensor, std::int64_t row, std::int64_t col,
                         std::int64_t last_row) {
    return tensor.slice(0, row, std::min(row + spec.block_rows, last_row))
        .slice(1, col, std::min(col + spec.block_cols, cols));
  };
  for (std::int64_t first = 0; first < rows; first += panel_rows) {
    const std::int64_t last = std::min(first + panel_rows, rows);
    struct Candidate {
      double norm;
      std::int64_t row, col;
    };
    std::vector<Candidate> candidates;
    for (std::int64_t col = 0; col < cols; col += spec.block_cols) {
      for (std::int64_t row = first; row < last; row += spec.block_rows) {
        candidates.push_back({block(matrix, row, col, last).norm().item<double>(), row, col});
      }
    }
    const auto share = (1 - spec.sparsity_ratio) * static_cast<double>(candidates.size());
    const auto kept = static_cast<std::size_t>(std::max(1LL, std::llround(share)));
    std::ranges::stable_sort(candidates, std::greater<>{}, &Candidate::norm);
    for (std::size_t i = 0; i < kept; ++i) {
      block(mask, candidates[i].row, candidates[i].col, last).fill_(1);
    }
  }
  return mask;
}

/// The mask of a slot [batch, tokens, features]: image by image for x and y, over all tokens else.
inline Tensor slot_mask(Slot slot, const Tensor& value, const kernels::BlockSpec& spec) {
  if (slot != Slot::x && slot != Slot::y) {
    return kept_mask(value.flatten(0, 1), spec).view(value.sizes());
  }
  std::vector<Tensor> masks;
  for (const Tensor& image : value.unbind(0)) masks.push_back(kept_mask(image, spec));
  return torch::stack(masks);
}

/// A slot as its store gives it back. Requires store.kind != drop
inline Tensor after_store(Slot slot, const Tensor& value, const core::Store& store) {
  if (store.kind == StoreKind::keep) return value;
  if (store.kind == StoreKind::bsr) return value * slot_mask(slot, value, store.blocks);
  const auto bits =
      store.kind == StoreKind::int8 ? kernels::CodeBits::int8 : kernels::CodeBits::int4;
  const auto type =
      value.scalar_type() == torch::kFloat64 ? kernels::DType::f64 : kernels::DType::f32;
  const kernels::ExecutionContext reference{kernels::Backend::reference, nullptr};
  const Tensor dense = value.contiguous();
  Tensor decoded = torch::empty_like(dense);
  const std::int64_t count = dense.numel();
  std::vector<std::uint8_t> codes(static_cast<std::size_t>(kernels::code_bytes(bits, count)));
  std::vector<kernels::CodeScale> scales(static_cast<std::size_t>(kernels::code_groups(count)));
  kernels::quantize(reference, type, dense.const_data_ptr(), count, bits, codes.data(),
                    scales.data());
  kernels::dequantize(reference, type, bits, codes.data(), scales.data(), 0, count,
                      decoded.mutable_data_ptr());
  return decoded;
}

/// The eight slots, exact.
inline std::array<Tensor, core::slot_count> exact_slots(const Tensor& x, const BlockParameters& p) {
  const Tensor y = p.alpha1 * x + p.beta1;
  const Tensor t = torch::matmul(p.token_weight, y) + p.token_bias.unsqueeze(1);
  const Tensor x1 = x + p.gamma1 * t;
  const Tensor z = p.alpha2 * x1 + p.beta2;
  const Tensor h = torch::matmul(z, p.fc1_weight.t()) + p.fc1_bias;
  const Tensor u = torch::gelu(h);
  const Tensor v = torch::matmul(u, p.fc2_weight.t()) + p.fc2_bias;
  return {x, y, t, x1, z, h, u, v};
}

inline Tensor block_output(const std::array<Tensor, core::slot_count>& slots,
                           const BlockParameters& p) {
  return slots[static_cast<std::size_t>(Slot::x1)] +
         p.gamma2 * slots[static_cast<std::size_t>(Slot::v)];
}

/// Gradients by LibTorch's own autograd: what every exact plan must give.
inline Gradients autograd_gradients(const Tensor& x, const BlockParameters& p, const Tensor& g) {
  std::vector<Tensor> inputs{x};
  for (const Tensor& parameter : as_list(p)) inputs.push_back(parameter);
  for (Tensor& input : inputs) input = input.detach().requires_grad_();
  const BlockParameters own{inputs[1], inputs[2], inputs[3], inputs[4],  inputs[5],  inputs[6],
                            inputs[7], inputs[8], inputs[9], inputs[10], inputs[11], inputs[12]};
  const auto list =
      torch::autograd::grad({block_output(exact_slots(inputs[0], own), own)}, inputs, {g});
  Gradients gradients;
  std::ranges::copy(list, gradients.begin());
  return gradients;
}

/// Gradients of a plan, from the decompressed slots. t's gradient of γ1 reads t where that is
/// stored, else y; of γ2 reads v where that is stored, else the product of u.
inline Gradients plan_gradients(const BlockPlan& plan, const Tensor& x, const BlockParameters& p,
                                const Tensor& g) {
  const auto exact = exact_slots(x, p);
  const auto is_stored = [&](Slot s) { return plan.store(s).kind != StoreKind::drop; };
  const auto seen = [&](Slot s, const auto& rebuild) {
    return is_stored(s) ? after_store(s, exact[static_cast<std::size_t>(s)], plan.store(s))
                        : rebuild();
  };
  const Tensor rx = seen(Slot::x, [] { return Tensor(); });
  const Tensor ry = seen(Slot::y, [&] { return p.alpha1 * rx + p.beta1; });
  const Tensor rt =
      seen(Slot::t, [&] { return torch::matmul(p.token_weight, ry) + p.token_bias.unsqueeze(1); });
  const Tensor rx1 = seen(Slot::x1, [&] { return rx + p.gamma1 * rt; });
  const Tensor rz = seen(Slot::z, [&] { return p.alpha2 * rx1 + p.beta2; });
  const Tensor rh = seen(Slot::h, [&] { return torch::matmul(rz, p.fc1_weight.t()) + p.fc1_bias; });
  const Tensor ru = seen(Slot::u, [&] { return torch::gelu(rh); });

  // What a product multiplies: `all`, or its blocks chosen from the exact slot.
  const auto chosen = [&](core::Product product, Slot slot, const Tensor& all) {
    const core::Operand& operand = plan.operand(product);
    if (operand.kind == core::OperandKind::full || plan.store(slot).kind == StoreKind::bsr) {
      return all;
    }
    return all * slot_mask(slot, exact[static_cast<std::size_t>(slot)], operand.blocks);
  };
  const Tensor oy = is_stored(Slot::y)
                        ? chosen(core::Product::dA, Slot::y, ry)
                        : p.alpha1 * chosen(core::Product::dA, Slot::x, rx) + p.beta1;
  const Tensor oz = is_stored(Slot::z)
                        ? chosen(core::Product::dW1, Slot::z, rz)
                        : p.alpha2 * chosen(core::Product::dW1, Slot::x1, rx1) + p.beta2;
  const Tensor ou = chosen(core::Product::dW2, Slot::u, ru);

  const auto rows = [](const Tensor& tensor) { return tensor.flatten(0, 1); };
  const auto sum = [](const Tensor& tensor) { return tensor.flatten(0, 1).sum(0); };
  const Tensor p2 = rows(g).t().mm(rows(ou));
  const Tensor d_fc2 = p.gamma2.unsqueeze(1) * p2;
  const Tensor d_gamma2 =
      is_stored(Slot::v) ? sum(g * after_store(Slot::v, exact[static_cast<std::size_t>(Slot::v)],
                                               plan.store(Slot::v)))
                         : (p.fc2_weight * p2).sum(1) + p.fc2_bias * sum(g);
  const Tensor slope = 0.5 * (1 + torch::erf(rh / std::sqrt(2.0))) +
                       rh * torch::exp(-0.5 * rh * rh) / std::sqrt(2 * M_PI);
  const Tensor dh = torch::matmul(g * p.gamma2, p.fc2_weight) * slope;
  const Tensor d_fc1 = rows(dh).t().mm(rows(oz));
  const Tensor dz = torch::matmul(dh, p.fc1_weight);
  const Tensor g1 = g + dz * p.alpha2;
  const Tensor dt = g1 * p.gamma1;
  const Tensor q = torch::matmul(p.token_weight.t(), g1);
  const Tensor dy = q * p.gamma1;
  const Tensor d_gamma1 =
      is_stored(Slot::t) ? sum(g1 * rt) : sum(q * ry) + p.token_bias.matmul(g1.sum(0));
  return {g1 + dy * p.alpha1,
          sum(dy * rx),
          sum(dy),
          torch::matmul(dt, oy.transpose(1, 2)).sum(0),
          dt.sum(2).sum(0),
          d_gamma1,
          sum(dz * rx1),
          sum(dz),
          d_fc1,
          sum(dh),
          d_fc2,
          p.gamma2 * sum(g),
          d_gamma2};
}

}  // namespace actscope::test
