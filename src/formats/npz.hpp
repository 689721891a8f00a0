#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/file.hpp"

namespace gan {

/// The .npy files in an .npz file of numpy.savez or savez_compressed, by their names there ("mu").
/// Unpacks at most `limit` bytes in all. Errors name `name`.
std::vector<std::pair<std::string, Bytes>> parse_npz(ByteView bytes, std::uint64_t limit,
                                                     std::string_view name);

/// The bytes of an .npz file that holds these .npy files, as numpy.savez writes them.
Bytes encode_npz(const std::vector<std::pair<std::string, Bytes>>& arrays);

}  // namespace gan
