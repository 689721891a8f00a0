#include "formats/safetensors.hpp"

#include <array>
#include <gtest/gtest.h>

#include "formats/byte_order.hpp"
#include "message.hpp"

namespace gan {
namespace {

constexpr std::array<std::uint8_t, 16> kNumbers = {1, 2,  3,  4,  5,  6,  7,  8,
                                                   9, 10, 11, 12, 13, 14, 15, 16};

Bytes file_of(std::string_view header, std::size_t data) {
  std::string file;
  put_le<std::uint64_t>(file, header.size());
  file += header;
  file.append(data, 7);
  return {file.begin(), file.end()};
}

std::string failure_of(ByteView file) {
  return message_of([&] { parse_safetensors(file, "x"); });
}

// The error for a header followed by 8 bytes of data.
std::string failure_of(std::string_view header) { return failure_of(file_of(header, 8)); }

const PtTensor& tensor_of(const SafeTensors& content, std::string_view name) {
  return std::get<PtTensor>(find(content.tensors, name)->value);
}

TEST(Safetensors, GivesBackWhatWasWritten) {
  const ByteView all(kNumbers);
  const SafeTensors written = {{{"format", "pt"}, {"text", "\"ü\"\n\\\x01"}},
                               {{"byte", {PtTensor{PtType::kUint8, {3}, all.first(3)}}},
                                {"half", {PtTensor{PtType::kFloat16, {1, 2}, all.first(4)}}},
                                {"brain", {PtTensor{PtType::kBfloat16, {1}, all.first(2)}}},
                                {"float", {PtTensor{PtType::kFloat32, {2, 1, 2}, all}}},
                                {"long", {PtTensor{PtType::kInt64, {}, all.first(8)}}},
                                {"double", {PtTensor{PtType::kFloat64, {2}, all}}},
                                {"none", {PtTensor{PtType::kFloat32, {0, 3}, {}}}}}};
  const Bytes file = encode_safetensors(written);
  ASSERT_TRUE(is_safetensors(file));
  const auto read = parse_safetensors(file, "x");
  EXPECT_EQ(read.metadata, written.metadata);
  ASSERT_EQ(read.tensors.size(), written.tensors.size());
  for (const auto& [name, value] : written.tensors) {
    const auto& before = std::get<PtTensor>(value.value);
    const auto& after = tensor_of(read, name);
    EXPECT_EQ(after.type, before.type) << name;
    EXPECT_EQ(after.shape, before.shape) << name;
    EXPECT_TRUE(std::ranges::equal(after.bytes, before.bytes)) << name;
    // Each at an offset aligned for its type.
    EXPECT_EQ((after.bytes.data() - file.data()) % static_cast<long>(size_of(after.type)), 0);
  }
  EXPECT_EQ(encode_safetensors(read), file);
}

TEST(Safetensors, ReadsAnyJsonSpelling) {
  const auto file = file_of(
      "{ \"b\\u00fc\\ud83d\\ude00\\/\" : { \"data_offsets\":[0, 8], \"shape\" : [ 2 ],\n"
      "\t\"dtype\":\"F32\" } , \"__metadata__\": {} }  ",
      8);
  const auto content = parse_safetensors(file, "x");
  EXPECT_EQ(content.tensors.front().first, "bü😀/");
  EXPECT_EQ(std::get<PtTensor>(content.tensors.front().second.value).shape,
            std::vector<std::int64_t>{2});
}

TEST(Safetensors, RefusesSizesThatDoNotFit) {
  EXPECT_EQ(failure_of(ByteView(kNumbers).first(7)), "x: truncated at offset 7");
  Bytes longer = file_of("{}", 0);
  longer[0] = 3;
  EXPECT_EQ(failure_of(ByteView(longer)),
            "x: offset 0: a safetensors header of 3 bytes where 2 are left; truncated, or "
            "not a safetensors file");
  EXPECT_NE(failure_of(ByteView(file_of(std::string(kMaxSafetensorsHeader + 1, ' '), 0)))
                .find("at most 2097152 are allowed"),
            std::string::npos);
  const auto entry = [](const std::string& shape, const std::string& offsets) {
    return failure_of(R"({"a":{"dtype":"F32","shape":[)" + shape + R"(],"data_offsets":[)" +
                      offsets + "]}}");
  };
  EXPECT_EQ(entry("2", "0,8"), "");
  EXPECT_EQ(entry("2", "0,9"), "x: 'a' is at bytes 0 to 9 of 8; expected it to begin at 0");
  EXPECT_EQ(entry("1", "4,8"), "x: 'a' is at bytes 4 to 8 of 8; expected it to begin at 0");
  EXPECT_EQ(entry("0", "0,0"), "x: 8 bytes at its end belong to no tensor");
  EXPECT_EQ(entry("3", "0,8"), "x: 'a' of shape [3] and F32 can't take 8 bytes");
  EXPECT_EQ(entry("4611686018427387906", "0,8"),
            "x: 'a' of shape [4611686018427387906] and F32 can't take 8 bytes");
  EXPECT_EQ(entry("4294967296,4294967296", "0,8"), "x: 'a' has an impossible shape");
  EXPECT_EQ(entry("1,1,1,1,1,1,1,1,2", "0,8"), "x: 'a' has an impossible shape");
  EXPECT_NE(entry("2", "0").find("two 'data_offsets'"), std::string::npos);
  EXPECT_NE(entry("-2", "0,8").find("expected a whole number"), std::string::npos);
  EXPECT_NE(entry("2", "0,99999999999999999999").find("a whole number"), std::string::npos);
}

TEST(Safetensors, RefusesTensorsThatOverlap) {
  const std::string tail = R"(,"shape":[4],"data_offsets":[)";
  const auto two = [&](const std::string& first, const std::string& second) {
    return failure_of(R"({"a":{"dtype":"U8")" + tail + first + R"(]},"b":{"dtype":"U8")" + tail +
                      second + "]}}");
  };
  EXPECT_EQ(two("0,4", "4,8"), "");
  EXPECT_EQ(two("4,8", "0,4"), "");
  EXPECT_NE(two("0,4", "2,6"), "");
  EXPECT_NE(two("0,4", "0,4"), "");
}

TEST(Safetensors, RefusesEveryOtherHeader) {
  const std::string good = R"({"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}})";
  EXPECT_EQ(failure_of(good), "");
  for (std::size_t length = 0; length < good.size(); ++length) {
    EXPECT_NE(failure_of(good.substr(0, length)), "") << length;
  }
  EXPECT_EQ(failure_of(R"({"a":{"dtype":"I32"}})"),
            "x: safetensors header: 'a' holds values of 'I32'; U8, I64, F16, BF16, F32 and F64 are "
            "known");
  EXPECT_NE(failure_of(R"({"a":1})"), "");
  EXPECT_NE(failure_of(R"({"__metadata__":{"a":1}})"), "");
  EXPECT_NE(failure_of(R"({"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8],"x":1}})"), "");
  EXPECT_EQ(failure_of(good + "x"), "x: offset 61: safetensors header: not valid JSON");
  EXPECT_NE(failure_of(good + std::string(1, '\0')).find("null byte"), std::string::npos);
  EXPECT_NE(failure_of("\xef\xbb\xbf" + good).find("must begin with '{'"), std::string::npos);
  EXPECT_NE(failure_of(R"({"a":{"dtype":"U8","shape":[[8]],"data_offsets":[0,8]}})"), "");
  EXPECT_NE(failure_of(R"({"a":{"dtype":"U8","shape":["U8"],"data_offsets":[0,8]}})"), "");
  EXPECT_NE(failure_of(R"({"__metadata__":{"shape":[8]}})"), "");
  EXPECT_NE(failure_of(std::string(1000, '[')), "");
  EXPECT_NE(failure_of(R"({"a":{"b":{"c":)" + std::string(1000, '{')), "");
  const auto body = good.substr(1, good.size() - 2);
  EXPECT_NE(failure_of("{" + body + "," + body + "}").find("'a' occurs twice"), std::string::npos);
  for (const char* text : {"\"\\ud800\"", "\"\\x\"", "\"\\u12g4\"", "\"\x80\"", "\"\n\"", "\"a"}) {
    EXPECT_NE(failure_of("{" + std::string(text) + good.substr(4)), "") << text;
  }
}

}  // namespace
}  // namespace gan
