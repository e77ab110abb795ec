#!/bin/sh
# Installs httpcfg with its manual pages and completions, and removes it again. It starts nothing;
# `httpcfg service install` does. What has been put where is listed in PREFIX/share/httpcfg/installed.
set -eu

usage() {
  cat <<'END'
Usage: sh install.sh [OPTIONS]
       sh install.sh --uninstall [--prefix DIR] [--purge]

  --from DIR|URL     where SHA256SUMS and the program are, a release's
                     httpcfg-SYSTEM-MACHINE or httpcfg of a build of your own
                     (default: where this script is, or bin below it)
  --prefix DIR       directory to install into (default: /usr/local)
  --links            also create the links net, netsh, adsutil, iisweb,
                     iisreset, sc and appcmd, named after the old tools; a name
                     that another program has in that directory is left alone
  --key FILE         public key of the releases in PEM, instead of the one in
                     this script
  --allow-downgrade  install an older version than the one that is there
  --insecure-no-signature
                     install what nobody has signed: only checksums are
                     compared, which come from where the program comes from
  --uninstall        stop and remove the service that runs the program, and
                     remove what was installed
  --purge            also remove documents, certificates, history and logs
  --help             show this text

The signature of a release is verified. A build of your own needs none, if its
directory and files are yours or root's, and nobody else can write them.
END
}

# The public key of the releases, which the release puts here. The sources have none.
public_key=''

fail() { # MESSAGE HINT
  printf 'error: %s\nhint: %s\n' "$1" "$2" >&2
  exit 1
}

note() { # MESSAGE
  printf 'note: %s\n' "$1" >&2
}

misused() { # MESSAGE
  printf 'error: %s\n' "$1" >&2
  usage >&2
  exit 2
}

word() { # TEXT: prints it as one word of a shell command
  case $1 in
  '' | *[!A-Za-z0-9_./:=@%+,-]*)
    printf "'%s'" "$(printf '%s' "$1" | sed "s/'/'\\\\''/g")"
    ;;
  *) printf '%s' "$1" ;;
  esac
}

case $0 in
*.sh) script="sh $(word "$0")" ;;
*) script='sh install.sh' ;; # read from a pipe
esac
typed=$script
for argument in "$@"; do typed="$typed $(word "$argument")"; done

from=
prefix=
links=
key=
downgrade=
unsigned=
uninstall=
purge=
while [ $# -gt 0 ]; do
  case $1 in
  --from=* | --prefix=* | --key=*)
    option=${1%%=*}
    value=${1#*=}
    shift
    set -- "$option" "$value" "$@"
    ;;
  --from | --prefix | --key)
    [ -n "${2-}" ] || misused "Cannot install with \"$1\": a value is expected after it"
    case $1 in
    --from) from=${2%/} ;;
    --prefix) prefix=$2 ;;
    --key) key=$2 ;;
    esac
    shift 2
    ;;
  --links) links=yes && shift ;;
  --allow-downgrade) downgrade=yes && shift ;;
  --insecure-no-signature) unsigned=yes && shift ;;
  --uninstall) uninstall=yes && shift ;;
  --purge) purge=yes && shift ;;
  --help | -h) usage && exit 0 ;;
  *) misused "Cannot install with \"$1\": unknown option" ;;
  esac
done
if [ -n "$uninstall" ]; then
  [ -z "$from$links$key$downgrade$unsigned" ] ||
    misused 'Cannot uninstall with an option that is for installing'
else
  [ -z "$purge" ] || misused 'Cannot purge without --uninstall'
fi
[ -z "$key" ] || [ -z "$unsigned" ] ||
  misused 'Cannot verify with --key and not verify with --insecure-no-signature'

case $(uname -s) in
Linux) system=linux ;;
Darwin) system=macos ;;
*) fail "Cannot install on \"$(uname -s)\": Linux or macOS expected" 'copy the program by hand' ;;
esac

