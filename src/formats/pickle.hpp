#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/pickle_machine.hpp"
#include "formats/pt.hpp"

namespace gan {

/// What a pickle may hold at most: far more than any checkpoint needs, and
/// little enough that a hostile one costs less than 64 MiB.
inline constexpr std::size_t kPickleMaxDepth = 32;        ///< dicts and lists in each other
inline constexpr std::size_t kPickleMaxSteps = 400'000;   ///< opcodes; a tensor takes about 30
inline constexpr std::size_t kPickleMaxText = 16U << 20;  ///< bytes of all strings together

/// A record that the tensors of a pickle may lie in, by the key they use.
struct PickleStorage {
  std::string_view key;
  ByteView bytes;
};

/// A protocol-2 pickle of `root` with only opcodes and globals that read_pickle
/// and torch.load(weights_only=True) know. Adds the bytes of the i-th tensor to
/// `storages`; the pickle calls it "i".
std::string write_pickle(const PtDict& root, std::vector<ByteView>& storages);

/// Reads plain values and tensors from a pickle; anything else in it becomes a PtOther. The pickle
/// must name every storage. Errors name `name` and the offset inside the pickle, or the keys.
PtDict read_pickle(ByteView pickle, std::span<const PickleStorage> storages, std::string_view name);
/// The same of a pickle that run_pickle() has run.
PtDict read_pickle_graph(PickleGraph graph, std::span<const PickleStorage> storages,
                         std::string_view name);

}  // namespace gan
