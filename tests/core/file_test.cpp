#include "core/file.hpp"

#include <csignal>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <set>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "message.hpp"
#include "temp_folder.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class File : public ::testing::Test {
 protected:
  std::set<std::string> names() const {
    std::set<std::string> found;
    for (const auto& entry : fs::directory_iterator(folder_)) found.insert(entry.path().filename());
    return found;
  }
  /// The error of the action, after the folder's name.
  template <typename Action>
  std::string message_of(Action action) const {
    return gan::message_of(action).substr(folder_.string().size() + 1);
  }

  TempFolder temp_;
  const fs::path folder_ = temp_.path();
};

/// Limits the size of files to `bytes` during its lifetime: a full disk for one process.
class SmallDisk {
 public:
  explicit SmallDisk(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit small{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
  }
  ~SmallDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  void (*handler_)(int);
  rlimit before_{};
};

TEST_F(File, WritesWholeFilesAndLeavesNothingElse) {
  write_file(folder_ / "a", "one");
  write_file(folder_ / "a", "two");
  EXPECT_EQ(text_of(folder_ / "a"), "two");
  EXPECT_EQ(names(), std::set<std::string>{"a"});
}

TEST_F(File, TheOldFileStandsUntilCommit) {
  write_file(folder_ / "a", "old");
  {
    AtomicFile file(folder_ / "a");
    file.write("ne");
    file.write("w");
    EXPECT_EQ(text_of(folder_ / "a"), "old");
    file.commit();
    EXPECT_EQ(text_of(folder_ / "a"), "new");
  }
  EXPECT_EQ(text_of(folder_ / "a"), "new");
}

TEST_F(File, WithoutCommitNothingHappened) {
  write_file(folder_ / "a", "old");
  {
    AtomicFile(folder_ / "a").write("new");
  }
  {
    AtomicFile(folder_ / "b").write("new");
  }
  EXPECT_EQ(text_of(folder_ / "a"), "old");
  EXPECT_EQ(names(), std::set<std::string>{"a"});
}

TEST_F(File, AFailedWriteLeavesTheOldFileAndNoTemporary) {
  write_file(folder_ / "a", "old");
  const std::string big(100000, 'x');
  {
    const SmallDisk disk(1000);
    EXPECT_EQ(message_of([&] { write_file(folder_ / "a", big); }),
              "a: cannot write: File too large");
  }
  EXPECT_EQ(text_of(folder_ / "a"), "old");
  EXPECT_EQ(names(), std::set<std::string>{"a"});
}

TEST_F(File, OnlyARegularFileIsReplaced) {
  fs::create_directories(folder_ / "a" / "b");
  EXPECT_EQ(message_of([&] { write_file(folder_ / "a", "x"); }),
            "a: is not a regular file; name another to write to");
  EXPECT_EQ(names(), std::set<std::string>{"a"});
  EXPECT_TRUE(fs::exists(folder_ / "a" / "b"));
}

TEST_F(File, ALinkIsWrittenThrough) {
  write_file(folder_ / "target", "old");
  fs::create_symlink("target", folder_ / "link");
  write_file(folder_ / "link", "new");
  EXPECT_TRUE(fs::is_symlink(folder_ / "link"));
  EXPECT_EQ(read_file(folder_ / "target"), Bytes({'n', 'e', 'w'}));
}

TEST_F(File, AFolderThatGoesAwayIsAnError) {
  fs::create_directory(folder_ / "d");
  AtomicFile file(folder_ / "d" / "a");
  fs::remove_all(folder_ / "d");
  file.write("x");
  EXPECT_EQ(message_of([&] { file.commit(); }),
            "d/a: cannot put in place (rename): No such file or directory");
  EXPECT_EQ(message_of([&] { write_file(folder_ / "d" / "a", "x"); }),
            "d/a: cannot create: No such file or directory");
}

TEST_F(File, AReadOnlyFolderIsAnError) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write anywhere";
  write_file(folder_ / "a", "old");
  fs::permissions(folder_, fs::perms::owner_read | fs::perms::owner_exec);
  EXPECT_EQ(message_of([&] { write_file(folder_ / "a", "x"); }),
            "a: cannot create: Permission denied");
  fs::permissions(folder_, fs::perms::owner_all);
  EXPECT_EQ(text_of(folder_ / "a"), "old");
}

