#!/bin/sh
# Installs httpcfg from files that have been downloaded, or downloads them: checks the sum, copies the
# program, its manual and its completions. Nothing is started; `httpcfg service install` does that.
#
#   sh install.sh [--from DIR|URL] [--prefix DIR] [--links]
#
# --from    where httpcfg-SYSTEM-MACHINE and SHA256SUMS are; the script's own folder where not given
# --prefix  /usr/local where not given
# --links   also the names net, netsh, adsutil and iisweb, as the old tools are called
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
  --from) from=${2:?--from DIR or URL} && shift 2 ;;
  --prefix) prefix=${2:?--prefix DIR} && shift 2 ;;
  --links) links=yes && shift ;;
  *) fail "Cannot understand \"$1\": there is no such option" 'sh install.sh --prefix /usr/local' ;;
  esac
done

case $(uname -s) in
Linux) system=linux ;;
Darwin) system=macos ;;
*) fail "Cannot install on \"$(uname -s)\": this script knows Linux and macOS" 'copy the program by hand' ;;
esac
case $(uname -m) in
x86_64 | amd64) machine=x64 ;;
aarch64 | arm64) machine=arm64 ;;
*) fail "Cannot install on \"$(uname -m)\": there is no build for it" 'build it: deno task build' ;;
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
  *://*) fail "Cannot install from \"$from\": only https is safe enough" "--from ${from#*://}" ;;
  *) cp -- "$from/$1" "$work/$1" ;;
  esac || fail "Cannot get \"$1\" from \"$from\"" 'sh install.sh --from DIR'
}

fetch SHA256SUMS
fetch "$name"

wanted=$(sed -n "s/^\([0-9a-f]\{64\}\)  $name\$/\1/p" "$work/SHA256SUMS")
[ -n "$wanted" ] || fail "Cannot check \"$name\": SHA256SUMS does not name it" 'download both again'
if command -v sha256sum >/dev/null; then
  found=$(sha256sum <"$work/$name")
elif command -v shasum >/dev/null; then
  found=$(shasum -a 256 <"$work/$name")
else
  found=$(openssl dgst -sha256 -r <"$work/$name")
fi
[ "${found%% *}" = "$wanted" ] ||
  fail "Cannot install \"$name\": its sum is not the one in SHA256SUMS" 'download both again'

bin=$prefix/bin
mkdir -p "$bin" || fail "Cannot write to \"$bin\"" 'sudo sh install.sh, or --prefix ~/.local'
chmod 755 "$work/$name"
# A new file under the old name: a program that runs keeps the one that it has.
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
    # Another program of that name stays what it is.
    if [ ! -e "$bin/$link" ]; then ln -s httpcfg "$bin/$link"; fi
  done
fi

"$bin/httpcfg" --version
echo "installed in $bin; as a service: $bin/httpcfg service install | sh"
