#!/bin/sh
# Fetches a release of Playbill, checks its digest, and puts the program into a folder:
#
#   curl -fsSL https://raw.githubusercontent.com/playbill-portal/playbill/v0.2.0/install.sh | sh
#   sh install.sh ~/bin
#
# PLAYBILL_VERSION is another version, PLAYBILL_RELEASES another place that has the files of releases.
set -eu
version=${PLAYBILL_VERSION:-0.2.0}
version=${version#v}
releases=${PLAYBILL_RELEASES:-https://github.com/playbill-portal/playbill/releases/download}
folder=${1:-$HOME/.local/bin}

fail() {
  echo "playbill: $1" >&2
  exit 1
}

case "$(uname -s)-$(uname -m)" in
  Linux-x86_64) target=x86_64-unknown-linux-musl ;;
  Linux-aarch64 | Linux-arm64) target=aarch64-unknown-linux-musl ;;
  Darwin-x86_64) target=x86_64-apple-darwin ;;
  Darwin-arm64) target=aarch64-apple-darwin ;;
  MINGW*-x86_64 | MSYS*-x86_64 | CYGWIN*-x86_64) target=x86_64-pc-windows-msvc ;;
  *) fail "there is no release for $(uname -s) on $(uname -m); build it: cargo install --locked --git https://github.com/playbill-portal/playbill playbill-portal" ;;
esac

file=playbill-$version-$target.tar.gz
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
curl -fsSL --retry 3 -o "$work/$file" "$releases/v$version/$file" || fail "cannot fetch $releases/v$version/$file"
curl -fsSL --retry 3 -o "$work/SHA256SUMS" "$releases/v$version/SHA256SUMS" || fail "cannot fetch the checksums"
# Nothing that was fetched runs before its digest is checked.
cd "$work"
grep " $file\$" SHA256SUMS >wanted || fail "the checksums do not name $file"
if command -v sha256sum >/dev/null; then
  sha256sum -c wanted >/dev/null || fail "$file has another digest than the release says"
else
  shasum -a 256 -c wanted >/dev/null || fail "$file has another digest than the release says"
fi
tar -xzf "$file"
cd - >/dev/null
mkdir -p "$folder"
for name in playbill playbill.exe; do
  [ ! -f "$work/$name" ] || install -m 755 "$work/$name" "$folder/$name"
done
echo "playbill $version is in $folder" >&2
case ":$PATH:" in
  *":$folder:"*) ;;
  *) [ -n "${GITHUB_PATH:-}" ] || echo "add it to PATH: export PATH=\"$folder:\$PATH\"" >&2 ;;
esac
