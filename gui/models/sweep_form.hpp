// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

#include "actscope/base/run_config.hpp"
#include "models/run_form.hpp"

namespace actscope::gui {

/// The sweep that trains a configuration with other seeds; it adds the dense runs by itself.
RunForm sweepOf(const RunConfig& config, const QStringList& seeds);

}  // namespace actscope::gui
