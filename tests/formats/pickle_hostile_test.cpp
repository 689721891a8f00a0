// Pickles in a sound archive that ask for what no checkpoint needs.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../src/formats/pickle.hpp"
#include "pt_helpers.hpp"

namespace gan {
namespace {

using std::literals::operator""s;

std::string number(std::int64_t value) {
  std::string out = "\x8a\x08";
  put_le(out, static_cast<std::uint64_t>(value));
  return out;
}

std::string text(std::string_view value) {
  std::string out = "X";
  put_le(out, static_cast<std::uint32_t>(value.size()));
  return out += value;
}

std::string repeat(std::string_view part, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += part;
  return out;
}

std::string tuple(const std::vector<std::int64_t>& sizes) {
  std::string out = "(";
  for (const auto size : sizes) out += number(size);
  return out + "t";
}

// A dict {"t": tensor} as torch.save writes it; each part can be spoilt.
struct TensorPickle {
  std::string storage = "ctorch\nFloatStorage\n";
  std::string key = text("0");
  std::string place = text("cpu");
  std::string count = number(6);
  std::string offset = number(0);
  std::string shape = tuple({2, 3});
  std::string strides = tuple({3, 1});
  std::string grad = "\x89";
  std::string hooks = "ccollections\nOrderedDict\n)R";
  std::string more = {};

