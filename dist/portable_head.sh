#!/bin/sh
# httpcfg @VERSION@ (@COMMIT@), portable form: this script, then a gzipped tar of the runtime and
# the program. The first start unpacks it into a private directory. Every later start only checks
# that directory and becomes the program, which keeps its process id, signals and exit status.
#
# A start checks the following without running any other program: the directory, the stamp and the
# runtime belong to the caller and are not links, the stamp names this very build, no file is empty,
# and none is newer than the stamp. What belongs to root and nobody else can change is as good: the
# user of a service should not be able to change what the service runs. That detects a half-written, truncated, altered or planted file.
# It is not a defense against someone who already is this user; nothing in a user's own directory
# can be. The hash of everything unpacked is checked once, before the stamp is written. Scripts call
# `query iplisten` in loops: it looks at the files that it loads, in a tenth of the time.
#
# What has just been unpacked removes older versions that nobody runs, in the background
# (portable_clean.ts).
#
# HTTPCFG_CACHE=/directory chooses where to unpack.
# shellcheck disable=SC3013,SC3067 # -nt and -O: not in POSIX, but in every sh in use.
# shellcheck disable=SC2012 # ls is parsed for modes.
set -u

version='@VERSION@'
build='@BUILD@'
files='@FILES@'
first='@FIRST@'
sha256='@SHA256@'
crc='@CRC@'
offset='@OFFSET@'
size='@SIZE@'

fail() { # MESSAGE HINT STATUS
  printf 'error: %s\nhint: %s\n' "$1" "$2" >&2
  exit "$3"
}

# Reports whether FILE is no link, and belongs to the caller, or to root alone.
trusted() { # FILE
  [ ! -L "$1" ] || return 1
  [ ! -O "$1" ] || return 0
  entry=$(ls -ldn "$1" 2>/dev/null) || return 1
  case $entry in ?????w* | ????????w*) return 1 ;; esac
  # shellcheck disable=SC2086 # Mode, links, owner.
  set -- $entry
  [ "$3" = 0 ]
}

# Reports whether DIR contains this build, complete.
ready() { # DIR
  [ -d "$1" ] && trusted "$1" || return 1
  [ -f "$1/stamp" ] && trusted "$1/stamp" || return 1
  stamp=
  IFS= read -r stamp <"$1/stamp" || return 1
  [ "$stamp" = "$build" ] || return 1
  [ -x "$1/httpcfg" ] && trusted "$1/httpcfg" || return 1
  for file in $checked; do
    [ -s "$1/$file" ] && [ ! "$1/$file" -nt "$1/stamp" ] || return 1
  done
  return 0
}

# Reports whether the files in the current directory are those that were packed.
intact() {
  # shellcheck disable=SC2086 # The build makes the names, without special characters.
  set -- $files
  if command -v sha256sum >/dev/null; then
    sum=$(cat "$@" | sha256sum)
  elif command -v shasum >/dev/null; then
    sum=$(cat "$@" | shasum -a 256)
  elif command -v openssl >/dev/null; then
    sum=$(cat "$@" | openssl dgst -sha256 -r)
  else # The only one that POSIX guarantees: it detects damage, but not tampering.
    [ "$(cat "$@" | cksum)" = "$crc" ]
    return
  fi
  [ "${sum%% *}" = "$sha256" ]
}

# Unpacks into CACHE/$build. Two processes at once fill a directory each; the rename decides.
unpack() ( # CACHE
  exec 2>/dev/null
  # What root unpacks is for every user.
  if [ -O / ]; then umask 022; else umask 077; fi
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
  # Synced before the stamp is written: a power failure must not leave a stamp with empty files.
  sync -f "$1/$new" || sync
  echo "$build" >"$1/$new/stamp" || exit 1
  ready "$1/$build" && exit 0
  if [ -e "$1/$build" ] || [ -L "$1/$build" ]; then mv "$1/$build" "$1/$new/replaced"; fi
  mv "$1/$new" "$1/$build"
  # If another process was first, the directory was moved into that of the other process.
  rm -rf "${1:?}/$build/$new" "${1:?}/$build/replaced"
  ready "$1/$build"
)

