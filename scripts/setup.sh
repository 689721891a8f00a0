#!/usr/bin/env bash
# usage: scripts/setup.sh [--tests]
#
# Installs what the build needs, and only what is missing: Debian packages (as root, or with a sudo
# that asks for no password) and LibTorch. Asks for nothing; run it again at any time.
#
# LibTorch is the first of: the one that Torch_DIR or CMAKE_PREFIX_PATH names, the one in .venv, the
# torch package of python3; otherwise it installs the torch wheel into .venv.
#
#   --tests               also what only the tests need: clang with its fuzzer, Chromium, shells
#                         and groff; in .venv, NumPy, Pillow, PyTorch, clang-format, programs that
#                         read our files (TensorBoard, ONNX, safetensors, Selenium), and those that
#                         gan-eval's metrics are compared with (SciPy, scikit-learn, prdc,
#                         pytorch-fid, torch-fidelity, clean-fid)
#   GAN_TRAIN_TORCH=cpu   (environment) install the CPU build of the wheel, the default
#   GAN_TRAIN_TORCH=cuda  install the CUDA build, several GB; no CUDA toolkit is needed
#   GAN_TRAIN_TORCH=none  install no LibTorch
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

packages=(g++ cmake ninja-build pkg-config libspdlog-dev libcli11-dev libstb-dev libyaml-cpp-dev
  nlohmann-json3-dev zlib1g-dev libjpeg-dev libpng-dev libwebp-dev libssl-dev libprotozero-dev
  libgtest-dev libcairo2-dev libgif-dev libopenmpi-dev fonts-dejavu-core python3 python3-venv curl
  ca-certificates)
test_packages=(clang libclang-rt-dev  # the latter holds libFuzzer and the sanitizers
  chromium chromium-driver  # in which tests open reports
  zsh fish groff-base  # which test completion scripts and man pages
  openmpi-bin iproute2)  # the latter simulates two hosts
torch_kind=${GAN_TRAIN_TORCH:-cpu}

missing_packages() {
  local installed
  installed=" $(dpkg-query -W -f '${db:Status-Status}:${Package}\n' "${packages[@]}" 2>/dev/null |
    sed -n 's/^installed://p' | tr '\n' ' ')"
  for package in "${packages[@]}"; do
    [[ $installed == *" $package "* ]] || printf '%s ' "$package"
  done
}

