#!/bin/sh
# Installs httpcfg from downloaded files, or downloads them: verifies the signature of the checksums
# and the checksum of the program, and installs it with its manual pages and its completions. It
# starts nothing; `httpcfg service install` does.
#
#   sh install.sh [--from DIR|URL] [--prefix DIR] [--links] [--key FILE] [--allow-downgrade]
#
# --from    location of httpcfg-SYSTEM-MACHINE, SHA256SUMS and SHA256SUMS.sig (default: the directory
#           of the script)
# --prefix  directory to install into (default: /usr/local)
# --links   also create the links net, netsh, adsutil and iisweb, named after the old tools
# --key     the public key of the releases in PEM, instead of the one in this script
# --allow-downgrade        install an older version than the one that is there
# --insecure-no-signature  install what nobody has signed, such as your own build: only checksums are
#                          compared, which come from where the program comes from
set -eu

# The public key of the releases, which the release puts here. The sources have none.
public_key=''

fail() { # MESSAGE HINT
  printf 'error: %s\nhint: %s\n' "$1" "$2" >&2
  exit 1
}

from=$(dirname -- "$0")
prefix=/usr/local
links=
key=
downgrade=
unsigned=
while [ $# -gt 0 ]; do
  case $1 in
  --from) from=${2:?directory or URL expected after --from} && shift 2 ;;
  --prefix) prefix=${2:?directory expected after --prefix} && shift 2 ;;
  --key) key=${2:?file expected after --key} && shift 2 ;;
  --links) links=yes && shift ;;
  --allow-downgrade) downgrade=yes && shift ;;
  --insecure-no-signature) unsigned=yes && shift ;;
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
bin=$prefix/bin

work=$(mktemp -d)
new=
trap 'rm -rf "$work" ${new:+"$new"}' EXIT
trap 'exit 1' HUP INT TERM

# wget would follow a redirect to http, so each step is taken alone, and where it leads is looked at.
fetch_with_wget() { # URL FILE
  url=$1
  for _ in 1 2 3 4 5 6; do
    case $url in
    https://*) ;;
    *) printf '%s\n' "redirected to \"$url\", which is not https" >&2 && return 1 ;;
    esac
    said=$(wget --max-redirect=0 --server-response --timeout=60 -O "$2" "$url" 2>&1) && return 0
    next=$(printf '%s\n' "$said" | sed -n 's/^ *[Ll]ocation: *\([^ ]*\).*/\1/p' | tail -n 1)
    host=${url#https://}
    case $next in
    '') printf '%s\n' "$said" >&2 && return 1 ;;
    *://*) url=$next ;;
    //*) url=https:$next ;;
    /*) url=https://${host%%/*}$next ;;
    *) url=${url%/*}/$next ;;
    esac
  done
  printf '%s\n' 'too many redirects' >&2
  return 1
}

fetch() { # NAME
  case $from in
  https://*)
    if command -v curl >/dev/null; then
      # What --proto leaves out is left out of redirects, too.
      curl --fail --silent --show-error --location --proto '=https' --tlsv1.2 --max-redirs 5 \
        --connect-timeout 60 -o "$work/$1" "$from/$1"
    elif command -v wget >/dev/null; then
      fetch_with_wget "$from/$1" "$work/$1"
    else
      fail 'Cannot download: neither curl nor wget is here' 'download the files, then --from DIR'
    fi
    ;;
  *://*) fail "Cannot install from \"$from\": https expected" "--from https://${from#*://}" ;;
  *) cp -- "$from/$1" "$work/$1" ;;
  esac || fail "Cannot fetch \"$1\" from \"$from\"" "sh install.sh --from DIR, with $1 in DIR"
}

# Verifies that SHA256SUMS is what the holder of the release key has signed.
verify_signature() {
  if [ -n "$key" ]; then
    cp -- "$key" "$work/key" || fail "Cannot read the key \"$key\"" '--key FILE, a public key in PEM'
  elif [ -n "$public_key" ]; then
    printf '%s\n' "$public_key" >"$work/key"
  else
    fail 'Cannot verify the signature: this script is of the sources and has no public key' \
      'use the install.sh of the release, or --key FILE; for your own build --insecure-no-signature'
  fi
  fetch SHA256SUMS.sig
  if command -v openssl >/dev/null; then
    openssl base64 -d -A -in "$work/SHA256SUMS.sig" -out "$work/signature" 2>/dev/null &&
      openssl dgst -sha256 -verify "$work/key" -signature "$work/signature" "$work/SHA256SUMS" \
        >/dev/null 2>&1
  elif command -v cosign >/dev/null; then
    # The key is here, so no log of signatures is needed.
    cosign verify-blob --key "$work/key" --signature "$work/SHA256SUMS.sig" \
      --insecure-ignore-tlog=true "$work/SHA256SUMS" >/dev/null 2>&1
  else
    fail 'Cannot verify the signature: neither openssl nor cosign is here' 'install openssl'
  fi || fail "Cannot install from \"$from\": SHA256SUMS is not what was signed with the release key" \
    'download all files again, from the page of the release'
}

# Reports whether version $1 comes before version $2: 0.9.1 before 0.10.0-rc.1 before 0.10.0.
is_older() {
  printf '%s\n%s\n' "$1" "$2" | awk '
    { n[NR] = split($0, parts, /[-+]/); pre[NR] = n[NR] > 1 ? substr($0, length(parts[1]) + 1) : "~" }
    { split(parts[1], numbers, "."); for (i = 1; i <= 3; i++) v[NR, i] = numbers[i] + 0 }
    END {
      for (i = 1; i <= 3; i++) if (v[1, i] != v[2, i]) exit !(v[1, i] < v[2, i])
      exit !(pre[1] < pre[2])
    }'
}

version_of() { # PROGRAM
  "$1" --version 2>/dev/null | sed -n 's/^httpcfg \([0-9][0-9A-Za-z.+-]*\).*/\1/p'
}

