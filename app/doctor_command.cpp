// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <nlohmann/json.hpp>

#include "actscope/base/build_facts.hpp"
#include "actscope/base/units.hpp"
#include "actscope/base/usable_cores.hpp"
#include "actscope/core/data/dataset.hpp"
#include "actscope/core/training/environment.hpp"
#include "actscope/kernels/backend.hpp"
#include "actscope/tracer/counter_reader.hpp"
#include "actscope/tracer/kernel_session.hpp"
#include "command.hpp"
#include "engine.hpp"
#include "output.hpp"

namespace actscope::app {
namespace {

struct Finding {
  std::string name;
  bool is_built;
  bool is_usable;
  std::string detail;
};

std::vector<Finding> examine() {
  using kernels::Backend;
  std::vector<Finding> findings;
  for (Backend backend : {Backend::cpu, Backend::cuda}) {
    findings.push_back({"kernels " + std::string(kernels::name_of(backend)),
                        kernels::is_built(backend), kernels::is_usable(backend),
                        kernels::describe(backend)});
  }
  findings.push_back({"kernel tracing", tracer::is_cupti_built(), tracer::is_cupti_usable(),
                      tracer::describe_cupti()});
  findings.push_back(
      {"hardware counters", true, tracer::are_counters_usable(), tracer::describe_counters()});
  const char* folder = "/usr/share/datasets/fashion-mnist";
  std::error_code code;
  const bool has_data =
      std::filesystem::exists(std::filesystem::path(folder) / "train-images-idx3-ubyte.gz", code);
  findings.push_back({"data fashion-mnist", true, has_data,
                      has_data ? folder : "not found; apt-get install dataset-fashion-mnist"});
  const bool has_decoder = core::is_image_folder_built();
  findings.push_back({"data imagefolder", has_decoder, has_decoder,
                      has_decoder ? "decoded by libjpeg and libpng"
                                  : "install libjpeg-dev and libpng-dev and build again"});
  return findings;
}

void print_text(const EnvironmentRecord& e, const std::vector<Finding>& findings) {
  write_output("actscope " + e.program_version + " (" + e.git_revision + "), " + e.build_type +
               ", " + e.compiler + "\nLibTorch " + e.libtorch_version + "\n" + e.cpu + ", " +
               describe(usable_cores()) + ", " + format_bytes(e.memory_bytes) + "\n" + e.os +
               "\n\n");
  for (const Finding& finding : findings) {
    const char* state = finding.is_usable ? "usable  " : finding.is_built ? "unusable" : "absent  ";
    write_output(std::string(state) + "  " + finding.name + ": " + finding.detail + "\n");
  }
}

}  // namespace

void add_doctor(CLI::App& program, Action& action) {
  struct DoctorCommand {
    bool json = false, quiet = false;
  };
  CLI::App* app =
      add_command(program, "doctor", "says what is built, what is usable and what to install",
                  "actscope doctor");
  auto command = std::make_shared<DoctorCommand>();
  app->add_flag("--json", command->json, "print as JSON");
  app->add_flag("--quiet", command->quiet, "print nothing but errors");
  app->callback([&action, command] {
    action = [command] {
      (void)engine();  // what is said holds where LibTorch is loaded
      const EnvironmentRecord environment = core::describe_environment();
      const std::vector<Finding> findings = examine();
      if (command->json) {
        nlohmann::json list = nlohmann::json::array();
        for (const Finding& finding : findings) {
          list.push_back({{"name", finding.name},
                          {"is_built", finding.is_built},
                          {"is_usable", finding.is_usable},
                          {"detail", finding.detail}});
        }
        const UsableCores cores = usable_cores();
        const nlohmann::json document{{"version", environment.program_version},
                                      {"git_revision", environment.git_revision},
                                      {"libtorch_version", environment.libtorch_version},
                                      {"features", environment.features},
                                      {"cores", cores.count},
                                      {"cores_by_affinity", cores.by_affinity},
                                      {"findings", list}};
        write_output(document.dump(2) + "\n");
      } else if (!command->quiet) {
        print_text(environment, findings);
      }
      return ExitCode::done;
    };
  });
}

}  // namespace actscope::app
