#!/usr/bin/env bash
# usage: scripts/tidy.sh [FILE...]
#
# Runs clang-tidy as .clang-tidy says, over the layers that don't see LibTorch (seconds a
# file) or over the files named (a file with LibTorch takes about 20 s). Needs a build.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
[[ ${1:-} != -h && ${1:-} != --help ]] || { show_help && exit; }

[[ -f build/compile_commands.json ]] || die 'no build yet: cmake --preset release'
ensure_tool clang-tidy "$clang_tidy_version"

files=("$@")
[[ $# -gt 0 ]] || files=(src/{core,config,formats}/*.cpp)
printf '%s\0' "${files[@]}" | xargs -0 -n 1 -P "$(nproc)" \
  "$venv/bin/clang-tidy" -p build --quiet --extra-arg=-Wno-unknown-warning-option
say 'clean'
