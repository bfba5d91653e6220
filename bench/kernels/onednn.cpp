// SPDX-License-Identifier: Apache-2.0
#include "rival.hpp"
#include "shared_library.hpp"

namespace actscope::bench {
namespace {

using Sgemm = int(char transpose_a, char transpose_b, std::int64_t m, std::int64_t n,
                  std::int64_t k, float alpha, const float* a, std::int64_t lda, const float* b,
                  std::int64_t ldb, float beta, float* c, std::int64_t ldc);

struct Version {
  int major, minor, patch;
  const char* hash;
  unsigned cpu_runtime, gpu_runtime;
};
constexpr unsigned openmp_runtime = 2;

// Takes its threads from OpenMP.
class OneDnn : public DenseRival {
 public:
  OneDnn() {
    static const SharedLibrary library("libdnnl.so.2");
    facts_.name = "onednn";
    facts_.library = "oneDNN";
    sgemm_ = library.function<Sgemm>("dnnl_sgemm");
    const auto version = library.function<const Version*()>("dnnl_version");
    if (sgemm_ == nullptr || version == nullptr) {
      facts_.message = "not found; apt-get install libdnnl2";
      return;
    }
    const Version& v = *version();
    if (v.cpu_runtime != openmp_runtime) {
      facts_.message = "this libdnnl.so.2 does not run on OpenMP; apt-get install libdnnl2";
      return;
    }
    facts_.version = std::to_string(v.major) + "." + std::to_string(v.minor) + "." +
                     std::to_string(v.patch) + " " + v.hash;
    facts_.path = file_of(sgemm_);
    facts_.status = RivalStatus::ok;
  }

  void prepare(const Point& point) override {
    DenseRival::prepare(point);
    status_ = 0;
    run();
    if (status_ != 0) throw Refusal("dnnl_sgemm gave status " + std::to_string(status_));
  }

 private:
  void multiply(const DenseProduct& p, float* g) override {
    status_ = sgemm_('T', 'N', p.outputs, p.features, p.depth, 1, p.d.data(), p.outputs, p.x.data(),
                     p.features, 0, g, p.features);
  }

  Sgemm* sgemm_ = nullptr;
  int status_ = 0;
};

}  // namespace

std::unique_ptr<Rival> make_onednn() {
  return std::make_unique<OneDnn>();
}

}  // namespace actscope::bench
