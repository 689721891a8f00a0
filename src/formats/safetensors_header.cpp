#include "formats/safetensors_header.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "core/text.hpp"
#include "gan_train/core/error.hpp"

namespace gan {
namespace {

constexpr std::array<std::pair<PtType, std::string_view>, 6> kDtypes = {{
    {PtType::kUint8, "U8"},
    {PtType::kInt64, "I64"},
    {PtType::kFloat16, "F16"},
    {PtType::kBfloat16, "BF16"},
    {PtType::kFloat32, "F32"},
    {PtType::kFloat64, "F64"},
}};

// Accepts only the JSON that a header may have, an object of string maps and tensor fields, and
// throws at anything else, so that a hostile header costs no more than its own size.
class HeaderReader : public nlohmann::json_sax<nlohmann::json> {
 public:
  HeaderReader(std::size_t offset, std::string_view name, Metadata& metadata)
      : offset_(offset), name_(name), metadata_(metadata) {}

  std::vector<SafetensorsEntry> take_entries() { return std::move(entries_); }

  bool start_object(std::size_t /*size*/) override {
    if (depth_ == keys_.size() || numbers_ != nullptr) unexpected("'{'");
    keys_[depth_++].clear();
    if (depth_ == 2 && !is_metadata()) entries_.push_back({.name = outer_});
    return true;
  }

  bool key(std::string& key) override {
    if (!keys_[depth_ - 1].insert(key).second) fail(in_quotes(key), " occurs twice");
    if (depth_ == 2 && !is_metadata() && key != "dtype" && key != "shape" &&
        key != "data_offsets") {
      fail("the key ", in_quotes(key), " of ", in_quotes(outer_), " is unknown");
    }
    (depth_ == 1 ? outer_ : inner_) = std::move(key);
    return true;
  }

  bool end_object() override {
    if (--depth_ == 0 || is_metadata()) return true;
    if (keys_[1].size() != 3 || offsets_.size() != 2) {
      fail(in_quotes(outer_), " needs 'dtype', 'shape' and two 'data_offsets'");
    }
    entries_.back().begin = static_cast<std::uint64_t>(offsets_[0]);
    entries_.back().end = static_cast<std::uint64_t>(offsets_[1]);
    offsets_.clear();
    return true;
  }

  bool string(std::string& text) override {
    if (depth_ == 2 && is_metadata()) {
      metadata_.emplace_back(inner_, std::move(text));
      return true;
    }
    if (depth_ != 2 || inner_ != "dtype" || numbers_ != nullptr) unexpected(in_quotes(text));
    const auto known = std::ranges::find(kDtypes, text, &decltype(kDtypes)::value_type::second);
    if (known == kDtypes.end()) {
      fail(in_quotes(outer_), " holds values of ", in_quotes(text),
           "; U8, I64, F16, BF16, F32 and F64 are known");
    }
    entries_.back().tensor.type = known->first;
    return true;
  }

  bool start_array(std::size_t /*size*/) override {
    const bool is_list = inner_ == "shape" || inner_ == "data_offsets";
    if (depth_ != 2 || is_metadata() || !is_list || numbers_ != nullptr) unexpected("'['");
    numbers_ = inner_ == "shape" ? &entries_.back().tensor.shape : &offsets_;
    return true;
  }

  bool end_array() override {
    numbers_ = nullptr;
    return true;
  }

  bool number_unsigned(std::uint64_t number) override {
    if (numbers_ == nullptr) unexpected(number);
    if (std::cmp_greater(number, std::numeric_limits<std::int64_t>::max())) no_whole_number();
    numbers_->push_back(static_cast<std::int64_t>(number));
    return true;
  }

  bool number_integer(std::int64_t /*number*/) override { no_whole_number(); }
  bool number_float(double /*number*/, const std::string& /*text*/) override { no_whole_number(); }
  bool boolean(bool value) override { unexpected(value ? "true" : "false"); }
  bool null() override { unexpected("null"); }
  bool binary(nlohmann::json::binary_t& /*value*/) override { unexpected("bytes"); }

  bool parse_error(std::size_t position, const std::string& /*token*/,
                   const nlohmann::json::exception& /*error*/) override {
    throw run_error(name_, ": offset ", offset_ + position - 1,
                    ": safetensors header: not valid JSON");
  }

 private:
  template <typename... Args>
  [[noreturn]] void fail(const Args&... args) const {
    throw run_error(name_, ": safetensors header: ", args...);
  }
  [[noreturn]] void unexpected(const auto& what) const {
    fail("unexpected ", what, " in ", in_quotes(outer_));
  }
  [[noreturn]] void no_whole_number() const {
    fail("expected a whole number in ", in_quotes(outer_));
  }

  bool is_metadata() const { return outer_ == kSafetensorsMetadata; }

  std::vector<SafetensorsEntry> entries_;
  std::size_t offset_;
  std::string_view name_;
  Metadata& metadata_;
  std::size_t depth_ = 0;                         // number of open objects
  std::array<std::set<std::string>, 2> keys_;     // of each open object
  std::string outer_, inner_;                     // the last key of each
  std::vector<std::int64_t>* numbers_ = nullptr;  // destination of the open array's numbers
  std::vector<std::int64_t> offsets_;
};

}  // namespace

std::vector<SafetensorsEntry> parse_safetensors_header(std::string_view text, std::size_t offset,
                                                       std::string_view name, Metadata& metadata) {
  // The parser alone would accept a byte-order mark, and would take a null byte for the end.
  const auto null = text.find('\0');
  if (!text.starts_with('{') || null != std::string_view::npos) {
    throw run_error(name, ": offset ", offset + (text.starts_with('{') ? null : 0),
                    ": safetensors header: it must begin with '{' and hold no null byte");
  }
  HeaderReader reader(offset, name, metadata);
  nlohmann::json::sax_parse(text, &reader);
  return reader.take_entries();
}

std::string_view safetensors_dtype(PtType type) {
  return std::ranges::find(kDtypes, type, &std::pair<PtType, std::string_view>::first)->second;
}

}  // namespace gan
