#!/usr/bin/env bash
# usage: scripts/quickstart.sh
#
# From a fresh checkout to digits: sets up, builds, fetches MNIST, trains the recipe
# mnist_fast for a minute or two and draws 100 samples, all into runs/quickstart.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
[[ ${1:-} != -h && ${1:-} != --help ]] || { show_help && exit; }
[[ $# -eq 0 ]] || usage_error "unknown argument '$1'"

run=$root/runs/quickstart
times=''

stage() { # NAME COMMAND...
  local start=$SECONDS
  printf '\n── %s ──\n' "$1"
  "${@:2}"
  times+="${times:+, }$1 $((SECONDS - start)) s"
}

stage 'set-up' scripts/setup.sh
stage 'build' build gan
stage 'data' scripts/get_data.sh mnist
# Leaves a finished run unchanged, and resumes a stopped one.
train() {
  if [[ -f $run/checkpoints/last.pt ]]; then
    build/bin/gan-train --resume "$run"
  else
    build/bin/gan-train --config mnist_fast --data data/mnist --out "$run" --overwrite
  fi
}
stage 'training' train

checkpoint=$(printf '%s\n' "$run"/checkpoints/g_*.pt | sort -V | tail -n 1)
build/bin/gan-sample --ckpt "$checkpoint" --class 0-9 --out "$run/samples.png"

printf '\nTook:       %s\nSamples:    %s\nLosses:     %s\nCheckpoint: %s\n' \
  "$times" "$run/samples.png" "$run/losses.png" "$checkpoint"
