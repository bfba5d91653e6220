// SPDX-License-Identifier: Apache-2.0
#include "scheme/stores/store_row.hpp"

#include <gtest/gtest.h>

#include <set>

#include "actscope/base/error.hpp"

namespace actscope::core {
namespace {

TEST(StoreRows, StandInTheOrderOfTheirKinds) {
  std::size_t index = 0;
  std::set<std::string_view> names;
  for (const StoreRow* row : store_rows()) {
    EXPECT_EQ(static_cast<std::size_t>(row->kind), index++) << row->name;
    EXPECT_EQ(&row_of(row->kind), row);
    EXPECT_EQ(find_row(row->name), row);
    EXPECT_TRUE(row->grammar.starts_with(row->name));
    names.insert(row->name);
  }
  EXPECT_EQ(names.size(), store_rows().size());
  EXPECT_EQ(find_row("int3"), nullptr);
}

TEST(StoreRows, ExamplesReadBackTheSame) {
  ASSERT_EQ(store_examples().size(), store_rows().size());
  for (const StoreRow* row : store_rows()) {
    const StoreSpec store = usual_store(row->kind);
    EXPECT_EQ(store.kind, row->kind);
    EXPECT_EQ(to_text(store), row->example);
    EXPECT_EQ(parse_store(to_text(store)), store);
    EXPECT_TRUE(row->fault(store).why.empty());
  }
}

TEST(StoreRows, TraitsAgreeWithThemselves) {
  for (const StoreRow* row : store_rows()) {
    const StoreTraits& traits = row->traits;
    EXPECT_LE(int(traits.has_panels) + int(traits.is_coded) + int(traits.is_gelu_code), 1);
    EXPECT_TRUE(!traits.has_panels || traits.has_sparsity) << row->name;
    EXPECT_TRUE(!traits.is_gelu_code || traits.kept == KeptValues::nothing) << row->name;
  }
}

TEST(StoreRows, AnUnknownKindIsADefect) {
  EXPECT_THROW((void)row_of(static_cast<StoreKind>(99)), Error);
  EXPECT_THROW((void)traits_of(static_cast<StoreKind>(99)), Error);
  EXPECT_THROW((void)code_bits(StoreKind::keep), Error);
}

}  // namespace
}  // namespace actscope::core
