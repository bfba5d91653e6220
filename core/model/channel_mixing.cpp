// SPDX-License-Identifier: Apache-2.0
// The second half of a block, token by token. Formulas: docs/reference/block-algebra.md.
#include <torch/types.h>

#include "actscope/tracer/scope.hpp"
#include "model/block_parts.hpp"
#include "saving/slot_product.hpp"
#include "tensors/dense_product.hpp"
#include "tensors/gelu_passes.hpp"
#include "tensors/sum_types.hpp"

namespace actscope::core {
namespace {

using torch::Tensor;

std::int64_t rows_at_once(SavedBlock& stores, std::int64_t workspace_bytes,
                          std::int64_t element_bytes) {
  std::vector<std::int64_t> granules;
  for (Slot slot : {Slot::x1, Slot::z, Slot::h, Slot::u, Slot::v}) {
    granules.push_back(stores.slot(slot).granule());
  }
  // h, u, dh and a product with them live at once, and two narrow maps.
  std::int64_t elements_a_row = 4 * stores.hidden + 3 * stores.dim;
  if (stores.drop_factors.defined()) elements_a_row += stores.dim;
  for (Product product : {Product::dW1, Product::dW2}) {
    const auto& choice = stores.choice(product);
    if (choice) granules.push_back(choice->granule());
  }
  const std::int64_t bytes_a_row = elements_a_row * element_bytes;
  const std::int64_t rows = stores.batch * stores.tokens;
  const std::int64_t step = chunk_units(rows, workspace_bytes, bytes_a_row, granules);
  if (stores.slot(Slot::x1).is_kept() || step == rows) return step;
  // x1 is rebuilt from whole images: chunks of whole images rebuild each once, where they fit, and
  // a chunk smaller than an image would rebuild it again and again.
  std::vector<std::int64_t> whole_images = granules;
  whole_images.push_back(stores.tokens);
  const std::int64_t whole = chunk_units(rows, workspace_bytes, bytes_a_row, whole_images);
  if (whole <= step || granule_of(granules) == 1) return whole;
  return std::max(step, chunk_units(rows, stores.tokens, 1, granules));
}

// Σ, by feature, of the gradient that reaches this half's change; g [batch, tokens, dim].
Tensor change_sums(const Tensor& g, const SavedBlock& stores) {
  const Tensor factors = stores.drop_factors_of(BlockHalf::channels, 0, stores.batch);
  if (!factors.defined()) return feature_sums(g);
  const Tensor by_image = g.sum(1, false, sum_type(g.scalar_type()));
  return torch::mv(by_image.t(), as_sum(factors.flatten()));
}

}  // namespace

Tensor mix_channels(Tensor x1, const BlockParameters& p, SavedBlock& stores,
                    std::int64_t workspace_bytes) {
  const std::int64_t rows = stores.batch * stores.tokens;
  const std::int64_t step = rows_at_once(stores, workspace_bytes, x1.element_size());
  const Tensor flat = x1.view({rows, stores.dim});
  tracer::SlotScope at(trace_name(Slot::x1));
  stores.slot(Slot::x1).put(0, flat);
  const bool writes_over = stores.slot(Slot::x1).kind() != StoreKind::keep;
  Tensor x2 = writes_over ? flat : torch::empty_like(flat);
  const bool choose_z = stores.slot(Slot::z).is_kept();
  SavedSlot& h_store = stores.slot(Slot::h);
  for (std::int64_t first = 0; first < rows; first += step) {
    const std::int64_t count = std::min(step, rows - first);
    const Tensor part = flat.narrow(0, first, count);
    at.next(trace_name(Slot::z));
    Tensor z = stores.slot(Slot::z).room(first, count);
    torch::addcmul_out(z, p.beta2, p.alpha2, part);
    stores.slot(Slot::z).put(first, z);
    if (auto& choice = stores.choice(Product::dW1)) choice->choose(first, choose_z ? z : part);
    at.next(trace_name(Slot::h));
    const Tensor h = product_nt(z, p.fc1_weight, p.fc1_bias);
    h_store.put(first, h);
    at.next(trace_name(Slot::u));
    Tensor u = stores.slot(Slot::u).room(first, count);
    gelu_into(u, h, h_store.is_gelu_code() ? h_store.gelu_code(first) : kernels::GeluCode{});
    stores.slot(Slot::u).put(first, u);
    if (auto& choice = stores.choice(Product::dW2)) choice->choose(first, u);
    at.next(trace_name(Slot::v));
    const Tensor v = product_nt(u, p.fc2_weight, p.fc2_bias);
    stores.slot(Slot::v).put(first, v);
    at.next({});
    Tensor out = x2.narrow(0, first, count);
    const Tensor factors = stores.drop_factors_of_rows(BlockHalf::channels, first, count);
    torch::addcmul_out(out, part, times(p.gamma2, factors), v);
  }
  return x2.view(x1.sizes());
}

Tensor mix_channels_backward(const Tensor& g, const BlockParameters& p, SavedBlock& stores,
                             const BlockNeeds& needs, BlockGradients& gradients,
                             std::int64_t workspace_bytes) {
  const std::int64_t rows = stores.batch * stores.tokens;
  const std::int64_t step = rows_at_once(stores, workspace_bytes, g.element_size());
  SavedSlot& x1_store = stores.slot(Slot::x1);
  SavedSlot& z_store = stores.slot(Slot::z);
  SavedSlot& h_store = stores.slot(Slot::h);
  SavedSlot& u_store = stores.slot(Slot::u);
  SavedSlot& v_store = stores.slot(Slot::v);
  const auto& choice1 = stores.choice(Product::dW1);
  const auto& choice2 = stores.choice(Product::dW2);
  // Where only the product is pruned, x1 is decoded whole, and α2's gradient reads all of it.
  const bool sum_alpha =
      z_store.is_kept() || choice1.has_value() || (x1_store.has_panels() && !x1_store.leaves_out());
  const bool reads_x1 = sum_alpha || !h_store.is_kept() || !x1_store.has_panels();
  const bool product_reads_z =
      z_store.is_kept() && !z_store.has_panels() && !reads_codes(z_store, choice1);
  const bool reads_z = product_reads_z || !h_store.is_kept();

  const Tensor flat = g.view({rows, stores.dim});
  Tensor g1 = torch::empty_like(flat);
  Tensor p1 = zeros_for_sum(p.fc1_weight);  // dhᵀ x1, or dhᵀ z where z is stored
  Tensor p2 = zeros_for_sum(p.fc2_weight);  // gᵀ u
  Tensor dh_sum = zeros_for_sum(p.fc1_bias);
  Tensor dz_x1_sum = zeros_for_sum(p.alpha2);
  Tensor g_v_sum = zeros_for_sum(p.gamma2);
  tracer::SlotScope at({});
  // (g⊙γ2) W2 = g (γ2 rows ⊙ W2)
  const Tensor scaled_fc2 = right_factor((p.fc2_weight * p.gamma2.unsqueeze(1)).t(), step);
  const Tensor turned_fc1 = right_factor(p.fc1_weight.t(), step);
  for (std::int64_t first = 0; first < rows; first += step) {
    const std::int64_t count = std::min(step, rows - first);
    const Tensor part = flat.narrow(0, first, count);
    Tensor x1, z;
    at.next(trace_name(Slot::x1));
    if (reads_x1) {
      x1 = x1_store.is_kept() ? x1_store.get(first, count) : rebuild_x1(p, stores, first, count);
    }
    at.next(trace_name(Slot::z));
    if (reads_z) {
      z = z_store.is_kept() ? z_store.get(first, count) : torch::addcmul(p.beta2, p.alpha2, x1);
    }
    at.next(trace_name(Slot::h));
    // The gradient that reaches this half's change: none for images that skip the half.
    const Tensor dv = times(part, stores.drop_factors_of_rows(BlockHalf::channels, first, count));
    Tensor dh = product_nt(dv, scaled_fc2);
    const bool rebuilds_u = needs.fc2_product && u_store.kind() == StoreKind::drop;
    Tensor u;
    if (h_store.is_gelu_code()) {
      gelu_backward_over(dh, h_store.gelu_code(first));
    } else {
      const Tensor h =
          h_store.is_kept() ? h_store.get(first, count) : product_nt(z, p.fc1_weight, p.fc1_bias);
      // Written over h, unless h is the kept tensor itself and another walk will read it.
      const bool keeps_h = h_store.kind() == StoreKind::keep && stores.is_retained;
      if (rebuilds_u) u = keeps_h ? torch::empty_like(h) : h;
      gelu_backward_over(dh, h, rebuilds_u ? &u : nullptr);
    }
    if (needs.fc2_product) {
      at.next(trace_name(Slot::u));
      if (!rebuilds_u && !u_store.has_panels() && !reads_codes(u_store, choice2)) {
        u = u_store.get(first, count);
      }
      add_product(dv, u_store, choice2, u, first, p2, nullptr);
      u = Tensor();
    }
    if (needs.fc1_product) {
      const bool reads_slot_z = z_store.is_kept();
      at.next(trace_name(reads_slot_z ? Slot::z : Slot::x1));
      add_product(dh, reads_slot_z ? z_store : x1_store, choice1, reads_slot_z ? z : x1, first, p1,
                  &dh_sum);
    } else {
      dh_sum.add_(feature_sums(dh));
    }
    at.next(trace_name(Slot::z));
    const Tensor dz = product_nt(dh, turned_fc1);
    if (sum_alpha) dz_x1_sum.add_(feature_sums(dz * x1));
    at.next(trace_name(Slot::v));
    if (v_store.is_kept()) g_v_sum.add_(feature_sums(dv * v_store.get(first, count)));
    at.next({});
    Tensor out = g1.narrow(0, first, count);
    torch::addcmul_out(out, part, dz, p.alpha2);
  }
  const Tensor g_sum = change_sums(g, stores);
  gradients.gamma2 = v_store.is_kept() ? g_v_sum : (p.fc2_weight * p2).sum(1) + p.fc2_bias * g_sum;
  gradients.fc2_weight = p2.mul_(p.gamma2.unsqueeze(1));
  gradients.fc2_bias = p.gamma2 * g_sum;
  gradients.alpha2 = sum_alpha ? dz_x1_sum : (p.fc1_weight * p1).sum(0);
  gradients.fc1_weight = z_store.is_kept() ? p1 : p1.mul_(p.alpha2).addr_(dh_sum, as_sum(p.beta2));
  gradients.fc1_bias = dh_sum;
  gradients.beta2 = torch::mv(as_sum(p.fc1_weight).t(), dh_sum);
  stores.release({Slot::x1, Slot::z, Slot::h, Slot::u, Slot::v}, {Product::dW1, Product::dW2});
  return g1.view(g.sizes());
}

}  // namespace actscope::core
