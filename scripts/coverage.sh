#!/usr/bin/env bash
# usage: scripts/coverage.sh [CTEST OPTION...]
#
# Builds with counters, runs the tests and prints the share of src/ and include/ that they reach;
# build-coverage/report/index.html shows the lines. The build takes a quarter of an hour, and so do
# the tests.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
[[ ${1:-} != -h && ${1:-} != --help ]] || { show_help && exit; }

scripts/setup.sh --tests
ensure_tool gcovr "$gcovr_version"
cmake --preset coverage -DGAN_TRAIN_UNITY=ON
cmake --build --preset coverage
find build-coverage -name '*.gcda' -delete
GOMP_SPINCOUNT=3000 GAN_TRAIN_PYTHON=$venv/bin/python \
  ctest --preset coverage --parallel "$(nproc)" "$@" || say 'some tests failed; the lines they reached are counted'
mkdir -p build-coverage/report
"$venv/bin/gcovr" --root . --filter src/ --filter include/ --gcov-ignore-errors all \
  --gcov-ignore-parse-errors all --exclude-throw-branches --html-details build-coverage/report/index.html \
  --txt --txt-summary build-coverage
