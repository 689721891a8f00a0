#pragma once

#include <cstdint>
#include <deque>
#include <string_view>
#include <variant>
#include <vector>

#include "core/file.hpp"

namespace gan {

using PickleId = std::uint32_t;  ///< index of a node in its graph

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
  std::vector<PickleId> items;  ///< alternating keys and values
};
struct PickleStorageId {
  PickleId tuple;
};
/// The object that a call or a class would create if it were run.
struct PickleObject {
  PickleId callable, arguments;
  PickleId items = 0;  ///< a list or dict of the items set on it; 0: none
};

using PickleNode =
    std::variant<std::monostate, bool, std::int64_t, double, std::string_view, PickleOther,
                 PickleGlobal, PickleTuple, PickleList, PickleDict, PickleStorageId, PickleObject>;

/// The content of a pickle as nodes. Nodes refer to each other by index, so shared values and
/// cycles cost nothing.
struct PickleGraph {
  std::deque<PickleNode> nodes;
  PickleId root = 0;
  std::size_t end = 0;  ///< end of the pickle, as an offset in the bytes
};

/// Interprets the pickle of protocol 2 to 5 that starts at `begin`; others may follow it. Calls are
/// not run but become nodes. The graph points into `bytes`. Errors include `name` and the offset.
PickleGraph run_pickle(ByteView bytes, std::string_view name, std::size_t begin = 0);

}  // namespace gan
