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
  library.impl("from_bsr", TORCH_FN(home::from_bsr))

TORCH_LIBRARY(actscope, library) {
  library.def(
      "compress(Tensor x, int[] block, float sparsity, *, str select='panel', "
      "bool unbiased=False, int seed=0) -> (Tensor values, Tensor mask, Tensor column_starts, "
      "Tensor scales)");
  library.def(
      "compress_threshold(Tensor x, Tensor threshold, int[] block, float sparsity, *, "
      "bool unbiased=False, int seed=0) -> (Tensor values, Tensor mask, Tensor column_starts, "
      "Tensor scales, Tensor threshold)");
  library.def(
      "gather(Tensor x, Tensor mask, Tensor column_starts, Tensor scales, int[] block, "
      "float sparsity, *, str select='panel', bool unbiased=False) -> Tensor");
  library.def(
      "decompress(Tensor values, Tensor mask, Tensor column_starts, int[] size, int[] block, "
      "float sparsity, *, str select='panel') -> Tensor");
  library.def(
      "gemm_tn(Tensor dy, Tensor values, Tensor mask, Tensor column_starts, int[] size, "
      "int[] block, float sparsity, *, str select='panel') -> Tensor");
  library.def(
      "gemm_nt(Tensor dt, Tensor values, Tensor mask, Tensor column_starts, int[] size, "
      "int[] block, float sparsity, *, str select='panel') -> Tensor");
  library.def(
      "to_bsr(Tensor values, Tensor mask, Tensor column_starts, int[] size, int[] block, "
      "float sparsity, *, str select='panel') -> (Tensor crow_indices, Tensor col_indices, "
      "Tensor values)");
  library.def(
      "from_bsr(Tensor crow_indices, Tensor col_indices, Tensor values, int[] size, int[] block, "
      "float sparsity, *, str select='panel') -> (Tensor values, Tensor mask, "
      "Tensor column_starts)");
  library.def(
      "linear(Tensor x, Tensor weight, Tensor? bias, int[] block, float sparsity, *, "
      "str select='panel', bool unbiased=False, int seed=0) -> Tensor");
  library.def(
      "linear_threshold(Tensor x, Tensor weight, Tensor? bias, Tensor threshold, int[] block, "
      "float sparsity, *, bool unbiased=False, int seed=0) -> (Tensor, Tensor threshold)");
  library.impl("linear", torch::dispatch(c10::DispatchKey::CompositeImplicitAutograd,
                                         TORCH_FN(autograd::linear)));
  library.impl("linear_threshold", torch::dispatch(c10::DispatchKey::CompositeImplicitAutograd,
                                                   TORCH_FN(autograd::linear_threshold)));
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
}

#undef ACTSCOPE_IMPLEMENT

}  // namespace
}  // namespace actscope::torch_ops
