// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "actscope/tracer/counter_reader.hpp"

namespace actscope::tracer {

/// Made-up readings: in each, every value and both times have grown by `step`.
class FakeCounters : public CounterReader {
 public:
  FakeCounters(CounterReading step, bool has_misses) : step_(step), has_misses_(has_misses) {}

  std::string source() const override { return "fake"; }
  std::string reason() const override { return has_misses_ ? "" : "no llc_misses (fake)"; }
  bool has(HardwareCounter counter) const override {
    return has_misses_ || counter != HardwareCounter::llc_misses;
  }
  std::unique_ptr<ThreadCounters> open() noexcept override {
    ++opened;
    if (opens_nothing) return nullptr;
    return std::make_unique<Thread>(step_, readable);
  }

  int opened = 0;
  bool opens_nothing = false;
  bool readable = true;

 private:
  class Thread : public ThreadCounters {
   public:
    Thread(CounterReading step, const bool& readable) : step_(step), readable_(readable) {}
    bool read(CounterReading& reading) noexcept override {
      for (std::size_t i = 0; i < now_.values.size(); ++i) now_.values[i] += step_.values[i];
      now_.enabled_ns += step_.enabled_ns;
      now_.running_ns += step_.running_ns;
      reading = now_;
      return readable_;
    }

   private:
    CounterReading step_, now_;
    const bool& readable_;
  };

  CounterReading step_;
  bool has_misses_;
};

}  // namespace actscope::tracer