  std::string tensor() const {
    return "ctorch._utils\n_rebuild_tensor_v2\n((" + text("storage") + storage + key + place +
           count + "tQ" + offset + shape + strides + grad + hooks + more + "tR";
  }
  std::string complaint() const { return complaint_of("}" + text("t") + tensor() + "s"); }
  static std::string complaint_of(std::string_view body) {
    return gan::complaint(
        archive_of("\x80\x02" + std::string(body) + ".", {{"a/data/0", Bytes(24)}}));
  }
};

std::string run(std::string_view body) {
  return complaint(archive_of("\x80\x02" + std::string(body) + "."));
}

TEST(PickleHostile, RefusesEveryOtherGlobal) {
  for (const auto* global :
       {"os\nsystem\n", "builtins\neval\n", "builtins\nexec\n", "posix\nsystem\n", "torch\nload\n",
        "torch._utils\nos\n", "collections\nCounter\n", "torch\nHalfStorage\n", "\n\n",
        "torch.nn.modules.linear\nLinear\n", "torch\nFloatStorage \n"}) {
    const auto body = "c"s + global + text("touch /tmp/x") + "\x85R";
    EXPECT_NE(run(body).find("found the global"), std::string::npos) << global;
    EXPECT_NE(run("}" + text("a") + "c" + global + "s"), "") << global;
  }
  EXPECT_NE(run("c" + std::string(1000, 'a')), "");
  EXPECT_NE(run("cos"), "");
  EXPECT_NE(run("}" + text("a") + "ccollections\nOrderedDict\ns"), "");  // not called
}

TEST(PickleHostile, RefusesEveryOtherOpcode) {
  const std::string known = "NKMJGXcqrhj}])(teaQsuRb.\x85\x86\x87\x88\x89\x8a";
  int refused = 0;
  for (int opcode = 0; opcode < 256; ++opcode) {
    if (known.find(static_cast<char>(opcode)) != std::string::npos) continue;
    const auto found = run("}"s + static_cast<char>(opcode) + std::string(8, '\0'));
    refused +=
        found.find("found opcode " + hex(static_cast<std::uint8_t>(opcode))) != std::string::npos
            ? 1
            : 0;
  }
  EXPECT_EQ(refused, 256 - static_cast<int>(known.size()));
}

TEST(PickleHostile, RefusesWhatIsNotOneDict) {
  EXPECT_EQ(run("}"), "");
  EXPECT_EQ(run("ccollections\nOrderedDict\n)R"), "");
  for (const auto& body :
       {""s, "]"s, ")"s, "N"s, "}}"s, "("s, "(}"s, "}("s, text("a"), "K\1"s, "}."s, "}q"s,
        "}X\xff\xff\xff\xff"s, "}X\4\0\0\0ab"s, "J\1"s, "G1234"s}) {
    EXPECT_NE(run(body), "") << body;
  }
  for (const auto& whole :
       {""s, "}."s, "\x80"s, "\x80\x03}."s, "\x80\x02\x80\x02}."s, "\x80\x02}"s, "\x80\x02}.."s}) {
    EXPECT_NE(complaint(archive_of(whole)), "") << whole;
  }
}

TEST(PickleHostile, RefusesMisuseOfTheStack) {
  for (const auto& body : {"}s"s,
                           "}Ns"s,
                           "}NNs"s,
                           "}K\1K\1s"s,
                           "}(" + text("a") + "u",
                           "}(u(u)"s,
                           "}u"s,
                           "]t"s,
                           "t"s,
                           "Na"s,
                           "}Na"s,
                           "](N(Ne"s,
                           "}(NNu"s,
                           "\x85"s,
                           "N\x86"s,
                           "(N\x86"s,
                           "]s"s,
                           "R"s,
                           ")R"s,
                           "})R"s,
                           "Q"s,
                           ")Q"s,
                           "NQ"s,
                           "b"s,
                           "}}b"s,
                           "ccollections\nOrderedDict\nb"s,
                           "}" + text("a") + ")s",
                           "}" + text("a") + "(s",
                           "ccollections\nOrderedDict\nK\1\x85R"s,
                           "ccollections\nOrderedDict\n]\x85R"s}) {
    EXPECT_NE(run(body), "") << body;
  }
  EXPECT_EQ(run("}(u"), "");
  EXPECT_NE(run("}(" + text("a") + "u").find("without a value"), std::string::npos);
  EXPECT_NE(run("}" + text("k") + "Ns" + text("k") + "Ns").find("twice"), std::string::npos);
  EXPECT_NE(run("}" + text("\xed\xa0\x80") + "Ns").find("UTF-8"), std::string::npos);
  EXPECT_NE(run("}" + text("k") + "\x8a\x09" + std::string(9, '\0') + "s"), "");
}

TEST(PickleHostile, RefusesMisuseOfTheMemo) {
  EXPECT_EQ(run("}q"s + '\0' + text("k") + "q\1" + "h\1" + "s"), "");
  for (const auto& body : {"h"s + '\0', "}q\1"s, "}q"s + '\0' + "q" + '\0', "q"s + '\0',
                           "}j\xff\xff\xff\xff"s, "}r\xff\xff\xff\xff"s, "}(q"s + '\0'}) {
    EXPECT_NE(run(body), "") << body;
  }
  // The pickle bomb: each list holds the one before it ten times.
  EXPECT_NE(run("}"s + text("k") + "]q" + '\0' + "](" + repeat("h\0"s, 10) + "es").find("twice"),
            std::string::npos);
}

TEST(PickleHostile, BoundsDepth) {
  const auto lists = [](std::size_t depth) {
    return "}" + text("k") + repeat("]", depth) + repeat("a", depth - 1) + "s";
  };
  EXPECT_EQ(run(lists(kPickleMaxDepth)), "");
  EXPECT_NE(run(lists(kPickleMaxDepth + 1)).find("deep"), std::string::npos);
  for (const std::size_t depth : {40U, 1000U, 50000U}) {
    EXPECT_NE(run(lists(depth)).find("deep"), std::string::npos);
    EXPECT_NE(run("}" + text("k") + ")" + repeat("\x85", depth) + "s").find("deep"),
              std::string::npos);
    EXPECT_NE(run(repeat("(", depth) + repeat("t", depth)), "");
    EXPECT_NE(run(repeat("}" + text("k"), depth) + "N" + repeat("s", depth)).find("deep"),
              std::string::npos);
  }
}

TEST(PickleHostile, ReadsStateDictsAsPyTorchShapesThem) {
  EXPECT_EQ(TensorPickle().complaint(), "");
  EXPECT_EQ((TensorPickle{.place = text("cuda:0")}.complaint()), "");
  EXPECT_EQ((TensorPickle{.offset = number(5), .shape = "(t", .strides = "(t"}.complaint()), "");
  EXPECT_EQ((TensorPickle{.shape = tuple({2, 1, 3}), .strides = tuple({3, 99, 1})}.complaint()),
            "");
  EXPECT_EQ((TensorPickle{.shape = tuple({0, 1LL << 40}), .strides = tuple({5, 5})}.complaint()),
            "");
  const auto parameter = "ctorch._utils\n_rebuild_parameter\n" + TensorPickle().tensor() + "\x88" +
                         TensorPickle().hooks + "\x87R";
  EXPECT_EQ(TensorPickle::complaint_of("}" + text("t") + parameter + "s"), "");
  EXPECT_NE(TensorPickle::complaint_of("}"), "");  // a record that no tensor uses
}

TEST(PickleHostile, RefusesTensorsThatDoNotFit) {
  constexpr std::int64_t kHuge = 1LL << 62;
  const std::vector<TensorPickle> wrong = {
      {.storage = "ctorch\nLongStorage\n"},
      {.storage = "N"},
      {.key = text("1")},
      {.key = text("00")},
      {.key = number(0)},
      {.place = text("meta")},
      {.place = text("cuda:")},
      {.place = text("cudax")},
      {.count = number(5)},
      {.count = number(7)},
      {.count = number(-1)},
      {.count = number(kHuge + 6)},
      {.offset = number(1)},
      {.offset = number(-1)},
      {.offset = number(INT64_MAX)},
      {.offset = "N"},
      {.offset = "\x88"},
      {.shape = tuple({2, 4}), .strides = tuple({4, 1})},
      {.shape = tuple({2, kHuge})},
      {.shape = tuple({2, kHuge}), .strides = tuple({kHuge, 1})},
      {.shape = tuple({4, kHuge}), .strides = tuple({kHuge, 1})},
      {.shape = tuple({0, kHuge, 4}), .strides = tuple({0, 4, 1})},
      {.shape = tuple({-2, -3})},
      {.shape = tuple({2, -3})},
      {.shape = tuple({6})},
      {.shape = "(NNt"},
      {.shape = "]"},
      {.shape = tuple({1, 1, 1, 1, 1, 1, 1, 2, 3}), .strides = tuple({6, 6, 6, 6, 6, 6, 6, 3, 1})},
      {.strides = tuple({1, 2})},
      {.strides = tuple({0, 0})},
      {.strides = tuple({3, -1})},
      {.strides = tuple({3})},
      {.strides = tuple({3, 1, 1})},
      {.grad = "N"},
      {.grad = "K\1"},
      {.hooks = "}"},
      {.hooks = "N"},
      {.hooks = TensorPickle().hooks + text("k") + "Ns"},
      {.more = "N"}};
  for (std::size_t i = 0; i < wrong.size(); ++i) EXPECT_NE(wrong[i].complaint(), "") << i;
}

TEST(PickleHostile, RefusesOneStorageOfTwoTypes) {
  const TensorPickle floats;
  const TensorPickle bytes = {.storage = "ctorch\nByteStorage\n", .count = number(24)};
  const auto both = [](const TensorPickle& a, const TensorPickle& b) {
    return TensorPickle::complaint_of("}" + text("a") + a.tensor() + "s" + text("b") + b.tensor() +
                                      "s");
  };
  EXPECT_EQ(both(floats, floats), "");
  EXPECT_NE(both(floats, bytes).find("two types"), std::string::npos);
}

TEST(PickleHostile, TakesOnlyMetadataAsAttributes) {
  const auto ordered = "ccollections\nOrderedDict\n)R"s;
  const auto build = [&](const std::string& state) { return run(ordered + state + "b"); };
  const auto metadata = [](const std::string& value) {
    return "}" + text("_metadata") + value + "s";
  };
  const auto version = ordered + text("") + "}" + text("version") + "K\2ss";
  EXPECT_EQ(build(metadata(version)), "");
  EXPECT_EQ(build(metadata("}")), "");
  for (const auto& state :
       {metadata("N"), metadata("]"), metadata("}" + text("x") + "Ns"), "}"s, "N"s,
        metadata("}" + text("x") + "}" + text("y") + "]ss"), "}" + text("__class__") + "Ns",
        "}" + text("__class__") + "}s", metadata("}") + text("more") + "Ns",
        metadata("}") + text("_metadata") + "}s"}) {
    EXPECT_NE(build(state), "") << state;
  }
  EXPECT_NE(run(ordered + metadata("}") + "b" + metadata("}") + "b"), "");
  EXPECT_NE(run("}" + metadata("}") + "b"), "");
  EXPECT_NE(TensorPickle::complaint_of(
                ordered +
                metadata("}" + text("x") + "}" + text("y") + TensorPickle().tensor() + "ss") + "b"),
            "");
}

// Runs `work` in a process of its own; how many MiB its memory grew at most.
template <typename Work>
long peak_growth(const Work& work) {
  int ends[2];
  if (::pipe(ends) != 0) return -1;
  const pid_t child = ::fork();
  if (child == 0) {
    // A broken bound shall fail this test, not exhaust the machine.
    const struct rlimit most = {1U << 30, 1U << 30};
    ::setrlimit(RLIMIT_AS, &most);
    struct rusage before{};
    struct rusage after{};
    ::getrusage(RUSAGE_SELF, &before);
    try {
      work();
    } catch (...) {
      ::_exit(1);
    }
    ::getrusage(RUSAGE_SELF, &after);
    const long grown = (after.ru_maxrss - before.ru_maxrss) / 1024;
    ::_exit(::write(ends[1], &grown, sizeof grown) == sizeof grown ? 0 : 1);
  }
  long grown = -1;
  ::close(ends[1]);
  if (::read(ends[0], &grown, sizeof grown) != sizeof grown) grown = -1;
  ::close(ends[0]);
  ::waitpid(child, nullptr, 0);
  return grown;
}

TEST(PickleHostile, CostsBoundedMemory) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "a sanitizer's own memory would be counted";
#endif
  const std::size_t most = kPickleMaxSteps - 100;
  const auto tensor = TensorPickle().tensor();
  const TensorPickle wide = {.shape = tuple({1, 1, 1, 1, 1, 1, 2, 3}),
                             .strides = tuple({6, 6, 6, 6, 6, 6, 3, 1})};
  std::string puts = "]";
  for (std::uint32_t i = 0; i < most; ++i) {
    puts += 'r';
    put_le(puts, i);
  }
  const auto list_of = [&](const std::string& one, std::size_t times) {
    return "}" + text("k") + "](" + repeat(one, times) + "es";
  };
  const std::vector<std::string> bodies = {list_of("N", most),
                                           list_of("N", 10 * most),
                                           list_of("]", most),
                                           list_of(")", most),
                                           list_of("(", most),
                                           list_of("}", most),
                                           repeat("}", most),
                                           puts,
                                           list_of(tensor, most / 40),
                                           list_of("X\1\0\0\0a"s, most),
                                           "}" + text("t") + wide.tensor() + "q" + '\0' + "s" +
                                               text("l") + "](" + repeat("h\0"s, most - 100) + "es",
                                           "}" + text("l") + "](" +
                                               text(std::string(1 << 20, 'x')) + "q" + '\0' +
                                               repeat("h\0"s, most - 100) + "es"};
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    const Bytes file = archive_of("\x80\x02" + bodies[i] + ".", {{"a/data/0", Bytes(24)}});
    const long grown = peak_growth([&] { complaint(file); });
    RecordProperty("MiB_" + std::to_string(i), std::to_string(grown));
    EXPECT_GE(grown, 0) << i;
    EXPECT_LE(grown, 64) << i;
  }
}

}  // namespace
}  // namespace gan
