// SPDX-License-Identifier: Apache-2.0
// The gradients of one ResMLP block written out with dense matrices in plain LibTorch, reading
// every slot as a plan says: the independent computation that core's chunked, sparse one is held
// against.
#pragma once

#include <torch/csrc/autograd/autograd.h>
#include <torch/types.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

#include "actscope/core/model/resmlp_block.hpp"
#include "actscope/core/scheme/slot_layout.hpp"
#include "actscope/kernels/codec.hpp"
#include "actscope/kernels/compress.hpp"
#include "actscope/kernels/elementwise.hpp"

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

/// 1 where a block of `matrix` [rows, cols] is kept, 0 elsewhere. Panels have about 128 rows and 16
/// blocks or more; in each the round((1 − s)·blocks) blocks of largest norm are kept, among equal
/// norms the lower number (column block first).
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

inline kernels::ExecutionContext reference_context() {
  return {kernels::Backend::reference, nullptr};
}

inline kernels::DType type_of(const Tensor& tensor) {
  return tensor.scalar_type() == torch::kFloat64 ? kernels::DType::f64 : kernels::DType::f32;
}

/// Codes of all of a contiguous tensor, decoded.
inline Tensor after_codes(const Tensor& value, kernels::CodeBits bits,
                          const kernels::Rounding& rounding = {}) {
  const Tensor dense = value.contiguous();
  Tensor decoded = torch::empty_like(dense);
  const std::int64_t count = dense.numel();
  std::vector<std::uint8_t> codes(static_cast<std::size_t>(kernels::code_bytes(bits, count)));
  std::vector<kernels::CodeScale> scales(static_cast<std::size_t>(kernels::code_groups(count)));
  kernels::quantize(reference_context(), type_of(value), dense.const_data_ptr(), count, bits,
                    codes.data(), scales.data(), rounding);
  kernels::dequantize(reference_context(), type_of(value), bits, codes.data(), scales.data(), 0,
                      count, decoded.mutable_data_ptr());
  return decoded;
}

/// What every element of a slot is multiplied with where blocks are chosen from `chooser`: 0 where
/// they are not kept, the scale of the block where they are. By the reference kernels, on the whole
/// slot at once.
inline Tensor block_factors(Slot slot, const Tensor& chooser, const kernels::BlockSpec& spec,
                            std::uint64_t seed) {
  if (spec.select == kernels::Select::panel && spec.rescale == kernels::Rescale::none) {
    return slot_mask(slot, chooser, spec);
  }
  const core::SlotShape shape =
      core::slot_shape(slot, chooser.size(0), chooser.size(1), chooser.size(2), chooser.size(2));
  const kernels::PanelLayout layout(shape.groups, shape.rows, shape.cols, spec);
  const auto words = [](std::int64_t count) {
    return std::vector<std::uint32_t>(static_cast<std::size_t>(count));
  };
  auto mask = words(layout.mask_words()), starts = words(layout.column_starts());
  std::vector<float> scales(static_cast<std::size_t>(layout.scales()));
  Tensor values = torch::zeros({layout.kept_blocks() * layout.block_elements()}, chooser.options());
  double threshold = 0;
  kernels::BsrPanels panels{layout, type_of(chooser), values.mutable_data_ptr(), {}};
  panels.index = {mask.data(), starts.data(), scales.data()};
  const auto view = [&]<class Pointer>(Pointer data) {
    return kernels::contiguous_groups<Pointer>(data, type_of(chooser), shape.groups, shape.rows,
                                               shape.cols);
  };
  const Tensor dense = chooser.contiguous();
  std::vector<std::byte> workspace(
      static_cast<std::size_t>(kernels::compress_workspace_bytes(reference_context(), layout)));
  kernels::select_blocks(reference_context(), view(dense.const_data_ptr()), layout, panels.index,
                         workspace.data(), {seed, 0, &threshold});
  const Tensor ones = torch::ones_like(dense);
  kernels::gather_blocks(reference_context(), view(ones.const_data_ptr()), panels);
  Tensor factors = torch::empty_like(dense);
  kernels::decompress(reference_context(), as_const(panels), view(factors.mutable_data_ptr()));
  return factors;
}

