"""Tasks that do what no task should. Each is harmless where tasks are kept apart, so run them nowhere else."""
import os
import signal
import socket
import subprocess
import sys
import time

SCALE = int(os.environ.get("HOSTILE_SCALE", "100"))  # percent of the full size


def fork_bomb():
    while True:
        try:
            os.fork()
        except OSError:
            pass


def memory_hog():
    held = []
    while True:
        held.append(bytearray(os.urandom(1 << 20)) * 16)


def many_files():
    for i in range(10_000 * SCALE):
        if i % 1000 == 0:
            os.makedirs(f"d{i}")
        open(f"d{i - i % 1000}/f{i}", "w").close()
    time.sleep(3600)


def disk_filler():
    n = 0
    while True:
        n += 1
        with open(f"filler{n}", "wb") as out:
            for _ in range(64):
                out.write(b"x" * (1 << 20))


def tmp_filler():
    for name in (os.environ["TMPDIR"], "/dev/shm"):
        with open(name + "/filler", "wb") as out:
            while True:
                out.write(b"x" * (1 << 20))


def daemoniser():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.close(1)
            os.close(2)
            os.execve(sys.executable, [sys.executable, sys.argv[0], "sleeper"], {})
        os._exit(0)
    time.sleep(0.5)


def sleeper():
    time.sleep(3600)


def sigterm_ignorer():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGABRT, signal.SIG_IGN)
    while True:
        time.sleep(3600)


def pipe_holder():
    subprocess.Popen([sys.executable, sys.argv[0], "sleeper"], start_new_session=True)
    print("the pipe is still held")


def huge_log():
    line = b"0123456789abcdef" * 4 + b"\n"
    block = line * 1000
    for _ in range(100 * SCALE * (1 << 20) // len(block)):
        os.write(1, block)


def huge_line():
    block = b"\0" * (1 << 20)
    for _ in range(10 * SCALE):
        os.write(1, block)


def output_tricks():
    out = os.environ["MILLRACE_OUT"]
    os.symlink("/etc/passwd", out + "/passwd")
    os.symlink("/etc", out + "/etc")
    os.symlink("loop", out + "/loop")
    os.mkfifo(out + "/fifo")
    open(out + "/honest", "w").write("honest")
    os.link(out + "/honest", out + "/linked")
    open(out + "/back\\slash", "w").close()
    open(out + "/new\nline", "w").close()
    os.mkdir(out + "/closed")
    open(out + "/closed/inside", "w").close()
    os.chmod(out + "/closed", 0)
    socket.socket(socket.AF_UNIX).bind(out + "/socket")
    try:
        os.link("/etc/passwd", out + "/hard")
        print("linked a file of the machine")
        sys.exit(1)
    except OSError:
        pass
    os.rename(out, out + "-moved") if os.access(os.path.dirname(out), os.W_OK) else None


def credential_hunter():
    wanted = os.environ["WANTED"][::-1]  # reversed, so that it does not find itself
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        for name in ("environ", "cmdline"):
            try:
                content = open(f"/proc/{pid}/{name}", "rb").read()
            except OSError:
                continue
            if wanted.encode() in content:
                found.append(f"/proc/{pid}/{name}")
            if b"kafka" in content.lower():
                found.append(f"a process of the platform: {pid}")
    places = [it for it in os.listdir("/") if it not in ("proc", "sys", "usr", "bin", "sbin", "lib", "lib64")]
    for place in places + os.environ.get("PLACES", "").split(":"):
        for directory, _, files in os.walk(os.path.join("/", place)):
            for name in files:
                path = os.path.join(directory, name)
                try:
                    if os.path.isfile(path) and os.path.getsize(path) < 16 << 20 and wanted.encode() in open(path, "rb").read():
                        found.append(path)
                except OSError:
                    continue
    for place in filter(None, os.environ.get("PLACES", "").split(":")):
        if os.path.exists(place):
            found.append(place)
    for file in ("/etc/shadow", "/root/.ssh", "/root/.config", "/var/run/docker.sock"):
        try:
            if os.path.isdir(file) or open(file).read():
                found.append(file)
        except OSError:
            continue
    print("found:", found)
    sys.exit(1 if found else 0)


def box_breaker():
    """Tries to change what the box shows, and to get the rights for it."""
    broken = []
    status = open("/proc/self/status").read()
    capabilities = int(status.split("CapEff:")[1].split()[0], 16)
    if capabilities & ~0b1011:  # those over files
        broken.append("capabilities %x" % capabilities)
    for command in (
        ["mount", "-o", "remount,bind,rw", "/usr"],
        ["umount", "/etc/shadow"],
        ["umount", "/proc/sys"],
        ["mount", "-t", "tmpfs", "none", "/tmp"],
        ["unshare", "--user", "--map-root-user", "true"],
        ["unshare", "--mount", "true"],
        ["chroot", "/", "true"],
    ):
        if subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode == 0:
            broken.append(" ".join(command))
    for path in ("/proc/sys/kernel/core_pattern", "/proc/sys/user/max_user_namespaces", "/usr/broken", "/sys/broken"):
        try:
            open(path, "w").close()
            broken.append(path)
        except OSError:
            continue
    print("broken:", broken)
    sys.exit(1 if broken else 0)


def name_tricker():
    """Reports and names that are made to cost whoever reads them."""
    out = os.environ["MILLRACE_OUT"]
    os.makedirs(out + "/same")
    open(out + "/SAME", "w").close()
    open(out + "/same/file", "w").close()
    for i in range(2000):
        open("a" * 240 + str(i), "w").close()
    os.chmod(out + "/same", 0o300)


def deep_digger():
    """Nests directories deeper than a path can name."""
    deep = os.open(".", os.O_RDONLY)
    for _ in range(3000):
        os.mkdir("d", dir_fd=deep)
        below = os.open("d", os.O_RDONLY, dir_fd=deep)
        os.close(deep)
        deep = below
    time.sleep(3600)


def unlinked_filler():
    held = []
    while True:
        held.append(open("filler", "wb"))
        os.unlink("filler")
        for _ in range(64):
            held[-1].write(b"x" * (1 << 20))


def network_prober():
    reached = []
    for address in filter(None, os.environ["ADDRESSES"].split(",")):
        host, port = address.rsplit(":", 1)
        try:
            socket.create_connection((host, int(port)), timeout=2).close()
            reached.append(address)
        except OSError:
            continue
    print("reached:", reached)
    sys.exit(1 if reached else 0)


globals()[sys.argv[1].replace("-", "_")]()
