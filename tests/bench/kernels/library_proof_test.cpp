// SPDX-License-Identifier: Apache-2.0
// That a rival's figure is its own: LibTorch exports names of BLAS and oneDNN, and a library opened
// beside it can silently run LibTorch's code. Where the called function lies proves little; where
// the processor is while it runs does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <omp.h>

#include "actscope/base/build_facts.hpp"
#include "kernels/rival.hpp"
#include "kernels/shared_library.hpp"
#include "sampled_libraries.hpp"
#include "small_problem.hpp"

namespace actscope::bench::test {
namespace {

double share_of(const std::map<std::string, double>& shares, const std::string& part) {
  double share = 0;
  for (const auto& [file, of_file] : shares) {
    if (file.find(part) != std::string::npos) share += of_file;
  }
  return share;
}

std::string text_of(const std::map<std::string, double>& shares) {
  std::string text;
  for (const auto& [file, share] : shares) {
    text += (file.empty() ? "generated code" : file) + " " + std::to_string(share) + "\n";
  }
  return text;
}

class LibraryProof : public testing::Test {
 protected:
  LibraryProof() {
    omp_set_num_threads(1);
    rivals_ = make_host_rivals(1);
  }

  std::map<std::string, double> shares_of(const std::string& name) {
    for (const std::unique_ptr<Rival>& rival : rivals_) {
      if (rival->facts().name != name || rival->facts().status != RivalStatus::ok) continue;
      rival->prepare({problem_, spec_, pruned_});
      return sampled_libraries([&] { rival->run(); });
    }
    return {};
  }

  const kernels::BlockSpec spec_{.block_rows = 32, .block_cols = 32, .sparsity_ratio = 0.5};
  const Problem problem_ = make_problem("fc1", random_activations(512), 0);
  const PrunedInput pruned_ = prune(problem_, spec_);
  std::vector<std::unique_ptr<Rival>> rivals_;
};

TEST_F(LibraryProof, RivalsRunCodeOfTheirOwn) {
  const struct {
    const char* name;
    const char* file;
    bool generates;  // code at run time
  } all[] = {{"openblas", "openblas", false},
             {"blis", "libblis", false},
             {"onednn", "libdnnl", true},
             {"libxsmm", "actscope_xsmm", true}};
  for (const auto& rival : all) {
    const auto shares = shares_of(rival.name);
    ASSERT_FALSE(shares.empty()) << rival.name << " did not run";
    const double generated = rival.generates && shares.contains("") ? shares.at("") : 0;
    EXPECT_GT(share_of(shares, rival.file) + generated, 0.5) << rival.name << ":\n"
                                                             << text_of(shares);
    EXPECT_EQ(share_of(shares, "libtorch"), 0) << rival.name << ":\n" << text_of(shares);
  }
}

TEST_F(LibraryProof, LibTorchWouldBeSeen) {
  if (build_facts().libtorch_version.empty()) GTEST_SKIP() << "this build has no LibTorch";
  const auto shares = shares_of("libtorch");
  EXPECT_GT(share_of(shares, "libtorch_cpu"), 0.5) << text_of(shares);
}

TEST(SampledLibraries, SeeWhereTheTimeGoes) {
  const auto shares = sampled_libraries([] {
    static volatile double sum = 0;
    for (int i = 0; i < 100'000; ++i) sum = sum + i;
  });
  const std::string here = file_of(reinterpret_cast<const void*>(&text_of));
  ASSERT_TRUE(shares.contains(here)) << text_of(shares);
  EXPECT_GT(shares.at(here), 0.5);
}

}  // namespace
}  // namespace actscope::bench::test
