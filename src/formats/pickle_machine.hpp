#pragma once

#include <cstdint>
#include <deque>
#include <string_view>
#include <variant>
#include <vector>

#include "core/file.hpp"

namespace gan {

using PickleId = std::uint32_t;  ///< of a node in its graph

struct PickleOther {
  std::string_view what;  ///< "bytes"
};
struct PickleGlobal {
  std::string_view module, name;
};
struct PickleTuple {
  std::vector<PickleId> items;
};
struct PickleList {
  std::vector<PickleId> items;
};
struct PickleDict {
  std::vector<PickleId> items;  ///< keys and values in turn
};
struct PickleStorageId {
  PickleId tuple;
};
/// What a call or a class would make, if it were run.
struct PickleObject {
  PickleId callable, arguments;
  PickleId items = 0;  ///< a list or dict of the items set on it; 0: none
};

using PickleNode =
    std::variant<std::monostate, bool, std::int64_t, double, std::string_view, PickleOther,
                 PickleGlobal, PickleTuple, PickleList, PickleDict, PickleStorageId, PickleObject>;

/// What a pickle describes, as nodes. They name each other by number, so values that are used
/// twice, and cycles, cost nothing.
struct PickleGraph {
  std::deque<PickleNode> nodes;
  PickleId root = 0;
  std::size_t end = 0;  ///< of the pickle, in the bytes that it was read from
};

/// Runs the opcodes of the pickle of protocol 2 to 5 that begins at `begin`; others may follow it.
/// Runs no calls: they become nodes. The graph points into `bytes`. Errors name `name` and the
/// byte.
PickleGraph run_pickle(ByteView bytes, std::string_view name, std::size_t begin = 0);

}  // namespace gan
