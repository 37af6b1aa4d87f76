#!/bin/bash
# What it costs to give a task a tree of its own, and a box: 2,474 files with 190 MiB copied, linked and laid under an overlay, and taken
# away again, ROUNDS times (5); then 100 boxes of bubblewrap one after the other beside 100 times /bin/true. As root, on the file
# system of TMPDIR; half a minute.
set -euo pipefail
work=$(mktemp -d)
trap 'umount "$work/mine" 2>/dev/null || true; rm -rf "$work"' EXIT
rounds=${ROUNDS:-5}

now() { date +%s%N; }
# The median of what $3 took in each round, in milliseconds, with $2 before it and $4 after it; $1 says of what.
median() {
  for ((r = 0; r < rounds; r++)); do
    $2
    before=$(now)
    $3
    echo $((($(now) - before) / 10000))
    $4
  done | sort -n | sed -n "$((rounds / 2 + 1))p" | awk -v what="$1" '{ printf "%-28s %7.1f ms\n", what, $1 / 100 }'
}

mkdir "$work/tree" "$work/upper" "$work/scratch"
for ((d = 0; d < 50; d++)); do
  mkdir "$work/tree/d$d"
  for ((f = 0; f < 50 && d * 50 + f < 2474; f++)); do
    head -c 80500 /dev/urandom >"$work/tree/d$d/f$f"
  done
done
sync

copy() { cp -r "$work/tree" "$work/mine"; }
link() { cp -rl "$work/tree" "$work/mine"; }
remove() { rm -rf "$work/mine"; }
lay() {
  mkdir "$work/mine"
  mount -t overlay overlay -o "volatile,userxattr,lowerdir=$work/tree,upperdir=$work/upper,workdir=$work/scratch" "$work/mine"
}
lift() {
  umount "$work/mine"
  rm -rf "$work/mine" "$work/scratch/work"
}
median "copied" : copy remove
median "linked" : link remove
median "laid under an overlay" : lay lift
median "… a copy removed" copy remove :
median "… links removed" link remove :
median "… an overlay removed" lay lift :

plain() { for ((i = 0; i < 100; i++)); do /bin/true; done; }
boxes() {
  for ((i = 0; i < 100; i++)); do
    bwrap --unshare-all --die-with-parent --ro-bind /usr /usr --symlink usr/bin /bin --symlink usr/lib /lib --symlink usr/lib64 /lib64 \
      --proc /proc --dev /dev --tmpfs /tmp /bin/true
  done
}
median "100 times /bin/true" : plain :
median "… each in a box" : boxes :
