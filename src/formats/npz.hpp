#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/file.hpp"

namespace gan {

/// The .npy files in an .npz file of numpy.savez or savez_compressed, by array name ("mu"). Unpacks
/// at most `limit` bytes in total. Errors include `name`.
std::vector<std::pair<std::string, Bytes>> parse_npz(ByteView bytes, std::uint64_t limit,
                                                     std::string_view name);

/// The bytes of an .npz file with these .npy files, as numpy.savez writes it.
Bytes encode_npz(const std::vector<std::pair<std::string, Bytes>>& arrays);

}  // namespace gan
