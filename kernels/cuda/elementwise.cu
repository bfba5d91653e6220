// SPDX-License-Identifier: Apache-2.0
// Element-wise passes: what is done at an element, or, where codes are written, at a byte of codes.
#include "common/gelu_codebook.hpp"
#include "element_passes.cuh"
#include "kernels.hpp"
#include "launch.cuh"
#include "matrix_values.cuh"

namespace actscope::kernels::cuda {

namespace {

// S is the type that T is computed in.
template <class S>
__device__ S derivative_of(S h, S cdf) {
  return fma(h * exp(-h * h / 2), static_cast<S>(0.39894228040143268), cdf);
}

template <class T>
__device__ T multiply_add(T p, T q, T r) {
  using S = SumOf<T>;
  return static_cast<T>(fma(static_cast<S>(p), static_cast<S>(q), static_cast<S>(r)));
}

template <class T>
__device__ T gelu_of(T h) {
  const SumOf<T> value = h;
  return static_cast<T>(value * normal_cdf(value));
}

/// Base of the passes that have nothing to prepare.
struct PlainPass {
  __device__ void begin() const {}
};

// y = alpha·x + beta, of which alpha and beta are vectors by feature
template <class T>
struct AffinePass : PlainPass {
  DeviceMatrix<const T> x;
  const T* alpha;
  const T* beta;
  DeviceMatrix<T> y;
  std::uint32_t row_runs;

  __device__ void run(std::uint32_t i) const {
    const std::uint32_t of_row = i % row_runs;
    Run<T> value = load_run(x.data, i);
    const Run<T> by = load_run(alpha, of_row);
    const Run<T> to = load_run(beta, of_row);
#pragma unroll
    for (int k = 0; k < run_elements; ++k) {
      value.at[k] = multiply_add(by.at[k], value.at[k], to.at[k]);
    }
    store_run(y.data, i, value);
  }
  __device__ void at(std::int64_t group, std::int64_t row, std::int64_t, std::int64_t c) const {
    y.row(group, row)[c] = multiply_add(alpha[c], x.row(group, row)[c], beta[c]);
  }
};

// y = x + gamma·t, of which gamma is a vector by feature
template <class T>
struct AddScaledPass : PlainPass {
  DeviceMatrix<const T> x;
  const T* gamma;
  DeviceMatrix<const T> t;
  DeviceMatrix<T> y;
  std::uint32_t row_runs;

  __device__ void run(std::uint32_t i) const {
    Run<T> value = load_run(x.data, i);
    const Run<T> by = load_run(gamma, i % row_runs);
    const Run<T> change = load_run(t.data, i);
#pragma unroll
    for (int k = 0; k < run_elements; ++k) {
      value.at[k] = multiply_add(by.at[k], change.at[k], value.at[k]);
    }
    store_run(y.data, i, value);
  }
  __device__ void at(std::int64_t group, std::int64_t row, std::int64_t, std::int64_t c) const {
    y.row(group, row)[c] = multiply_add(gamma[c], t.row(group, row)[c], x.row(group, row)[c]);
  }
};

template <class T>
struct GeluPass : PlainPass {
  DeviceMatrix<const T> h;
  DeviceMatrix<T> u;

  __device__ void run(std::uint32_t i) const {
    Run<T> value = load_run(h.data, i);
#pragma unroll
    for (int k = 0; k < run_elements; ++k) value.at[k] = gelu_of(value.at[k]);
    store_run(u.data, i, value);
  }
  __device__ void at(std::int64_t group, std::int64_t row, std::int64_t, std::int64_t c) const {
    u.row(group, row)[c] = gelu_of(h.row(group, row)[c]);
  }
};

// The number of bits is known to the compiler: limits and levels become parts of instructions.
// codes [groups · rows, row_bytes]
template <class T, int bits>
struct GeluCodePass : PlainPass {
  DeviceMatrix<const T> h;
  DeviceMatrix<T> u;
  std::uint8_t* codes;
  std::int64_t row_bytes;
  std::int64_t cols;

