// SPDX-License-Identifier: Apache-2.0
#include "actscope/kernels/coded_blocks.hpp"

#include <fmt/format.h>

#include "actscope/base/error.hpp"
#include "operators.hpp"
#include "validation.hpp"

namespace actscope::kernels {

void gather_blocks_from_codes(const ExecutionContext& context, const CodedMatrix& x,
                              const BsrPanels& panels, PanelRange range) {
  if (x.first_element < 0) {
    throw ShapeMismatch(error_text("gather_blocks_from_codes: the first element is negative",
                                   fmt::format("got {}", x.first_element)));
  }
  range = resolve_range("gather_blocks_from_codes", panels.layout, range);
  validate_scales("gather_blocks_from_codes", panels.layout, panels.index);
  ContextOperators(context)->gather_blocks_from_codes(context.stream, x, panels, range);
}

}  // namespace actscope::kernels
