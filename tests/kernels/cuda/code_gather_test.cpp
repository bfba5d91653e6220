// SPDX-License-Identifier: Apache-2.0
// Kept blocks from codes on CUDA: the bits of the reference.
#include "actscope/kernels/coded_blocks.hpp"
#include "cuda_support.hpp"

namespace actscope::kernels::test {
namespace {

template <class T>
class CudaCodedBlocks : public CudaTest {};
using ElementTypes = testing::Types<float, double, bfloat16, float16>;
TYPED_TEST_SUITE(CudaCodedBlocks, ElementTypes);

TYPED_TEST(CudaCodedBlocks, GivesTheBitsOfTheReference) {
  for (const Case& c : all_cases()) {
    SCOPED_TRACE(testing::Message() << c);
    HostPanels<TypeParam> expected = reference_panels<TypeParam>(c);
    for (const auto& [bits, before] :
         {std::pair{CodeBits::int8, 0}, {CodeBits::int4, 128}, {CodeBits::int2, 37}}) {
      const std::int64_t elements = before + c.groups * c.rows * c.cols;
      const auto values = make_values<float>(elements);
      std::vector<std::uint8_t> codes(static_cast<std::size_t>(code_bytes(bits, elements)));
      std::vector<CodeScale> scales(static_cast<std::size_t>(code_groups(elements)));
      quantize(on_reference, DType::f32, values.data(), elements, bits, codes.data(),
               scales.data());
      const DeviceArray<std::uint8_t> device_codes(codes);
      const DeviceArray<CodeScale> device_scales(scales);
      const DevicePanels<TypeParam> actual(expected);
      gather_blocks_from_codes(on_reference, {bits, codes.data(), scales.data(), before},
                               expected.view());
      gather_blocks_from_codes(on_cuda, {bits, device_codes.data(), device_scales.data(), before},
                               actual.view());
      EXPECT_TRUE(same_bits(actual.values.to_host(), expected.values))
          << static_cast<int>(bits) << " bits";
    }
  }
}

}  // namespace
}  // namespace actscope::kernels::test