TEST_F(File, ReadsWhatWasWritten) {
  Bytes bytes(70000);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * 7);
  write_file(folder_ / "a", bytes);
  EXPECT_EQ(read_file(folder_ / "a"), bytes);
  EXPECT_EQ(read_file(folder_ / "a", 70000), bytes);
  write_file(folder_ / "empty", "");
  EXPECT_TRUE(read_file(folder_ / "empty").empty());
}

TEST_F(File, RefusesToRead) {
  write_file(folder_ / "a", "12345");
  fs::create_directory(folder_ / "d");
  EXPECT_EQ(message_of([&] { read_file(folder_ / "a", 4); }),
            "a: holds 5 bytes; at most 4 are allowed");
  EXPECT_EQ(message_of([&] { read_file(folder_ / "b"); }),
            "b: cannot open: No such file or directory");
  EXPECT_EQ(message_of([&] { read_file(folder_ / "d"); }), "d: is not a regular file");
}

TEST_F(File, AppendsLines) {
  {
    AppendFile(folder_ / "a").line("1,2");
  }
  {
    AppendFile file(folder_ / "a");
    file.line("3,4");
    EXPECT_EQ(text_of(folder_ / "a"), "1,2\n3,4\n");
  }
  const SmallDisk disk(4);
  EXPECT_EQ(message_of([&] { AppendFile(folder_ / "a").line("5"); }),
            "a: cannot write: File too large");
}

TEST_F(File, MakesFolders) {
  make_folders(folder_ / "x" / "y");
  make_folders(folder_ / "x" / "y");
  EXPECT_TRUE(fs::is_directory(folder_ / "x" / "y"));
  write_file(folder_ / "a", "");
  EXPECT_EQ(message_of([&] { make_folders(folder_ / "a" / "b"); }),
            "a/b: cannot create the folder: Not a directory");
}

TEST_F(File, ANamedPipeIsRefusedInsteadOfWaitedFor) {
  ASSERT_EQ(mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(message_of([&] { read_file(folder_ / "pipe"); }), "pipe: is not a regular file");
}

TEST_F(File, AKeptFileHoldsTheOldBytesOnceTheNewOnesStand) {
  write_file(folder_ / "last", "one");
  write_file(folder_ / "previous", "zero");
  {
    const BackupFile given_up(folder_ / "last", folder_ / "previous");
  }
  EXPECT_EQ(text_of(folder_ / "previous"), "zero");
  BackupFile kept(folder_ / "last", folder_ / "previous");
  write_file(folder_ / "last", "two");
  EXPECT_EQ(text_of(folder_ / "previous"), "zero");
  kept.commit();
  EXPECT_EQ(text_of(folder_ / "previous"), "one");
  EXPECT_EQ(text_of(folder_ / "last"), "two");
}

TEST_F(File, TemporariesAreKnownByTheirNames) {
  EXPECT_EQ(target_of_temporary("a/last.pt.tmp12"), "a/last.pt");
  for (const char* name : {"a/last.pt", "a/last.pt.tmp", "a/last.tmpx1", "a/tmp12"}) {
    EXPECT_EQ(target_of_temporary(name), "") << name;
  }
}

TEST_F(File, AValueStandsBehindItsKey) {
  write_file(folder_ / "info", "processor\t: 0\nmodel name\t: A: B \nmodel name\t: C\nflags\n");
  EXPECT_EQ(value_in(folder_ / "info", "model name"), "A: B");
  EXPECT_EQ(value_in(folder_ / "info", "flags"), "");
  EXPECT_EQ(value_in(folder_ / "absent", "flags"), "");
}

}  // namespace
}  // namespace gan