here=$(dirname -- "$0")
if [ -z "$prefix" ]; then
  # The copy of this script that an installation has is about that one.
  case $here in
  /*/share/httpcfg) prefix=${here%/share/httpcfg} ;;
  *) prefix=/usr/local ;;
  esac
fi
case $prefix in
/*) ;;
*) prefix=$PWD/$prefix ;;
esac
prefix=${prefix%/}
bin=$prefix/bin
manifest=$prefix/share/httpcfg/installed
user=$(id -u)

# Makes sure, before anything is done, that files can be made or removed in DIR.
need_writable() { # DIR
  folder=$1
  while [ ! -e "$folder" ]; do folder=$(dirname -- "$folder"); done
  [ -d "$folder" ] || fail "Cannot write to \"$1\": \"$folder\" is not a directory" \
    "$script --prefix DIR"
  [ -w "$folder" ] || cannot_write "$folder"
}

cannot_write() { # DIR
  [ "$user" != 0 ] || fail "Cannot write to \"$1\": it is read-only or full" "$script --prefix DIR"
  [ -z "$uninstall" ] || fail "Cannot remove from \"$1\": permission denied" "sudo $typed"
  fail "Cannot write to \"$1\": permission denied" \
    "sudo $typed, or for yourself alone: $script --prefix ~/.local"
}

# Reports whether the installation has PATH, relative to the prefix, as KIND: dir, file or link.
has_installed() { # KIND PATH
  [ -f "$manifest" ] || return 1
  while IFS=' ' read -r kind path; do
    [ "$kind $path" != "$1 $2" ] || return 0
  done <"$manifest"
  return 1
}

# Prints the processes that run this installation's program, one per line. The portable form is the
# runtime that it has unpacked, and what it was started from is in its environment.
running() {
  if [ -d /proc/self ]; then
    for process in /proc/[0-9]*; do
      exe=$(readlink "$process/exe" 2>/dev/null) || continue
      exe=${exe% (deleted)}
      case $exe in
      "$bin/httpcfg") ;;
      */httpcfg)
        { tr '\0' '\n' <"$process/environ"; } 2>/dev/null |
          grep -Fqx "HTTPCFG_EXE=$bin/httpcfg" || continue
        ;;
      *) continue ;;
      esac
      printf '%s\n' "${process#/proc/}"
    done
  else
    ps -axo pid=,args= | while read -r process program _; do
      [ "$program" != "$bin/httpcfg" ] || printf '%s\n' "$process"
    done
  fi
}

# Stops and removes the service, if `service install` has made it for this program.
remove_service() {
  for unit in /etc/systemd/system/httpcfg.service /etc/init.d/httpcfg \
    /Library/LaunchDaemons/org.httpcfg.httpcfg.plist; do
    grep -Fq 'Written by: httpcfg service install' "$unit" 2>/dev/null || continue
    grep -Fq -- "$bin/httpcfg" "$unit" || continue
    [ "$user" = 0 ] ||
      fail "Cannot uninstall: the service of \"$unit\" runs this program" "sudo $typed"
    commands=$("$bin/httpcfg" service uninstall 2>/dev/null) || commands=
    if [ -z "$commands" ] || ! printf '%s\n' "$commands" | sh; then
      fail "Cannot stop and remove the service of \"$unit\"" "$bin/httpcfg service uninstall | sh"
    fi
    echo "stopped and removed the service of $unit"
  done
}

