// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include "models/run_form.hpp"

namespace actscope::gui {

/// What the runs of a form are predicted to keep for backward and their peak, by the byte model:
/// "Predicted: keeps 3.1 MiB for backward, 17x fewer than plain autograd; peak about 21 MiB." Of a
/// sweep from the least to the most of its points; or why there is no prediction. A form with a
/// fault has none. Reads no data.
QString predictionOf(const RunForm& form);

}  // namespace actscope::gui
