#!/usr/bin/env bash
# usage: scripts/tidy.sh [--changed | FILE...]
#
# Runs clang-tidy with the settings of .clang-tidy over everything that the build compiles, tests
# included (four minutes on two cores), or over the given files. Needs a build.
#
#   --changed              only files changed since the last release, or since the branch left
#                          origin/main; without either, or on origin/main itself, the program
#                          without its tests; everything if the settings changed
#   GAN_TRAIN_BASE=COMMIT  (environment) files changed since that commit
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
[[ ${1:-} != -h && ${1:-} != --help ]] || { show_help && exit; }

[[ -f build/compile_commands.json ]] || die 'no build found; run cmake --preset release'
ensure_tool clang-tidy "$clang_tidy_version"

# If scripts/test.sh configured the build, files that see LibTorch are compiled a dozen at a time,
# which makes this twelve times faster too. All other files in the build folder are generated.
compiled() {
  sed -n 's/^ *"file": "\(.*\)",\?$/\1/p' build/compile_commands.json |
    grep -e /Unity/ -e "^$root/src/" -e "^$root/tests/"
}

program() { compiled | grep -v -e "^$root/build/tests/" -e "^$root/tests/"; }

changed() {
  local base=${GAN_TRAIN_BASE:-} names
  [[ -n $base ]] || base=$(git describe --tags --abbrev=0 2>/dev/null) ||
    base=$(git merge-base HEAD origin/main 2>/dev/null) || { program && return; }
  [[ $(git rev-parse "$base^{commit}") != "$(git rev-parse HEAD)" ]] || { program && return; }
  names=$(git diff --name-only --diff-filter=d "$base" --) || { compiled && return; }
  if grep -qxE '\.clang-tidy|(.*/)?CMakeLists\.txt|scripts/(tidy|common)\.sh' <<<"$names"; then
    compiled
  else
    { echo "$names" && git ls-files --others --exclude-standard; } |
      grep -E '^(src|include|tests)/.*\.[ch]pp$' | grep -vE '^tests/(fuzz|install)/' || true
  fi
}

case ${1:-} in
  '') mapfile -t files < <(compiled) ;;
  --changed) mapfile -t files < <(changed) ;;
  *) files=("$@") ;;
esac
[[ ${#files[@]} -gt 0 ]] || { say 'nothing changed' && exit; }
# GCC has OpenMP's header among its own headers, which clang can't use.
headers=$(mktemp -d)
trap 'rm -rf "$headers"' EXIT
ln -s "$(c++ -print-file-name=include/omp.h)" "$headers"
printf '%s\0' "${files[@]}" | xargs -0 -n 1 -P "$(nproc)" \
  "$venv/bin/clang-tidy" -p build --quiet --checks=-bugprone-suspicious-include \
  --extra-arg=-isystem"$headers"
say "${#files[@]} files are clean"
