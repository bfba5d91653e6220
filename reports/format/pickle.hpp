// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace actscope::reports {

/// Writes Python's pickle format, protocol 2, of lists, dictionaries, texts, numbers and booleans.
/// A dictionary takes keys and values in turn. A list is appended in batches of a thousand values
/// and a dictionary set in batches of a thousand pairs, as CPython does: PyTorch's memory viewer
/// passes a batch as arguments of one call, and a browser refuses a hundred thousand.
/// Source  CPython, Lib/pickle.py, _BATCHSIZE; PyTorch 2.11, torch/utils/viz/MemoryViz.js, unpickle
class PickleWriter {
 public:
  PickleWriter();

  void begin_list() { begin(']', 'e', 1000); }
  void end_list() { end(); }
  void begin_dictionary() { begin('}', 'u', 2000); }
  void end_dictionary() { end(); }
  void text(std::string_view value);
  void number(std::int64_t value);
  void boolean(bool value);

  void pair(std::string_view key, std::string_view value) { text(key), text(value); }
  void pair(std::string_view key, std::int64_t value) { text(key), number(value); }

  /// The whole; the writer is empty afterwards.
  std::string take();

 private:
  struct Container {
    char add = 'e';        // what adds a batch
    int most_values = 0;   // of a batch
    int batch_values = 0;  // since the last
  };

  void begin(char empty, char add, int most_values);
  void end();
  void count_value();
  void little_endian(std::uint64_t value, int bytes);

  std::string bytes_;
  std::vector<Container> open_;  // outermost first
};

}  // namespace actscope::reports
