#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "gan_train/core/file.hpp"

namespace gan {

bool is_gzip(ByteView bytes);

/// Unpacks a gzip file (all its members). Errors name `name` and the reason;
/// stops with one as soon as the output would pass `limit` bytes, having
/// allocated no more than was really unpacked (twice that at most).
Bytes gunzip(ByteView bytes, std::uint64_t limit, std::string_view name);

/// The first `count` bytes of what a gzip file unpacks to, or all if there are
/// fewer. What follows them is not checked.
Bytes gunzip_head(ByteView bytes, std::size_t count, std::string_view name);

}  // namespace gan
