#!/usr/bin/env bash
# usage: scripts/fuzz.sh [--runs N] [--minutes M] [--timeout S] [PARSER...]
#
# Builds the fuzzers with clang and feeds each parser (default: all of tests/fuzz) N damaged files
# (default 20000), for at most M minutes (default: no limit). Files that reach new code are kept in
# build-fuzz/corpus, from which the next run continues.
#
# Prints one line per parser. A file that crashes a parser, needs more memory than its size and
# 64 MiB, or takes more than S seconds (default 1) ends that parser's run: the file is kept in
# build-fuzz/crashes, the report in build-fuzz/PARSER.log, and the exit code is 1.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

runs=20000 minutes=0 timeout=1
parsers=()
known=(tests/fuzz/*_fuzzer.cpp)
known=("${known[@]##*/}")
known=("${known[@]%_fuzzer.cpp}")

while [[ $# -gt 0 ]]; do
  case $1 in
    -h | --help) show_help && exit ;;
    --runs | --minutes | --timeout)
      [[ ${2:-} =~ ^[1-9][0-9]*$ ]] || usage_error "$1 needs a whole number from 1"
      declare "${1#--}=$2"
      shift
      ;;
    *)
      [[ " ${known[*]} " == *" $1 "* ]] || usage_error "unknown parser '$1': ${known[*]} are known"
      parsers+=("$1")
      ;;
  esac
  shift
done
[[ ${#parsers[@]} -gt 0 ]] || parsers=("${known[@]}")

# clang++ alone is not enough: Debian has its fuzzer runtime in a separate package.
can_fuzz() {
  clang++ -fsanitize=fuzzer,address -x c++ -o /dev/null - 2>/dev/null <<<'
    extern "C" int LLVMFuzzerTestOneInput(const unsigned char*, unsigned long) { return 0; }'
}
can_fuzz || die 'fuzzers need clang++ with libFuzzer; scripts/setup.sh --tests installs both' \
  '(Debian: clang libclang-rt-dev)'

build=$root/build-fuzz
say "building in $build"
[[ -f $build/build.ninja ]] || quietly cmake --preset fuzz -DGAN_TRAIN_UNITY=ON
quietly cmake --build --preset fuzz
"$build/tests/fuzz/fuzz_seeds" configs "$build/seeds"
mkdir -p "$build/crashes"

# A small quarantine, so that freed memory does not hide memory in use. The fuzzers check each file
# against its limit (see fuzz.cpp); these limits show earlier where memory goes, and end a leak.
export ASAN_OPTIONS=quarantine_size_mb=8${ASAN_OPTIONS:+:$ASAN_OPTIONS}
options=(-runs="$runs" -max_total_time=$((60 * minutes)) -timeout="$timeout"
  -malloc_limit_mb=64 -rss_limit_mb=512 -print_final_stats=1)

fuzz() { # PARSER
  local corpus=$build/corpus/$1 log=$build/$1.log start=$SECONDS dictionary code=0
  local found=(-artifact_prefix="$build/crashes/$1-")
  for dictionary in {tests/fuzz,"$build/seeds"}/"$1.dict"; do
    [[ ! -f $dictionary ]] || found+=(-dict="$dictionary")
  done
  mkdir -p "$corpus"
  "$build/tests/fuzz/$1_fuzzer" "${options[@]}" "${found[@]}" "$corpus" "$build/seeds/$1" \
    >"$log" 2>&1 </dev/null || code=$?
  figure() { awk -v name="stat::$1:" '$1 == name { print $2 }' "$log"; }
  say "$1: $(figure number_of_executed_units) files in $((SECONDS - start)) s," \
    "$(grep -o 'cov: [0-9]*' "$log" | tail -n 1 | cut -c 6-) branches covered," \
    "$(figure peak_rss_mb) MB at most, $([[ $code -eq 0 ]] && echo 'no crash' || echo 'CRASH')"
  [[ $code -eq 0 ]] && return
  sed -n 's/.*Test unit written to //p' "$log"
  return 1
}

code=0
for parser in "${parsers[@]}"; do
  fuzz "$parser" || code=1
done
exit "$code"
