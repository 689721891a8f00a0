#!/usr/bin/env bash
# usage: scripts/bench.sh [--rounds N] [--turns N] [--precision P] [--compile] [RECIPE...]
#        scripts/bench.sh --profile [RECIPE...]
#        scripts/bench.sh --growth
#        scripts/bench.sh --runs [--peer PROGRAM] [RECIPE...]
#        scripts/bench.sh --kernels
#        scripts/bench.sh --fid
#        scripts/bench.sh --all
#
# Times a training step (discriminator and generator) and the sampling of 10,000 images for each
# recipe, in this program and in PyTorch: as its tutorials write it (eager), and at its best. They
# take turns, since machines are noisy. Prints medians, and a step's speed relative to a matrix
# product on this machine. Needs an idle machine.
#
#   --rounds N   steps timed per turn (20)
#   --turns N    turns of each (3)
#   --precision  ours: auto, bfloat16 where the processor is fast at it, like PyTorch at its best;
#                or fp32, like PyTorch eager (auto)
#   --compile    PyTorch at its best also tries torch.compile, which takes minutes
#
#   --profile    where a step's time goes, one row per operator
#   --growth     how step time and memory grow with batch, width, image size, threads and data;
#                writes a plot to build-bench/growth.png if Python has matplotlib
#   --runs       whole runs: time to the first step, an epoch's time outside its steps, peak
#                memory; --peer PROGRAM: also an epoch of PyTorch's cpp/dcgan example
#   --kernels    single kernels, compared with what they replaced (needs Google Benchmark)
#   --fid        gan-eval's FID compared with pytorch-fid, torch-fidelity and clean-fid, in speed
#                and in value, with random weights
#   --all        all of these in turn; writes the tables to docs/measured.md (half an hour)
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

rounds=20 turns=3 precision=auto compile=() peer=() mode=compare
recipes=()
while [[ $# -gt 0 ]]; do
  case $1 in
    -h | --help) show_help && exit ;;
    --rounds | --turns)
      [[ ${2:-} =~ ^[1-9][0-9]*$ ]] || usage_error "$1 needs a whole number from 1"
      declare "${1#--}=$2"
      shift
      ;;
    --precision)
      [[ ${2:-} == auto || ${2:-} == fp32 ]] || usage_error '--precision is auto or fp32'
      precision=$2
      shift
      ;;
    --compile) compile=(--compile) ;;
    --profile | --growth | --runs | --kernels | --fid | --all) mode=${1#--} ;;
    --peer)
      [[ -x ${2:-} ]] || usage_error '--peer needs the path of the built program cpp/dcgan'
      peer=(--peer "$2")
      shift
      ;;
    -*) usage_error "unknown argument '$1'" ;;
    *) recipes+=("$1") ;;
  esac
  shift
done
[[ ${#recipes[@]} -gt 0 ]] || recipes=(mnist_mlp mnist_cpp_dcgan mnist_keras_dcgan mnist_best mnist_fast)
configs=()
for recipe in "${recipes[@]}"; do
  files=(configs/"$recipe".*)
  [[ -f ${files[0]} ]] || usage_error "unknown recipe '$recipe'"
  configs+=("${files[0]}")
done

[[ -f build-bench/build.ninja ]] || quietly cmake --preset bench
quietly cmake --build --preset bench
python=$venv/bin/python

print_machine() {
  grep -m 1 'model name' /proc/cpuinfo | sed 's/.*: //'
  echo "$(nproc) cores, $(build-bench/bin/gan --version | grep -m 1 ^CPU | tr -s ' ')"
}

measure_profile() {
  build-bench/gan_bench --profile --rounds "$rounds" "${configs[@]}"
}

measure_kernels() {
  [[ -x build-bench/gan_kernels ]] || die 'built without Google Benchmark (Debian: libbenchmark-dev)'
  build-bench/gan_kernels
}

measure_fid() {
  scripts/get_data.sh mnist >&2
  "$python" scripts/bench/fid.py build-bench/bin/gan-eval data/mnist
}

measure_growth() {
  local plot=()
  ! "$python" -c 'import matplotlib' 2>/dev/null || plot=(--plot build-bench/growth.png)
  "$python" scripts/bench/growth.py "${plot[@]}" build-bench/gan_bench
}

measure_runs() {
  scripts/get_data.sh mnist >&2
  scripts/get_data.sh fashion-mnist >&2
  "$python" scripts/bench/runs.py "${peer[@]}" build-bench/bin/gan-train "${recipes[@]}"
}

measure_compare() {
  "$python" -c 'import torch' 2>/dev/null ||
    die 'the comparison needs PyTorch; scripts/setup.sh --tests installs it'
  local turn
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  for ((turn = 0; turn < turns; ++turn)); do
    build-bench/gan_bench --rounds "$rounds" --set "train.precision=$precision" "${configs[@]}" \
      >>"$work/ours"
    "$python" scripts/bench/peers.py --rounds "$rounds" eager "${recipes[@]}" >>"$work/eager"
    "$python" scripts/bench/peers.py --rounds "$rounds" "${compile[@]}" best "${recipes[@]}" \
      >>"$work/best"
  done
  "$python" - "$work" <<'PYTHON'
import collections, pathlib, statistics, sys

def read(name):
    rows = collections.defaultdict(list)
    for line in (pathlib.Path(sys.argv[1]) / name).read_text().splitlines():
        recipe, *figures = line.split()
        rows[recipe].append([float(figure) for figure in figures])
    return {r: [statistics.median(column) for column in zip(*values)] for r, values in rows.items()}

ours, eager, best = read("ours"), read("eager"), read("best")
print("\n| step of | ours, ms | eager, ms | best, ms | eager/ours | best/ours | GFLOP/s | of GEMM |")
print("|---|---|---|---|---|---|---|---|")
for recipe, (step, work, gemm, *_) in ours.items():
    a, b = eager[recipe][0], best[recipe][0]
    rate = work / step * 1e3
    print(f"| {recipe} | {step:.1f} | {a:.1f} | {b:.1f} | {a / step:.2f} | {b / step:.2f} "
          f"| {rate:.0f} | {100 * rate / gemm:.0f} % |")
print("\n| 10,000 samples of | ours, ms | eager, ms | best, ms | eager/ours | best/ours |")
print("|---|---|---|---|---|---|")
for recipe, (*_, sample, _) in ours.items():
    a, b = eager[recipe][1], best[recipe][1]
    print(f"| {recipe} | {sample:.0f} | {a:.0f} | {b:.0f} | {a / sample:.2f} | {b / sample:.2f} |")
PYTHON
}

# Profiles are columns of text; all else is Markdown.
measure_all() {
  local part
  echo '# Everything measured'
  printf '\nMade by `scripts/bench.sh --all` on %s; do not edit.\n\n' "$(date -I)"
  print_machine | paste -sd ';' | sed 's/;/; /g; s/$/./'
  for part in compare runs growth fid profile; do
    local option=--$part
    [[ $part != compare ]] || option=
    printf '\n## `scripts/bench.sh%s`\n\n' "${option:+ $option}"
    [[ $part != profile ]] || echo '```'
    "measure_$part" | sed '/./,$!d'
    [[ $part != profile ]] || echo '```'
  done
}

if [[ $mode == all ]]; then
  measure_all >build-bench/measured.md
  mv build-bench/measured.md docs/measured.md
  echo 'docs/measured.md'
else
  print_machine
  "measure_$mode"
fi
