#include "formats/npy.hpp"

#include <gtest/gtest.h>

#include "message.hpp"

namespace gan {
namespace {

Bytes npy_file(std::string_view header, std::size_t values) {
  Bytes bytes(header.begin(), header.end());
  bytes.resize(bytes.size() + values, 7);
  return bytes;
}

// A version 1.0 file with any text as its header.
Bytes with_dict(std::string_view dict, std::size_t values = 0) {
  std::string header("\x93NUMPY\x01\0", 8);
  header += {static_cast<char>(dict.size()), '\0'};
  return npy_file(header.append(dict), values);
}

std::string npy_failure(ByteView bytes) {
  return message_of([&] { parse_npy(bytes, "x"); });
}

TEST(Npy, HeaderIsWhatNumpyWrites) {
  EXPECT_EQ(npy_header("|u1", {2, 28, 28}),
            std::string("\x93NUMPY\x01\0\x76\0", 10) +
                "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 28, 28), }" +
                std::string(53, ' ') + "\n");
}

TEST(Npy, GivesBackWhatWasWritten) {
  for (const auto& shape : std::vector<std::vector<std::int64_t>>{
           {}, {0}, {5}, {3, 4}, {1000000, 1}, {2, 3, 4, 5}, {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2}}) {
    for (const std::string dtype : {"|u1", "<f4", "<f8"}) {
      std::size_t size = dtype == "<f8" ? 8 : dtype == "<f4" ? 4 : 1;
      for (const auto dim : shape) size *= static_cast<std::size_t>(dim);
      const auto header = npy_header(dtype, shape);
      EXPECT_EQ(header.size() % 64, 0u);
      EXPECT_EQ(header.back(), '\n');
      const auto bytes = npy_file(header, size);
      const auto array = parse_npy(bytes, "x");
      EXPECT_EQ(array.dtype, dtype);
      EXPECT_EQ(array.shape, shape);
      EXPECT_EQ(array.values.size(), size);
      EXPECT_EQ(array.values.data(), bytes.data() + header.size());
    }
  }
}

TEST(Npy, ReadsVersion2AndKeysInAnyOrder) {
  const std::string dict = "{'shape':(2,),'fortran_order':False,'descr':'<f4'}";
  std::string header("\x93NUMPY\x02\0", 8);
  header += {static_cast<char>(dict.size()), '\0', '\0', '\0'};
  const auto bytes = npy_file(header + dict, 8);
  EXPECT_EQ(parse_npy(bytes, "x").shape, std::vector<std::int64_t>{2});
}

TEST(Npy, RefusesEveryTruncationAndWhatFollows) {
  const auto bytes = npy_file(npy_header("<f4", {2, 3}), 24);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_TRUE(npy_failure(ByteView(bytes).first(size)).starts_with("x: ")) << size;
  }
  EXPECT_EQ(npy_failure(npy_file(npy_header("<f4", {2, 3}), 23)),
            "x: offset 128: found 23 bytes of values where the shape (2, 3) of '<f4' makes 24");
  EXPECT_EQ(npy_failure(npy_file(npy_header("<f4", {2, 3}), 25)),
            "x: offset 128: found 25 bytes of values where the shape (2, 3) of '<f4' makes 24");
}

TEST(Npy, RefusesOtherFiles) {
  auto bytes = npy_file(npy_header("|u1", {1}), 1);
  bytes[6] = 3;
  EXPECT_EQ(npy_failure(bytes), "x: offset 6: found .npy format 3.0 where 1.0 or 2.0 is needed");
  bytes[6] = 1;
  bytes[9] = 0xff;
  EXPECT_EQ(npy_failure(bytes), "x: offset 8: a header of 65398 bytes where 119 are left");
  bytes[0] = 0;
  EXPECT_EQ(npy_failure(bytes), "x: begins with 0x00 0x4E 0x55 0x4D; it is not a .npy file");
}

TEST(Npy, RefusesOtherDtypesAndOrders) {
  EXPECT_EQ(npy_failure(npy_file(npy_header("<i4", {1}), 4)),
            "x: offset 20: .npy header: found values of '<i4' where '|u1', '<i8', '<f4' or '<f8' "
            "is needed");
  EXPECT_EQ(npy_failure(with_dict("{'descr': '|u1', 'fortran_order': True, 'shape': (1,)}", 1)),
            "x: offset 44: .npy header: fortran_order must be False (save "
            "numpy.ascontiguousarray of the array)");
}

TEST(Npy, RefusesMalformedHeaders) {
  const std::string rest = "'fortran_order': False, 'shape': ";
  const auto shaped = [&](const std::string& shape) {
    return npy_failure(with_dict("{'descr': '|u1', " + rest + shape + "}"));
  };
  const auto at = [](const char* offset, const char* what) {
    return str("x: offset ", offset, ": .npy header: ", what);
  };
  EXPECT_EQ(shaped("(2 3)"), at("63", "expected ','"));
  EXPECT_EQ(shaped("(0)"), at("62", "expected ','"));
  EXPECT_EQ(shaped("(-1,)"), at("61", "not a valid shape"));
  EXPECT_EQ(shaped("(,)"), at("61", "not a valid shape"));
  EXPECT_EQ(shaped("(99999999999999999999,)"), at("61", "not a valid shape"));
  EXPECT_EQ(shaped("(1, 2 3)"), at("66", "expected ')'"));
  EXPECT_EQ(shaped("3"), at("60", "expected '('"));
  EXPECT_EQ(shaped("(4611686018427387904, 4, 0)"),
            "x: the shape (4611686018427387904, 4, 0) is more than any file can hold");
  std::string many = "(";
  for (int i = 0; i < 33; ++i) many += "1,";
  EXPECT_NE(shaped(many + ")").find("not a valid shape"), std::string::npos);

  EXPECT_EQ(npy_failure(with_dict("")), "x: truncated at offset 10");
  EXPECT_EQ(npy_failure(with_dict("{}")), at("10", "needs 'descr', 'fortran_order' and 'shape'"));
  EXPECT_EQ(npy_failure(with_dict("{'descr': '|u1'")), at("25", "expected '}'"));
  EXPECT_EQ(npy_failure(with_dict("{'descr: ")), at("12", "a string without its closing quote"));
  EXPECT_EQ(npy_failure(with_dict("{'descr' '|u1'}")), at("19", "expected ':'"));
  EXPECT_EQ(npy_failure(with_dict("{'a': 1}")), at("11", "'a' is unknown or occurs twice"));
  EXPECT_EQ(npy_failure(with_dict("{'descr': '|u1', 'descr': '|u1'}")),
            at("27", "'descr' is unknown or occurs twice"));
  EXPECT_EQ(npy_failure(with_dict("{'descr': '|u1', " + rest + "()} x")),
            at("64", "unexpected text after the closing '}'"));
}

}  // namespace
}  // namespace gan
