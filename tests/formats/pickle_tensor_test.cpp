// Tensors in a sound pickle that do not fit their storages, and state dicts that carry more.
#include <gtest/gtest.h>

#include "formats/pickle_helpers.hpp"

namespace gan {
namespace {

using std::literals::operator""s;

TEST(PickleTensor, ReadsStateDictsAsPyTorchShapesThem) {
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

TEST(PickleTensor, RefusesTensorsThatDoNotFit) {
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

TEST(PickleTensor, RefusesOneStorageOfTwoTypes) {
  const TensorPickle floats;
  const TensorPickle bytes = {.storage = "ctorch\nByteStorage\n", .count = number(24)};
  const auto both = [](const TensorPickle& a, const TensorPickle& b) {
    return TensorPickle::complaint_of("}" + text("a") + a.tensor() + "s" + text("b") + b.tensor() +
                                      "s");
  };
  EXPECT_EQ(both(floats, floats), "");
  EXPECT_NE(both(floats, bytes).find("two types"), std::string::npos);
}

TEST(PickleTensor, TakesOnlyMetadataAsAttributes) {
  const auto ordered = "ccollections\nOrderedDict\n)R"s;
  const auto build = [&](const std::string& state) {
    return pickle_complaint(ordered + state + "b");
  };
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
  EXPECT_NE(pickle_complaint(ordered + metadata("}") + "b" + metadata("}") + "b"), "");
  EXPECT_NE(pickle_complaint("}" + metadata("}") + "b"), "");
  EXPECT_NE(TensorPickle::complaint_of(
                ordered +
                metadata("}" + text("x") + "}" + text("y") + TensorPickle().tensor() + "ss") + "b"),
            "");
}

}  // namespace
}  // namespace gan
