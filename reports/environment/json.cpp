// SPDX-License-Identifier: Apache-2.0
#include "environment/json.hpp"

namespace actscope::reports {
namespace {

template <class Record, class Visit>
void for_each_field(Record& r, const Visit& visit) {
  visit("program_version", r.program_version);
  visit("git_revision", r.git_revision);
  visit("compiler", r.compiler);
  visit("compiler_flags", r.compiler_flags);
  visit("build_type", r.build_type);
  visit("features", r.features);
  visit("libtorch_version", r.libtorch_version);
  visit("cuda_version", r.cuda_version);
  visit("os", r.os);
  visit("host", r.host);
  visit("cpu", r.cpu);
  visit("cores", r.cores);
  visit("memory_bytes", r.memory_bytes);
  visit("threads", r.threads);
  visit("gpu", r.gpu);
  visit("gpu_driver", r.gpu_driver);
  visit("kernel_backend", r.kernel_backend);
  visit("started_at", r.started_at);
  visit("pid", r.pid);
}

Json written(const std::string& value) {
  return value;
}
Json written(std::int64_t value) {
  return integer_json(value);
}
Json written(const std::vector<std::string>& value) {
  return value;
}

void read(const JsonCursor& from, std::string& value) {
  value = from.text();
}
void read(const JsonCursor& from, std::int64_t& value) {
  value = from.count();
}
void read(const JsonCursor& from, std::vector<std::string>& value) {
  value = from.texts();
}

}  // namespace

Json environment_json(const EnvironmentRecord& record, VolatileFields volatile_fields) {
  EnvironmentRecord shown = record;
  if (volatile_fields == VolatileFields::drop) {
    shown.host.clear();
    shown.started_at.clear();
    shown.pid = 0;
  }
  Json object = Json::object();
  for_each_field(shown,
                 [&](const char* name, const auto& value) { object[name] = written(value); });
  return object;
}

EnvironmentRecord read_environment(const JsonCursor& from) {
  EnvironmentRecord record;
  for_each_field(record, [&](const char* name, auto& value) { read(from.at(name), value); });
  return record;
}

}  // namespace actscope::reports
