#!/usr/bin/env bash
# usage: scripts/tutorial.sh
#
# Runs every command of docs/tutorial.md and docs/own-pictures.md, unchanged, in a temporary
# folder with the data. Needs a build and MNIST.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
[[ ${1:-} != -h && ${1:-} != --help ]] || { show_help && exit; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ln -s "$root/data" "$work/data"
export PATH=$root/build/bin:$PATH
cd "$work"

# Runs the commands of a page, which must create the files named after it.
follow() {
  local page=$1 command made commands
  shift
  mapfile -t commands < <(sed -n 's/^    \$ //p' "$root/docs/$page")
  [[ ${#commands[@]} -gt 0 ]] || die "docs/$page has no commands"
  for command in "${commands[@]}"; do
    say "\$ $command"
    bash -c "$command" || die "a command of docs/$page failed: $command"
  done
  for made; do
    [[ -s $made ]] || die "the commands of docs/$page did not write $made"
  done
  say "docs/$page: ${#commands[@]} commands work"
}

# Pictures for the second page.
gan-train -q --config smoke --data.channels 3 --out drawn
mkdir photos
gan-sample -q --ckpt drawn/checkpoints/g_2.pt --format png -n 120 --seed 1 --out photos/cats
gan-sample -q --ckpt drawn/checkpoints/g_2.pt --format png -n 120 --seed 2 --out photos/dogs
follow own-pictures.md runs/photos/report.html many.png cats.png photos.html
follow tutorial.md mine.ini runs/first/report.html digits.png sevens.png compared.html
# gan-eval's classifier must recognise the digits (docs/quality.md says 99.4 %).
accuracy=$(sed -nE 's/.*"features": "LeNet classifier of [^,]*, ([0-9.]+) % .*/\1/p' runs/first/evaluation.json)
awk -v found="$accuracy" 'BEGIN { exit !(found >= 99.2) }' ||
  die "the classifier of digits is right about '$accuracy' % of the test images; the tutorial promises 99.2 %"
say "the classifier is right about $accuracy %"
