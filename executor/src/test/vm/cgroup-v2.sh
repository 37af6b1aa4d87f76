#!/bin/sh
# Runs the tests of boxes, groups and processes where control groups are those of version 2, whatever this machine has: on Debian's
# cloud kernel in an emulated machine that sees the files of this one, read-only. CLASSES names other test classes. Takes some minutes, as it
# emulates every instruction. Needs a built tree and qemu-system-x86, linux-image-cloud-amd64, busybox-static, cpio, bubblewrap, Python 3.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../../../.." && pwd)
classes=${CLASSES:-dev.millrace.executor.sandbox.SandboxTest dev.millrace.executor.process.TaskProcessTest}
limit=${LIMIT:-1200}
console=org.junit.platform:junit-platform-console-standalone:1.13.4
kernel=$(ls /boot/vmlinuz-*-cloud-amd64 | sort -V | tail -n 1)
version=${kernel#/boot/vmlinuz-}
work=$(mktemp -d)
files=''
trap '[ -z "$files" ] || kill "$files" 2>/dev/null || true; rm -rf "$work"' EXIT

cd "$root"
mvn -q -B dependency:copy -Dartifact="$console" -DoutputDirectory="$work" -Dmdep.stripVersion=true
# Of the modules it needs each writes its own; the last is the executor's.
mvn -q -B -Dquick -pl executor -am test-compile dependency:build-classpath -Dmdep.includeScope=test -Dmdep.outputFile="$work/classpath"
select=''
for class in $classes; do select="$select --select-class $class"; done

# What the emulated machine does, in this machine's own user land.
cat >"$work/inside.sh" <<SH
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TMPDIR=/own
uname -r
cat /sys/fs/cgroup/cgroup.controllers
java -XX:TieredStopAtLevel=1 -Djava.io.tmpdir=/own -Djunit.jupiter.execution.timeout.mode=disabled -jar /tools/junit-platform-console-standalone.jar execute \
  --class-path "$root/executor/target/test-classes:$root/executor/target/classes:$(cat "$work/classpath")" \
  --fail-if-no-tests --disable-banner --disable-ansi-colors --details tree $select
echo "tests ended with \$?"
/tools/busybox poweroff -f
SH

mkdir -p "$work/init/bin" "$work/init/lib"
cp /bin/busybox "$work/init/bin/"
for module in virtio_pci virtiofs overlay; do
  /sbin/modprobe -S "$version" --show-depends "$module"
done | sed -n 's/^insmod //p' | awk '!seen[$1]++' >"$work/modules"
while read -r module; do
  cp "$module" "$work/init/lib/"
  echo "/lib/${module##*/}"
done <"$work/modules" >"$work/init/modules"
cat >"$work/init/init" <<'SH'
#!/bin/busybox sh
b=/bin/busybox
while read -r module; do $b insmod $module; done </modules
$b mkdir -p /files /own /all
$b mount -t virtiofs -o ro files /files
$b mount -t tmpfs own /own
$b mkdir /own/upper /own/scratch
$b mount -t overlay all /all -o lowerdir=/files,upperdir=/own/upper,workdir=/own/scratch
$b mkdir -p /all/own /all/tools
$b mount -t tmpfs own /all/own
$b mount -t proc proc /all/proc
$b mount -t sysfs sys /all/sys
$b mount -t devtmpfs dev /all/dev
$b mkdir -p /all/dev/shm
$b mount -t tmpfs shm /all/dev/shm
$b mount -t cgroup2 groups /all/sys/fs/cgroup
$b ip link set lo up
$b cp /bin/busybox /inside.sh /junit-platform-console-standalone.jar /all/tools/
# A mere chroot would not be allowed to make user namespaces.
exec $b switch_root /all /bin/bash /tools/inside.sh
SH
chmod +x "$work/init/init"
cp "$work/inside.sh" "$work/junit-platform-console-standalone.jar" "$work/init/"
(cd "$work/init" && find . | cpio -o -H newc --quiet | gzip -1) >"$work/initrd"

/usr/lib/qemu/virtiofsd --socket-path="$work/socket" -o source=/ -o cache=always -o xattr -o sandbox=chroot >"$work/files.log" 2>&1 &
files=$!
timeout "$limit" qemu-system-x86_64 -accel tcg,thread=multi -cpu max -smp 2 -m 3G -nographic -no-reboot -nic none \
  -object memory-backend-memfd,id=memory,size=3G,share=on -numa node,memdev=memory \
  -chardev socket,id=files,path="$work/socket" -device vhost-user-fs-pci,chardev=files,tag=files \
  -kernel "$kernel" -initrd "$work/initrd" -append "console=ttyS0 quiet panic=-1" </dev/null | tee "$work/console"
grep -q 'tests ended with 0' "$work/console"
