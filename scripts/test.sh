#!/usr/bin/env bash
# usage: scripts/test.sh [--quick] [CTEST-OPTION...]
#
# Sets up, builds, fetches MNIST and runs all tests; passes options to ctest, such as -R Loss.
# The last line counts the tests: N passed, N failed, N skipped.
#
#   --quick   without end-to-end tests and injected faults: two minutes
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
[[ ${1:-} != -h && ${1:-} != --help ]] || { show_help && exit; }
which=()
[[ ${1:-} != --quick ]] || { which=(-LE e2e) && shift; }

scripts/setup.sh --tests
build
scripts/get_data.sh mnist

# Spinning threads of LibTorch starve each other if tests run side by side.
export GOMP_SPINCOUNT=${GOMP_SPINCOUNT:-3000}
# The Python for tests that compare our files with PyTorch's.
export GAN_TRAIN_PYTHON=${GAN_TRAIN_PYTHON:-$venv/bin/python}
processes=$root/build/test-results.xml
results=$root/build/tests/results
rm -rf "$processes" "$results"
code=0
ctest --preset release --parallel "$(nproc)" --no-tests=error --output-junit "$processes" \
  "${which[@]}" "$@" || code=$?
[[ -f $processes ]] || die "ctest wrote no results ($code)"

# Each process records the results of its tests. One that failed without a record counts as a test.
tests=0 failed=0 skipped=0
number() { sed -n "s/.*<testsuites .*$1=\"\([0-9]*\)\".*/\1/p" "$left"; }
while read -r name status; do
  left=$results/${name//\//.}.xml
  failures=0
  if [[ -f $left ]]; then
    tests=$((tests + $(number tests)))
    failures=$(number failures)
    skipped=$((skipped + $(grep -cE 'result="(skipped|suppressed)"' "$left" || true)))
  fi
  if [[ $status != run && $failures -eq 0 && ! ($status == notrun && -f $left) ]]; then
    say "$name did not finish"
    tests=$((tests + 1)) failures=1
  fi
  failed=$((failed + failures))
done < <(sed -n 's/.*<testcase name="\([^"]*\)".* status="\([a-z]*\)".*/\1 \2/p' "$processes")
echo "$((tests - failed - skipped)) passed, $failed failed, $skipped skipped"
exit "$code"
