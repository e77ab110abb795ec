#!/bin/sh
# httpcfg @VERSION@ (@COMMIT@), portable form: this script, then a gzipped tar of the runtime and the
# program. The first start unpacks it into a private folder; every later one only looks at that
# folder and becomes the program, which keeps the process id, the signals and the exit status.
#
# What a start checks, without starting any other program: the folder, the stamp and the runtime
# belong to the caller and are no links, the stamp names this very build, no file is empty, and none
# is younger than the stamp. That finds a half-written, cut, altered or planted file. It is no defence against someone
# who already is this user; nothing in a user's own folder can be. The hash of everything unpacked
# is taken once, before the stamp is written.
#
# HTTPCFG_CACHE=/folder chooses where to unpack.
# shellcheck disable=SC3013,SC3067 # -nt and -O: POSIX lacks them, every sh in use has them.
# shellcheck disable=SC2010,SC2012 # ls is read for modes and for /proc, whose names are plain.
set -u

# Deno would let the program read /proc only if it might do everything; it asks for this instead.
if [ "${1-}" = --list-sockets ]; then
  @LISTING@
  exit
fi

# Nor may it start an editor; `config edit` asks for the caller's.
if [ "${1-}" = --edit ] && [ $# -eq 2 ]; then
  # shellcheck disable=SC2086 # EDITOR may hold arguments: code --wait
  exec ${VISUAL:-${EDITOR:-vi}} "$2"
fi

build='@BUILD@'
files='@FILES@'
sha256='@SHA256@'
crc='@CRC@'
offset='@OFFSET@'
size='@SIZE@'

fail() { # MESSAGE HINT STATUS
  printf 'error: %s\nhint: %s\n' "$1" "$2" >&2
  exit "$3"
}

# True where FOLDER holds this build, whole.
ready() { # FOLDER
  [ -d "$1" ] && [ ! -L "$1" ] && [ -O "$1" ] || return 1
  [ -f "$1/stamp" ] && [ ! -L "$1/stamp" ] && [ -O "$1/stamp" ] || return 1
  stamp=
  IFS= read -r stamp <"$1/stamp" || return 1
  [ "$stamp" = "$build" ] || return 1
  [ -x "$1/httpcfg" ] && [ ! -L "$1/httpcfg" ] && [ -O "$1/httpcfg" ] || return 1
  for file in $files; do
    [ -s "$1/$file" ] && [ ! "$1/$file" -nt "$1/stamp" ] || return 1
  done
  return 0
}

# True where the files in the current folder are those that were packed.
intact() {
  # shellcheck disable=SC2086 # The names are plain words, made by the build.
  set -- $files
  if command -v sha256sum >/dev/null; then
    sum=$(cat "$@" | sha256sum)
  elif command -v shasum >/dev/null; then
    sum=$(cat "$@" | shasum -a 256)
  elif command -v openssl >/dev/null; then
    sum=$(cat "$@" | openssl dgst -sha256 -r)
  else # The one that POSIX promises: it finds damage, though not intent.
    [ "$(cat "$@" | cksum)" = "$crc" ]
    return
  fi
  [ "${sum%% *}" = "$sha256" ]
}

# Unpacks into PLACE/$build. Two at once each fill a folder of their own; the rename decides.
unpack() ( # PLACE
  exec 2>/dev/null
  umask 077
  mkdir -p "$1"
  [ -d "$1" ] && [ ! -L "$1" ] && [ -O "$1" ] && [ -w "$1" ] || exit 1
  case $(ls -ld "$1") in ?????w* | ????????w*) exit 1 ;; esac
  for suffix in '' .1 .2 .3 .4 .5 .6 .7 .8 .9 none; do
    [ "$suffix" != none ] || exit 1
    new=.new.$$$suffix
    mkdir "$1/$new" && break
  done
  trap 'rm -rf "$1/$new"' EXIT
  trap 'exit 1' HUP INT TERM
  tail -c "+$offset" "$self" | gzip -dc | (cd "$1/$new" && tar -xmof - && intact) || exit 1
  # On the disk before the stamp says so: a power cut must not leave a stamp beside empty files.
  sync -f "$1/$new" || sync
  echo "$build" >"$1/$new/stamp" || exit 1
  ready "$1/$build" && exit 0
  if [ -e "$1/$build" ] || [ -L "$1/$build" ]; then mv "$1/$build" "$1/$new/replaced"; fi
  mv "$1/$new" "$1/$build"
  # Where someone else was first, the folder was moved into theirs instead of becoming it.
  rm -rf "${1:?}/$build/$new" "${1:?}/$build/replaced"
  ready "$1/$build"
)

# Leaves in $folder the build below PLACE, unpacked now where $unpacking is set.
try() { # PLACE
  case $1 in /*) ;; *) return 1 ;; esac
  folder=$1/$build
  ready "$folder" && return 0
  [ -n "$unpacking" ] || return 1
  [ "$(wc -c <"$self")" -eq "$size" ] ||
    fail "Cannot unpack \"$self\": the file is not whole" 'download it again, compare SHA256SUMS' 13
  unpack "$1"
}

# Root takes only places that root alone can replace; others their own cache, then the temporary one.
find_folder() {
  temporary=${TMPDIR:-/tmp}
  if [ -O / ]; then
    try /var/cache/httpcfg && return
    temporary=/tmp
  else
    try "${XDG_CACHE_HOME:+$XDG_CACHE_HOME/httpcfg}" && return
    try "${HOME:+$HOME/.cache/httpcfg}" && return
  fi
  user=$(id -u)
  for suffix in '' .1 .2 .3; do
    try "$temporary/httpcfg-$user$suffix" && return
  done
}

case $0 in
/*) self=$0 ;;
*/*) self=$PWD/$0 ;;
*) if [ -f "./$0" ]; then self=$PWD/$0; else self=$(command -v -- "$0"); fi ;;
esac

# A place that was asked for comes first; elsewhere, what is unpacked already before a new unpacking.
unpacking=yes
try "${HTTPCFG_CACHE-}" || { unpacking='' && find_folder; } || { unpacking=yes && find_folder; } ||
  fail "Cannot unpack \"$self\": no folder is private, writable and has 110 MB free" \
    "HTTPCFG_CACHE=/folder $0" 112

# Deno reads the right to start programs as a list with commas, and knows no way to write one.
case $self in
*,*) runs=--deny-run ;;
*) runs=--allow-run=$self ;;
esac
export HTTPCFG_EXE="$self" HTTPCFG_ARGV0="$0"
export DENO_DIR="$folder/deno" DENO_NO_UPDATE_CHECK=1 DENO_NO_PACKAGE_JSON=1
exec "$folder/httpcfg" run @FLAGS@ "$runs" "$folder/main.js" "$@"
