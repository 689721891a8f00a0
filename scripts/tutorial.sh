#!/usr/bin/env bash
# usage: scripts/tutorial.sh
#
# Runs every command of docs/tutorial.md, as it stands there, in a folder of its own beside
# the data. Needs a build and MNIST.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
[[ ${1:-} != -h && ${1:-} != --help ]] || { show_help && exit; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ln -s "$root/data" "$work/data"
mapfile -t commands < <(sed -n 's/^    \$ //p' docs/tutorial.md)
[[ ${#commands[@]} -gt 0 ]] || die 'docs/tutorial.md holds no commands'
export PATH=$root/build/bin:$PATH
cd "$work"
for command in "${commands[@]}"; do
  say "\$ $command"
  bash -c "$command" || die "the tutorial's command fails: $command"
done
for made in mine.ini runs/first/report.html digits.png sevens.png compared.html; do
  [[ -s $made ]] || die "the tutorial's commands left no $made"
done
# What gan-eval measures by must know the digits (docs/quality.md says 99.4 %).
accuracy=$(sed -nE 's/.*"features": "LeNet classifier of [^,]*, ([0-9.]+) % .*/\1/p' runs/first/evaluation.json)
awk -v found="$accuracy" 'BEGIN { exit !(found >= 99.2) }' ||
  die "the classifier of digits is right about '$accuracy' % of the test images; 99.2 was promised"
say "${#commands[@]} commands, all well; the classifier is right about $accuracy %"