/// Kept blocks with narrow values: each panel's own codes, in the order of its kept blocks, padding
/// of edge blocks being zero.
inline Tensor after_block_codes(Slot slot, const Tensor& pruned, const Tensor& mask,
                                const kernels::BlockSpec& spec, kernels::CodeBits bits) {
  const core::SlotShape shape =
      core::slot_shape(slot, pruned.size(0), pruned.size(1), pruned.size(2), pruned.size(2));
  const kernels::PanelLayout layout(shape.groups, shape.rows, shape.cols, spec);
  const bool is_one_run = kernels::counts_follow_data(spec.select);
  const Tensor from = pruned.contiguous().view({shape.groups, shape.rows, shape.cols});
  const Tensor kept = mask.contiguous().view(from.sizes());
  Tensor decoded = torch::zeros_like(from);
  std::vector<Tensor> places, blocks;  // of a run
  const auto flush = [&] {
    if (blocks.empty()) return;
    const Tensor back = after_codes(torch::stack(blocks), bits);
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      const Tensor& place = places[i];
      place.copy_(
          back[static_cast<std::int64_t>(i)].slice(0, 0, place.size(0)).slice(1, 0, place.size(1)));
    }
    places.clear();
    blocks.clear();
  };
  for (std::int64_t p = 0; p < layout.panels(); ++p) {
    const kernels::PanelExtent panel = layout.panel(p);
    for (std::int64_t c = 0; c < shape.cols; c += spec.block_cols) {
      for (std::int64_t r = panel.first_row; r < panel.first_row + panel.rows;
           r += spec.block_rows) {
        const auto part = [&](const Tensor& tensor) {
          return tensor[panel.group]
              .slice(0, r, std::min(r + spec.block_rows, panel.first_row + panel.rows))
              .slice(1, c, std::min(c + spec.block_cols, shape.cols));
        };
        if (part(kept).flatten()[0].item<double>() == 0) continue;
        Tensor block = torch::zeros({spec.block_rows, spec.block_cols}, pruned.options());
        const Tensor real = part(from);
        block.slice(0, 0, real.size(0)).slice(1, 0, real.size(1)).copy_(real);
        blocks.push_back(block);
        places.push_back(part(decoded));
      }
    }
    if (!is_one_run) flush();
  }
  flush();
  return decoded.view(pruned.sizes());
}

inline Tensor after_blocks(Slot slot, const Tensor& value, const core::StoreSpec& store,
                           std::uint64_t seed) {
  const Tensor factors = block_factors(slot, value, store.blocks, seed);
  const Tensor pruned = value * factors;
  switch (store.values) {
    case core::BlockValues::full:
      return pruned;
    case core::BlockValues::bf16:
      return pruned.to(torch::kFloat32).to(torch::kBFloat16).to(value.scalar_type());
    case core::BlockValues::int8:
      return after_block_codes(slot, pruned, factors, store.blocks, kernels::CodeBits::int8);
    case core::BlockValues::int4:
      return after_block_codes(slot, pruned, factors, store.blocks, kernels::CodeBits::int4);
  }
  return pruned;
}

/// The elements of largest magnitude of every row, the others zero.
inline Tensor after_topk(const Tensor& value, double sparsity_ratio) {
  const auto cols = static_cast<double>(value.size(-1));
  const auto kept =
      static_cast<std::int64_t>(std::max(1.0, std::round((1 - sparsity_ratio) * cols)));
  const Tensor size = value.abs();
  const Tensor least = std::get<0>(size.sort(-1, true)).slice(-1, kept - 1, kept);
  return value * (size >= least);
}

/// The mean of every square of the token grid, for every token of it.
inline Tensor after_pool(const Tensor& value, std::int64_t pool_side) {
  const auto side =
      static_cast<std::int64_t>(std::llround(std::sqrt(static_cast<double>(value.size(1)))));
  Tensor maps = value.reshape({value.size(0), side, side, value.size(2)}).clone();
  for (std::int64_t r = 0; r < side; r += pool_side) {
    for (std::int64_t c = 0; c < side; c += pool_side) {
      Tensor square = maps.slice(1, r, std::min(r + pool_side, side))
                          .slice(2, c, std::min(c + pool_side, side));
      square.copy_(square.mean(torch::IntArrayRef{1, 2}, true).expand_as(square).clone());
    }
  }
  return maps.view(value.sizes());
}