  __device__ static unsigned code_of(T value) {
    constexpr GeluCodebook codebook = gelu_codebook(bits);
    return codebook.code(static_cast<SumOf<T>>(value));
  }
  // Whole rows of runs leave no gaps between the codes of rows.
  __device__ void run(std::uint32_t i) const {
    Run<T> value = load_run(h.data, i);
    unsigned word = 0;
#pragma unroll
    for (int k = 0; k < run_elements; ++k) {
      word |= code_of(value.at[k]) << (k * bits);
      value.at[k] = gelu_of(value.at[k]);
    }
    store_run(u.data, i, value);
    if constexpr (bits == 4) {
      reinterpret_cast<std::uint32_t*>(codes)[i] = word;
    } else {
      reinterpret_cast<std::uint16_t*>(codes)[i] = static_cast<std::uint16_t>(word);
    }
  }
  __device__ void at(std::int64_t group, std::int64_t row, std::int64_t of_all,
                     std::int64_t byte) const {
    constexpr std::int64_t codes_a_byte = 8 / bits;
    const std::int64_t first = byte * codes_a_byte;
    unsigned word = 0;
    for (std::int64_t c = first; c < min(first + codes_a_byte, cols); ++c) {
      const T value = h.row(group, row)[c];
      u.row(group, row)[c] = gelu_of(value);
      word |= code_of(value) << ((c - first) * bits);
    }
    codes[of_all * row_bytes + byte] = static_cast<std::uint8_t>(word);
  }
};

template <class T, bool writes_u>
struct GeluBackwardPass : PlainPass {
  DeviceMatrix<const T> du;
  DeviceMatrix<const T> h;
  DeviceMatrix<T> dh;
  DeviceMatrix<T> u;

  struct Both {
    T gradient, value;
  };
  __device__ static Both both_of(T gradient, T h) {
    const SumOf<T> value = h;
    const SumOf<T> cdf = normal_cdf(value);
    return {static_cast<T>(static_cast<SumOf<T>>(gradient) * derivative_of(value, cdf)),
            static_cast<T>(value * cdf)};
  }
  __device__ void run(std::uint32_t i) const {
    Run<T> gradient = load_run(du.data, i);
    Run<T> value = load_run(h.data, i);
#pragma unroll
    for (int k = 0; k < run_elements; ++k) {
      const Both both = both_of(gradient.at[k], value.at[k]);
      gradient.at[k] = both.gradient;
      value.at[k] = both.value;
    }
    if constexpr (writes_u) store_run(u.data, i, value);
    store_run(dh.data, i, gradient);
  }
  __device__ void at(std::int64_t group, std::int64_t row, std::int64_t, std::int64_t c) const {
    const Both both = both_of(du.row(group, row)[c], h.row(group, row)[c]);
    if constexpr (writes_u) u.row(group, row)[c] = both.value;
    dh.row(group, row)[c] = both.gradient;
  }
};

// Levels are looked up by each lane for itself: in shared memory, where lanes do not wait for each
// other as they would at different addresses of constant memory.
template <class T, int bits>
struct FromCodePass {
  DeviceMatrix<const T> du;
  DeviceMatrix<T> dh;
  const std::uint8_t* codes;
  std::int64_t row_bytes;

  __device__ static float* levels() {
    __shared__ float level[1 << bits];
    return level;
  }
  __device__ void begin() const {
    constexpr GeluCodebook codebook = gelu_codebook(bits);
    if (threadIdx.x == 0) {
#pragma unroll
      for (int k = 0; k < 1 << bits; ++k) levels()[k] = codebook.level[k];
    }
    __syncthreads();
  }
  __device__ static T scaled(T gradient, unsigned code) {
    return static_cast<T>(static_cast<SumOf<T>>(gradient) *
                          static_cast<SumOf<T>>(levels()[code & ((1u << bits) - 1)]));
  }
  __device__ void run(std::uint32_t i) const {
    Run<T> gradient = load_run(du.data, i);
    const unsigned word = bits == 4 ? reinterpret_cast<const std::uint32_t*>(codes)[i]
                                    : reinterpret_cast<const std::uint16_t*>(codes)[i];
#pragma unroll
    for (int k = 0; k < run_elements; ++k) {
      gradient.at[k] = scaled(gradient.at[k], word >> (k * bits));
    }
    store_run(dh.data, i, gradient);
  }
  __device__ void at(std::int64_t group, std::int64_t row, std::int64_t of_all,
                     std::int64_t c) const {
    const std::int64_t first_bit = c * bits;
    const unsigned byte = codes[of_all * row_bytes + first_bit / 8];
    dh.row(group, row)[c] = scaled(du.row(group, row)[c], byte >> (first_bit % 8));
  }
};

std::uint32_t row_runs_of(const ConstMatrixView& view) {
  return static_cast<std::uint32_t>(view.cols / run_elements);
}

// Calls work with the number of bits as a constant: 2 or 4.
template <class Work>
void with_bits(CodeBits bits, const Work& work) {
  if (bits == CodeBits::int2) {
    work(std::integral_constant<int, 2>());
  } else {
    work(std::integral_constant<int, 4>());
  }
}

// Codes of a run are one word.
bool codes_cover(const std::uint8_t* codes) {
  return reinterpret_cast<std::uintptr_t>(codes) % 4 == 0;
}

}  // namespace

void affine(void* stream, const ConstMatrixView& x, const void* alpha, const void* beta,
            const MatrixView& y) {
  const bool in_runs = runs_cover(x, {alpha, beta}, {x, as_const(y)});
  with_type(x.dtype, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    const AffinePass<T> pass{{},
                             device_matrix<const T>(x),
                             static_cast<const T*>(alpha),
                             static_cast<const T*>(beta),
                             device_matrix<T>(y),
                             row_runs_of(x)};
    launch_pass("affine", stream, pass, x, x.cols, in_runs);
  });
}