# Removes from the directory CACHE what the program has unpacked there, unless a process runs it.
remove_unpacked() { # CACHE
  [ -d "$1" ] && [ ! -L "$1" ] || return 0
  if [ -n "$build" ]; then
    for process in /proc/[0-9]*; do
      case $(readlink "$process/exe" 2>/dev/null) in "$1/$build"/*) return 0 ;; esac
    done
    rm -rf -- "${1:?}/$build"
  fi
  rmdir -- "$1" 2>/dev/null || :
}

# Removes what is listed, last what was made first. A link that leads elsewhere now stays, and so
# does a directory that is not empty.
remove_files() {
  awk '{ lines[NR] = $0 } END { for (i = NR; i > 0; i--) print lines[i] }' "$manifest" |
    while IFS=' ' read -r kind path; do
      case /$path/ in */../*) continue ;; esac
      case $kind in
      file) rm -f -- "$prefix/$path" ;;
      link) [ "$(readlink "$prefix/$path" 2>/dev/null)" != httpcfg ] || rm -f -- "$prefix/$path" ;;
      above) rmdir -- "$path" 2>/dev/null || : ;; # a directory that the prefix is in
      dir)
        [ "$path" != share/httpcfg ] || rm -f -- "$manifest"
        rmdir -- "$prefix/$path" 2>/dev/null || :
        ;;
      esac
    done
  rm -f -- "$manifest"
}

uninstall() {
  build=
  if [ -f "$manifest" ]; then
    need_writable "$bin"
    need_writable "$prefix/share"
    remove_service
    processes=$(running)
    if [ -n "$processes" ]; then
      processes=$(printf '%s\n' "$processes" | tr '\n' ' ')
      fail "Cannot uninstall: \"$bin/httpcfg\" is running (pid ${processes% })" "kill ${processes% }"
    fi
    # The portable form unpacks itself; its head says under which name.
    build=$(head -c 4096 "$bin/httpcfg" 2>/dev/null | sed -n "s/^build='\([0-9A-Za-z.+-]*\)'\$/\1/p")
    remove_files
    echo "removed httpcfg from $prefix"
  elif [ -e "$bin/httpcfg" ] || [ -L "$bin/httpcfg" ]; then
    fail "Cannot uninstall \"$bin/httpcfg\": this script has not installed it" \
      "rm $(word "$bin/httpcfg"), if no package has it"
  else
    echo "not installed in $prefix"
  fi
  if [ "$user" = 0 ]; then
    if [ -e /usr/lib/systemd/system/httpcfg.service ]; then
      note 'the package httpcfg uses the documents and logs in /etc/httpcfg and /var; they stay'
      return
    fi
    set -- /var/cache/httpcfg /var/cache/httpcfg-service /var/cache/httpcfg-fleet
    for cache in "$@"; do remove_unpacked "$cache"; done
    set -- /etc/httpcfg /var/lib/httpcfg /var/log/httpcfg
    [ "$system" = linux ] || set -- "$@" /var/db/httpcfg
  else
    home=${HOME:-/nonexistent}
    remove_unpacked "${XDG_CACHE_HOME:-$home/.cache}/httpcfg"
    set -- "${XDG_CONFIG_HOME:-$home/.config}/httpcfg" "${XDG_STATE_HOME:-$home/.local/state}/httpcfg"
  fi
  for suffix in '' .1 .2 .3; do remove_unpacked "${TMPDIR:-/tmp}/httpcfg-$user$suffix"; done
  kept=
  for data in "$@"; do
    [ -e "$data" ] || continue
    if [ -n "$purge" ]; then
      rm -rf -- "$data" && echo "removed $data"
    else
      kept="$kept $(word "$data")"
    fi
  done
  if [ -n "$kept" ]; then
    echo "kept documents, certificates, history and logs:$kept"
    echo "to remove them, too: rm -rf$kept"
  fi
  [ -z "$purge" ] || [ "$user$system" != 0linux ] || remove_user
}

# Removes the user that the service had. Nothing of what it could write is left.
remove_user() {
  id httpcfg >/dev/null 2>&1 || return 0
  if command -v userdel >/dev/null; then
    userdel httpcfg
  else
    deluser httpcfg
  fi || fail 'Cannot remove the user httpcfg' 'userdel httpcfg'
  echo 'removed the user httpcfg'
}

if [ -n "$uninstall" ]; then
  uninstall
  exit 0
fi

case $(uname -m) in
x86_64 | amd64) machine=x64 ;;
aarch64 | arm64) machine=arm64 ;;
*) fail "Cannot install on \"$(uname -m)\": no build for this architecture" 'deno task build' ;;
esac
name=httpcfg-$system-$machine
if [ -z "$from" ]; then
  from=$here
  # The sources: what `deno task build` makes is in bin.
  [ -e "$from/SHA256SUMS" ] || [ ! -e "$from/bin/SHA256SUMS" ] || from=$from/bin
fi
need_writable "$bin"
need_writable "$prefix/share"

work=$(mktemp -d)
new=
made= # directories, one per line
done=
leave() {
  rm -rf -- "$work" ${new:+"$new"}
  [ -z "$done" ] || return 0
  # Nothing is left of what has not succeeded.
  printf '%s' "$made" | awk '{ lines[NR] = $0 } END { for (i = NR; i > 0; i--) print lines[i] }' |
    while IFS= read -r folder; do rmdir -- "$folder" 2>/dev/null || :; done
}
trap leave EXIT
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
  esac || fail "Cannot fetch \"$1\" from \"$from\"" "$script --from DIR, with $1 in DIR"
}

# Verifies that SHA256SUMS is what the holder of the release key has signed.
verify_signature() {
  if [ -n "$key" ]; then
    cp -- "$key" "$work/key" || fail "Cannot read the key \"$key\"" '--key FILE, a public key in PEM'
  else
    printf '%s\n' "$public_key" >"$work/key"
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

# Makes sure that FILE belongs to whoever installs, or to root, and that nobody else can write it.
# With sudo that is the user who called it. A group with the number of its user has no other members.
need_own() { # FILE
  # shellcheck disable=SC2012 # ls is parsed for modes.
  entry=$(ls -ldnL -- "$1") || fail "Cannot read \"$1\"" 'deno task build'
  # shellcheck disable=SC2086 # Mode, links, owner, group.
  set -- "$1" $entry
  case $4 in
  0 | "$user") ;;
  *)
    [ "$user:$4" = "0:${SUDO_UID-}" ] ||
      fail "Cannot trust \"$1\" as a build of yours: it belongs to user $4" \
        'build it yourself: deno task build; or install it unverified: --insecure-no-signature'
    ;;
  esac
  case $2 in
  ????????w*) ;;
  ?????w*) [ "$4" != "$5" ] || return 0 ;;
  *) return 0 ;;
  esac
  fail "Cannot trust \"$1\" as a build of yours: others can write it" "chmod go-w $(word "$1")"
}

# A directory on this machine that only its owner can write is as good as the owner's word.
trust_own_build() {
  case $from in
  *://*) ;;
  *) [ -e "$from/SHA256SUMS.sig" ] || {
    for file in "$from" "$from/SHA256SUMS" "$from/$name"; do need_own "$file"; done
    note "\"$from\" is a build of your own, which needs no signature; its checksum is verified"
    return
  } ;;
  esac
  fail 'Cannot verify the signature: this script is of the sources and has no public key' \
    'use the install.sh of the release, or --key FILE; for your own build --insecure-no-signature'
}

sum_of() { # FILE: prints its SHA-256
  if command -v sha256sum >/dev/null; then
    sum=$(sha256sum <"$1")
  elif command -v shasum >/dev/null; then
    sum=$(shasum -a 256 <"$1")
  elif command -v openssl >/dev/null; then
    sum=$(openssl dgst -sha256 -r <"$1")
  else
    fail 'Cannot verify the checksum: no sha256sum, shasum or openssl is here' 'install openssl'
  fi
  printf '%s\n' "${sum%% *}"
}

listed_sum() { # NAME: prints what SHA256SUMS says of it
  sed -n "s/^\([0-9a-f]\{64\}\)  $1\$/\1/p" "$work/SHA256SUMS"
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

# Makes DIR and those above it, and remembers which are new.
make_folder() { # DIR
  [ ! -d "$1" ] || return 0
  make_folder "$(dirname -- "$1")"
  mkdir -- "$1" || cannot_write "$(dirname -- "$1")"
  made="$made$1
"
}

fetch SHA256SUMS
case $from in
*://*) ;;
*) [ -n "$(listed_sum "$name")" ] || [ -z "$(listed_sum httpcfg)" ] || name=httpcfg ;;
esac
if [ -n "$unsigned" ]; then
  printf 'warning: %s\n' 'the signature is not verified; whoever made the files can do what you can' >&2
elif [ -n "$key$public_key" ]; then
  verify_signature
else
  trust_own_build
fi
wanted=$(listed_sum "$name")
[ -n "$wanted" ] ||
  fail "Cannot verify \"$name\": not listed in SHA256SUMS" 'download both files again'
fetch "$name"
[ "$(sum_of "$work/$name")" = "$wanted" ] ||
  fail "Cannot install \"$name\": checksum does not match SHA256SUMS" 'download both files again'

# What another program has put there stays, and so does what is no file.
if { [ -e "$bin/httpcfg" ] || [ -L "$bin/httpcfg" ]; } && ! has_installed file bin/httpcfg; then
  if [ -L "$bin/httpcfg" ] || [ ! -f "$bin/httpcfg" ] || [ -z "$(version_of "$bin/httpcfg")" ]; then
    fail "Cannot install \"$bin/httpcfg\": what is there was not installed by this script" \
      "mv $(word "$bin/httpcfg") $(word "$bin/httpcfg.old"); $typed"
  fi
fi

make_folder "$bin"
# A new file takes the name of the old one; a running program keeps the file it was started from.
new=$bin/.httpcfg.new
rm -f -- "$new"
cp -- "$work/$name" "$new" || cannot_write "$bin"
chmod 755 "$new"

# An old release is signed as well: a server that offers it again must not take a fix away.
come=$(version_of "$new")
[ -n "$come" ] || fail "Cannot run \"$name\": it does not tell its version" \
  "$script --prefix DIR, where programs may run"
same=
[ ! -f "$bin/httpcfg" ] || [ "$(sum_of "$bin/httpcfg")" != "$wanted" ] || same=yes
if [ -z "$downgrade" ] && [ -z "$same" ] && [ -e "$bin/httpcfg" ]; then
  have=$(version_of "$bin/httpcfg")
  if [ -z "$have" ]; then
    fail "Cannot compare the new version \"$come\" with the installed one \"$have\"" \
      'install it all the same: --allow-downgrade'
  fi
  if is_older "$come" "$have"; then
    fail "Cannot install version $come: version $have is installed" \
      'go back on purpose: --allow-downgrade'
  fi
fi

# Everything but the program, as it will be below the prefix.
stage=$work/stage/share
page() { # FILE COMMAND...
  file=$stage/$1
  shift
  mkdir -p -- "$(dirname -- "$file")"
  "$new" "$@" >"$file" || fail "Cannot run \"$name\" for its completions" \
    "httpcfg $*"
}
mkdir -p -- "$stage/man"
"$new" man --all "$stage/man" >/dev/null || fail "Cannot run \"$name\" for its manual pages" \
  "httpcfg man --all DIR"
page bash-completion/completions/httpcfg completions bash
page zsh/site-functions/_httpcfg completions zsh
page fish/vendor_completions.d/httpcfg.fish completions fish
# With this script, the program can be removed without the release at hand.
mkdir -p -- "$stage/httpcfg"
case $0 in *.sh) cp -- "$0" "$stage/httpcfg/install.sh" ;; esac

each_file() { # COMMAND: calls it with each path of the stage, relative to the prefix
  for file in "$stage"/*/* "$stage"/*/*/*; do
    [ ! -f "$file" ] || "$1" "share${file#"$stage"}"
  done
}
refuse_foreign() { # PATH
  [ ! -e "$prefix/$1" ] && [ ! -L "$prefix/$1" ] || has_installed file "$1" ||
    { [ -f "$prefix/$1" ] && [ "$(sum_of "$prefix/$1")" = "$(sum_of "$work/stage/$1")" ]; } ||
    fail "Cannot install \"$prefix/$1\": what is there was not installed by this script" \
      "mv $(word "$prefix/$1") $(word "$prefix/$1.old"); $typed"
}
each_file refuse_foreign

