// Hostile pickles in an intact archive.
#include <algorithm>
#include <gtest/gtest.h>

#include "formats/pickle.hpp"
#include "formats/pickle_helpers.hpp"
#include "peak_growth.hpp"

namespace gan {
namespace {

using std::literals::operator""s;

// No function of a file is ever run; its result is only described.
TEST(PickleHostile, CallsNothing) {
  for (const auto* global :
       {"os\nsystem\n", "builtins\neval\n", "builtins\nexec\n", "posix\nsystem\n", "torch\nload\n",
        "torch._utils\nos\n", "collections\nCounter\n", "torch\nShortStorage\n",
        "torch.nn.modules.linear\nLinear\n", "torch\nFloatStorage \n"}) {
    auto name = "an object of "s + global;
    name.pop_back();
    std::ranges::replace(name, '\n', '.');
    for (const auto* call : {"R", "\x81"}) {
      const auto made = "c"s + global + text("touch /tmp/x") + "\x85" + call;
      EXPECT_NE(pickle_complaint(made).find("holds " + name + ", not a dict"), std::string::npos);
      const Bytes file = archive_of("\x80\x02}" + text("a") + made + "s.");
      EXPECT_EQ(std::get<PtOther>(parse_pt(file, "x")[0].second.value).what, name);
    }
  }
  EXPECT_NE(pickle_complaint("c" + std::string(2000, 'a')), "");
  EXPECT_NE(pickle_complaint("cos"), "");
}

TEST(PickleHostile, RefusesEveryOtherOpcode) {
  const std::string known =
      "NKMJGXUTCBcqrhj}])(teaQsuRb.012\x81\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f"
      "\x90\x91\x92\x93\x94\x95\x96";
  int refused = 0;
  for (int opcode = 0; opcode < 256; ++opcode) {
    if (known.find(static_cast<char>(opcode)) != std::string::npos) continue;
    const auto found = pickle_complaint("}"s + static_cast<char>(opcode) + std::string(8, '\0'));
    refused +=
        found.find("found opcode " + hex(static_cast<std::uint8_t>(opcode))) != std::string::npos
            ? 1
            : 0;
  }
  EXPECT_EQ(refused, 256 - static_cast<int>(known.size()));
}

TEST(PickleHostile, RefusesWhatIsNotOneDict) {
  EXPECT_EQ(pickle_complaint("}"), "");
  EXPECT_EQ(pickle_complaint("]"), "");  // a dict whose keys are numbers
  EXPECT_EQ(pickle_complaint("ccollections\nOrderedDict\n)R"), "");
  for (const auto& body : {""s, "N"s, "}}"s, "("s, "(}"s, "}("s, text("a"), "K\1"s, "}."s, "}q"s,
                           "}X\xff\xff\xff\xff"s, "}X\4\0\0\0ab"s, "J\1"s, "G1234"s}) {
    EXPECT_NE(pickle_complaint(body), "") << body;
  }
  for (const auto& whole : {""s, "}."s, "\x80"s, "\x80\x01}."s, "\x80\x06}."s,
                            "\x80\x02\x80\x02}."s, "\x80\x02}"s, "\x80\x02}.."s}) {
    EXPECT_NE(complaint(archive_of(whole)), "") << whole;
  }
}

TEST(PickleHostile, RefusesMisuseOfTheStack) {
  for (const auto& body : {"}s"s,
                           "}Ns"s,
                           "}(" + text("a") + "u",
                           "}(u(u)"s,
                           "}u"s,
                           "]t"s,
                           "t"s,
                           "Na"s,
                           "}Na"s,
                           "](N(Ne"s,
                           "\x85"s,
                           "N\x86"s,
                           "(N\x86"s,
                           "]s"s,
                           "R"s,
                           ")R"s,
                           "Q"s,
                           ")Q"s,
                           "NQ"s,
                           "b"s,
                           "}b"s,
                           "ccollections\nOrderedDict\nb"s,
                           "NK\1\x93"s,
                           "}" + text("a") + "(s"}) {
    EXPECT_NE(pickle_complaint(body), "") << body;
  }
  EXPECT_EQ(pickle_complaint("}(u"), "");
  EXPECT_NE(pickle_complaint("}(" + text("a") + "u").find("without a value"), std::string::npos);
  EXPECT_NE(pickle_complaint("}" + text("k") + "Ns" + text("k") + "Ns").find("twice"),
            std::string::npos);
  EXPECT_NE(pickle_complaint("}" + text("\xed\xa0\x80") + "Ns").find("UTF-8"), std::string::npos);
}

TEST(PickleHostile, RefusesMisuseOfTheMemo) {
  EXPECT_EQ(pickle_complaint("}q"s + '\0' + text("k") + "q\1" + "h\1" + "s"), "");
  for (const auto& body : {"h"s + '\0', "}q\2"s, "}q"s + '\0' + "q" + '\0', "q"s + '\0',
                           "}j\xff\xff\xff\xff"s, "}r\xff\xff\xff\xff"s, "}(q"s + '\0'}) {
    EXPECT_NE(pickle_complaint(body), "") << body;
  }
  // The pickle bomb: each list contains the previous one ten times.
  std::string bomb = "]q"s + '\0';
  for (char level = 1; level <= 8; ++level) {
    bomb += "](" + repeat("h"s + static_cast<char>(level - 1), 10) + "eq" + level;
  }
  EXPECT_NE(pickle_complaint("(" + bomb + "l"), "");
  EXPECT_NE(pickle_complaint("}" + text("k") + "(" + bomb + "ts").find("values"),
            std::string::npos);
  // A list and a dict that contain themselves.
  EXPECT_NE(pickle_complaint("]q"s + '\0' + "h" + '\0' + "a").find("deep"), std::string::npos);
  EXPECT_NE(pickle_complaint("}q"s + '\0' + text("k") + "h" + '\0' + "s").find("deep"),
            std::string::npos);
  // Shared values appear twice.
  EXPECT_EQ(pickle_complaint("}"s + text("a") + "]q" + '\0' + "s" + text("b") + "h" + '\0' + "s"),
            "");
}

TEST(PickleHostile, BoundsDepth) {
  const auto lists = [](std::size_t depth) {
    return "}" + text("k") + repeat("]", depth) + repeat("a", depth - 1) + "s";
  };
  EXPECT_EQ(pickle_complaint(lists(kPickleMaxDepth)), "");
  EXPECT_NE(pickle_complaint(lists(kPickleMaxDepth + 1)).find("deep"), std::string::npos);
  for (const std::size_t depth : {40U, 1000U, 50000U}) {
    EXPECT_NE(pickle_complaint(lists(depth)).find("deep"), std::string::npos);
    EXPECT_NE(pickle_complaint("}" + text("k") + ")" + repeat("\x85", depth) + "s").find("deep"),
              std::string::npos);
    EXPECT_NE(pickle_complaint(repeat("(", depth) + repeat("t", depth)), "");
    const auto parameter = "ctorch._utils\n_rebuild_parameter\n"s;
    EXPECT_NE(
        pickle_complaint(repeat(parameter, depth) + "N" + repeat("\x85R", depth)).find("deep"),
        std::string::npos);
    EXPECT_NE(
        pickle_complaint(repeat("}" + text("k"), depth) + "N" + repeat("s", depth)).find("deep"),
        std::string::npos);
  }
}

TEST(PickleHostile, CostsBoundedMemory) {
  if (!kCountsMemory) GTEST_SKIP() << "a sanitizer's own memory would be counted";
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
    EXPECT_LE(grown, 64) << i;
  }
}

}  // namespace
}  // namespace gan