void add_scaled(void* stream, const ConstMatrixView& x, const void* gamma, const ConstMatrixView& t,
                const MatrixView& y) {
  const bool in_runs = runs_cover(x, {gamma}, {x, t, as_const(y)});
  with_type(x.dtype, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    const AddScaledPass<T> pass{{},
                                device_matrix<const T>(x),
                                static_cast<const T*>(gamma),
                                device_matrix<const T>(t),
                                device_matrix<T>(y),
                                row_runs_of(x)};
    launch_pass("add_scaled", stream, pass, x, x.cols, in_runs);
  });
}

void gelu(void* stream, const ConstMatrixView& h, const MatrixView& u, const GeluCode& code) {
  const bool in_runs = runs_cover(h, {}, {h, as_const(u)});
  with_type(h.dtype, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    if (code.codes == nullptr) {
      const GeluPass<T> pass{{}, device_matrix<const T>(h), device_matrix<T>(u)};
      launch_pass("gelu", stream, pass, h, h.cols, in_runs);
      return;
    }
    with_bits(code.bits, [&]<int bits>(std::integral_constant<int, bits>) {
      const std::int64_t row_bytes = code_bytes(code.bits, h.cols);
      const GeluCodePass<T, bits> pass{
          {}, device_matrix<const T>(h), device_matrix<T>(u), code.codes, row_bytes, h.cols};
      launch_pass("gelu, codes", stream, pass, h, row_bytes, in_runs && codes_cover(code.codes));
    });
  });
}

void gelu_backward(void* stream, const ConstMatrixView& du, const ConstMatrixView& h,
                   const MatrixView& dh, const MatrixView* u) {
  const bool in_runs = runs_cover(du, {}, {du, h, as_const(dh), as_const(u == nullptr ? dh : *u)});
  with_type(du.dtype, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    const auto run = [&]<bool writes_u>(std::bool_constant<writes_u>) {
      const GeluBackwardPass<T, writes_u> pass{{},
                                               device_matrix<const T>(du),
                                               device_matrix<const T>(h),
                                               device_matrix<T>(dh),
                                               device_matrix<T>(writes_u ? *u : dh)};
      if constexpr (sizeof(T) == 8) {  // eight of them do not fit the registers
        launch_rows("gelu_backward", stream, pass, du, du.cols);
      } else {
        launch_pass("gelu_backward", stream, pass, du, du.cols, in_runs);
      }
    };
    if (u == nullptr) {
      run(std::false_type());
    } else {
      run(std::true_type());
    }
  });
}

void gelu_backward_from_code(void* stream, const ConstMatrixView& du, CodeBits bits,
                             const std::uint8_t* codes, const MatrixView& dh) {
  const bool in_runs = runs_cover(du, {}, {du, as_const(dh)}) && codes_cover(codes);
  with_type(du.dtype, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    with_bits(bits, [&]<int n>(std::integral_constant<int, n>) {
      const FromCodePass<T, n> pass{device_matrix<const T>(du), device_matrix<T>(dh), codes,
                                    code_bytes(bits, du.cols)};
      launch_pass("gelu_backward_from_code", stream, pass, du, du.cols, in_runs);
    });
  });
}

}  // namespace actscope::kernels::cuda
