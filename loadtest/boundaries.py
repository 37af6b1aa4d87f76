#!/usr/bin/env python3
"""What the boundaries of scopes cost: a Python suite of 30,000 cases in 100 modules, each of which is a scope, in one domain.

Starts a stack of its own without a sandbox, since the modules count how often they are imported. Runs the suite once with and once without
scopes. Prints how long both took, how much of the hold of a scope is neither its set-up nor its tests nor its tear-down, and how often each
file was imported in which kind of process. Ends with 1 if a case did not pass or a file was imported by a process that does not need it.
MODULES (100) and CASES (300) make it smaller. Needs a built tree, Python 3 with pytest, and about five minutes.
"""
import collections
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
MILLRACE = str(ROOT / "millrace")
MODULES = int(os.environ.get("MODULES", "100"))
CASES = int(os.environ.get("CASES", "300"))

MODULE = '''
import os, sys
with open("{journal}", "a") as file:
    file.write("{name} %s %s\\n" % (sys.argv[1] if len(sys.argv) > 1 else "-", os.environ.get("MILLRACE_TASK", "-")))
class millrace_scope:
    def setup(): return {{"name": "{name}"}}
    def teardown(value): assert value["name"] == "{name}"
import pytest
@pytest.mark.parametrize("number", range({cases}))
def test_case(number): assert number >= 0
'''

work = pathlib.Path(tempfile.mkdtemp())
environment = dict(os.environ, MILLRACE_DATA=str(work / "data"), MILLRACE_STATE_DIR=str(work / "state"))


def millrace(*arguments, limit=1_800):
    done = subprocess.run([MILLRACE, *arguments], env=environment, capture_output=True, text=True, timeout=limit)
    return done


def get(path):
    with urllib.request.urlopen(gateway + path, timeout=60) as answer:
        return json.load(answer)


def run(isolate):
    (work / "journal").write_text("")
    (work / "journal").chmod(0o666)
    spec = {"apiVersion": "millrace.dev/v1", "name": "boundaries", "project": "boundaries-" + (isolate or "plain"),
            "inputs": [{"from": str(work / "tests"), "to": "tests"}],
            "suites": [{"pytest": {"paths": ["tests"], "args": ["-p", "no:cacheprovider"], **({"isolate": isolate} if isolate else {})}}]}
    (work / "job.json").write_text(json.dumps(spec))
    done = millrace("run", str(work / "job.json"), "--output", "json")
    result = json.loads(done.stdout)
    if done.returncode != 0:
        sys.exit(f"the suite did not pass: {done.stdout[-2000:]} {done.stderr[-2000:]}")
    job = get("/v1/jobs/" + result["jobId"])
    seconds = (job["finishedAtMs"] - job["submittedAtMs"]) / 1000
    return job, seconds, [line.split() for line in (work / "journal").read_text().splitlines()]


def tasks(job):
    found, cursor = [], ""
    while cursor is not None:
        page = get(f"/v1/jobs/{job['id']}/tasks?limit=1000" + (f"&cursor={cursor}" if cursor else ""))
        found += page["tasks"]
        cursor = page.get("nextCursor")
    return found


(work / "tests").mkdir()
for i in range(MODULES):
    name = f"m{i:03}"
    (work / "tests" / f"test_{name}.py").write_text(MODULE.format(journal=work / "journal", name=name, cases=CASES))
work.chmod(0o755)
started = millrace("up", "--detach", "--set", "executor.sandbox=process")
try:
    if started.returncode != 0:
        sys.exit(started.stdout + started.stderr)
    gateway = json.loads((work / "state" / "stack.json").read_text())["gateway"]
    _, plain, _ = run(None)
    job, scoped, imports = run("module")
    spent = collections.Counter()
    for task in tasks(job):
        spent[task.get("scope")] += task.get("durationMs", 0)
    rest = []
    for scope in get(f"/v1/jobs/{job['id']}/scopes")["scopes"]:
        epochs = get(f"/v1/jobs/{job['id']}/scopes/{urllib.request.quote(scope['id'], safe='')}")["epochs"]
        rest.append(epochs[0]["heldMs"] - spent[scope["id"]])
    kinds = collections.Counter(kind for _, kind, _ in imports)
    twice = [key for key, times in collections.Counter((name, task) for name, kind, task in imports if task != "-").items() if times > 1]
    by_task = collections.defaultdict(set)
    for name, kind, task in imports:
        if task != "-":
            by_task[task].add(name)
    strangers = [task for task, names in by_task.items() if len(names) > 1]
    print(f"{MODULES * CASES} cases in {MODULES} scopes: {scoped:.1f} s; without scopes {plain:.1f} s")
    print(f"of the hold of a scope, outside of its processes: median {statistics.median(rest):.0f} ms, at most {max(rest)} ms")
    print("imports of a file: " + ", ".join(f"{times} by {kind}" for kind, times in sorted(kinds.items())))
    if twice or strangers:
        print(f"imported twice by one process: {twice[:5]}; more than one file in a process: {strangers[:5]}")
        sys.exit(1)
finally:
    millrace("down")
    shutil.rmtree(work, ignore_errors=True)
