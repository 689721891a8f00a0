#include "formats/pt.hpp"

#include <bit>
#include <cstdint>
#include <gtest/gtest.h>
#include <limits>
#include <numbers>

#include "formats/pt_helpers.hpp"

namespace gan {
namespace {

template <typename T>
const T& get(const PtDict& dict, std::string_view key) {
  const PtValue* value = find(dict, key);
  if (value == nullptr) throw run_error("no key ", key);
  return std::get<T>(value->value);
}

TEST(Pt, KeepsPlainValues) {
  const std::vector<std::int64_t> numbers = {
      0,          1,           255,       256,       65535,        65536,     -1,       -128,
      2147483647, -2147483648, 1LL << 31, 1LL << 40, -(1LL << 40), INT64_MAX, INT64_MIN};
  PtList list;
  for (const auto number : numbers) list.push_back({number});
  const PtDict root = {
      {"none", {}},
      {"yes", {true}},
      {"no", {false}},
      {"numbers", {list}},
      {"pi", {std::numbers::pi}},
      {"text", {std::string("Grüße\n\0'", 9)}},
      {"", {std::string()}},
      {"deep", {PtDict{{"er", {PtDict{{"list", {PtList{{PtDict()}, {PtList()}}}}}}}}}}};
  const Bytes file = encode_pt(root);
  const PtDict read = parse_pt(file, "x.pt");

  ASSERT_EQ(read.size(), root.size());
  for (std::size_t i = 0; i < root.size(); ++i) EXPECT_EQ(read[i].first, root[i].first);
  EXPECT_TRUE(std::holds_alternative<std::monostate>(find(read, "none")->value));
  EXPECT_TRUE(get<bool>(read, "yes"));
  EXPECT_FALSE(get<bool>(read, "no"));
  EXPECT_EQ(get<double>(read, "pi"), 3.141592653589793);
  EXPECT_EQ(get<std::string>(read, "text"), std::string("Grüße\n\0'", 9));
  EXPECT_EQ(get<std::string>(read, ""), "");
  const auto& read_list = get<PtList>(read, "numbers");
  ASSERT_EQ(read_list.size(), numbers.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    EXPECT_EQ(std::get<std::int64_t>(read_list[i].value), numbers[i]);
  }
  const auto& inner = get<PtList>(get<PtDict>(get<PtDict>(read, "deep"), "er"), "list");
  EXPECT_TRUE(std::get<PtDict>(inner.at(0).value).empty());
  EXPECT_TRUE(std::get<PtList>(inner.at(1).value).empty());
  EXPECT_EQ(find(read, "absent"), nullptr);
}

TEST(Pt, KeepsEveryDoubleBitForBit) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  for (const double value : {0.0, -0.0, 5e-324, 1.7976931348623157e308, kInfinity, -kInfinity,
                             std::numeric_limits<double>::quiet_NaN()}) {
    const Bytes file = encode_pt({{"x", {value}}});
    EXPECT_EQ(std::bit_cast<std::uint64_t>(get<double>(parse_pt(file, "x.pt"), "x")),
              std::bit_cast<std::uint64_t>(value));
  }
}

TEST(Pt, KeepsTensorsOfEveryTypeAndAlignsThem) {
  const std::vector<std::vector<std::int64_t>> shapes = {
      {}, {0}, {0, 3}, {3, 0}, {1}, {7}, {2, 3}, {1, 2, 1, 3}, {1, 1, 1, 1, 1, 1, 1, 2}};
  for (const auto type :
       {PtType::kUint8, PtType::kInt64, PtType::kFloat32, PtType::kFloat64, PtType::kBfloat16}) {
    for (const auto& shape : shapes) {
      std::size_t count = size_of(type);
      for (const auto size : shape) count *= static_cast<std::size_t>(size);
      Bytes data(count);
      for (std::size_t i = 0; i < count; ++i) data[i] = static_cast<std::uint8_t>(251 * i + 255);
      const Bytes file = encode_pt({{"a", {PtTensor{type, shape, data}}}, {"b", {1.0}}});
      const PtDict read = parse_pt(file, "x.pt");
      const auto& tensor = get<PtTensor>(read, "a");
      EXPECT_EQ(tensor.type, type);
      EXPECT_EQ(tensor.shape, shape);
      EXPECT_EQ(Bytes(tensor.bytes.begin(), tensor.bytes.end()), data);
      EXPECT_EQ((tensor.bytes.data() - file.data()) % 64, 0);
    }
  }
}

TEST(Pt, PlacesManyTensors) {
  std::vector<Bytes> data;
  for (std::size_t i = 0; i < 500; ++i) data.emplace_back(i % 70, static_cast<std::uint8_t>(i));
  PtDict root;
  for (std::size_t i = 0; i < data.size(); ++i) {
    const auto size = static_cast<std::int64_t>(data[i].size());
    root.push_back({"t" + std::to_string(i), {PtTensor{PtType::kUint8, {size}, data[i]}}});
  }
  const Bytes file = encode_pt(root, "g_200");
  const PtDict read = parse_pt(file, "x.pt");
  for (std::size_t i = 0; i < data.size(); ++i) {
    const auto& bytes = std::get<PtTensor>(read.at(i).second.value).bytes;
    EXPECT_EQ(Bytes(bytes.begin(), bytes.end()), data[i]) << i;
  }
}

TEST(Pt, IsTheSameFileEachTime) {
  const PtDict root = {{"a", {std::int64_t{1}}}, {"b", {std::string("text")}}};
  EXPECT_EQ(encode_pt(root), encode_pt(root));
  EXPECT_NE(encode_pt(root), encode_pt(root, "other"));
}

TEST(Pt, RefusesToWriteWhatItWouldNotRead) {
  const Bytes four(4);
  const auto tensor = [&](std::vector<std::int64_t> shape) {
    return PtDict{{"t", {PtTensor{PtType::kFloat32, std::move(shape), four}}}};
  };
  EXPECT_NO_THROW(encode_pt(tensor({1, 1})));
  EXPECT_THROW(encode_pt(tensor({2})), Error);
  EXPECT_THROW(encode_pt(tensor({-1})), Error);
  EXPECT_THROW(encode_pt(tensor({0})), Error);
  EXPECT_THROW(encode_pt(tensor({1LL << 62, 4, 1})), Error);
  EXPECT_THROW(encode_pt(tensor({1, 1, 1, 1, 1, 1, 1, 1, 1})), Error);
  EXPECT_THROW(encode_pt({{"twice", {}}, {"twice", {}}}), Error);
  EXPECT_THROW(encode_pt({{"bad", {std::string("\xff")}}}), Error);
  for (const auto* folder : {"", ".", "..", "a/b", "/", "a\\b", "\n"}) {
    EXPECT_THROW(encode_pt({}, folder), Error) << folder;
  }
  PtValue deep;
  for (int i = 0; i < 31; ++i) deep = PtValue{PtList{deep}};
  EXPECT_NO_THROW(encode_pt({{"deep", deep}}));
  deep = PtValue{PtList{deep}};
  EXPECT_THROW(encode_pt({{"deep", deep}}), Error);
}

TEST(Pt, SaysWhatIsWrongWhereInOneLine) {
  const Bytes file = encode_pt({{"t", {std::string("text")}}});
  Bytes damaged = file;
  damaged[70] ^= 1;
  EXPECT_NE(complaint(damaged).find("x.pt: is damaged: its CRC-32"), std::string::npos);
  EXPECT_NE(complaint(resealed(damaged)).find("x.pt: offset 64: record 'archive/data.pkl' is "),
            std::string::npos);
  EXPECT_NE(complaint(archive_of("\x80\x02"
                                 "c\x1b[2J\nos\n)R."))
                .find("holds an object of ?[2J.os, not a dict"),
            std::string::npos);
  EXPECT_NE(complaint(Bytes(1000, '\1')).find("truncated"), std::string::npos);
}

TEST(Pt, SaysWhatAForeignFileIs) {
  EXPECT_EQ(complaint({}), "x.pt: is not a .pt file but an empty file");
  EXPECT_EQ(complaint(bytes_of("\x93NUMPY\1")), "x.pt: is not a .pt file but an npy array");
  EXPECT_EQ(complaint(bytes_of("version https://git-lfs.github.com/spec/v1\n")),
            "x.pt: is not a .pt file but a pointer of Git LFS; fetch the file with 'git lfs pull'");
  EXPECT_EQ(complaint(bytes_of("<!DOCTYPE html>")),
            "x.pt: is not a .pt file but a web page (HTML)");
  EXPECT_NE(complaint(bytes_of("\x80\x02}.")).find("is a pickle, but not of torch.save"),
            std::string::npos);
  EXPECT_NE(complaint(zip_of({{"a/constants.pkl", {}}})).find("is TorchScript"), std::string::npos);
  EXPECT_NE(
      complaint(archive_of("\x80\x02"
                           "ctorch.nn\nLinear\n)\x81}b."))
          .find("holds an object of torch.nn.Linear, not a dict of tensors; of a module, save "
                "module.state_dict()"),
      std::string::npos);
  EXPECT_NE(complaint(archive_of("\x80\x02K\1."))
                .find("found an integer, expected a dict as the whole; it is neither a checkpoint"),
            std::string::npos);
}

// For example, a list of state_dicts.
TEST(Pt, NumbersTheItemsOfAList) {
  const PtDict read = parse_pt(archive_of("\x80\x02}K\5\x86."), "x.pt");
  ASSERT_EQ(read.size(), 2);
  EXPECT_EQ(read[1].first, "1");
  EXPECT_EQ(std::get<std::int64_t>(read[1].second.value), 5);
}

}  // namespace
}  // namespace gan
