// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include "rival.hpp"
#include "shared_library.hpp"

namespace actscope::bench {
namespace {

// CBLAS enumerators, by its standard.
constexpr int row_major = 101, no_transpose = 111, transpose = 112;

using Sgemm = void(int order, int transpose_a, int transpose_b, int m, int n, int k, float alpha,
                   const float* a, int lda, const float* b, int ldb, float beta, float* c, int ldc);

// Idle threads of OpenBLAS spin for 2^26 cycles by default and would take the cores of whoever
// comes next in the round; 2^20 are about a third of a millisecond.
const SharedLibrary& library() {
  static const SharedLibrary opened = [] {
    setenv("OPENBLAS_THREAD_TIMEOUT", "20", 0);
    return SharedLibrary("libopenblas.so.0");
  }();
  return opened;
}

class OpenBlas : public DenseRival {
 public:
  explicit OpenBlas(std::int64_t threads) {
    facts_.name = "openblas";
    facts_.library = "OpenBLAS";
    sgemm_ = library().function<Sgemm>("cblas_sgemm");
    const auto set_threads = library().function<void(int)>("openblas_set_num_threads");
    const auto config = library().function<const char*()>("openblas_get_config");
    if (sgemm_ == nullptr || set_threads == nullptr || config == nullptr) {
      facts_.message = "not found; apt-get install libopenblas0-pthread";
      return;
    }
    set_threads(static_cast<int>(threads));
    facts_.version = config();
    facts_.path = file_of(sgemm_);
    facts_.status = RivalStatus::ok;
  }

 private:
  void multiply(const DenseProduct& p, float* g) override {
    const auto m = static_cast<int>(p.outputs), n = static_cast<int>(p.features);
    sgemm_(row_major, transpose, no_transpose, m, n, static_cast<int>(p.depth), 1, p.d.data(), m,
           p.x.data(), n, 0, g, n);
  }

  Sgemm* sgemm_ = nullptr;
};

}  // namespace

std::unique_ptr<Rival> make_openblas(std::int64_t threads) {
  return std::make_unique<OpenBlas>(threads);
}

}  // namespace actscope::bench
