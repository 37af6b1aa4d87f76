#!/usr/bin/env python3
"""What the attacks that once brought the platform down do to an honest job that runs beside them.

Starts a stack of its own, runs the honest job alone and then beside each attack, and prints how much slower it was. Each second it asks
every service whether it is ready, and 'millrace status' now and then. Ends with 1 if the job did not pass, was more than a fifth
slower (LIMIT), a service was not ready, or the stack lost its process. ROUNDS (3): the median of so many counts. ATTACKS names some
of them. Each attack goes on for WARM_UP_S (60) before it is measured, since most of what a young Java process spends on anything new
is spent on compiling it. Needs a built tree and Python 3; about half an hour.
"""
import atexit
import hashlib
import http.client
import json
import multiprocessing
import os
import pathlib
import random
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent
MILLRACE = str(ROOT / "millrace")
ROUNDS = int(os.environ.get("ROUNDS", "3"))
LIMIT = float(os.environ.get("LIMIT", "0.2"))
WARM_UP_S = float(os.environ.get("WARM_UP_S", "60"))
TASKS = 40

work = pathlib.Path(tempfile.mkdtemp())
environment = dict(os.environ, MILLRACE_DATA=str(work / "data"), MILLRACE_STATE_DIR=str(work / "state"))


def millrace(*arguments):
    return subprocess.run([MILLRACE, *arguments], env=environment, capture_output=True, text=True, timeout=300)


def stop():
    millrace("down")
    shutil.rmtree(work, ignore_errors=True)


def address(url):
    parts = urllib.parse.urlsplit(url)
    return parts.hostname, parts.port


def call(url, method="GET", path="/", body=None, headers=None, timeout=60):
    """Returns (status, body); status 0 for a connection that ended without an answer."""
    connection = http.client.HTTPConnection(*address(url), timeout=timeout)
    try:
        connection.request(method, path, body, {"Content-Type": "application/json", **(headers or {})})
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()


def spec(name, tasks):
    return json.dumps({"apiVersion": "millrace.dev/v1", "name": name, "project": "attacks", "tasks": tasks})


def submit(text, owner):
    status, body = call(gateway, "POST", "/v1/jobs", text, {"Millrace-Owner": owner})
    if status != 202:
        raise SystemExit(f"a job was refused: {status} {body[:500]!r}")
    return json.loads(body)["id"]


def job(job_id):
    status, body = call(gateway, path=f"/v1/jobs/{job_id}")
    return json.loads(body) if status == 200 else {}


def ended(job_id, limit=300):
    """The job as the views show it at its end."""
    until = time.monotonic() + limit
    while time.monotonic() < until:
        found = job(job_id)
        if found.get("finishedAtMs"):
            return found
        time.sleep(0.2)
    raise SystemExit(f"job {job_id} did not end within {limit} s: {job(job_id)}")


def honest():
    """Seconds that an honest job takes from its submission to its end by its own times, and whether it passed."""
    tasks = [{"id": f"t{i}", "test": "honest", "command": ["sleep", "0.5"]} for i in range(TASKS)]
    found = ended(submit(spec("honest", tasks), "honest"))
    return (found["finishedAtMs"] - found["submittedAtMs"]) / 1000, found.get("state") == "passed"


class Repeated:
    """An attack that goes on until it is told to stop. It is a process of the lowest priority: an attacker elsewhere takes no
    processor time of the platform's, so what is measured is what the platform spends on it."""

    def __init__(self, action, threads=1, pause=0.0):
        self.process = multiprocessing.get_context("fork").Process(target=self.run, args=(action, threads, pause), daemon=True)

    @staticmethod
    def run(action, threads, pause):
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.nice(19)
        for _ in range(threads - 1):
            threading.Thread(target=Repeated.repeat, args=(action, pause), daemon=True).start()
        Repeated.repeat(action, pause)

    @staticmethod
    def repeat(action, pause):
        while True:
            try:
                action()
            except OSError:
                pass
            time.sleep(pause)

    def __enter__(self):
        self.process.start()
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.join(60)


def opened(url, text):
    connection = socket.create_connection(address(url), timeout=20)
    connection.sendall(text)
    return connection


def wrong_tasks():
    call(gateway, "POST", "/v1/jobs", '{"apiVersion":"millrace.dev/v1","name":"n","tasks":[1' + ",1" * 4_100_000 + "]}")


def deep():
    call(gateway, "POST", "/v1/jobs", "[" * 4_000_000)


def bad_heads():
    for target in ["/v1/jobs/%zz", "/v1/jobs?cursor=%zz", "/v1/jobs/" + "x" * 9_000]:
        opened(gateway, f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()).close()
    call(gateway, "POST", "/v1/jobs", b"\x1f\x8b" * 1000, {"Content-Encoding": "gzip"})
    call(gateway, headers={"Host": "evil.example"})


