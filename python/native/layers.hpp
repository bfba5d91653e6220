// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

/// Layer scopes for Python, called by ctypes around every module's forward: two calls of a plain C
/// function cost less than one of an operator.
extern "C" {

/// The number of a layer's name, made once.
[[gnu::visibility("default")]] std::int64_t actscope_layer_name(const char* text) noexcept;

/// What this thread does from now on belongs to the layer. Returns how many layers were open.
[[gnu::visibility("default")]] std::int64_t actscope_enter_layer(std::int64_t name) noexcept;

/// Closes layers, the newest first, until `depth` are open: also those that an exception left open.
[[gnu::visibility("default")]] void actscope_leave_layers(std::int64_t depth) noexcept;
}
