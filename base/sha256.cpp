// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/sha256.hpp"

#include <openssl/evp.h>

#include <array>

#include "actscope/base/error.hpp"

namespace actscope {
namespace {

// In a library context of its own: what the user's openssl.cnf (OPENSSL_CONF) says of providers
// changes no digest. Kept until the process ends, as threads may be digesting until then.
const EVP_MD* algorithm() {
  static const EVP_MD* const sha256 = EVP_MD_fetch(OSSL_LIB_CTX_new(), "SHA256", nullptr);
  return sha256;
}

EVP_MD_CTX* state_of(void* context) {
  if (context == nullptr) throw Error(error_text("a digest that was given takes nothing more"));
  return static_cast<EVP_MD_CTX*>(context);
}

void require(int is_done) {
  if (is_done != 1) throw Error(error_text("cannot compute a SHA-256", "libcrypto refuses"));
}

}  // namespace

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  require(context_ ? EVP_DigestInit_ex2(state_of(context_.get()), algorithm(), nullptr) : 0);
}

void Sha256::Free::operator()(void* context) const noexcept {
  EVP_MD_CTX_free(static_cast<EVP_MD_CTX*>(context));
}

void Sha256::update(std::span<const std::byte> bytes) {
  require(EVP_DigestUpdate(state_of(context_.get()), bytes.data(), bytes.size()));
}

void Sha256::update(const std::string& text) {
  update(std::as_bytes(std::span(text.data(), text.size())));
}

std::string Sha256::hex_digest() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned bytes = 0;
  require(EVP_DigestFinal_ex(state_of(context_.get()), digest.data(), &bytes));
  context_.reset();
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : std::span(digest).first(bytes)) {
    text += {digits[byte >> 4U], digits[byte & 15U]};
  }
  return text;
}

}  // namespace actscope
