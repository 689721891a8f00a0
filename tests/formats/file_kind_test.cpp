#include "formats/file_kind.hpp"

#include <gtest/gtest.h>

#include "formats/npy.hpp"

namespace gan {
namespace {

using namespace std::string_view_literals;

TEST(FileKind, IsToldByTheFirstBytes) {
  EXPECT_EQ(file_kind("PK\3\4rest"), "a zip archive");
  EXPECT_EQ(file_kind(npy_header("|u1", {2, 3})), "an npy array");
  EXPECT_EQ(file_kind("\x89PNG\r\n\x1a\nrest"), "a PNG picture");
  EXPECT_EQ(file_kind("\xff\xd8\xff\xe0"), "a JPEG picture");
  EXPECT_EQ(file_kind("RIFF1234WEBPVP8 "), "a WebP picture");
  EXPECT_EQ(file_kind("BM1234\0\0\0\0rest"sv), "a BMP picture");
  EXPECT_EQ(file_kind("\x1f\x8b\x08"), "a gzip file");
  EXPECT_EQ(file_kind(std::string(257, '\0') + "ustar"), "a tar archive");
  EXPECT_EQ(file_kind("\0\0\x08\x03\0\0\0\x0a"sv), "an IDX file");
  EXPECT_EQ(file_kind("\x80\x02}q\0."sv), "a Python pickle");
  EXPECT_EQ(file_kind("\x10\0\0\0\0\0\0\0{\"a\""sv), "a safetensors file");
  EXPECT_EQ(file_kind(""), "an empty file");
  EXPECT_EQ(file_kind("epoch,loss\n1,0.5\n"), "text");
  EXPECT_EQ(file_kind("\x01\x02\x03"), "");
}

TEST(FileKind, KnowsWhatComesInsteadOfADownload) {
  EXPECT_EQ(file_kind("version https://git-lfs.github.com/spec/v1\noid sha256:00\n"),
            "a pointer of Git LFS; fetch the file with 'git lfs pull'");
  for (const auto* page : {"<!DOCTYPE html><html>", "\n <HTML lang=en>", "\xef\xbb\xbf<head>"}) {
    EXPECT_EQ(file_kind(page), "a web page (HTML)") << page;
  }
}

TEST(FileKind, OfTextMayEndWithinACharacter) {
  EXPECT_EQ(file_kind("na\xc3\xafve \xe2\x82"), "text");
  EXPECT_EQ(file_kind("\xe2\x28\xa1"), "");
}

TEST(FileKind, NeedsTheWholeSignature) {
  EXPECT_EQ(file_kind("1234WEBPWEBP"), "text");
  EXPECT_EQ(file_kind("RIFF"), "text");
  EXPECT_EQ(file_kind("12345678{\"a\""), "text");
}

}  // namespace
}  // namespace gan
