#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/pickle_machine.hpp"
#include "formats/pt.hpp"

namespace gan {

/// Limits of a pickle: far more than any checkpoint needs, yet a hostile pickle takes less than 64
/// MiB.
inline constexpr std::size_t kPickleMaxDepth = 32;        ///< nested dicts and lists
inline constexpr std::size_t kPickleMaxSteps = 400'000;   ///< opcodes; a tensor takes about 30
inline constexpr std::size_t kPickleMaxText = 16U << 20;  ///< bytes of all strings together

/// A record that may hold a pickle's tensors, and its key in the pickle.
struct PickleStorage {
  std::string_view key;
  ByteView bytes;
};

/// Writes `root` as a protocol-2 pickle, using only opcodes and globals that read_pickle and
/// torch.load(weights_only=True) know. Appends the bytes of the i-th tensor to `storages`; the
/// pickle refers to it as "i".
std::string write_pickle(const PtDict& root, std::vector<ByteView>& storages);

/// Reads plain values and tensors from a pickle; anything else becomes a PtOther. The pickle must
/// use every storage. Errors include `name` and the offset in the pickle, or the keys.
PtDict read_pickle(ByteView pickle, std::span<const PickleStorage> storages, std::string_view name);
/// The same for a pickle that run_pickle() has run.
PtDict read_pickle_graph(PickleGraph graph, std::span<const PickleStorage> storages,
                         std::string_view name);

}  // namespace gan
