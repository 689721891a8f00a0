#pragma once

#include <memory>
#include <string>

#include "core/file.hpp"

struct evp_md_ctx_st;  // of libcrypto

namespace gan {

/// The SHA-256 (FIPS 180-4) of all bytes added, computed by libcrypto.
class Sha256 {
 public:
  Sha256();
  void add(ByteView bytes);
  /// 64 lower-case hexadecimal digits. No bytes may be added afterwards.
  std::string hex();

 private:
  std::unique_ptr<evp_md_ctx_st, void (*)(evp_md_ctx_st*)> context_;
};

std::string sha256_hex(ByteView bytes);

}  // namespace gan
