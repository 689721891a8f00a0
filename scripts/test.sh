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

# Threads of LibTorch that spin while they wait starve each other where tests run side by side.
export GOMP_SPINCOUNT=${GOMP_SPINCOUNT:-3000}
# The tests that hold our files against PyTorch's run this one.
export GAN_TRAIN_PYTHON=${GAN_TRAIN_PYTHON:-$venv/bin/python}
results=$root/build/test-results.xml
rm -f "$results"
code=0
ctest --preset release --parallel "$(nproc)" --no-tests=error --output-junit "$results" "$@" || code=$?

[[ -f $results ]] || die "ctest left no results ($code)"
count() { grep -c "$1" "$results" || true; }
passed=$(count '<testcase .* status="run"')
# What ctest could not even start it calls skipped too, without the reason of a true skip.
skipped=$(($(count '<skipped message="SKIP_') + $(count '<testcase .* status="disabled"')))
echo "$passed passed, $(($(count '<testcase ') - passed - skipped)) failed, $skipped skipped"
exit "$code"
