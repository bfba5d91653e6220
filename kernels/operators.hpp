// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <type_traits>

#include "actscope/kernels/codec.hpp"
#include "actscope/kernels/coded_blocks.hpp"
#include "actscope/kernels/compress.hpp"
#include "actscope/kernels/elementwise.hpp"
#include "actscope/kernels/gelu_compress.hpp"
#include "actscope/kernels/gemm.hpp"
#include "actscope/kernels/narrow_float.hpp"

namespace actscope::kernels {

/// What a back end provides: the one list of operators and of their signatures. Arguments are
/// already validated by the public functions of the same name: shapes and dtypes agree, ranges are
/// resolved (count >= 0).
struct OperatorTable {
  std::int64_t (*compress_workspace_bytes)(const PanelLayout&);
  void (*select_blocks)(void* stream, const ConstMatrixView& x, const PanelLayout&,
                        const BlockIndex&, void* workspace, const Draw&);
  void (*gather_blocks)(void* stream, const ConstMatrixView& x, const BsrPanels&, PanelRange);
  /// select_blocks and gather_blocks of the whole matrix, in one pass where the back end has one.
  void (*compress)(void* stream, const ConstMatrixView& x, const BsrPanels&, void* workspace,
                   const Draw&);
  void (*gelu_compress)(void* stream, const ConstMatrixView& h, const MatrixView* u,
                        const BsrPanels&, void* workspace, const Draw&);
  void (*column_starts_from_mask)(void* stream, const PanelLayout&, const BlockIndex&);
  void (*decompress)(void* stream, const ConstBsrPanels&, const MatrixView& out);
  /// Units: bytes. Enough for every precision.
  std::int64_t (*gemm_tn_workspace_bytes)(const PanelLayout&, DType, std::int64_t outputs,
                                          PanelRange);
  void (*gemm_tn)(const ExecutionContext&, const ConstMatrixView& dy, const ConstBsrPanels& x,
                  const MatrixView& dw, Output, PanelRange, const GemmEpilogue&);
  std::int64_t (*gemm_nt_batched_workspace_bytes)(const PanelLayout&, DType, std::int64_t mixed,
                                                  PanelRange);
  void (*gemm_nt_batched)(const ExecutionContext&, const ConstMatrixView& dt,
                          const ConstBsrPanels& y, const MatrixView& da, Output, PanelRange);
  void (*spmm)(void* stream, const ConstBsrPanels& x, const ConstMatrixView& w,
               const MatrixView& y);
  void (*sddmm)(void* stream, const ConstMatrixView& dy, const ConstMatrixView& w,
                const BsrPanels& dx);
  void (*quantize)(void* stream, DType, const void* values, std::int64_t elements, CodeBits,
                   std::uint8_t* codes, CodeScale* scales, const Rounding&);
  void (*dequantize)(void* stream, DType, CodeBits, const std::uint8_t* codes,
                     const CodeScale* scales, std::int64_t first_element, std::int64_t elements,
                     void* values);
  void (*gather_blocks_from_codes)(void* stream, const CodedMatrix& x, const BsrPanels&,
                                   PanelRange);
  void (*affine)(void* stream, const ConstMatrixView& x, const void* alpha, const void* beta,
                 const MatrixView& y);
  void (*add_scaled)(void* stream, const ConstMatrixView& x, const void* gamma,
                     const ConstMatrixView& t, const MatrixView& y);
  void (*gelu)(void* stream, const ConstMatrixView& h, const MatrixView& u, const GeluCode&);
  void (*gelu_backward)(void* stream, const ConstMatrixView& du, const ConstMatrixView& h,
                        const MatrixView& dh, const MatrixView* u);
  void (*gelu_backward_from_code)(void* stream, const ConstMatrixView& du, CodeBits,
                                  const std::uint8_t* codes, const MatrixView& dh);
  void (*narrow_values)(void* stream, DType, const void* values, std::int64_t elements, NarrowFloat,
                        void* narrow);
  void (*widen_values)(void* stream, DType, NarrowFloat, const void* narrow, std::int64_t elements,
                       void* values);
  /// Makes a device the current one; returns the one before, -1 where nothing changed. Null: the
  /// back end has no devices. Errors: DeviceError, there is no such device.
  int (*enter_device)(int device) = nullptr;
  void (*leave_device)(int before) noexcept = nullptr;
};

/// What an entry points to. Back ends declare their functions by it, so that no signature is
/// written twice: `Function<decltype(OperatorTable::gelu)> gelu;`
template <class Entry>
using Function = std::remove_pointer_t<Entry>;

/// Takes the place of an operator that says how much scratch memory another needs: none.
template <class... Arguments>
std::int64_t no_workspace_bytes(Arguments...) {
  return 0;
}

const OperatorTable& reference_operators();
const OperatorTable& cpu_operators();
/// A build without CUDA gives entries that raise BackendNotBuilt.
const OperatorTable& cuda_operators();

/// The table of a back end, never another's in its place.
/// Errors  Error: there is no such back end
const OperatorTable& operators_of(Backend backend);

/// The table of a context's back end; as long as it is held, the context's device is the current
/// one, as work on its stream needs it.
/// Errors  DeviceError: there is no such device
class ContextOperators {
 public:
  explicit ContextOperators(const ExecutionContext& context)
      : table_(operators_of(context.backend)) {
    if (context.device >= 0 && table_.enter_device != nullptr) {
      before_ = table_.enter_device(context.device);
    }
  }
  ~ContextOperators() {
    if (before_ >= 0) table_.leave_device(before_);
  }
  ContextOperators(const ContextOperators&) = delete;
  ContextOperators& operator=(const ContextOperators&) = delete;

  const OperatorTable* operator->() const noexcept { return &table_; }

 private:
  const OperatorTable& table_;
  int before_ = -1;
};

}  // namespace actscope::kernels
