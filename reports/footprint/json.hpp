// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "actscope/base/footprint_record.hpp"
#include "format/json_cursor.hpp"

namespace actscope::reports {

/// layers[]{name, slots[]{…}}, shared by run and footprint documents.
Json layers_json(const std::vector<LayerFootprint>& layers);

/// Errors  ReportFormatError: a field missing, of another type, or negative
std::vector<LayerFootprint> read_layers(const JsonCursor& layers);

}  // namespace actscope::reports
