// Tensors in an intact pickle that do not fit their storages, and state dicts with extra content.
#include <gtest/gtest.h>

#include "formats/pickle_helpers.hpp"

namespace gan {
namespace {

using std::literals::operator""s;

TEST(PickleTensor, ReadsStateDictsAsPyTorchShapesThem) {
  EXPECT_EQ(TensorPickle().complaint(), "");
  for (const auto* place : {"cuda:0", "mps", "xla:1", "meta"}) {
    EXPECT_EQ((TensorPickle{.place = text(place)}.complaint()), "") << place;
  }
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
      {.place = "N"},
      {.key = text("1")},
      {.key = text("00")},
      {.key = number(0)},
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
      {.strides = tuple({3, 2})},
      {.strides = tuple({3, -1})},
      {.strides = tuple({kHuge, kHuge})},
      {.strides = tuple({kHuge, 1})},
      {.strides = tuple({3})},
      {.strides = tuple({3, 1, 1})}};
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

// As torch.save writes transposed and expanded tensors, and tensors in channels_last.
TEST(PickleTensor, KeepsStrides) {
  const auto read = [](const TensorPickle& pickle) {
    const Bytes file =
        archive_of("\x80\x02}" + text("t") + pickle.tensor() + "s.", {{"a/data/0", Bytes(24)}});
    return std::get<PtTensor>(parse_pt(file, "x.pt")[0].second.value);
  };
  const auto transposed = read({.shape = tuple({3, 2}), .strides = tuple({1, 3})});
  EXPECT_EQ(transposed.strides, (std::vector<std::int64_t>{1, 3}));
  EXPECT_EQ(transposed.bytes.size(), 24);
  const auto expanded = read({.offset = number(5), .shape = tuple({4}), .strides = tuple({0})});
  EXPECT_EQ(expanded.strides, (std::vector<std::int64_t>{0}));
  EXPECT_EQ(expanded.bytes.size(), 4);
  EXPECT_TRUE(read({.shape = tuple({1, 6}), .strides = tuple({9, 1})}).strides.empty());
}

TEST(PickleTensor, SkipsAttributes) {
  const auto ordered = "ccollections\nOrderedDict\n)R"s;
  for (const auto& state : {"}" + text("_metadata") + "Ns", "N"s, "]"s, "K\1"s,
                            "}" + text("__class__") + "cos\nsystem\ns"}) {
    EXPECT_EQ(pickle_complaint(ordered + state + "b"), "") << state;
    EXPECT_EQ(pickle_complaint("}" + state + "b"), "") << state;
  }
}

}  // namespace
}  // namespace gan
