#!/usr/bin/env bash
# usage: scripts/smoke.sh
#
# Tries what the tests can't: the built program trains and samples, and an installed tree
# still works, as a program and as a library, after it was moved. Needs a build.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
[[ ${1:-} != -h && ${1:-} != --help ]] || { show_help && exit; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

say 'training two epochs and sampling'
build/bin/gan-train --config smoke.ini --epochs 2 --out "$work/run"
checkpoint=$(printf '%s\n' "$work"/run/checkpoints/g_*.pt | sort -V | tail -n 1)
build/bin/gan-sample --ckpt "$checkpoint" -n 4 --out "$work/samples.png"
[[ $(head -c 4 "$work/samples.png" | tail -c 3) == PNG ]] || die 'gan-sample wrote no PNG'

say 'installing, then moving the tree'
cmake --install build --prefix "$work/first" >/dev/null
mkdir "$work/moved" && mv "$work/first" "$work/moved/tree"
cd "$work"
"$work/moved/tree/bin/gan" --version
"$work/moved/tree/bin/gan-train" --config smoke --dry-run >/dev/null # still finds its recipes
"$work/moved/tree/bin/gan-sample" --ckpt "$checkpoint" -n 1 --out "$work/moved.png"

say 'building programs with the installed library'
cmake -S "$root/tests/install" -B "$work/consumer" -G Ninja -DCMAKE_PREFIX_PATH="$work/moved/tree" >/dev/null
cmake --build "$work/consumer"
said=$("$work/consumer/drawer" "$checkpoint")
[[ $said == '[64, 1, 16, 16] from epoch 2' ]] || die "unexpected output: $said"
said=$("$work/consumer/drawer" "$work/gone.pt" 2>&1) && die 'drew from a missing file'
[[ $said == *gone.pt* ]] || die "unexpected output: $said"
"$work/consumer/trainer" "$work/trained"
"$work/moved/tree/bin/gan-sample" --ckpt "$work/trained/checkpoints/g_2.pt" -n 1 --out "$work/trained.png"
[[ -f $work/moved/tree/share/doc/gan-train/docs/tutorial.md ]] || die 'the docs were not installed'

say 'packing, and running the package'
kinds=TGZ
! command -v dpkg-shlibdeps >/dev/null || kinds='TGZ;DEB'
cpack --config "$root/build/CPackConfig.cmake" -G "$kinds" -B "$work/package" >/dev/null
mkdir "$work/unpacked" && tar -xzf "$work"/package/*.tar.gz --strip-components=1 -C "$work/unpacked"
programs=("$work/unpacked/bin")
if [[ $kinds == *DEB ]]; then
  dpkg-deb -x "$work"/package/*.deb "$work/debian"
  programs+=("$work/debian/usr/bin")
fi
for folder in "${programs[@]}"; do
  "$folder/gan-doctor" --seconds 1
  "$folder/gan-train" --config smoke --dry-run --json >/dev/null
done
say 'everything works'
