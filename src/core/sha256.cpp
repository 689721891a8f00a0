#include "gan_train/core/sha256.hpp"

#include <array>
#include <bit>
#include <cmath>

namespace gan {
namespace {

// Names and constants as in FIPS 180-4.
using Words = std::array<std::uint32_t, 8>;

struct Constants {
  Words initial;                    // from the square roots of the first 8 primes
  std::array<std::uint32_t, 64> k;  // from the cube roots of the first 64
};

// The first 32 bits of what follows the point; a long double has enough of them.
std::uint32_t fraction_bits(long double x) {
  return static_cast<std::uint32_t>((x - std::floor(x)) * 0x1p32L);
}

Constants make_constants() {
  Constants constants{};
  std::size_t found = 0;
  for (int n = 2; found < constants.k.size(); ++n) {
    bool prime = true;
    for (int d = 2; d * d <= n; ++d) prime = prime && n % d != 0;
    if (!prime) continue;
    const auto p = static_cast<long double>(n);
    if (found < constants.initial.size()) constants.initial[found] = fraction_bits(std::sqrt(p));
    constants.k[found++] = fraction_bits(std::cbrt(p));
  }
  return constants;
}

void compress(Words& h, ByteView block, const std::array<std::uint32_t, 64>& k) {
  std::array<std::uint32_t, 64> w;
  for (std::size_t t = 0; t < 16; ++t) {
    w[t] = std::uint32_t{block[4 * t]} << 24 | std::uint32_t{block[4 * t + 1]} << 16 |
           std::uint32_t{block[4 * t + 2]} << 8 | block[4 * t + 3];
  }
  for (std::size_t t = 16; t < 64; ++t) {
    const auto a = w[t - 15];
    const auto b = w[t - 2];
    w[t] = w[t - 16] + w[t - 7] + (std::rotr(a, 7) ^ std::rotr(a, 18) ^ a >> 3) +
           (std::rotr(b, 17) ^ std::rotr(b, 19) ^ b >> 10);
  }
  Words s = h;
  for (std::size_t t = 0; t < 64; ++t) {
    const auto [a, b, c, d, e, f, g, last] = s;
    const auto t1 = last + (std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25)) +
                    ((e & f) ^ (~e & g)) + k[t] + w[t];
    const auto t2 =
        (std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    s = {t1 + t2, a, b, c, d + t1, e, f, g};
  }
  for (std::size_t i = 0; i < h.size(); ++i) h[i] += s[i];
}

}  // namespace

std::string sha256_hex(ByteView bytes) {
  static const Constants kConstants = make_constants();
  Words h = kConstants.initial;
  const std::size_t whole = bytes.size() / 64 * 64;
  for (std::size_t i = 0; i < whole; i += 64) compress(h, bytes.subspan(i, 64), kConstants.k);

  // The rest, a one bit, zeros, and the number of bits in the last eight bytes.
  Bytes tail(bytes.begin() + static_cast<std::ptrdiff_t>(whole), bytes.end());
  tail.push_back(0x80);
  tail.resize((tail.size() + 8 + 63) / 64 * 64);
  const std::uint64_t bits = std::uint64_t{bytes.size()} * 8;
  for (std::size_t i = 0; i < 8; ++i) {
    tail[tail.size() - 1 - i] = static_cast<std::uint8_t>(bits >> (8 * i));
  }
  for (std::size_t i = 0; i < tail.size(); i += 64) {
    compress(h, ByteView(tail).subspan(i, 64), kConstants.k);
  }

  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (const std::uint32_t word : h) {
    for (int shift = 28; shift >= 0; shift -= 4) hex += kDigits[word >> shift & 15];
  }
  return hex;
}

}  // namespace gan
