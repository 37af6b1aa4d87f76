#!/bin/bash
# debian-source.sh PACKAGE DIR: unpacks the source package, with Debian's patches, of the release this machine runs. Needs
# dpkg-dev and the package sources this machine is set up with; what apt knows of itself is not touched.
set -euo pipefail
package=$1
directory=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/sources" "$work/lists/partial"
chmod 755 "$work"
for file in /etc/apt/sources.list.d/*.sources; do
  [ -e "$file" ] && sed 's/^Types: deb$/Types: deb-src/' "$file" >"$work/sources/$(basename "$file")"
done
if [ -s /etc/apt/sources.list ]; then
  sed -n 's/^deb /deb-src /p' /etc/apt/sources.list >"$work/sources/main.list"
fi
apt=(-qq -o Dir::Etc::sourcelist=/dev/null -o "Dir::Etc::sourceparts=$work/sources" -o "Dir::State::lists=$work/lists" -o APT::Sandbox::User=root)
apt-get "${apt[@]}" update
(cd "$work" && apt-get "${apt[@]}" source --download-only "$package")
dpkg-source --no-check -x "$work"/*.dsc "$directory" >/dev/null
