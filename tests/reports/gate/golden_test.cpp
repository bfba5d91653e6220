// SPDX-License-Identifier: Apache-2.0
// Every output of one result with a row of every kind, and the documents of gate and policy.
#include <gmock/gmock.h>

#include "actscope/reports/gate/document.hpp"
#include "actscope/reports/gate/rendering.hpp"
#include "golden_support.hpp"
#include "support.hpp"

namespace actscope::reports::test {
namespace {

GatePolicy golden_policy() {
  GatePolicy policy;
  policy.loss_margin_ratio = 0.1;
  policy.ignore = {"images_per_s"};
  policy.waivers = {{"peak_bytes", "the new blocks hold more", "2026-12-31"},
                    {"saved_*", "expired", "2026-01-31"}};
  return policy;
}

GateResult golden_result() {
  return judged(small_run(), changed_run(), golden_policy());
}

TEST(GoldenGate, Document) {
  const std::string text = write_gate_document(golden_result());
  expect_golden("gate.json", text);
  EXPECT_EQ(write_gate_document(read_gate_document(text, "t")), text);
}

TEST(GoldenGate, DocumentOfTheFirstVersionIsRead) {
  const GateResult first = read_gate_document(read_golden("gate_1_0.json"), "t");
  EXPECT_EQ(write_gate_document(first), write_gate_document(golden_result()));
}

TEST(GoldenGate, Policy) {
  const std::string text = write_policy_document(golden_policy());
  expect_golden("policy.json", text);
  EXPECT_EQ(write_policy_document(read_policy_document(text, "t")), text);
}

TEST(GoldenGate, Terminal) {
  expect_golden("gate.txt", gate_text(golden_result()));
}

TEST(GoldenGate, Markdown) {
  expect_golden("gate.md", gate_markdown(golden_result()));
}

TEST(GoldenGate, Junit) {
  expect_golden("gate.xml", gate_junit(golden_result()));
}

TEST(GoldenGate, Annotations) {
  expect_golden("gate_annotations.txt", gate_annotations(golden_result()));
}

}  // namespace
}  // namespace actscope::reports::test
