#!/usr/bin/env bash
# usage: scripts/tidy.sh [FILE...]
#
# Runs clang-tidy as .clang-tidy says, over all that the build compiles, tests too (six minutes
# on two cores), or over the files named. Needs a build.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
[[ ${1:-} != -h && ${1:-} != --help ]] || { show_help && exit; }

[[ -f build/compile_commands.json ]] || die 'no build yet: cmake --preset release'
ensure_tool clang-tidy "$clang_tidy_version"

# Where scripts/test.sh configured the build, what sees LibTorch is compiled a dozen files at a
# time: twelve times quicker here, too. What else lies in the build folder was generated.
mapfile -t files < <(if [[ $# -gt 0 ]]; then
  printf '%s\n' "$@"
else
  sed -n 's/^ *"file": "\(.*\)",\?$/\1/p' build/compile_commands.json |
    grep -e /Unity/ -e "^$root/src/" -e "^$root/tests/"
fi)
# GCC keeps OpenMP's header among its own, which are not for clang.
headers=$(mktemp -d)
trap 'rm -rf "$headers"' EXIT
ln -s "$(c++ -print-file-name=include/omp.h)" "$headers"
printf '%s\0' "${files[@]}" | xargs -0 -n 1 -P "$(nproc)" \
  "$venv/bin/clang-tidy" -p build --quiet --checks=-bugprone-suspicious-include \
  --extra-arg=-isystem"$headers"
say "${#files[@]} files are clean"
