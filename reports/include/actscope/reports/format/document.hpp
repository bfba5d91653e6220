// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace actscope::reports {

/// The kind and the version of a document, which every document says itself.
struct DocumentSchema {
  std::string name;     ///< "actscope.run", …
  std::string version;  ///< semantic version of the document kind
};

/// Whether host, times and process ids are written. Without them identical work gives identical
/// bytes.
enum class VolatileFields { keep, drop };

/// Reads only the schema of a document.
/// Errors  ReportFormatError: not JSON, truncated, nested too deep, no schema
DocumentSchema identify(std::string_view text, std::string_view source);

}  // namespace actscope::reports
