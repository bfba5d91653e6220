// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Marks what runs on host and device alike.
#ifdef __CUDACC__
#define ACTSCOPE_HOST_DEVICE __host__ __device__
#else
#define ACTSCOPE_HOST_DEVICE
#endif
