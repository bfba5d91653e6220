// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/scheme/byte_model.hpp"

#include <algorithm>

#include "actscope/base/error.hpp"
#include "actscope/core/scheme/slot_layout.hpp"
#include "actscope/core/scheme/store_bytes.hpp"

namespace actscope::core {
namespace {

kernels::DType dtype_of(ElementType type) {
  switch (type) {
    case ElementType::fp64:
      return kernels::DType::f64;
    case ElementType::bf16:
      return kernels::DType::bf16;
    default:
      return kernels::DType::f32;
  }
}

struct Shape {
  const ResMlpGeometry& geometry;
  std::int64_t batch;
  ElementType type;
};

SlotFootprint block_slot(const Shape& shape, const BlockPlan& plan, Slot name) {
  SlotFootprint slot;
  slot.name = name_of(name);
  slot.dense_bytes = slot_elements(shape.geometry, shape.batch, name) * size_of(shape.type);
  if (plan.plain_autograd) {
    slot.store = "keep";
    slot.predicted_bytes = slot.dense_bytes;
    return slot;
  }
  const SlotShape matrix = slot_shape(name, shape.batch, shape.geometry.tokens(),
                                      shape.geometry.dim, shape.geometry.hidden());
  std::int64_t predicted = 0;
  const auto add = [&](const StoreBytes& bytes) {
    predicted += bytes.total();
    slot.index_bytes += bytes.index;
  };
  slot.store = to_text(plan.store(name));
  add(bytes_of(plan.store(name), matrix, dtype_of(shape.type)));
  for (Product product : {Product::dA, Product::dW1, Product::dW2}) {
    if (has_own_blocks(plan, product) && operand_slot(plan, product) == name) {
      add(bytes_of(plan.operand(product), matrix));
    }
  }
  slot.predicted_bytes = predicted;
  return slot;
}

SlotFootprint plain_slot(std::string name, std::string store, std::int64_t dense_bytes,
                         std::int64_t predicted_bytes) {
  SlotFootprint slot;
  slot.name = std::move(name);
  slot.store = std::move(store);
  slot.dense_bytes = dense_bytes;
  slot.predicted_bytes = predicted_bytes;
  return slot;
}

LayerFootprint tail_layer(const Shape& shape, bool plain_autograd) {
  const std::int64_t map =
      slot_elements(shape.geometry, shape.batch, Slot::x) * size_of(shape.type);
  const std::int64_t pooled = shape.batch * shape.geometry.dim * size_of(shape.type);
  if (plain_autograd) {
    return {"tail",
            {plain_slot("x", "keep", map, map), plain_slot("pooled", "keep", pooled, pooled)}};
  }
  return {"tail",
          {plain_slot("x", "drop", map, 0), plain_slot("pooled", "drop", pooled, 0),
           plain_slot("mean", "keep", 0, pooled)}};
}

LayerFootprint loss_layer(const Shape& shape) {
  const std::int64_t scalar = parameter_size_of(shape.type);
  const std::int64_t log_p = shape.batch * shape.geometry.classes * scalar;
  return {"loss",
          {plain_slot("log_probabilities", "keep", log_p, log_p),
           plain_slot("total_weight", "keep", scalar, scalar)}};
}

// Parameters, their gradients and two optimizer moments; narrow copies of the parameters that plain
// autograd multiplies; what is saved; and the largest transient:
// the plain block's backward holds u, its gradient, dh and two maps, a compressed one stays within
// its workspace beside a few maps.
std::int64_t peak_estimate(const FootprintRecord& record, const Shape& shape, const Scheme& scheme,
                           std::int64_t workspace_bytes) {
  const std::int64_t s = size_of(shape.type);
  const std::int64_t map = slot_elements(shape.geometry, shape.batch, Slot::x) * s;
  const std::int64_t hidden = slot_elements(shape.geometry, shape.batch, Slot::h) * s;
  const std::int64_t wide = 3 * hidden;
  const std::int64_t transient =
      4 * map + (scheme.is_plain_autograd() ? wide : std::min(wide, workspace_bytes));
  const bool holds_copies = shape.type == ElementType::bf16 && scheme.is_plain_autograd();
  const std::int64_t copies = holds_copies ? narrow_copy_bytes(shape.geometry) : 0;
  return 4 * record.totals.parameters * parameter_size_of(shape.type) + copies +
         record.totals.saved_bytes + transient;
}

}  // namespace

ElementType parse_element_type(std::string_view name) {
  if (name == "fp32") return ElementType::fp32;
  if (name == "fp64") return ElementType::fp64;
  if (name == "bf16") return ElementType::bf16;
  throw ConfigError(error_text("unknown element type '" + std::string(name) + "'", {},
                               "give fp32, bf16 or fp64"));
}

std::string_view name_of(ElementType type) {
  switch (type) {
    case ElementType::fp64:
      return "fp64";
    case ElementType::bf16:
      return "bf16";
    default:
      return "fp32";
  }
}

std::int64_t narrow_copy_bytes(const ResMlpGeometry& geometry) {
  const std::int64_t stem =
      geometry.dim * geometry.in_channels * geometry.patch * geometry.patch + geometry.dim;
  const std::int64_t head = geometry.classes * (geometry.dim + 1);
  return (parameter_count(geometry) - stem - head) * size_of(ElementType::bf16);
}

FootprintRecord predict_footprint(const ResMlpGeometry& geometry, const Scheme& scheme,
                                  std::int64_t batch, ElementType type,
                                  std::int64_t workspace_bytes) {
  if (batch < 1) {
    throw ConfigError(error_text("batch is out of range", "got " + std::to_string(batch),
                                 "give a number from 1"));
  }
  const Shape shape{geometry, batch, type};
  FootprintRecord record;
  record.scheme = scheme.name;
  record.dtype = name_of(type);
  record.batch = batch;
  record.layers.push_back({"stem", {}});
  for (std::size_t i = 0; i < scheme.blocks.size(); ++i) {
    LayerFootprint layer{"blocks." + std::to_string(i), {}};
    for (std::size_t s = 0; s < slot_count; ++s) {
      layer.slots.push_back(block_slot(shape, scheme.blocks[i], static_cast<Slot>(s)));
    }
    record.layers.push_back(std::move(layer));
  }
  record.layers.push_back(tail_layer(shape, scheme.is_plain_autograd()));
  record.layers.push_back(loss_layer(shape));
  for (const LayerFootprint& layer : record.layers) {
    for (const SlotFootprint& slot : layer.slots) {
      record.totals.saved_bytes += slot.predicted_bytes.value_or(0);
      record.totals.dense_saved_bytes += slot.dense_bytes.value_or(0);
    }
  }
  record.totals.parameters = parameter_count(geometry);
  record.totals.peak_bytes = peak_estimate(record, shape, scheme, workspace_bytes);
  return record;
}

}  // namespace actscope::core
