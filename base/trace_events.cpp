// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/trace_events.hpp"

namespace actscope {

const char* name_of(Phase phase) {
  switch (phase) {
    case Phase::forward:
      return "forward";
    case Phase::backward:
      return "backward";
    case Phase::optimizer:
      return "optimizer";
    case Phase::other:
      break;
  }
  return "other";
}

Phase phase_named(std::string_view name) {
  for (const Phase phase : {Phase::forward, Phase::backward, Phase::optimizer}) {
    if (name == name_of(phase)) return phase;
  }
  return Phase::other;
}

const char* name_of(ScopeKind kind) {
  switch (kind) {
    case ScopeKind::step:
      return "step";
    case ScopeKind::phase:
      return "phase";
    case ScopeKind::layer:
      return "layer";
    case ScopeKind::op:
      break;
  }
  return "operator";
}

const char* name_of(MemoryLife life) {
  switch (life) {
    case MemoryLife::logical:
      return "logical";
    case MemoryLife::physical:
      return "physical";
    default:
      return "whole";
  }
}

const char* name_of(CounterUnit unit) {
  return unit == CounterUnit::events ? "events" : "bytes";
}

const char* name_of(KernelKind kind) {
  switch (kind) {
    case KernelKind::copy:
      return "copy";
    case KernelKind::set:
      return "set";
    case KernelKind::kernel:
      break;
  }
  return "kernel";
}

}  // namespace actscope
