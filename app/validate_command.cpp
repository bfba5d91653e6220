// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <nlohmann/json.hpp>

#include "actscope/base/error.hpp"
#include "actscope/base/file.hpp"
#include "actscope/reports/format/document.hpp"
#include "actscope/reports/validation.hpp"
#include "command.hpp"
#include "output.hpp"
#include "report_files.hpp"
#include "sweep/sweep_result.hpp"

namespace actscope::app {
namespace {

struct ValidateCommand {
  std::vector<std::string> files;
  bool json = false, quiet = false;
};

struct Verdict {
  std::string file;
  ExitCode code = ExitCode::done;
  reports::DocumentSchema schema;
  std::string error;
};

Verdict examine(const std::string& path) {
  const std::filesystem::path file = is_sweep(path) && std::filesystem::is_directory(path)
                                         ? std::filesystem::path(path) / "sweep.json"
                                         : document_path(path);
  Verdict verdict{file.string(), ExitCode::done, {}, {}};
  try {
    verdict.schema = reports::validate_document(read_file(verdict.file), verdict.file);
  } catch (const ReportFormatError& error) {
    verdict.code = ExitCode::negative_result;
    verdict.error = error_text(error.what());
  } catch (const Error& error) {
    verdict.code = ExitCode::invalid_input;
    verdict.error = error_text(error.what());
  }
  return verdict;
}

void print(const ValidateCommand& command, const std::vector<Verdict>& verdicts) {
  if (command.json) {
    nlohmann::json list = nlohmann::json::array();
    for (const Verdict& v : verdicts) {
      const bool is_valid = v.code == ExitCode::done;
      list.push_back({{"file", v.file}, {"is_valid", is_valid}});
      if (is_valid) {
        list.back()["schema"] = {{"name", v.schema.name}, {"version", v.schema.version}};
      } else {
        list.back()["error"] = v.error;
      }
    }
    write_output(list.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
    return;
  }
  for (const Verdict& v : verdicts) {
    if (v.code != ExitCode::done) {
      write_output("invalid: " + v.error + "\n");
    } else if (!command.quiet) {
      write_output("ok " + v.schema.name + " " + v.schema.version + ": " + v.file + "\n");
    }
  }
}

ExitCode validate(const ValidateCommand& command) {
  std::vector<Verdict> verdicts;
  for (const std::string& file : command.files) verdicts.push_back(examine(file));
  print(command, verdicts);
  ExitCode worst = ExitCode::done;
  std::size_t refused = 0;
  for (const Verdict& v : verdicts) {
    if (v.code != ExitCode::done) ++refused;
    if (static_cast<int>(v.code) > static_cast<int>(worst)) worst = v.code;
  }
  if (refused > 0) {
    tell_end(error_text(std::to_string(refused) + " of " + std::to_string(verdicts.size()) +
                        (worst == ExitCode::invalid_input ? " documents invalid or unreadable"
                                                          : " documents invalid")));
  }
  return worst;
}

}  // namespace

void add_validate(CLI::App& program, Action& action) {
  CLI::App* app =
      add_command(program, "validate",
                  "checks documents: exit 1 where one is invalid, 3 where\none cannot be read",
                  "actscope validate runs/a/report.json runs/b");
  auto command = std::make_shared<ValidateCommand>();
  app->add_option("FILE", command->files, "documents, or folders of runs and sweeps")
      ->required()
      ->option_text("...");
  app->add_flag("--json", command->json, "print the verdicts as JSON");
  app->add_flag("--quiet", command->quiet, "print only what is invalid");
  app->callback([&action, command] { action = [command] { return validate(*command); }; });
}

}  // namespace actscope::app
