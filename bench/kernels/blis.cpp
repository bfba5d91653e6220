// SPDX-License-Identifier: Apache-2.0
#include "rival.hpp"
#include "shared_library.hpp"

namespace actscope::bench {
namespace {

// BLIS's own typed interface (sizes of 64 bits, no transposition: strides say it all). Its
// cblas_sgemm calls the exported sgemm_, a name that LibTorch's MKL exports, too.
constexpr int no_transpose = 0;
using Sgemm = void(int transpose_a, int transpose_b, std::int64_t m, std::int64_t n, std::int64_t k,
                   const float* alpha, const float* a, std::int64_t row_stride_a,
                   std::int64_t col_stride_a, const float* b, std::int64_t row_stride_b,
                   std::int64_t col_stride_b, const float* beta, float* c,
                   std::int64_t row_stride_c, std::int64_t col_stride_c);

class Blis : public DenseRival {
 public:
  explicit Blis(std::int64_t threads) {
    static const SharedLibrary library("libblis.so.4");
    facts_.name = "blis";
    facts_.library = "BLIS";
    sgemm_ = library.function<Sgemm>("bli_sgemm");
    const auto set_threads = library.function<void(std::int64_t)>("bli_thread_set_num_threads");
    const auto version = library.function<const char*()>("bli_info_get_version_str");
    const auto size_bits = library.function<std::int64_t()>("bli_info_get_int_type_size");
    if (sgemm_ == nullptr || set_threads == nullptr || version == nullptr || size_bits == nullptr ||
        size_bits() != 64) {
      facts_.message = "not found with 64-bit sizes; apt-get install libblis4-pthread";
      return;
    }
    set_threads(threads);
    facts_.version = version();
    facts_.path = file_of(sgemm_);
    facts_.status = RivalStatus::ok;
  }

 private:
  void multiply(const DenseProduct& p, float* g) override {
    const float one = 1, zero = 0;
    sgemm_(no_transpose, no_transpose, p.outputs, p.features, p.depth, &one, p.d.data(), 1,
           p.outputs, p.x.data(), p.features, 1, &zero, g, p.features, 1);
  }

  Sgemm* sgemm_ = nullptr;
};

}  // namespace

std::unique_ptr<Rival> make_blis(std::int64_t threads) {
  return std::make_unique<Blis>(threads);
}

}  // namespace actscope::bench