/// A slot as its store gives it back, `seed` being the slot's. Requires a store that has its values
inline Tensor after_store(Slot slot, const Tensor& value, const core::StoreSpec& store,
                          std::uint64_t seed = 0) {
  const kernels::Rounding rounding{store.rounding, seed, 0};
  switch (store.kind) {
    case StoreKind::bsr:
      return after_blocks(slot, value, store, seed);
    case StoreKind::bsr_int2: {
      const Tensor kept = block_factors(slot, value, store.blocks, seed) != 0;
      const Tensor rest = after_codes(value.masked_fill(kept, 0), kernels::CodeBits::int2,
                                      {kernels::RoundTo::stochastic, seed, 0});
      return torch::where(kept, after_blocks(slot, value, store, seed), rest);
    }
    case StoreKind::int8:
      return after_codes(value, kernels::CodeBits::int8, rounding);
    case StoreKind::int4:
      return after_codes(value, kernels::CodeBits::int4, rounding);
    case StoreKind::int2:
      return after_codes(value, kernels::CodeBits::int2, rounding);
    case StoreKind::bf16:
      return value.to(torch::kFloat32).to(torch::kBFloat16).to(value.scalar_type());
    case StoreKind::fp8:
      return value.to(torch::kFloat32).to(torch::kFloat8_e4m3fn).to(value.scalar_type());
    case StoreKind::topk:
      return after_topk(value, store.sparsity_ratio);
    case StoreKind::pool:
      return after_pool(value, store.pool_side);
    default:
      return value;
  }
}

/// gelu'(h) as its code tells it: the nearest of 4 or 16 levels, by the element-wise kernels.
inline Tensor slope_of_code(const Tensor& h, StoreKind kind) {
  const auto bits = kind == StoreKind::code4 ? kernels::CodeBits::int4 : kernels::CodeBits::int2;
  const Tensor rows = h.flatten(0, 1).contiguous();
  const auto view = [&]<class Pointer>(Pointer data) {
    return kernels::contiguous_matrix<Pointer>(data, type_of(h), rows.size(0), rows.size(1));
  };
  std::vector<std::uint8_t> codes(
      static_cast<std::size_t>(kernels::gelu_code_bytes(bits, rows.size(0), rows.size(1))));
  Tensor u = torch::empty_like(rows);
  kernels::gelu(reference_context(), view(rows.const_data_ptr()), view(u.mutable_data_ptr()),
                {bits, codes.data()});
  const Tensor ones = torch::ones_like(rows);
  Tensor slope = torch::empty_like(rows);
  kernels::gelu_backward_from_code(reference_context(), view(ones.const_data_ptr()), bits,
                                   codes.data(), view(slope.mutable_data_ptr()));
  return slope.view(h.sizes());
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

/// Gradients of a plan, from the decompressed slots. The gradient of γ1 reads t where that is
/// stored, else y; that of γ2 reads v where that is stored, else the product of u.
inline Gradients plan_gradients(const BlockPlan& plan, const Tensor& x, const BlockParameters& p,
                                const Tensor& g, std::uint64_t seed = 0) {
  const auto exact = exact_slots(x, p);
  const auto is_stored = [&](Slot s) { return plan.store(s).kind != StoreKind::drop; };
  const auto seen = [&](Slot s, const auto& rebuild) {
    return is_stored(s) ? after_store(s, exact[static_cast<std::size_t>(s)], plan.store(s),
                                      core::draw_seed(seed, s))
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
    const Tensor& source = exact[static_cast<std::size_t>(slot)];
    const core::StoreSpec& store = plan.store(slot);
    if (core::has_panels(store.kind)) {
      return after_blocks(slot, source, store, core::draw_seed(seed, slot));
    }
    if (operand.kind == core::OperandKind::full) return all;
    return all * block_factors(slot, source, operand.blocks, core::draw_seed(seed, product));
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
                                               plan.store(Slot::v), core::draw_seed(seed, Slot::v)))
                         : (p.fc2_weight * p2).sum(1) + p.fc2_bias * sum(g);
  const StoreKind h_kind = plan.store(Slot::h).kind;
  const Tensor slope = core::is_gelu_code(h_kind)
                           ? slope_of_code(exact[static_cast<std::size_t>(Slot::h)], h_kind)
                           : 0.5 * (1 + torch::erf(rh / std::sqrt(2.0))) +
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
