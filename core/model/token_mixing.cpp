// SPDX-License-Identifier: Apache-2.0
// The first half of a block, image by image. Formulas: docs/reference/block-algebra.md.
#include <torch/types.h>

#include "actscope/kernels/gemm.hpp"
#include "actscope/tracer/scope.hpp"
#include "model/block_parts.hpp"
#include "tensors/sum_types.hpp"
#include "tensors/tensor_views.hpp"

namespace actscope::core {
namespace {

using torch::Tensor;

std::int64_t images_at_once(SavedBlock& stores, std::int64_t workspace_bytes,
                            std::int64_t element_bytes) {
  std::vector<std::int64_t> granules;
  for (Slot slot : {Slot::x, Slot::y}) granules.push_back(stores.slot(slot).granule());
  // t is stored by rows: a chunk of images must not cut its panels or code groups.
  const SavedSlot& t = stores.slot(Slot::t);
  granules.push_back(t.granule() / std::gcd(t.granule(), stores.tokens));
  // x decoded, y, q, the scaled gradient and a product of two of them live at once; where images
  // skip this half their gradient too.
  const std::int64_t maps = stores.drop_factors.defined() ? 6 : 5;
  return chunk_units(stores.batch, workspace_bytes,
                     maps * stores.tokens * stores.dim * element_bytes, granules);
}

Tensor affine(const Tensor& x, const Tensor& alpha, const Tensor& beta) {
  return torch::addcmul(beta, alpha, x);
}

// A matrix [rows, cols] for every image, without a copy.
Tensor repeated(const Tensor& matrix, std::int64_t images) {
  return matrix.unsqueeze(0).expand({images, -1, -1});
}

// t = A y + a for a chunk of images [images, tokens, dim].
Tensor mixed(const Tensor& y, const BlockParameters& p) {
  return torch::baddbmm(p.token_bias.unsqueeze(1), repeated(p.token_weight, y.size(0)), y);
}

// A walk over all images in chunks; visit(first, count).
template <class Visit>
void for_each_chunk(std::int64_t units, std::int64_t step, const Visit& visit) {
  for (std::int64_t first = 0; first < units; first += step) {
    visit(first, std::min(step, units - first));
  }
}

Tensor images(const SavedSlot& slot, const SavedBlock& stores, std::int64_t first,
              std::int64_t count) {
  return slot.get(first, count).view({count, stores.tokens, stores.dim});
}

// sum += Σ over images of left_b right_bᵀ.
void add_products(const Tensor& left, const Tensor& right, Tensor& sum) {
  if (sum.scalar_type() == left.scalar_type()) {
    sum.addbmm_(left, right.transpose(1, 2));
  } else {  // LibTorch adds no products of narrow values to a float32 sum
    sum.add_(torch::bmm(left, right.transpose(1, 2)).sum(0, false, sum.scalar_type()));
  }
}

// dA += Σ over the images of a chunk of dT_b Y_bᵀ.
void add_token_weight_gradient(const Tensor& dt, const Tensor& x, std::int64_t first,
                               const BlockParameters& p, SavedBlock& stores, Tensor& token_weight,
                               Tensor& beta_rows) {
  const std::int64_t count = dt.size(0);
  const std::int64_t n = stores.tokens;
  const SavedSlot& y = stores.slot(Slot::y);
  const SavedSlot& x_store = stores.slot(Slot::x);
  const auto& choice = stores.choice(Product::dA);
  const auto multiply = [&](const Tensor& left, const kernels::ConstBsrPanels& panels,
                            kernels::PanelRange range) {
    static const tracer::Name gemm_nt_batched("gemm_nt_batched");
    const tracer::OperatorScope scope(gemm_nt_batched);
    kernels::gemm_nt_batched(context_of(left), const_view(left, count, n, stores.dim), panels,
                             mutable_view(token_weight, 1, n, n), kernels::Output::accumulate,
                             range);
  };
  if (y.is_kept()) {
    if (y.has_panels()) {
      const StoredPanels stored = y.panels(first, count);
      multiply(dt, stored.panels, stored.range);
    } else if (choice) {
      const auto gathered =
          y.is_coded() ? choice->gather(first, count, y)
                       : choice->gather(first, images(y, stores, first, count).contiguous());
      multiply(dt, as_const(gathered.panels), {});
    } else {
      add_products(dt, images(y, stores, first, count), token_weight);
    }
    return;
  }
  if (!x_store.has_panels() && !choice) {
    add_products(dt, affine(x, p.alpha1, p.beta1), token_weight);
    return;
  }
  // Y = X ⊙ α1 + β1: the pruned part through X, the β part exactly, once for every column.
  const Tensor scaled = dt * p.alpha1;
  if (choice) {
    const auto gathered = choice->gather(first, x.contiguous());
    multiply(scaled, as_const(gathered.panels), {});
  } else {
    const StoredPanels stored = x_store.panels(first, count);
    multiply(scaled, stored.panels, stored.range);
  }
  beta_rows.add_(torch::matmul(dt, p.beta1).sum(0, false, beta_rows.scalar_type()));
}

}  // namespace

Tensor mix_tokens(const Tensor& x, const BlockParameters& p, SavedBlock& stores,
                  std::int64_t workspace_bytes) {
  const std::int64_t step = images_at_once(stores, workspace_bytes, x.element_size());
  tracer::SlotScope at(trace_name(Slot::x));
  Tensor x1 = torch::empty_like(x);
  stores.slot(Slot::x).put(0, x);
  if (auto& choice = stores.choice(Product::dA); choice && !stores.slot(Slot::y).is_kept()) {
    choice->choose(0, x);
  }
  for_each_chunk(stores.batch, step, [&](std::int64_t first, std::int64_t count) {
    const Tensor part = x.narrow(0, first, count);
    at.next(trace_name(Slot::y));
    Tensor y = stores.slot(Slot::y).room(first, count).view(part.sizes());
    torch::addcmul_out(y, p.beta1, p.alpha1, part);
    stores.slot(Slot::y).put(first, y);
    if (auto& choice = stores.choice(Product::dA); choice && stores.slot(Slot::y).is_kept()) {
      choice->choose(first, y);
    }
    const std::int64_t row = first * stores.tokens;
    at.next(trace_name(Slot::t));
    Tensor t = stores.slot(Slot::t).room(row, count * stores.tokens).view(part.sizes());
    torch::baddbmm_out(t, p.token_bias.unsqueeze(1), repeated(p.token_weight, count), y);
    stores.slot(Slot::t).put(row, t);
    at.next(trace_name(Slot::x1));
    Tensor out = x1.narrow(0, first, count);
    const Tensor factors = stores.drop_factors_of(BlockHalf::tokens, first, count);
    torch::addcmul_out(out, part, times(p.gamma1, factors), t);
  });
  return x1;
}

Tensor rebuild_x1(const BlockParameters& p, const SavedBlock& stores, std::int64_t first,
                  std::int64_t count) {
  // Token mixing needs whole images: those that the rows touch.
  const std::int64_t first_image = first / stores.tokens;
  const std::int64_t last_image = (first + count + stores.tokens - 1) / stores.tokens;
  const std::int64_t image_count = last_image - first_image;
  const Tensor x = images(stores.slot(Slot::x), stores, first_image, image_count);
  const SavedSlot& y_store = stores.slot(Slot::y);
  const SavedSlot& t_store = stores.slot(Slot::t);
  Tensor t;
  if (t_store.is_kept()) {
    t = t_store.get(first_image * stores.tokens, image_count * stores.tokens).view(x.sizes());
  } else if (y_store.is_kept()) {
    t = mixed(images(y_store, stores, first_image, image_count), p);
  } else {
    t = mixed(affine(x, p.alpha1, p.beta1), p);
  }
  // Unless t is the kept tensor, the sum is written over it.
  const Tensor gamma =
      times(p.gamma1, stores.drop_factors_of(BlockHalf::tokens, first_image, image_count));
  const Tensor x1 =
      t_store.is_kept() ? torch::addcmul(x, gamma, t) : torch::addcmul_out(t, x, gamma, t);
  return x1.view({image_count * stores.tokens, stores.dim})
      .narrow(0, first - first_image * stores.tokens, count);
}

Tensor mix_tokens_backward(Tensor g1, const BlockParameters& p, SavedBlock& stores,
                           const BlockNeeds& needs, BlockGradients& gradients,
                           std::int64_t workspace_bytes) {
  const std::int64_t step = images_at_once(stores, workspace_bytes, g1.element_size());
  const Tensor through_q = p.gamma1 * p.alpha1;
  const SavedSlot& t_store = stores.slot(Slot::t);
  const SavedSlot& y_store = stores.slot(Slot::y);
  Tensor q_sum = zeros_for_sum(p.alpha1);   // Σ q over images and tokens
  Tensor qx_sum = zeros_for_sum(p.alpha1);  // Σ q⊙x
  Tensor qy_sum = zeros_for_sum(p.alpha1);  // Σ q⊙y where y is stored and t is not
  Tensor gt_sum = zeros_for_sum(p.gamma1);  // Σ g1⊙t where t is stored
  Tensor g_rows =
      torch::zeros({stores.tokens, stores.dim}, q_sum.options());  // Σ over images of g1
  Tensor beta_rows = zeros_for_sum(p.token_bias);
  if (needs.token_weight) gradients.token_weight = zeros_for_sum(p.token_weight);
  tracer::SlotScope at({});
  for_each_chunk(stores.batch, step, [&](std::int64_t first, std::int64_t count) {
    at.next(trace_name(Slot::x));
    Tensor g = g1.narrow(0, first, count);
    // The gradient that reaches this half's change: none for images that skip the half.
    const Tensor dt = times(g, stores.drop_factors_of(BlockHalf::tokens, first, count));
    const Tensor x = images(stores.slot(Slot::x), stores, first, count);
    at.next(trace_name(y_store.is_kept() ? Slot::y : Slot::x));
    if (needs.token_weight) {
      add_token_weight_gradient(dt * p.gamma1, x, first, p, stores, gradients.token_weight,
                                beta_rows);
    }
    at.next(trace_name(Slot::t));
    g_rows.add_(dt.sum(0, false, g_rows.scalar_type()));
    if (t_store.is_kept()) {
      const Tensor t = t_store.get(first * stores.tokens, count * stores.tokens).view(g.sizes());
      gt_sum.add_(feature_sums(dt * t));
    }
    at.next(trace_name(Slot::x));
    const Tensor q = torch::bmm(repeated(p.token_weight.t(), count), dt);
    q_sum.add_(feature_sums(q));
    qx_sum.add_(feature_sums(q * x));
    if (y_store.is_kept() && !t_store.is_kept()) {
      qy_sum.add_(feature_sums(q * images(y_store, stores, first, count)));
    }
    g.addcmul_(q, through_q);
  });
  if (needs.token_weight) gradients.token_weight.add_(beta_rows.unsqueeze(1));
  gradients.alpha1 = p.gamma1 * qx_sum;
  gradients.beta1 = p.gamma1 * q_sum;
  gradients.token_bias = torch::mv(g_rows, as_sum(p.gamma1));
  if (t_store.is_kept()) {
    gradients.gamma1 = gt_sum;
  } else {
    // Σ q⊙y, with y = α1⊙x + β1 where it is not stored, and the share of the bias.
    const Tensor qy = y_store.is_kept() ? qy_sum : p.alpha1 * qx_sum + p.beta1 * q_sum;
    gradients.gamma1 = qy + torch::mv(g_rows.t(), as_sum(p.token_bias));
  }
  stores.release({Slot::x, Slot::y, Slot::t}, {Product::dA});
  return g1;
}

}  // namespace actscope::core