install_packages() {
  if ! command -v apt-get >/dev/null; then
    say "this is not a Debian-like system; install the equivalent of: ${packages[*]}"
    return
  fi
  local missing as_root=()
  read -ra missing <<<"$(missing_packages)" || true
  if [[ ${#missing[@]} -eq 0 ]]; then
    say 'Debian packages: all installed'
    return
  fi
  if [[ $(id -u) -ne 0 ]]; then
    as_root=(sudo -n)
    sudo -n true 2>/dev/null ||
      die "missing packages; as root, install them with:" \
        "apt-get update && apt-get install -y --no-install-recommends ${missing[*]}"
  fi
  say "installing Debian packages: ${missing[*]}"
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive
    apt-get -qq -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0)
  quietly "${apt[@]}" update
  # Some packages are missing elsewhere: Ubuntu has no chromium-driver. CMake checks for those that
  # the build needs.
  local package known=()
  for package in "${missing[@]}"; do
    if apt-cache show "$package" >/dev/null 2>&1; then
      known+=("$package")
    else
      say "package $package is not available; continuing without it"
    fi
  done
  [[ ${#known[@]} -eq 0 ]] ||
    quietly "${apt[@]}" install -y --no-install-recommends "${known[@]}"
}

# The folder with TorchConfig.cmake that the user's settings name, as CMake would find it.
torch_of_user() {
  local prefix place
  [[ -z ${Torch_DIR:-} ]] || { echo "$Torch_DIR" && return; }
  IFS=: read -ra prefixes <<<"${CMAKE_PREFIX_PATH:-}"
  for prefix in "${prefixes[@]}"; do
    for place in share/cmake/Torch lib/cmake/Torch Torch; do
      [[ -f $prefix/$place/TorchConfig.cmake ]] && echo "$prefix/$place" && return
    done
  done
  return 1
}

# torch_of_python PYTHON: prints "VERSION KIND FOLDER" of its torch if that is new enough and
# includes LibTorch. Only reads files, since importing torch takes seconds.
torch_of_python() {
  "$1" - "$torch_oldest" 2>/dev/null <<'PYTHON'
import importlib.metadata, importlib.util, pathlib, runpy, sys
numbers = lambda version: [int(n) for n in version.split("+")[0].split(".")[:2]]
version = importlib.metadata.version("torch")
folder = pathlib.Path(importlib.util.find_spec("torch").origin).parent
cuda = runpy.run_path(str(folder / "version.py")).get("cuda")
whole = (folder / "share/cmake/Torch/TorchConfig.cmake").exists()
if not whole or numbers(version) < numbers(sys.argv[1]):
    sys.exit(1)
print(version, "cuda" if cuda else "cpu", folder)
PYTHON
}

install_torch() {
  local wheel=torch==$torch_version
  if [[ $torch_kind == cuda ]]; then
    say "installing $wheel with CUDA into .venv (several GB to fetch)"
    # pip would consider a CPU build of the same version already installed.
    install_cuda_torch "$wheel" && torch_in_venv >/dev/null && return
    quietly "$venv/bin/python" -m pip uninstall -y torch
    install_cuda_torch "$wheel"
  else
    say "installing the CPU build of $wheel into .venv (about 200 MB to fetch)"
    install_cpu_torch "$wheel"
  fi
  torch_in_venv >/dev/null || die "pip installed a torch that is not of the kind $torch_kind"
}

# pip finds a CPU build directly on an index that lists it under its own version; otherwise uv knows
# PyTorch's index of CPU builds, which pip does not. Off x86-64 the plain wheel may do.
install_cpu_torch() {
  pip_install "$1+cpu" 2>/dev/null && return
  pip_install "uv==$uv_version" &&
    quietly "$venv/bin/uv" pip install --python "$venv/bin/python" --torch-backend=cpu "$1" &&
    return
  [[ $(uname -m) != x86_64 ]] && pip_install "$1" && return
  die "the CPU build of $1 could not be installed; point CMAKE_PREFIX_PATH at a LibTorch $torch_oldest" \
    'or later, or take the large build: GAN_TRAIN_TORCH=cuda scripts/setup.sh'
}

# True if .venv has a torch of the requested kind, or of any kind if none was requested.
torch_in_venv() {
  local found
  found=$(torch_of_python "$venv/bin/python") || return
  [[ -z ${GAN_TRAIN_TORCH:-} || $found == *" $torch_kind "* ]] && echo "$found"
}

find_or_install_torch() {
  local found
  if found=$(torch_of_user); then
    say "LibTorch: $found, as the environment says"
  elif found=$(torch_in_venv); then
    say "LibTorch: torch ${found%% *} in .venv"
  elif [[ -z ${GAN_TRAIN_TORCH:-} ]] && found=$(torch_of_python python3); then
    say "LibTorch: torch ${found%% *} of python3"
  else
    install_torch
  fi
}

install_missing() { # PIP_OPTION MODULE...
  local option=$1 module wanted=()
  shift
  for module; do
    "$venv/bin/python" -c "import importlib.metadata as m; m.version('${module%%[>=]*}')" \
      2>/dev/null || wanted+=("$module")
  done
  [[ ${#wanted[@]} -eq 0 ]] ||
    { say "installing into .venv: ${wanted[*]}" && pip_install ${option:+"$option"} "${wanted[@]}"; }
}

install_test_tools() {
  torch_in_venv >/dev/null || install_torch
  install_missing '' "${test_modules[@]}"
  install_missing --no-deps "${peer_modules[@]}"
  ensure_tool clang-format "$clang_format_version"
  say 'test tools: all installed'
}

tests=
for argument; do
  case $argument in
    -h | --help) show_help && exit ;;
    --tests) tests=1 ;;
    *) usage_error "unknown argument '$argument'" ;;
  esac
done
[[ $torch_kind =~ ^(cpu|cuda|none)$ ]] ||
  usage_error "GAN_TRAIN_TORCH must be cpu, cuda or none, not $torch_kind"
[[ -z ${Torch_DIR:-} || -f $Torch_DIR/TorchConfig.cmake ]] ||
  die "no TorchConfig.cmake in Torch_DIR=$Torch_DIR"

[[ -z $tests ]] || packages+=("${test_packages[@]}")
install_packages
[[ $torch_kind == none ]] || find_or_install_torch
[[ -z $tests ]] || install_test_tools
