// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "actscope/core/scheme/scheme.hpp"

namespace at {
class Tensor;
}
namespace c10 {
struct IValue;
}

namespace actscope::core {

struct SavedTensorState;

/// Settings of a SavedTensor beside its store.
struct SavedTensorSettings {
  std::string name = "slot";     ///< in ledgers and traces
  std::string operand = "full";  ///< what `product` multiplies: all that is kept, or "bsr:16:0.8"
  std::int64_t workspace_bytes = default_workspace_bytes;  ///< of decoded parts in `product`
  std::uint64_t seed = 0;  ///< of random selections and stochastic rounding: give one a call
};

/// A tensor that an autograd function of one's own keeps from forward to backward in one of the
/// stores of Actscope. A handle: its copies refer to the same slot.
///
///     ctx->saved_data["x"] = SavedTensor(x, "int4").saved();            // forward
///     const SavedTensor x(ctx->saved_data["x"]);                        // backward
///     dx = dy * derivative(x.tensor());  dw = x.product(dy);  x.release();
///
/// Kept in saved_data, its bytes stand in the ledgers of `tracer/torch` under its name.
class SavedTensor {
 public:
  /// Keeps `values` as a store text of docs/reference/schemes.md says. `keep` holds the tensor
  /// itself: a change in place afterwards goes unnoticed.
  ///
  /// Shapes  values [..., features], any rank from 1; float32, float64 or bfloat16, CPU or CUDA
  /// Errors  ConfigError: no store or operand; a store that gives no values back (drop, code4,
  ///         code2) or wants a grid of tokens (pool); an operand that prunes what is stored pruned;
  ///         ShapeMismatch: another element type, or no features; UnsupportedBlockSize
  SavedTensor(const at::Tensor& values, const std::string& store,
              const SavedTensorSettings& settings = {});

  /// The slot that `saved` put into a context.
  /// Errors  Error: the value holds no slot
  explicit SavedTensor(const c10::IValue& saved);

  /// The slot as AutogradContext::saved_data takes it.
  c10::IValue saved() const;

  /// What backward reads: the values, decoded.
  ///
  /// Shapes  as `values` was, of its element type
  /// Errors  Error: the slot was released
  /// Effects allocates the tensor; with `keep` it is the kept one
  at::Tensor tensor() const;

  /// dyᵀ · values, the gradient of a weight that the values were multiplied with. A slot of blocks
  /// is multiplied as it is, without a dense copy.
  ///
  /// Shapes  dy [..., outputs] with the leading sizes of `values`, of its type and device →
  ///         [outputs, features]; float32 where that is bfloat16, the sums are not rounded
  /// Errors  ShapeMismatch: a length, element type or device disagrees; Error: it was released
  /// Effects decodes at most workspace_bytes at a time; equal threads give equal bits
  at::Tensor product(const at::Tensor& dy) const;

  /// Bytes of the storages held. Units: bytes; 0 once released
  std::int64_t bytes() const;

  /// Lets go of the storages before the graph does; nothing where backward retains the graph.
  void release() const;

 private:
  const SavedTensorState& held(const char* what) const;

  std::shared_ptr<SavedTensorState> kept_;
};

}  // namespace actscope::core
