#!/usr/bin/env bash
# usage: scripts/test.sh [CTEST-OPTION...]
#
# Sets up, builds, fetches MNIST and runs all tests; options go to ctest, such as -R losses.
# The last line counts: N passed, N failed.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
[[ ${1:-} != -h && ${1:-} != --help ]] || { show_help && exit; }

scripts/setup.sh --tests
build
scripts/get_data.sh mnist

results=$root/build/test-results.xml
rm -f "$results"
code=0
ctest --preset release --parallel "$(nproc)" --no-tests=error --output-junit "$results" "$@" || code=$?

count() { sed -n "0,/ $1=/s/.* $1=\"\([0-9]*\)\".*/\1/p" "$results"; }
[[ -f $results ]] || die "ctest left no results ($code)"
failed=$(count failures)
skipped=$(($(count skipped) + $(count disabled)))
echo "$(($(count tests) - failed - skipped)) passed, $failed failed, $skipped skipped"
exit "$code"
