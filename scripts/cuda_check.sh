#!/usr/bin/env bash
# usage: scripts/cuda_check.sh
#        scripts/cuda_check.sh --compile
#        scripts/cuda_check.sh --device OUT [--device-name NAME] [--quick]
#
# Builds the program, its tests and gan_bench in build-cuda against LibTorch's CUDA build, runs the
# tests on the CPU, and checks the program's messages without a GPU. Needs neither a GPU nor a CUDA
# compiler. The first call fetches 4.6 GB into build-cuda/venv.
#
#   --compile           instead, only compiles the sources with code for CUDA, against the headers of
#                       .venv's LibTorch and of CUDA (30 MB to fetch); links nothing
#   --device OUT        instead, on a machine with a GPU: runs the build, compares it with the CPU
#                       and with PyTorch, and writes OUT/results.json and OUT/log.txt. Needs
#                       build-cuda/build, data/mnist, and a python3 with the same torch; builds and
#                       fetches nothing. Takes ten minutes, half of them for one training.
#   --device-name NAME  use this device (default cuda); cpu rehearses without a GPU
#   --quick             fewer rounds, no training of five minutes
#   CUDA_TORCH_VERSION  (environment) build against this LibTorch (default 2.11.0)
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

out='' compile='' options=()
while [[ $# -gt 0 ]]; do
  case $1 in
    -h | --help) show_help && exit ;;
    --device) out=$(cd "$caller_dir" && realpath -m "${2:?--device needs a folder to write to}")
      shift ;;
    --device-name) options+=("$1" "${2:?--device-name needs a name}") && shift ;;
    --quick) options+=("$1") ;;
    --compile) compile=1 ;;
    *) usage_error "unknown argument '$1'" ;;
  esac
  shift
done
build=$root/build-cuda/build

# The folders of torch and of CUDA's libraries in a Python environment, joined by colons.
torch_libraries() { # PYTHON
  "$1" - <<'PYTHON'
import importlib.util, pathlib, sys
found = importlib.util.find_spec("torch")
if found is None:
    sys.exit("this python3 has no torch")
torch = pathlib.Path(found.origin).parent
print(":".join(map(str, [torch / "lib", *torch.parent.glob("nvidia/*/lib")])))
PYTHON
}

# LibTorch's CPU wheel has the headers of its CUDA half, but for one that its build writes. They
# also name types of four libraries that we never call, and whose wheels hold a gigabyte.
missing_headers() { # FOLDER
  mkdir -p "$1/c10/cuda/impl"
  echo '#define C10_CUDA_BUILD_SHARED_LIBS' >"$1/c10/cuda/impl/cuda_cmake_macros.h"
  local name
  for name in cublas_v2:cublas cublasLt:cublasLt cusparse:cusparse cusolverDn:cusolverDn; do
    echo "typedef struct ${name#*:}Context* ${name#*:}Handle_t;" >"$1/${name%:*}.h"
  done
  echo 'typedef int cublasStatus_t;' >>"$1/cublas_v2.h"
  echo 'typedef int cusparseStatus_t;' >>"$1/cusparse.h"
  echo 'typedef int cusolverStatus_t;' >"$1/cusolver_common.h"
}

if [[ -n $compile ]]; then
  headers=$venv/cuda-headers-$cuda_toolkit_version
  if [[ ! -d $headers ]]; then
    pip_install --target "$headers.part" "cuda-toolkit[crt,cudart,cccl]==$cuda_toolkit_version"
    missing_headers "$headers.part/missing"
    mv "$headers.part" "$headers"
  fi
  torch=$(echo "$venv"/lib/python3*/site-packages/torch/include)
  mapfile -t sources < <(grep -rl GAN_TRAIN_HAS_CUDA src)
  printf '#include "%s"\n' "${sources[@]#src/}" |
    c++ -std=c++20 -fsyntax-only -Wall -Wextra -Werror -D GAN_TRAIN_HAS_CUDA -I src -I include \
      -isystem "$headers/missing" -isystem "$headers/nvidia/cu13/include" -isystem "$torch" \
      -isystem "$torch/torch/csrc/api/include" -include torch/types.h -x c++ -
  say "all ${#sources[@]} files with CUDA code compile"
  exit
fi

if [[ -n $out ]]; then
  [[ -x $build/bin/gan ]] || die "no program in $build: run $0 without --device first"
  libraries=$(torch_libraries python3) || die 'python3 must have the torch that the program was built with'
  export LD_LIBRARY_PATH="$build/lib:$libraries"
  exec python3 scripts/bench/on_device.py "${options[@]}" "$build" data/mnist "$out"
fi
[[ ${#options[@]} -eq 0 ]] || usage_error "${options[0]} needs --device"

GAN_TRAIN_TORCH=none scripts/setup.sh
scripts/get_data.sh mnist
venv=$root/build-cuda/venv
say "torch $cuda_torch_version with CUDA in build-cuda/venv (4.6 GB)"
mkdir -p build-cuda
install_cuda_torch "torch==$cuda_torch_version"

# Without libraries that the other machine may lack, but for MPI, which is copied along and used if
# mpirun is there.
quietly cmake --preset bare -B "$build" -D GAN_TRAIN_MPI=ON -D GAN_TRAIN_UNITY=ON \
  -D GAN_TRAIN_BENCH=ON \
  -D Torch_DIR="$(echo "$venv"/lib/python3*/site-packages/torch/share/cmake/Torch)"
cmake --build "$build"

# Libraries that a machine with the same torch may still lack.
mkdir -p "$build/lib"
ldd "$build/bin/gan" | awk '/=> \/(usr\/)?lib/ { print $3 }' |
  { grep -vE '/(libc|libm|libdl|libpthread|librt|ld-linux[^/]*|libgcc_s|libstdc\+\+)\.so' || true; } |
  xargs -I{} cp -Lu {} "$build/lib"

# Spinning threads starve each other if tests run side by side.
export GOMP_SPINCOUNT=${GOMP_SPINCOUNT:-3000}
code=0
ctest --test-dir "$build" --parallel "$(nproc)" -LE e2e --output-on-failure || code=1

expect() { # WORDS CODE COMMAND...
  local said status=0
  said=$("${@:3}" 2>&1) || status=$?
  [[ $status -eq $2 && $said == *"$1"* ]] && say "as expected: $1" && return
  say "FAILED: ${*:3} (exit code $status) did not say: $1" && printf '%s\n' "$said" >&2
  code=1
}
if [[ -e /dev/nvidiactl ]]; then
  say 'there is a GPU here; --device checks it'
else
  expect 'CUDA build, but no usable device' 0 "$build/bin/gan" --version
  expect 'no NVIDIA GPU was found, though this LibTorch is built for CUDA; training runs on the CPU' 0 \
    "$build/bin/gan" doctor --json
  expect 'cuda asked for, but no NVIDIA GPU was found; use cpu' 2 \
    "$build/bin/gan" train --config mnist_fast --data data/mnist --device cuda --dry-run
fi
expect 'train.device: ' 2 "$build/bin/gan" train --config mnist_fast --data data/mnist \
  --device mps --dry-run
exit "$code"