# The list is written before the files, so that what a power failure leaves can be removed.
changed=
list=$work/installed
: >"$list"
enlist() { # PATH
  make_folder "$(dirname -- "$prefix/$1")"
  printf 'file %s\n' "$1" >>"$list"
}
make_folder "$prefix/share/httpcfg"
each_file enlist
printf 'file %s\n' bin/httpcfg >>"$list"
for link in net netsh adsutil iisweb iisreset sc appcmd; do
  # Another program of that name is left alone.
  if [ "$(readlink "$bin/$link" 2>/dev/null)" = httpcfg ]; then
    if [ -n "$links" ] || has_installed link "bin/$link"; then
      printf 'link %s\n' "bin/$link" >>"$list"
    fi
  elif [ -z "$links" ]; then
    :
  elif [ -e "$bin/$link" ] || [ -L "$bin/$link" ]; then
    note "\"$bin/$link\" is another program; it is left as it is, and \"httpcfg $link\" does the same"
  else
    printf 'link %s\n' "bin/$link" >>"$list"
  fi
done
{
  # Directories come first, from the top: they are removed last.
  [ ! -f "$manifest" ] || sed -n -e '/^dir /p' -e '/^above /p' "$manifest"
  printf '%s' "$made" | while IFS= read -r folder; do
    case $folder/ in
    "$prefix"/*) folder=${folder#"$prefix"} && printf 'dir %s\n' "${folder#/}" ;;
    *) printf 'above %s\n' "$folder" ;;
    esac
  done
  cat "$list"
} >"$work/manifest"
stale=
if [ -f "$manifest" ]; then
  # What an earlier version had, and this one has not.
  stale=$(sed -n 's/^file //p' "$manifest" | while IFS= read -r path; do
    grep -Fqx "file $path" "$list" || printf '%s\n' "$path"
  done)
fi
write() { # FILE TARGET: replaces TARGET as a whole, if it differs
  [ ! -f "$2" ] || [ -L "$2" ] || [ "$(sum_of "$1")" != "$(sum_of "$2")" ] || return 0
  cp -- "$1" "$2.new" || cannot_write "$(dirname -- "$2")"
  chmod 644 "$2.new"
  mv -f -- "$2.new" "$2"
  changed=yes
}
write "$work/manifest" "$manifest"
done=yes
install_file() { # PATH
  write "$work/stage/$1" "$prefix/$1"
}
each_file install_file
printf '%s\n' "$stale" | while IFS= read -r path; do
  case /$path/ in // | */../*) ;; *) rm -f -- "$prefix/$path" ;; esac
done
old=
if [ -z "$same" ]; then
  old=$(running | tr '\n' ' ')
  mv -f -- "$new" "$bin/httpcfg" || cannot_write "$bin"
  changed=yes
fi

# Says which program a new name hides on PATH, or which one is found before it.
tell_shadow() { # NAME
  ours=
  rest=$PATH:
  while [ -n "$rest" ]; do
    folder=${rest%%:*}
    rest=${rest#*:}
    if [ "$folder" = "$bin" ]; then
      ours=yes
    elif [ -f "$folder/$1" ] && [ -x "$folder/$1" ] && [ "$(readlink "$folder/$1")" != httpcfg ]; then
      if [ -n "$ours" ]; then
        note "\"$1\" is now $bin/$1, which hides $folder/$1"
      else
        note "\"$1\" is still $folder/$1, which is found before $bin/$1"
      fi
      return
    fi
  done
}
for link in net netsh adsutil iisweb iisreset sc appcmd; do
  grep -Fqx "link bin/$link" "$list" || continue
  if [ ! -L "$bin/$link" ]; then
    ln -s httpcfg "$bin/$link" && changed=yes
  fi
  [ -z "$links" ] || tell_shadow "$link"
done
tell_shadow httpcfg

"$bin/httpcfg" --version
if [ -z "$changed" ]; then
  echo "already installed in $bin"
else
  echo "installed in $bin; to install the service: $bin/httpcfg service install | sh"
fi
if [ -n "$old" ]; then
  note "the version before is still running (pid ${old% }), until its service is restarted"
  if [ -d /run/systemd/system ] && grep -Fqs -- "$bin/httpcfg" /etc/systemd/system/httpcfg.service; then
    echo 'hint: systemctl restart httpcfg' >&2
  fi
fi
case $0 in *.sh) echo "to remove it: sh $(word "$prefix/share/httpcfg/install.sh") --uninstall" ;; esac
case :$PATH: in
*":$bin:"*) ;;
*)
  note "$bin is not on PATH"
  # shellcheck disable=SC2016 # $PATH is for whoever types it.
  printf 'hint: %s:$PATH"\n' "export PATH=\"$bin" >&2
  ;;
esac