fetch SHA256SUMS
if [ -n "$unsigned" ]; then
  printf 'warning: %s\n' 'the signature is not verified; whoever made the files can do what you can' >&2
else
  verify_signature
fi
fetch "$name"

wanted=$(sed -n "s/^\([0-9a-f]\{64\}\)  $name\$/\1/p" "$work/SHA256SUMS")
[ -n "$wanted" ] ||
  fail "Cannot verify \"$name\": not listed in SHA256SUMS" 'download both files again'
if command -v sha256sum >/dev/null; then
  found=$(sha256sum <"$work/$name")
elif command -v shasum >/dev/null; then
  found=$(shasum -a 256 <"$work/$name")
elif command -v openssl >/dev/null; then
  found=$(openssl dgst -sha256 -r <"$work/$name")
else
  fail 'Cannot verify the checksum: no sha256sum, shasum or openssl is here' 'install openssl'
fi
[ "${found%% *}" = "$wanted" ] ||
  fail "Cannot install \"$name\": checksum does not match SHA256SUMS" 'download both files again'

mkdir -p "$bin" || fail "Cannot write to \"$bin\"" 'sudo sh install.sh, or --prefix ~/.local'
chmod 755 "$work/$name"
# A new file takes the name of the old one; a running program keeps the file it was started from.
new=$bin/.httpcfg.new
rm -f "$new"
cp "$work/$name" "$new" || fail "Cannot write to \"$bin\"" 'sudo sh install.sh'

# An old release is signed as well: a server that offers it again must not take a fix away.
if [ -z "$downgrade" ] && [ -e "$bin/httpcfg" ]; then
  have=$(version_of "$bin/httpcfg")
  come=$(version_of "$new")
  if [ -z "$have" ] || [ -z "$come" ]; then
    fail "Cannot compare the new version \"$come\" with the installed one \"$have\"" \
      'install it all the same: --allow-downgrade'
  fi
  if is_older "$come" "$have"; then
    fail "Cannot install version $come: version $have is installed" \
      'go back on purpose: --allow-downgrade'
  fi
fi
mv -f "$new" "$bin/httpcfg"

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