# Sets $folder to the build below CACHE, which is unpacked now if $unpacking is set.
try() { # CACHE
  case $1 in /*) ;; *) return 1 ;; esac
  folder=$1/$build
  ready "$folder" && return 0
  [ -n "$unpacking" ] || return 1
  [ "$(wc -c <"$self")" -eq "$size" ] ||
    fail "Cannot unpack \"$self\": the file is incomplete" \
      'download it again and compare SHA256SUMS' 13
  announce "$1"
  if unpack "$1"; then
    warm
    announce
    clean "$1"
  else
    announce
    return 1
  fi
}

# Says on a terminal what takes a second, and removes the line again.
announce() { # [CACHE]
  [ -t 2 ] || return 0
  case ${TERM:-dumb} in dumb) return 0 ;; esac
  line="unpacking httpcfg $version into ${1-}, once"
  [ "${#line}" -lt 80 ] || line="unpacking httpcfg $version, once"
  if [ $# -gt 0 ]; then printf '%s' "$line" >&2; else printf '\r\033[K' >&2; fi
}

# Lets the runtime keep the compiled code, for every later start. Without it they are slower.
warm() {
  DENO_DIR="$folder/deno" "$folder/httpcfg" run @FLAGS@ "$folder/warm.js" </dev/null >/dev/null 2>&1
  (cd "$folder/deno" && DENO_DIR="$folder/deno" \
    "$folder/httpcfg" run @SETTLE_FLAGS@ "$folder/settle.js") </dev/null >/dev/null 2>&1
}

# Removes builds that this one replaces, if there are any. The start does not wait for it.
clean() { # CACHE
  for other in "$1"/[0-9]*-???????????????? "$1"/.new.* "$1"/.old.*; do
    if [ -d "$other" ] && [ "$other" != "$folder" ]; then
      (cd "$1" && DENO_DIR="$folder/deno" \
        "$folder/httpcfg" run @CLEAN_FLAGS@ "$folder/clean.js" "$build" </dev/null >/dev/null 2>&1 &)
      return 0
    fi
  done
}

# For root only directories that root alone can replace; for others what root has unpacked, their own
# cache directory (that of systemd for a service), then the temporary directory.
find_folder() {
  temporary=${TMPDIR:-/tmp}
  if [ -O / ]; then
    try /var/cache/httpcfg && return
    temporary=/tmp
  else
    [ -n "$unpacking" ] || { try /var/cache/httpcfg && return; }
    try "${CACHE_DIRECTORY-}" && return
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

case "${1-} ${2-}" in
'query iplisten') checked=$first ;;
*) checked=$files ;;
esac

export @ENVIRONMENT@

# HTTPCFG_CACHE comes first; elsewhere, a build that is already unpacked, before unpacking it anew.
choose() {
  unpacking=yes
  try "${HTTPCFG_CACHE-}" || { unpacking='' && find_folder; } || { unpacking=yes && find_folder; } ||
    fail "Cannot unpack \"$self\": no private, writable directory with 110 MB free" \
      "HTTPCFG_CACHE=/directory $0" 112
}

# A newer version that removes this one may take the runtime between the check and exec: begin anew.
# bash goes on after exec, if told to; every other sh ends, and runs the trap.
again() {
  trap - EXIT
  [ "$attempt" -lt 5 ] || exit 126
  HTTPCFG_ATTEMPT=$((attempt + 1)) exec /bin/sh "$self" "$@"
}

attempt=${HTTPCFG_ATTEMPT:-1}
unset HTTPCFG_ATTEMPT
choose
trap 'again "$@"' EXIT
# shellcheck disable=SC3044 # bash has it.
[ -z "${BASH_VERSION-}" ] || shopt -s execfail
export HTTPCFG_EXE="$self" HTTPCFG_ARGV0="$0" DENO_DIR="$folder/deno"
# shellcheck disable=SC2093 # It goes on after a failure.
exec "$folder/httpcfg" run @FLAGS@ "$folder/main.js" "$@"
again "$@"
