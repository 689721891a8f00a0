#!/usr/bin/env bash
# usage: scripts/format.sh [--check]
#
# Formats the C++ of src, include, tests and scripts as .clang-format says, with the pinned
# clang-format; --check changes nothing, and fails if something would change.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

mode=(-i)
case ${1:-} in
  '') ;;
  --check) mode=(--dry-run --Werror) ;;
  -h | --help) show_help && exit ;;
  *) usage_error "unknown argument '$1'" ;;
esac

ensure_tool clang-format "$clang_format_version"
find src include tests scripts -name '*.[ch]pp' -print0 | xargs -0 "$venv/bin/clang-format" "${mode[@]}"
say 'clean'
