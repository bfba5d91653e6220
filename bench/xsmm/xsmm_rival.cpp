// SPDX-License-Identifier: Apache-2.0
// LIBXSMM ships as an archive only. This module holds it, for the benchmark to open at run time.
#include <libxsmm.h>

#define ACTSCOPE_EXPORT extern "C" [[gnu::visibility("default")]]

ACTSCOPE_EXPORT const char* actscope_xsmm_version() {
  return LIBXSMM_VERSION;
}

/// The batch-reduce kernel C[n, m] += Σ_i B_i[n, k] A_i[k, m] of row-major arrays, f32; null where
/// LIBXSMM generates none for these sizes.
ACTSCOPE_EXPORT libxsmm_smmfunction_reducebatch_addr actscope_xsmm_kernel(int m, int n, int k,
                                                                          int lda, int ldc) {
  const float one = 1;
  return libxsmm_smmdispatch_reducebatch_addr(m, n, k, &lda, &k, &ldc, &one, &one, nullptr,
                                              nullptr);
}

ACTSCOPE_EXPORT void actscope_xsmm_init() {
  libxsmm_init();
}

ACTSCOPE_EXPORT const char* actscope_xsmm_target() {
  return libxsmm_get_target_arch();
}
