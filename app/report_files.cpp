// SPDX-License-Identifier: Apache-2.0
#include "report_files.hpp"

#include <filesystem>

#include "actscope/base/file.hpp"
#include "actscope/reports/run_document.hpp"

namespace actscope::app {

reports::NamedRun read_run(const std::string& path) {
  namespace fs = std::filesystem;
  fs::path file(path);
  std::error_code code;
  if (fs::is_directory(file, code)) file /= "report.json";
  // A report is known by its folder's name.
  const fs::path whole = fs::absolute(file, code).lexically_normal();
  const std::string name = whole.filename() == "report.json"
                               ? whole.parent_path().filename().string()
                               : whole.stem().string();
  return {name, reports::read_run_document(read_file(file), file.string())};
}

}  // namespace actscope::app
