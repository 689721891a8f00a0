#include "core/sha256.hpp"

#include <array>
#include <openssl/evp.h>

#include "core/text.hpp"
#include "gan_train/core/error.hpp"

namespace gan {

static void check(int result) {
  if (result != 1) throw run_error("libcrypto can't compute a SHA-256");
}

Sha256::Sha256() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
  check(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr));
}

void Sha256::add(ByteView bytes) {
  check(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()));
}

std::string Sha256::hex() {
  std::array<std::uint8_t, 32> digest{};
  check(EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr));
  std::string digits;
  for (const int byte : digest) digits += formatted("%02x", byte);
  return digits;
}

std::string sha256_hex(ByteView bytes) {
  Sha256 sum;
  sum.add(bytes);
  return sum.hex();
}

}  // namespace gan
