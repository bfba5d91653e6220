// SPDX-License-Identifier: Apache-2.0
#include "training/safetensors_layout.hpp"

#include <gmock/gmock.h>

#include "actscope/base/error.hpp"
#include "temporary_folder.hpp"

namespace actscope::core {
namespace {

using testing::HasSubstr;

std::string file_of(const std::string& header, const std::string& data = {}) {
  std::string bytes(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<char>(header.size() >> (8 * i));
  return bytes + header + data;
}

std::string whole_file() {
  const std::vector<TensorEntry> tensors{{"x", "F32", {2}, "abcdefgh"},
                                         {"y", "F64", {}, "01234567"}};
  return safetensors_header(tensors, {{"k", "v"}}) + "abcdefgh01234567";
}

std::string refusal(const std::string& bytes) {
  return error_of<DataError>([&] { (void)read_safetensors_layout(bytes, "FILE"); });
}

TEST(SafetensorsLayout, ReadsWhatItWrites) {
  const std::string bytes = whole_file();
  const SafetensorsLayout layout = read_safetensors_layout(bytes, "FILE");
  EXPECT_EQ(layout.metadata, (std::map<std::string, std::string>{{"k", "v"}}));
  ASSERT_EQ(layout.tensors.size(), 2U);
  EXPECT_EQ(layout.tensors[0].name, "x");
  EXPECT_EQ(layout.tensors[0].shape, std::vector<std::int64_t>{2});
  EXPECT_EQ(layout.tensors[0].bytes, "abcdefgh");
  EXPECT_EQ(layout.tensors[1].dtype, "F64");
  EXPECT_EQ(layout.tensors[1].bytes, "01234567");
}

TEST(SafetensorsLayout, RefusesFilesCutAtAnyByteAndLongerOnes) {
  const std::string whole = whole_file();
  for (std::size_t cut = 0; cut < whole.size(); ++cut) {
    EXPECT_THAT(refusal(whole.substr(0, cut)), HasSubstr("FILE")) << cut;
  }
  EXPECT_THAT(refusal(whole + "x"), HasSubstr("do not fill"));
}

TEST(SafetensorsLayout, SurvivesEveryChangedBit) {
  const std::string whole = whole_file();
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = whole;
      changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
      try {
        (void)read_safetensors_layout(changed, "FILE");
      } catch (const DataError&) {  // refused is right, any other error is not
      }
    }
  }
}

TEST(SafetensorsLayout, RefusesNamesThatComeTwice) {
  const std::string x = R"("x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]})";
  EXPECT_THAT(refusal(file_of("{" + x + "," + x + "}", "abcd")), HasSubstr("twice"));
  EXPECT_THAT(refusal(file_of(R"({"__metadata__":{"a":"1","a":"2"},)" + x + "}", "abcd")),
              HasSubstr("twice"));
  EXPECT_THAT(
      refusal(file_of(R"({"x":{"dtype":"F32","dtype":"F64","shape":[1],"data_offsets":[0,4]}})",
                      "abcd")),
      HasSubstr("twice"));
}

TEST(SafetensorsLayout, RefusesSizesThatNoFileHas) {
  for (const char* size : {"9223372036854775807", "9223372036854775808", "18446744073709551615",
                           "18446744073709551616", "1e30", "-1"}) {
    const std::string number(size);
    EXPECT_THAT(
        refusal(file_of(R"({"x":{"dtype":"F32","shape":[)" + number + R"(],"data_offsets":[0,4]}})",
                        "abcd")),
        HasSubstr("tensor x"))
        << size;
    EXPECT_THAT(refusal(file_of(R"({"x":{"dtype":"F32","shape":[1],"data_offsets":[)" + number +
                                    "," + number + "]}}",
                                "abcd")),
                HasSubstr("tensor x"))
        << size;
  }
  for (const int byte : {0x7f, 0x80, 0xff}) {
    std::string bytes = whole_file();
    bytes[7] = static_cast<char>(byte);
    EXPECT_THAT(refusal(bytes), HasSubstr("truncated"));
  }
}

}  // namespace
}  // namespace actscope::core
