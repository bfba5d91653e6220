// SPDX-License-Identifier: Apache-2.0
// Who really runs, and that everybody is checked. scripts/setup --full installs the libraries.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>

#include "actscope/base/build_facts.hpp"
#include "kernels/host_platform.hpp"
#include "kernels/measure.hpp"
#include "kernels/shared_library.hpp"
#include "small_problem.hpp"

namespace actscope::bench::test {
namespace {

using testing::HasSubstr;
using testing::Not;

const kernels::BlockSpec small_block{.block_rows = 16, .block_cols = 16, .sparsity_ratio = 0.5};

std::vector<KernelResult> measured(const Problem& problem,
                                   std::vector<std::unique_ptr<Rival>> rivals,
                                   const kernels::BlockSpec& spec = small_block) {
  HostPlatform platform(kernels::Backend::cpu, 1, std::move(rivals));
  const Expectation expectation{expected_product(problem.dense, problem.dense.x), ""};
  return measure_point(platform, problem, spec, expectation, {.count = 6}).value();
}

std::map<std::string, KernelRival> by_name(const KernelResult& row) {
  std::map<std::string, KernelRival> named;
  for (const KernelRival& rival : row.rivals) named[rival.name] = rival;
  return named;
}

TEST(Rivals, EachRunsItsOwnLibrary) {
  const Problem problem = make_problem("fc1", random_activations(64), 0);
  auto rivals = by_name(measured(problem, make_host_rivals(1)).front());
  ASSERT_EQ(rivals.size(), 7U);
  const std::map<std::string, std::pair<const char*, const char*>> facts = {
      {"openblas", {"openblas", "OpenBLAS"}},
      {"blis", {"libblis", "."}},
      {"onednn", {"libdnnl", "2."}},
      {"libxsmm", {"actscope_xsmm", "1."}}};
  for (const auto& [name, expected] : facts) {
    EXPECT_EQ(rivals[name].status, RivalStatus::ok) << name << ": " << rivals[name].message;
    EXPECT_THAT(rivals[name].path, HasSubstr(expected.first));
    EXPECT_THAT(rivals[name].path, Not(HasSubstr("libtorch")));
    EXPECT_THAT(rivals[name].version, HasSubstr(expected.second));
    EXPECT_EQ(rivals[name].samples, 6);
  }
  const bool has_torch = !build_facts().libtorch_version.empty();
  for (const char* name : {"libtorch", "libtorch-masked", "libtorch-bsr"}) {
    EXPECT_EQ(rivals[name].status, has_torch ? RivalStatus::ok : RivalStatus::missing)
        << rivals[name].message;
    EXPECT_FALSE(rivals[name].message.empty());
    if (has_torch) {
      EXPECT_THAT(rivals[name].path, HasSubstr("libtorch_cpu"));
    }
  }
}

TEST(Rivals, ABlockThatOneDoesNotTakeIsRefusedWithAReason) {
  const Problem problem = make_problem("token-mix", random_activations(1), 0);
  const auto rivals = by_name(measured(problem, make_host_rivals(1)).front());
  EXPECT_EQ(rivals.at("libxsmm").status, RivalStatus::refused);
  EXPECT_FALSE(rivals.at("libxsmm").message.empty());
  EXPECT_FALSE(rivals.at("libxsmm").time_s.value);
  EXPECT_EQ(rivals.at("openblas").status, RivalStatus::ok);
}

// Multiplies rightly, but for a factor.
class Scaled : public DenseRival {
 public:
  Scaled(const char* name, float factor) : factor_(factor) {
    facts_.name = name;
    facts_.status = RivalStatus::ok;
  }

 private:
  void multiply(const DenseProduct& product, float* g) override {
    if (truth_.empty()) truth_ = expected_product(product, product.x);
    for (double value : truth_) *g++ = factor_ * static_cast<float>(value);
  }
  float factor_;
  std::vector<double> truth_;
};

std::vector<std::unique_ptr<Rival>> two(float first, float second) {
  std::vector<std::unique_ptr<Rival>> rivals;
  rivals.push_back(std::make_unique<Scaled>("first", first));
  rivals.push_back(std::make_unique<Scaled>("second", second));
  return rivals;
}

TEST(Rivals, OneThatComputesSomethingElseIsNoBaseline) {
  const Problem problem = make_problem("fc1", random_activations(16), 0);
  const KernelResult row = measured(problem, two(1.001F, 1)).front();
  EXPECT_EQ(row.rivals[0].status, RivalStatus::refused);
  EXPECT_THAT(row.rivals[0].message, HasSubstr("computed something else"));
  EXPECT_EQ(row.rivals[1].status, RivalStatus::ok);
  EXPECT_EQ(row.dense_name, "second");
  EXPECT_EQ(row.rivals[1].to_dense.ratio.value, 1.0);
}

TEST(Rivals, WithoutADenseLibraryThereIsNoRatio) {
  const Problem problem = make_problem("fc1", random_activations(16), 0);
  const auto rows = measured(problem, two(2, 3));
  EXPECT_EQ(rows[0].dense_name, "");
  EXPECT_FALSE(rows[0].to_dense.ratio.value);
  EXPECT_FALSE(rows[0].to_dense.ratio.reason.empty());
  EXPECT_GT(rows[0].time_s, 0);
}

TEST(Rivals, Bf16IsRefusedByThoseThatTakeF32) {
  const Problem problem = make_problem("fc2", random_activations(64), 0, bf16);
  const KernelResult row = measured(problem, two(1, 1)).front();
  EXPECT_EQ(row.rivals[0].status, RivalStatus::refused);
  EXPECT_THAT(row.rivals[0].message, HasSubstr("f32 only"));
  EXPECT_GT(row.time_s, 0);
}

TEST(MeasurePoint, TheWholeAndItsPartsCountTheSameWork) {
  for (const char* shape : {"fc1", "fc2", "token-mix"}) {
    const Problem problem = make_problem(shape, random_activations(40), 0);
    const auto rows =
        measured(problem, two(1, 1), {.block_rows = 8, .block_cols = 64, .sparsity_ratio = 0.75});
    ASSERT_EQ(rows.size(), 3U) << shape;
    EXPECT_TRUE(rows[0].operation.ends_with("_gradient"));
    EXPECT_EQ(rows[1].operation, "compress");
    EXPECT_EQ(rows[2].operation, "product");
    EXPECT_EQ(rows[0].kept_flops, rows[2].kept_flops);
    EXPECT_EQ(rows[1].kept_flops, 0);
    EXPECT_EQ(rows[0].moved_bytes, rows[1].moved_bytes + rows[2].moved_bytes);
    EXPECT_EQ(rows[2].samples, 6);
    EXPECT_GT(*rows[0].kept_norm_ratio.value, 0.25);
    EXPECT_LT(*rows[0].kept_norm_ratio.value, 1);
  }
}

TEST(SharedLibrary, SaysWhatIsNotThere) {
  const SharedLibrary none("libactscope_no_such_library.so.1");
  EXPECT_FALSE(none.is_open());
  EXPECT_THAT(none.error(), HasSubstr("libactscope_no_such_library"));
  EXPECT_EQ(none.function<void()>("main"), nullptr);
}

}  // namespace
}  // namespace actscope::bench::test
