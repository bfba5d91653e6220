// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actscope/kernels/bsr_panels.hpp"
#include "actscope/kernels/matrix_view.hpp"

namespace actscope::kernels::cpu {

/// Copies the kept blocks of one panel, whose rows lie in x at panel.group and panel.first_row.
/// Requires index already written, x and panels of one dtype
void gather_panel(const ConstMatrixView& x, const BsrPanels& panels, const PanelExtent& panel);

}  // namespace actscope::kernels::cpu
