// SPDX-License-Identifier: Apache-2.0
#include "actscope/kernels/gelu_compress.hpp"

#include "operators.hpp"
#include "validation.hpp"

namespace actscope::kernels {

void gelu_compress(const ExecutionContext& context, const ConstMatrixView& h, const MatrixView* u,
                   const BsrPanels& panels, void* workspace, const Draw& draw) {
  const PanelLayout& layout = panels.layout;
  validate_view("gelu_compress: h", h, layout.groups(), layout.rows(), layout.cols());
  validate_same_dtype("gelu_compress: h and panels", h.dtype, panels.dtype);
  if (u != nullptr) {
    validate_view("gelu_compress: u", *u, layout.groups(), layout.rows(), layout.cols());
    validate_same_dtype("gelu_compress: h and u", h.dtype, u->dtype);
  }
  validate_scales("gelu_compress", layout, panels.index);
  validate_draw("gelu_compress", layout, draw);
  ContextOperators(context)->gelu_compress(context.stream, h, u, panels, workspace, draw);
}

}  // namespace actscope::kernels
