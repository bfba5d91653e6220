// SPDX-License-Identifier: Apache-2.0
#include "eval/predictions_file.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>

namespace actscope::app {
namespace {

namespace fs = std::filesystem;

class Predictions : public testing::Test {
 protected:
  Predictions()
      : path_(fs::temp_directory_path() / ("actscope-predictions-" + std::to_string(::getpid()))) {}
  ~Predictions() override { fs::remove(path_); }
  std::string text() const {
    std::ifstream file(path_);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  fs::path path_;
};

TEST_F(Predictions, AreARowAnImageUnderOneHeader) {
  const std::array<float, 2> first{0.5F, -1}, second{NAN, INFINITY};
  PredictionsFile file(path_);
  file.add({7, 1, 0, first});
  file.add({9, 0, 1, second});
  EXPECT_FALSE(fs::exists(path_));
  file.commit();
  EXPECT_EQ(text(), "index,label,predicted,logit_0,logit_1\n7,1,0,0.5,-1\n9,0,1,nan,inf\n");
}

TEST_F(Predictions, KeepEveryBitOfALogit) {
  const std::array<float, 4> logits{0.1F, std::nextafter(0.1F, 1.0F), 1e-42F,
                                    std::numeric_limits<float>::max()};
  PredictionsFile file(path_);
  file.add({0, 0, 0, logits});
  file.commit();
  std::string row = text();
  row = row.substr(row.find('\n') + 1);
  std::size_t at = row.find("0,0,0,") + 6;
  for (const float logit : logits) {
    float read = 0;
    std::from_chars(row.data() + at, row.data() + row.size(), read);
    EXPECT_EQ(read, logit);
    at = row.find(',', at) + 1;
  }
}

}  // namespace
}  // namespace actscope::app
