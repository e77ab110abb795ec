#!/bin/sh
# Installs httpcfg from downloaded files, or downloads them: verifies the checksum and installs the
# program, its manual pages and its completions. It starts nothing; `httpcfg service install` does.
#
#   sh install.sh [--from DIR|URL] [--prefix DIR] [--links]
#
# --from    location of httpcfg-SYSTEM-MACHINE and SHA256SUMS (default: the directory of the script)
# --prefix  directory to install into (default: /usr/local)
# --links   also create the links net, netsh, adsutil and iisweb, named after the old tools
set -eu

fail() { # MESSAGE HINT
  printf 'error: %s\nhint: %s\n' "$1" "$2" >&2
  exit 1
}

from=$(dirname -- "$0")
prefix=/usr/local
links=
while [ $# -gt 0 ]; do
  case $1 in
  --from) from=${2:?directory or URL expected after --from} && shift 2 ;;
  --prefix) prefix=${2:?directory expected after --prefix} && shift 2 ;;
  --links) links=yes && shift ;;
  *) fail "Cannot install with \"$1\": unknown option" 'sh install.sh --prefix /usr/local' ;;
  esac
done

case $(uname -s) in
Linux) system=linux ;;
Darwin) system=macos ;;
*) fail "Cannot install on \"$(uname -s)\": Linux or macOS expected" 'copy the program by hand' ;;
esac
case $(uname -m) in
x86_64 | amd64) machine=x64 ;;
aarch64 | arm64) machine=arm64 ;;
*) fail "Cannot install on \"$(uname -m)\": no build for this architecture" 'deno task build' ;;
esac
name=httpcfg-$system-$machine

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

fetch() { # NAME
  case $from in
  https://*)
    if command -v curl >/dev/null; then
      curl --fail --silent --show-error --location --proto '=https' -o "$work/$1" "$from/$1"
    else
      wget -q -O "$work/$1" "$from/$1"
    fi
    ;;
  *://*) fail "Cannot install from \"$from\": https expected" "--from https://${from#*://}" ;;
  *) cp -- "$from/$1" "$work/$1" ;;
  esac || fail "Cannot fetch \"$1\" from \"$from\"" "sh install.sh --from DIR, with $1 in DIR"
}

fetch SHA256SUMS
fetch "$name"

wanted=$(sed -n "s/^\([0-9a-f]\{64\}\)  $name\$/\1/p" "$work/SHA256SUMS")
[ -n "$wanted" ] ||
  fail "Cannot verify \"$name\": not listed in SHA256SUMS" 'download both files again'
if command -v sha256sum >/dev/null; then
  found=$(sha256sum <"$work/$name")
elif command -v shasum >/dev/null; then
  found=$(shasum -a 256 <"$work/$name")
else
  found=$(openssl dgst -sha256 -r <"$work/$name")
fi
[ "${found%% *}" = "$wanted" ] ||
  fail "Cannot install \"$name\": checksum does not match SHA256SUMS" 'download both files again'

bin=$prefix/bin
mkdir -p "$bin" || fail "Cannot write to \"$bin\"" 'sudo sh install.sh, or --prefix ~/.local'
chmod 755 "$work/$name"
# A new file takes the name of the old one; a running program keeps the file it was started from.
cp "$work/$name" "$bin/.httpcfg.new" || fail "Cannot write to \"$bin\"" 'sudo sh install.sh'
mv -f "$bin/.httpcfg.new" "$bin/httpcfg"

put() { # FILE COMMAND...
  target=$prefix/share/$1
  shift
  mkdir -p "$(dirname "$target")"
  "$bin/httpcfg" "$@" >"$target"
}
put man/man1/httpcfg.1 man 1
put man/man5/httpcfg-config.5 man 5
put bash-completion/completions/httpcfg completions bash
put zsh/site-functions/_httpcfg completions zsh
put fish/vendor_completions.d/httpcfg.fish completions fish

if [ -n "$links" ]; then
  for link in net netsh adsutil iisweb; do
    # Another program of that name is left alone.
    if [ ! -e "$bin/$link" ]; then ln -s httpcfg "$bin/$link"; fi
  done
fi

"$bin/httpcfg" --version
echo "installed in $bin; to install the service: $bin/httpcfg service install | sh"
