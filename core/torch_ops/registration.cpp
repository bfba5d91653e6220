// SPDX-License-Identifier: Apache-2.0
// torch.ops.actscope: schemas, and who answers for which dispatch key. docs/guide/python.md says
// what each operator means.
#include <torch/library.h>

#include "torch_ops/autograd.hpp"

namespace actscope::torch_ops {
namespace {

// Registers one implementation of every operator that computes. (LibTorch's registration takes
// function pointers as template arguments, so there is no loop over a table.)
#define ACTSCOPE_IMPLEMENT(library, home)                                 \
  library.impl("compress", TORCH_FN(home::compress));                     \
  library.impl("compress_threshold", TORCH_FN(home::compress_threshold)); \
  library.impl("gather", TORCH_FN(home::gather));                         \
  library.impl("decompress", TORCH_FN(home::decompress));                 \
  library.impl("gemm_tn", TORCH_FN(home::gemm_tn));                       \
  library.impl("gemm_nt", TORCH_FN(home::gemm_nt));                       \
  library.impl("to_bsr", TORCH_FN(home::to_bsr));                         \
  library.impl("from_bsr", TORCH_FN(home::from_bsr));                     \
  library.impl("quantize", TORCH_FN(home::quantize));                     \
  library.impl("dequantize", TORCH_FN(home::dequantize));                 \
  library.impl("gemm_tn_coded", TORCH_FN(home::gemm_tn_coded));           \
  library.impl("pack_bits", TORCH_FN(home::pack_bits));                   \
  library.impl("unpack_bits", TORCH_FN(home::unpack_bits));               \
  library.impl("fingerprint", TORCH_FN(home::fingerprint))

TORCH_LIBRARY(actscope, library) {
  library.def(
      "compress(Tensor x, int[] block, float sparsity, *, str select='panel', "
      "bool unbiased=False, Tensor? seed=None) -> (Tensor values, Tensor mask, Tensor "
      "column_starts, "
      "Tensor scales)");
  library.def(
      "compress_threshold(Tensor x, Tensor threshold, int[] block, float sparsity, *, "
      "bool unbiased=False, Tensor? seed=None) -> (Tensor values, Tensor mask, Tensor "
      "column_starts, "
      "Tensor scales, Tensor threshold)");
  library.def(
      "gather(Tensor x, Tensor mask, Tensor column_starts, Tensor scales, int[] block, "
      "float sparsity, *, str select='panel', bool unbiased=False) -> Tensor");
  library.def(
      "decompress(Tensor values, Tensor mask, Tensor column_starts, SymInt[] size, int[] block, "
      "float sparsity, *, str select='panel') -> Tensor");
  library.def(
      "gemm_tn(Tensor dy, Tensor values, Tensor mask, Tensor column_starts, SymInt[] size, "
      "int[] block, float sparsity, *, str select='panel') -> Tensor");
  library.def(
      "gemm_nt(Tensor dt, Tensor values, Tensor mask, Tensor column_starts, SymInt[] size, "
      "int[] block, float sparsity, *, str select='panel') -> Tensor");
  library.def(
      "to_bsr(Tensor values, Tensor mask, Tensor column_starts, SymInt[] size, int[] block, "
      "float sparsity, *, str select='panel') -> (Tensor crow_indices, Tensor col_indices, "
      "Tensor values)");
  library.def(
      "from_bsr(Tensor crow_indices, Tensor col_indices, Tensor values, SymInt[] size, int[] "
      "block, "
      "float sparsity, *, str select='panel') -> (Tensor values, Tensor mask, "
      "Tensor column_starts)");
  library.def(
      "linear(Tensor x, Tensor weight, Tensor? bias, int[] block, float sparsity, *, "
      "str select='panel', bool unbiased=False, Tensor? seed=None) -> Tensor");
  library.def(
      "linear_threshold(Tensor x, Tensor weight, Tensor? bias, Tensor threshold, int[] block, "
      "float sparsity, *, bool unbiased=False, Tensor? seed=None) -> (Tensor, Tensor threshold)");
  library.def("quantize(Tensor x, int bits, SymInt row=0) -> (Tensor codes, Tensor scales)");
  library.def(
      "dequantize(Tensor codes, Tensor scales, SymInt[] size, int bits, ScalarType dtype, "
      "SymInt row=0) -> Tensor");
  library.def(
      "gemm_tn_coded(Tensor dy, Tensor codes, Tensor scales, SymInt features, int bits) -> Tensor");
  library.def("linear_coded(Tensor x, Tensor weight, Tensor? bias, int bits) -> Tensor");
  library.def("pack_bits(Tensor x) -> Tensor");
  library.def(
      "unpack_bits(Tensor bits, SymInt[] size, float low, float high, ScalarType dtype) -> Tensor");
  library.def("fingerprint(Tensor[] tensors) -> Tensor");
  const auto compose = [&](const char* name, auto function) {
    library.impl(name, torch::dispatch(c10::DispatchKey::CompositeImplicitAutograd, function));
  };
  compose("linear", TORCH_FN(autograd::linear));
  compose("linear_threshold", TORCH_FN(autograd::linear_threshold));
  compose("linear_coded", TORCH_FN(autograd::linear_coded));
}

TORCH_LIBRARY_IMPL(actscope, CPU, library) {
  ACTSCOPE_IMPLEMENT(library, device);
}
TORCH_LIBRARY_IMPL(actscope, CUDA, library) {
  ACTSCOPE_IMPLEMENT(library, device);
}
TORCH_LIBRARY_IMPL(actscope, Meta, library) {
  ACTSCOPE_IMPLEMENT(library, meta);
}
TORCH_LIBRARY_IMPL(actscope, Autograd, library) {
  library.impl("compress", TORCH_FN(autograd::compress));
  library.impl("compress_threshold", TORCH_FN(autograd::compress_threshold));
  library.impl("gather", TORCH_FN(autograd::gather));
  library.impl("decompress", TORCH_FN(autograd::decompress));
  library.impl("gemm_tn", TORCH_FN(autograd::gemm_tn));
  library.impl("gemm_nt", TORCH_FN(autograd::gemm_nt));
  library.impl("gemm_tn_coded", TORCH_FN(autograd::gemm_tn_coded));
}

#define ACTSCOPE_AUTOCAST(library)                                        \
  library.impl("linear", TORCH_FN(autocast::linear));                     \
  library.impl("linear_threshold", TORCH_FN(autocast::linear_threshold)); \
  library.impl("linear_coded", TORCH_FN(autocast::linear_coded))

TORCH_LIBRARY_IMPL(actscope, AutocastCPU, library) {
  ACTSCOPE_AUTOCAST(library);
}
TORCH_LIBRARY_IMPL(actscope, AutocastCUDA, library) {
  ACTSCOPE_AUTOCAST(library);
}

#undef ACTSCOPE_AUTOCAST
#undef ACTSCOPE_IMPLEMENT

}  // namespace
}  // namespace actscope::torch_ops
