// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include "common/block_walk.hpp"
#include "common/gelu_codebook.hpp"
#include "cpu/entries.hpp"
#include "cpu/row_math.hpp"

namespace actscope::kernels::cpu {
namespace {

// Below so many elements threads cost more than they bring.
constexpr std::int64_t few_elements = 1 << 14;

// Calls visit(group, row, number of the row through all groups), rows shared out among threads.
template <class Visit>
void for_each_row(const ConstMatrixView& like, const Visit& visit) {
  const std::int64_t rows = like.total_rows();
#pragma omp parallel for schedule(static) if (rows * like.cols > few_elements)
  for (std::int64_t row = 0; row < rows; ++row) visit(row / like.rows, row % like.rows, row);
}

// Codes of one row, one a byte, to bits; `codes` ends with zeros up to a whole byte.
template <int bits>
void pack(const std::uint8_t* codes, std::int64_t bytes, std::uint8_t* packed) {
  constexpr int per_byte = 8 / bits;
#pragma omp simd
  for (std::int64_t i = 0; i < bytes; ++i) {
    unsigned byte = 0;
    for (int k = 0; k < per_byte; ++k) byte |= unsigned{codes[per_byte * i + k]} << (k * bits);
    packed[i] = static_cast<std::uint8_t>(byte);
  }
}

// Levels of the codes of a byte, for every byte.
template <class T, int bits>
struct ByteLevels {
  static constexpr int per_byte = 8 / bits;

  ByteLevels() {
    const GeluCodebook codebook = gelu_codebook(bits);
    for (unsigned byte = 0; byte < 256; ++byte) {
      for (int k = 0; k < per_byte; ++k) {
        of_byte[byte][k] = static_cast<T>(codebook.level[byte >> (k * bits) & ((1U << bits) - 1)]);
      }
    }
  }
  void multiply_row(const T* from, const std::uint8_t* bytes, std::int64_t count, T* to) const {
    const std::int64_t whole = count / per_byte;
    for (std::int64_t i = 0; i < whole; ++i) {
      for (int k = 0; k < per_byte; ++k) {
        to[per_byte * i + k] = from[per_byte * i + k] * of_byte[bytes[i]][k];
      }
    }
    for (std::int64_t c = whole * per_byte; c < count; ++c) {
      to[c] = from[c] * of_byte[bytes[whole]][c % per_byte];
    }
  }

  T of_byte[256][per_byte];
};

template <class T, int bits>
void multiply_levels(const ConstMatrixView& du, const std::uint8_t* codes, const MatrixView& dh) {
  const ByteLevels<T, bits> levels;
  const std::int64_t row_bytes = code_bytes(static_cast<CodeBits>(bits), du.cols);
  for_each_row(du, [&](auto g, auto r, auto row) {
    levels.multiply_row(element<const T>(du, g, r, 0), codes + row * row_bytes, du.cols,
                        element<T>(dh, g, r, 0));
  });
}

}  // namespace

void affine(void*, const ConstMatrixView& x, const void* alpha, const void* beta,
            const MatrixView& y) {
  dispatch_real(x.dtype, [&]<class T>() {
    for_each_row(x, [&](auto g, auto r, auto) {
      multiply_add(static_cast<const T*>(alpha), element<const T>(x, g, r, 0),
                   static_cast<const T*>(beta), element<T>(y, g, r, 0), x.cols);
    });
  });
}

void add_scaled(void*, const ConstMatrixView& x, const void* gamma, const ConstMatrixView& t,
                const MatrixView& y) {
  dispatch_real(x.dtype, [&]<class T>() {
    for_each_row(x, [&](auto g, auto r, auto) {
      multiply_add(static_cast<const T*>(gamma), element<const T>(t, g, r, 0),
                   element<const T>(x, g, r, 0), element<T>(y, g, r, 0), x.cols);
    });
  });
}

void gelu(void*, const ConstMatrixView& h, const MatrixView& u, const GeluCode& code) {
  const GeluCodebook codebook = gelu_codebook(static_cast<int>(code.bits));
  dispatch_real(h.dtype, [&]<class T>() {
    for_each_row(h, [&](auto g, auto r, auto row) {
      if (code.codes == nullptr) {
        return gelu_row(element<const T>(h, g, r, 0), element<T>(u, g, r, 0), h.cols, codebook,
                        nullptr);
      }
      thread_local std::vector<std::uint8_t> codes;
      const std::int64_t bytes = code_bytes(code.bits, h.cols);
      codes.assign(static_cast<std::size_t>(bytes * codes_per_byte(code.bits)), 0);
      gelu_row(element<const T>(h, g, r, 0), element<T>(u, g, r, 0), h.cols, codebook,
               codes.data());
      std::uint8_t* packed = code.codes + row * bytes;
      if (code.bits == CodeBits::int2) {
        pack<2>(codes.data(), bytes, packed);
      } else {
        pack<4>(codes.data(), bytes, packed);
      }
    });
  });
}

void gelu_backward(void*, const ConstMatrixView& du, const ConstMatrixView& h, const MatrixView& dh,
                   const MatrixView* u) {
  dispatch_real(du.dtype, [&]<class T>() {
    for_each_row(du, [&](auto g, auto r, auto) {
      gelu_backward_row(element<const T>(du, g, r, 0), element<const T>(h, g, r, 0),
                        element<T>(dh, g, r, 0), u == nullptr ? nullptr : element<T>(*u, g, r, 0),
                        du.cols);
    });
  });
}

void gelu_backward_from_code(void*, const ConstMatrixView& du, CodeBits bits,
                             const std::uint8_t* codes, const MatrixView& dh) {
  dispatch_real(du.dtype, [&]<class T>() {
    if (bits == CodeBits::int2) {
      multiply_levels<T, 2>(du, codes, dh);
    } else {
      multiply_levels<T, 4>(du, codes, dh);
    }
  });
}

}  // namespace actscope::kernels::cpu
