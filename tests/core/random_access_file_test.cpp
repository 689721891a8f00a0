#include "core/random_access_file.hpp"

#include <fstream>
#include <gtest/gtest.h>
#include <utility>

#include "message.hpp"
#include "scratch_folder.hpp"
#include "temp_folder.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;

Bytes read_from(const RandomAccessFile& file, std::uint64_t offset, std::size_t count) {
  Bytes bytes(count);
  file.read(offset, bytes);
  return bytes;
}

TEST(RandomAccessFile, ReadsHereAndThere) {
  const TempFolder folder;
  write_file(folder / "x", Bytes{0, 1, 2, 3, 4, 5, 6, 7});
  RandomAccessFile opened(folder / "x");
  const RandomAccessFile file(std::move(opened));
  EXPECT_EQ(file.size(), 8U);
  file.prefetch(2, 3);
  EXPECT_EQ(read_from(file, 5, 3), (Bytes{5, 6, 7}));
  EXPECT_EQ(read_from(file, 0, 2), (Bytes{0, 1}));
  EXPECT_EQ(read_from(file, 8, 0), Bytes{});
}

TEST(RandomAccessFile, NamesWhatCannotBeOpened) {
  const TempFolder folder;
  EXPECT_EQ(message_of([] { RandomAccessFile("no/such/file"); }),
            "no/such/file: cannot open: No such file or directory");
  EXPECT_EQ(message_of([&] { RandomAccessFile(folder.path()); }),
            folder.path().string() + ": is not a regular file");
}

TEST(RandomAccessFile, AFileThatIsCutShortIsAnErrorThatNamesIt) {
  const TempFolder folder;
  write_file(folder / "x", Bytes(10000));
  const RandomAccessFile file(folder / "x");
  fs::resize_file(folder / "x", 6000);
  EXPECT_EQ(read_from(file, 5000, 1000), Bytes(1000));
  const std::string message = message_of([&] { read_from(file, 5500, 1000); });
  EXPECT_EQ(message, (folder / "x").string() +
                         ": ends at or before offset 6000, where 500 more bytes were expected; "
                         "the file became shorter while it was read");
}

TEST(RandomAccessFile, AScratchFileHoldsWhatIsAppendedAndHasNoName) {
  const ScratchFolder folder;
  auto file = RandomAccessFile::scratch(5);
  EXPECT_TRUE(fs::is_empty(folder.path()));
  file.append(Bytes{1, 2, 3});
  file.append(Bytes{4, 5});
  EXPECT_EQ(file.size(), 5U);
  EXPECT_EQ(read_from(file, 2, 3), (Bytes{3, 4, 5}));
  EXPECT_NE(file.name().find(folder.path().string()), std::string::npos) << file.name();
}

TEST(RandomAccessFile, AScratchFileThatFindsNoRoomSaysWhereToMakeSome) {
  const ScratchFolder folder;
  const auto failure = [](std::uint64_t bytes) {
    return message_of([&] { RandomAccessFile::scratch(bytes); });
  };
  const std::string full = failure(std::uint64_t{1} << 62);
  EXPECT_TRUE(full.starts_with(folder.path().string() + ": cannot make a temporary file of "))
      << full;
  EXPECT_NE(full.find("; set TMPDIR to a folder with room"), std::string::npos) << full;
  fs::remove(folder.path());
  const std::string gone = failure(1);
  EXPECT_NE(gone.find("1 MiB: No such file or directory; set TMPDIR"), std::string::npos) << gone;
}

}  // namespace
}  // namespace gan