def lying_senders():
    """Announce more than they send, and wait for the answer."""
    for url in (gateway, artifacts):
        head = "POST /v1/jobs" if url == gateway else "POST /v1/blobs:missing"
        # An owner of its own each time: the gateway refuses the body of one that submits too often before it reads any.
        owner = f"Millrace-Owner: o{time.monotonic_ns()}"
        with opened(url, f"{head} HTTP/1.1\r\nHost: localhost\r\n{owner}\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{{".encode()) as it:
            it.settimeout(20)
            it.recv(1000)


def silent_readers():
    """Ask for a log of 32 MB and read nothing of it."""
    with opened(gateway, f"GET /v1/tasks/{loud}/log?stream=stdout HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()):
        time.sleep(20)


def silent_watchers():
    with opened(gateway, f"GET /v1/jobs/{loud.split('.')[0]}/events HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n".encode()):
        time.sleep(5)


def short_sockets():
    """Watch over a WebSocket and leave at once; a few thousand of these ended the gateway once."""
    with opened(gateway, (f"GET /v1/jobs/{loud.split('.')[0]}/events HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
                          "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n").encode()) as it:
        it.settimeout(20)
        it.recv(12)


def many_cases():
    """2.3 million lines of results, and whoever asks for them merged."""
    script = ('mkdir -p "$MILLRACE_OUT/.millrace"; seq -f \'{"case":"c%.0f"}\' 2300000 > "$MILLRACE_OUT/.millrace/cases.jsonl"')
    job_id = submit(spec("many-cases", [{"id": "t", "command": ["sh", "-c", script]}]), "attacker")
    ended(job_id)
    call(gateway, path=f"/v1/jobs/{job_id}/junit.xml", timeout=120)


def large_tree():
    """Another tree of 100,000 entries each time, and a job with it."""
    digest = "0" * 64
    entries = ",".join(f'{{"path":"{time.monotonic_ns()}/{i}","digest":"{digest}","size":1,"executable":false}}' for i in range(100_000))
    tree = f'{{"entries":[{entries}]}}'.encode()
    name = hashlib.sha256(tree).hexdigest()
    call(artifacts, "PUT", f"/v1/blobs/{name}", tree, {"Content-Type": "application/octet-stream"})
    text = json.loads(spec("large-tree", [{"id": "t", "command": ["true"]}]))
    text["inputTree"] = name
    call(gateway, "POST", "/v1/jobs", json.dumps(text), {"Millrace-Owner": "attacker"})


def many_pools():
    text = json.loads(spec("pools", [{"id": "t", "command": ["true"]}]))
    text["pool"] = f"p{time.monotonic_ns()}"
    call(gateway, "POST", "/v1/jobs", json.dumps(text), {"Millrace-Owner": "attacker"})


def once(make):
    """What the threads of an attack share, made by the first that needs it."""
    lock, made = threading.Lock(), []

    def get():
        with lock:
            if not made:
                made.append(make())
            return made[0]

    return get


@once
def empty_lines():
    """A task that prints nothing but line ends, and goes on."""
    # As much as the live log passes on.
    lines = "head -c 50000 /dev/zero | tr '\\0' '\\n'"
    script = f"for i in $(seq 600); do {lines}; {lines} >&2; sleep 0.5; done"
    job_id = submit(spec("lines", [{"id": "t", "command": ["sh", "-c", script]}]), "attacker")
    time.sleep(15)
    return job_id


def slow_followers():
    """Follow empty lines with their times, and take 64 KiB every nine seconds."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
    with connection:
        connection.connect(address(gateway))
        task = empty_lines() + ".0"
        connection.sendall(f"GET /v1/tasks/{task}/log?stream=combined&follow=true&timestamps=true HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        connection.settimeout(20)
        for _ in range(3):
            time.sleep(9)
            for _ in range(16):
                if not connection.recv(4_096):
                    return


@once
def wide_job():
    """Completions of tens of kilobytes each: output inline, and artifacts that are refused, by name."""
    script = ('for i in $(seq 20); do mkfifo "$MILLRACE_OUT/$(printf "%0200d" $i)"; done; '
              'head -c 4096 /dev/zero | tr "\\0" x; head -c 4096 /dev/zero | tr "\\0" y >&2')
    tasks = [{"id": f"t{i}", "command": ["sh", "-c", script]} for i in range(100)]
    job_id = submit(spec("wide", tasks), "attacker")
    ended(job_id)
    return job_id


def wide_watchers():
    with opened(gateway, f"GET /v1/jobs/{wide_job()}/events HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n".encode()):
        time.sleep(9)


@once
def old_jobs():
    job_ids = [submit(spec("old", [{"id": "t", "command": ["true"]}]), "attacker") for _ in range(250)]
    ended(job_ids[-1])
    return job_ids


def many_pasts():
    """Watch another job that has ended each time, and leave at once."""
    job_id = random.choice(old_jobs())
    with opened(gateway, f"GET /v1/jobs/{job_id}/events HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n".encode()):
        time.sleep(0.01)


ATTACKS = {
    "wrong-tasks": lambda: Repeated(wrong_tasks, 2, 0.5),
    "deep": lambda: Repeated(deep, 2, 0.5),
    "bad-heads": lambda: Repeated(bad_heads, 2, 0.05),
    "lying-senders": lambda: Repeated(lying_senders, 40),
    "silent-readers": lambda: Repeated(silent_readers, 40),
    "silent-watchers": lambda: Repeated(silent_watchers, 200),
    "slow-followers": lambda: Repeated(slow_followers, 64),
    "wide-watchers": lambda: Repeated(wide_watchers, 400),
    "many-pasts": lambda: Repeated(many_pasts, 8, 0.02),
    "short-sockets": lambda: Repeated(short_sockets, 2, 0.01),
    "many-cases": lambda: Repeated(many_cases, 1),
    "large-trees": lambda: Repeated(large_tree, 1, 1),
    "many-pools": lambda: Repeated(many_pools, 2, 0.2),
}


# What runs before an attack begins, since it is no part of it. Each attack is a process of its own, so what is made within it is made anew
# each time.
PREPARATIONS = {"slow-followers": empty_lines, "wide-watchers": wide_job, "many-pasts": old_jobs}


class Watch:
    """What was not ready, while it is watched."""

    def __init__(self):
        self.stopping = threading.Event()
        self.complaints = []
        self.asked = 0
        self.thread = threading.Thread(target=self.run, daemon=True)

    def run(self):
        while not self.stopping.wait(1):
            for url in services:
                status, body = call(url, path="/health/ready", timeout=10)
                self.asked += 1
                if status != 200:
                    self.complaints.append(f"{url}: {status} {body[:300]!r}")
            if self.asked % (10 * len(services)) == 0:
                status = millrace("status")
                if status.returncode != 0:
                    self.complaints.append(f"status: {status.returncode} {status.stdout} {status.stderr}")

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.thread.join(60)


atexit.register(stop)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
# The honest owner uses four slots of six, so what the attacker runs takes none of its slots.
started = millrace("up", "--detach", "--slots", "6")
if started.returncode != 0:
    raise SystemExit(started.stdout + started.stderr)
stack = json.loads((work / "state" / "stack.json").read_text())
gateway, artifacts = stack["gateway"], stack["artifactService"]
services = sorted(set(stack["health"].values()))
pid = stack["pid"]
call(gateway, "PUT", "/v1/pools/default/owners/honest", json.dumps({"weight": 1, "maxSlots": 4}))
noise = 'head -c 32000000 /dev/zero | tr "\\0" x; echo'
loud_job = submit(spec("loud", [{"id": "t", "command": ["sh", "-c", noise]}]), "attacker")
ended(loud_job)
loud = loud_job + ".0"
honest()

wrong = []
for name in os.environ.get("ATTACKS", " ".join(ATTACKS)).split():
    alone, beside, complaints = [], [], []
    PREPARATIONS.get(name, lambda: None)()
    with ATTACKS[name]():
        honest()
        time.sleep(WARM_UP_S)
    for _ in range(ROUNDS):
        alone.append(honest())
        with Watch() as watch, ATTACKS[name]():
            time.sleep(2)
            beside.append(honest())
        complaints += watch.complaints
    before = statistics.median(seconds for seconds, _ in alone)
    after = statistics.median(seconds for seconds, _ in beside)
    slower = after / before - 1
    passed = all(ok for _, ok in alone + beside)
    lives = pathlib.Path(f"/proc/{pid}").exists() and json.loads((work / "state" / "stack.json").read_text())["pid"] == pid
    print(f"{name}: {before:.2f} s alone, {after:.2f} s beside it, {100 * slower:+.1f} %; "
          f"{'passed' if passed else 'FAILED'}, {'ready throughout' if not complaints else 'NOT READY'}", flush=True)
    for complaint in complaints[:3]:
        print("    " + complaint, flush=True)
    if slower > LIMIT or not passed or complaints or not lives:
        wrong.append(name)
    if not lives:
        print("    the stack's process ended", flush=True)
        break
if wrong:
    print("not as it should be: " + ", ".join(wrong))
sys.exit(1 if wrong else 0)
