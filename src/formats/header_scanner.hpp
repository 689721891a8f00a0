#pragma once

#include <algorithm>
#include <string_view>

#include "gan_train/core/error.hpp"

namespace gan {

/// Reads the text of a file's header from left to right. It begins at `offset` of the file `name`;
/// `what` is the word for it. Errors name all three.
class HeaderScanner {
 public:
  HeaderScanner(std::string_view text, std::size_t offset, std::string_view name,
                std::string_view what)
      : text_(text), offset_(offset), name_(name), what_(what) {}

 protected:
  [[noreturn]] void fail_at(std::size_t at, std::string_view problem) const {
    throw run_error(name_, ": offset ", offset_ + at, ": ", what_, " header: ", problem);
  }
  [[noreturn]] void fail(std::string_view problem) const { fail_at(at_, problem); }

  void skip_space() { at_ = std::min(text_.find_first_not_of(" \n\r\t", at_), text_.size()); }

  bool accept(char wanted) {
    skip_space();
    if (at_ == text_.size() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }

  void expect(char wanted) {
    if (!accept(wanted)) fail(str("expected '", wanted, "'"));
  }

  void expect_end() {
    skip_space();
    if (at_ != text_.size()) fail("something follows the closing '}'");
  }

  std::string_view text_;
  std::size_t at_ = 0;  ///< in text_, what to read next

 private:
  std::size_t offset_;
  std::string_view name_;
  std::string_view what_;
};

}  // namespace gan
