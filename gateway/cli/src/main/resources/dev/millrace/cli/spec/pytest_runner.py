"""Runs pytest for Millrace like `python -m pytest`, and records which tests were collected or how each case ended.

    pytest_runner.py discover FILE GROUP ISOLATE [PATH...] -- [ARGUMENT...]
    pytest_runner.py run UNIT... -- [ARGUMENT...]
    pytest_runner.py setup|teardown SCOPE -- [ARGUMENT...]

With ISOLATE class or module, a class or module that has a `millrace_scope` is a scope: a pair of functions, setup() and teardown(value), which
run once for all its tests, on whatever machine. What setup() returns is stored as JSON, and is the fixture `millrace_scope` of each test.

If $MILLRACE_RETRY names a file, the units that it lists run only the cases that it lists. Each line of the file has a unit, a tab and a node id.

Each result is written at once as a line of $MILLRACE_OUT/.millrace/cases.jsonl, so that a crash does not lose earlier results.
"""
import inspect
import json
import os
import re
import sys
import traceback

LIMIT = 20000

# The worst outcome of a test counts; if several are equally bad, the first one counts.
RANK = {None: 0, "passed": 1, "skipped": 2, "failed": 3, "error": 3}


def parts_of(node_id):
    """Returns the file, classes and function of a node id; colons in brackets belong to parameters."""
    path, _, rest = node_id.partition("::")
    head, bracket, parameters = rest.partition("[")
    parts = head.split("::") if rest else []
    if bracket:
        parts[-1] += bracket + parameters
    return [path] + parts


def unit_of(item_path, node_id, group):
    """Returns the unit of an item, which is the part of the tests that stays in one task, in the form that pytest accepts on its command line."""
    parts = [item_path] + parts_of(node_id)[1:]
    if group == "case":
        return "::".join(parts)
    if group == "class":
        # A function outside of classes is a unit of its own; its file as the unit would also run the file's classes.
        return "::".join(parts[:-1] if len(parts) > 2 else [parts[0], parts[-1].split("[")[0]])
    return parts[0]


def local_path(item, config):
    start = str(config.invocation_params.dir)
    return os.path.relpath(str(getattr(item, "path", None) or item.fspath), start)


def path_of_node(node_id, config):
    """Returns the path of a node's file relative to the directory where pytest was started; node ids are relative to pytest's root directory."""
    root = str(getattr(config, "rootpath", None) or config.rootdir)
    return os.path.relpath(os.path.join(root, parts_of(node_id)[0]), str(config.invocation_params.dir))


def files_read(config):
    """Returns the files that pytest has read during collection besides the tests: its configuration and the project's conftest files."""
    ini = getattr(config, "inipath", None) or getattr(config, "inifile", None)
    # pytest names the nearest pyproject.toml even if it contains nothing for pytest.
    files = [str(ini)] if ini and config.inicfg else []
    root = os.path.realpath(str(getattr(config, "rootpath", None) or config.rootdir)) + os.sep
    for plugin in config.pluginmanager.get_plugins():
        file = getattr(plugin, "__file__", None)
        if file and os.path.basename(file) == "conftest.py" and os.path.realpath(file).startswith(root):
            files.append(file)
    return files


def is_settled(mark):
    """Whether a mark holds, and this was known before the first test ran. A condition that is a text is evaluated later."""
    conditions = list(mark.args if mark.name == "skipif" else mark.args[:1] if mark.name == "xfail" else ())
    if "condition" in mark.kwargs:
        conditions.append(mark.kwargs["condition"])
    return all(isinstance(it, bool) for it in conditions) and (any(conditions) or not conditions)


def reason_of(mark):
    """What pytest says of a test that this mark skips."""
    first = mark.args[0] if mark.name == "skip" and mark.args else "unconditional skip"
    return str(mark.kwargs.get("reason", first))


SCOPE = "millrace_scope"
ADVICE = ("%s: a fixture that yields cannot span the processes that run the tests of a scope; make %s a class with two functions, "
          "setup() that returns what JSON can hold, and teardown(value)")


class MalformedScope(Exception):
    pass


def is_fixture(it):
    return hasattr(it, "_pytestfixturefunction") or type(it).__name__ == "FixtureFunctionDefinition"


def pair_of(holder, name):
    """Returns the functions setup and teardown of a module or class; None if it is no scope."""
    scope = getattr(holder, SCOPE, None)
    if scope is None:
        return None
    if is_fixture(scope) or inspect.isgeneratorfunction(scope):
        raise MalformedScope(ADVICE % (name, SCOPE))
    pair = tuple(scope) if isinstance(scope, (tuple, list)) else (getattr(scope, "setup", None), getattr(scope, "teardown", None))
    if len(pair) != 2 or not all(callable(it) for it in pair):
        raise MalformedScope("%s: %s must be a pair of functions, setup() and teardown(value)" % (name, SCOPE))
    for function, arguments in zip(pair, ((), (None,))):
        if inspect.isgeneratorfunction(function):
            raise MalformedScope(ADVICE % (name, SCOPE))
        if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
            raise MalformedScope("%s: the functions of %s must not be async; call asyncio.run() in them" % (name, SCOPE))
        try:
            inspect.signature(function).bind(*arguments)
        except TypeError as e:
            raise MalformedScope("%s: %s must have setup() and teardown(value): %s" % (name, SCOPE, e)) from None
        except ValueError:
            pass  # A function that is not written in Python tells nothing about its parameters.
    return pair


class Discovery:
    def __init__(self, group, isolate):
        self.group = group
        self.isolate = isolate
        self.scopes = {}
        self.units = {}
        self.files = set()
        self.errors = []

    def pytest_collectreport(self, report):
        if report.failed:
            self.errors.append("%s\n%s" % (report.nodeid, report.longreprtext))

    def pytest_collection_finish(self, session):
        for item in session.items:
            unit = unit_of(local_path(item, session.config), item.nodeid, self.group)
            self.units[unit] = self.units.get(unit, 0) + 1
            if self.isolate != "none":
                self.find_scope(item, unit, session.config)
            self.files.add(str(getattr(item, "path", None) or item.fspath))
        if session.items:
            self.files.update(files_read(session.config))

    def find_scope(self, item, unit, config):
        holder = getattr(item, "cls" if self.isolate == "class" else "module", None)
        if holder is None:
            return
        path = local_path(item, config)
        name = path if self.isolate == "module" else "::".join([path] + parts_of(item.nodeid)[1:-1])
        try:
            if pair_of(holder, name):
                self.scopes[unit] = name
        except MalformedScope as e:
            if str(e) not in self.errors:
                self.errors.append(str(e))


def module_of(session, file):
    """Imports a file of tests as pytest does when it collects the file."""
    import pathlib
    import pytest

    try:
        return pytest.Module.from_parent(session, path=pathlib.Path(file)).obj
    except TypeError:  # before pytest 7
        import py
        return pytest.Module.from_parent(session, fspath=py.path.local(file)).obj


class ScopeStep:
    """Runs the set-up or the tear-down of a scope in the place of the tests, with pytest's configuration and its way to import the file."""

    def __init__(self, step, scope):
        self.step = step
        self.scope = scope
        self.failed = True

    def pytest_cmdline_main(self, config):
        # pytest-xdist must start no workers for this.
        for option, none in (("numprocesses", None), ("dist", "no"), ("tx", [])):
            if hasattr(config.option, option):
                setattr(config.option, option, none)

    def pytest_collection(self, session):
        path, *names = parts_of(self.scope)
        holder = module_of(session, os.path.join(str(session.config.invocation_params.dir), path))
        for name in names:
            holder = getattr(holder, name)
        setup, teardown = pair_of(holder, self.scope)
        try:
            if self.step == "setup":
                store_value(setup(), self.scope)
            else:
                teardown(stored_value())
            self.failed = False
        except MalformedScope as e:
            sys.stderr.write("%s\n" % e)
        except Exception:
            traceback.print_exc()
        return True


def value_file():
    return os.path.join(os.environ["MILLRACE_SCOPE_CONTEXT"], "value.json")


def store_value(value, scope):
    try:
        text = json.dumps(value, allow_nan=False)
    except (TypeError, ValueError) as e:
        raise MalformedScope("%s: what setup() returned cannot be stored as JSON: %s" % (scope, e)) from None
    with open(value_file(), "w", encoding="utf-8") as file:
        file.write(text)


def stored_value():
    """Returns what the set-up returned; None if it failed before that, or was lost."""
    if not os.path.exists(value_file()):
        return None
    with open(value_file(), encoding="utf-8") as file:
        return json.load(file)


class Results:
    def __init__(self, units):
        self.units = dict.fromkeys(units)  # in their order
        self.unit_by_node = {}
        self.open = {}
        self.spent = {}
        directory = os.path.join(os.environ["MILLRACE_OUT"], ".millrace")
        os.makedirs(directory, exist_ok=True)
        self.out = open(os.path.join(directory, "cases.jsonl"), "a", encoding="utf-8")
        self.skip_reasons = {}
        self.expected_to_fail = set()
        self.called_xfail = set()
        self.reported = {}
        self.ended = {}
        self.config = None
        self.grouped = False
        self.chosen = {}
        if os.environ.get("MILLRACE_RETRY"):
            with open(os.environ["MILLRACE_RETRY"], encoding="utf-8") as file:
                for line in file:
                    unit, _, node_id = line.rstrip("\n").partition("\t")
                    self.chosen.setdefault(unit, set()).add(node_id)

    def pytest_configure(self, config):
        self.config = config
        self.grouped = config.getoption("dist", None) == "loadgroup"

    def plain(self, node_id):
        """The node id without the group that pytest-xdist appends to it with `--dist loadgroup`."""
        at = node_id.rfind("@")
        appended = self.grouped and at > max(node_id.rfind("]"), node_id.rfind("::"))
        return node_id[:at] if appended else node_id

    def function(self, node_id):
        """The node id without parameters, whose names may stand for other values in another process.

        Libraries for unittest put numbers into the names of functions and classes, so a number and what follows it is left out too.
        EarlierCases.java has the same rule.
        """
        path, *names = parts_of(self.plain(node_id))
        return "::".join([path] + [re.sub(r"_?\d+(_.*)?$", "", name.partition("[")[0]) for name in names])

    def line(self, **fields):
        self.out.write(json.dumps({k: v for k, v in fields.items() if v not in (None, "") and v is not False}) + "\n")
        self.out.flush()

    def unit(self, path, node_id):
        """Returns the longest of the given units that names the item, or the function, class or file that contains it; None if there is none."""
        full = "::".join([path] + parts_of(self.plain(node_id))[1:])
        ends = [m.start() for m in re.finditer(r"::|\[", full)] + [len(full)]
        return next((full[:end] for end in reversed(ends) if full[:end] in self.units), None)

    def pytest_collection_modifyitems(self, config, items):
        if not self.chosen:
            return
        unit_of_item = [self.unit(local_path(i, config), i.nodeid) for i in items]
        functions = [self.function(i.nodeid) for i in items]
        # If none of the chosen cases of a unit exists any more, the whole unit runs.
        known = {u for u, it in zip(unit_of_item, functions) if it in self.chosen.get(u, ())}
        stays = [u not in known or it in self.chosen[u] for u, it in zip(unit_of_item, functions)]
        left_out = [i for i, stay in zip(items, stays) if not stay]
        if left_out:
            items[:] = [i for i, stay in zip(items, stays) if stay]
            config.hook.pytest_deselected(items=left_out)

    def pytest_collection_finish(self, session):
        for item in session.items:
            unit = self.unit(local_path(item, session.config), item.nodeid)
            if unit is not None:
                self.unit_by_node[item.nodeid] = unit
                self.open[unit] = self.open.get(unit, 0) + 1
                marks = [mark for mark in item.iter_markers() if is_settled(mark)]
                reasons = {"Skipped: " + reason_of(mark) for mark in marks if mark.name in ("skip", "skipif")}
                if reasons:
                    self.skip_reasons[item.nodeid] = reasons
                if any(mark.name == "xfail" for mark in marks):
                    self.expected_to_fail.add(item.nodeid)

    def pytest_runtest_makereport(self, item, call):
        if call.excinfo is not None and call.excinfo.typename == "XFailed":
            self.called_xfail.add(item.nodeid)

    def pytest_xdist_node_collection_finished(self, node, ids):
        """Registers the items that a pytest-xdist worker has collected; the main process has no items itself."""
        for node_id in ids:
            unit = self.unit(path_of_node(node_id, self.config), node_id)
            if unit is not None and node_id not in self.unit_by_node:
                self.unit_by_node[node_id] = unit
                self.open[unit] = self.open.get(unit, 0) + 1

    def settles_nothing(self, message):
        """Makes the next attempt run all tests, since a test that passed may be the cause."""
        self.line(event="settles-nothing", message=message)

    def pytest_collectreport(self, report):
        if report.failed:
            path = path_of_node(report.nodeid, self.config)
            unit = next((u for u in self.units if parts_of(u)[0] == path), next(iter(self.units)))
            self.settles_nothing("%s could not be collected" % report.nodeid)
            self.line(unit=unit, **{"class": report.nodeid}, case="collection", status="error", ms=0,
                      message=report.longreprtext[-LIMIT:].strip().splitlines()[-1] if report.longreprtext else "",
                      trace=report.longreprtext[-LIMIT:])
            self.line(unit=unit, event="finished", ms=0)

    def pytest_runtest_logreport(self, report):
        unit = self.unit_by_node.get(report.nodeid)
        if unit is None:
            unit = self.unit(path_of_node(report.nodeid, self.config), report.nodeid)
            if unit is None:
                return
        if report.failed and report.when not in ("setup", "call"):
            # When a shared fixture fails in its teardown, any of its tests may be the cause, but pytest reports the failure for the last of them.
            # The same is true of a crash of a worker, which pytest-xdist reports without a phase.
            self.settles_nothing("%s failed in its teardown or crashed" % report.nodeid)
        seen = self.reported.setdefault(report.nodeid, {
            "ms": 0.0, "status": None, "report": None, "ran": False, "declared": False})
        seen["ms"] += report.duration * 1000
        status = None
        if report.failed:
            status = "failed" if report.when == "call" else "error"
        elif report.skipped:
            status = "skipped"
        elif report.when == "call":
            status = "passed"
        if report.when == "call" and report.passed and not hasattr(report, "context"):
            # Its subtests have reports of their own; one of them may be skipped.
            seen["ran"] = True
        if self.is_expected(report):
            seen["ran"] = seen["declared"] = True
        elif self.is_marked(report):
            seen["declared"] = True
        # A test that was skipped can still fail: in its teardown, or in a subtest that comes after a skipped one.
        if status and RANK[status] > RANK[seen["status"]]:
            seen["status"], seen["report"] = status, report
        # For a test that crashes a worker, pytest-xdist sends only one report, which has no phase.
        if report.when not in ("setup", "call"):
            # Plugins may rerun a test immediately, so its final outcome is known only when the next test begins.
            self.ended[report.nodeid] = unit

    def is_expected(self, report):
        """Whether the test ran, and failed as a mark says it does. One that calls pytest.xfail() ends early instead."""
        return (report.when == "call" and report.skipped and hasattr(report, "wasxfail")
                and report.nodeid in self.expected_to_fail and report.nodeid not in self.called_xfail)

    def is_marked(self, report):
        """Whether a mark skipped the test: then it gives the reason of the mark. A fixture that skips gives another one."""
        message = report.longrepr[2] if report.skipped and isinstance(report.longrepr, tuple) else None
        return report.when == "setup" and message in self.skip_reasons.get(report.nodeid, ())

    def pytest_runtest_logstart(self, nodeid):
        self.cases_but(nodeid)

    def cases_but(self, running):
        for node_id in [it for it in self.ended if it != running]:
            self.case(self.ended.pop(node_id), node_id, self.reported[node_id])

    def case(self, unit, node_id, seen):
        report = seen["report"]
        text = report.longreprtext if report is not None and seen["status"] != "passed" else ""
        crash = getattr(getattr(report, "longrepr", None), "reprcrash", None)
        message = getattr(crash, "message", "") if seen["status"] != "passed" else ""
        if seen["status"] is None:
            seen["status"], message = "error", "pytest did not tell what the test came to"
        if seen["status"] == "skipped" and isinstance(report.longrepr, tuple):
            message, text = str(report.longrepr[2]), ""
        node_id = self.plain(node_id)
        parts = parts_of(node_id)
        self.line(unit=unit, **{"class": "::".join(parts[:-1]) or parts[0]}, case=parts[-1],
                  id=self.function(node_id) if seen["status"] == "failed" else "",
                  ran=seen["status"] == "skipped" and seen["ran"], declared=seen["declared"],
                  status=seen["status"], ms=int(seen["ms"]), message=message[:LIMIT],
                  trace=text[-LIMIT:] if seen["status"] in ("failed", "error") else "")
        self.spent[unit] = self.spent.get(unit, 0) + int(seen["ms"])
        if unit in self.open:
            self.open[unit] -= 1
            if self.open[unit] == 0:
                self.line(unit=unit, event="finished", ms=self.spent[unit])

    def pytest_sessionfinish(self, session, exitstatus):
        self.cases_but(None)
        # It is not known which items exist, and nothing failed, so all units have finished.
        if int(exitstatus) == 0 and not self.open:
            for unit in self.units:
                self.line(unit=unit, event="finished", ms=self.spent.get(unit, 0))


def main():
    sys.path[0] = os.getcwd()  # as with `python -m pytest`, instead of the directory of this file
    import pytest

    rest = sys.argv[2:]
    at = rest.index("--")
    names, arguments = rest[:at], rest[at + 1:]
    if sys.argv[1] == "discover":
        out, group, isolate, paths = names[0], names[1], names[2], names[3:]
        found = Discovery(group, isolate)
        code = pytest.main(["--collect-only", "-q"] + arguments + paths, plugins=[found])
        if found.errors:
            sys.stderr.write("\n".join(found.errors))
            return 1
        with open(out, "w", encoding="utf-8") as file:
            for unit, tests in found.units.items():
                scope = found.scopes.get(unit)
                file.write(json.dumps({"name": unit, "tests": tests, **({"scope": scope} if scope else {})}) + "\n")
            for path in sorted(found.files):
                file.write(json.dumps({"file": path}) + "\n")
        return 0 if int(code) in (0, 5) else int(code)
    if sys.argv[1] in ("setup", "teardown"):
        step = ScopeStep(sys.argv[1], names[0])
        ScopeStep.pytest_cmdline_main = pytest.hookimpl(tryfirst=True)(ScopeStep.pytest_cmdline_main)
        ScopeStep.pytest_collection = pytest.hookimpl(tryfirst=True)(ScopeStep.pytest_collection)
        pytest.main(arguments + ["-q", "-s", parts_of(names[0])[0]], plugins=[step])
        return 1 if step.failed else 0
    if os.environ.get("MILLRACE_SCOPE_CONTEXT"):
        # This file as a plugin has the fixture. By its name, since the workers of pytest-xdist get no plugin that is an object.
        sys.path.append(os.path.dirname(os.path.abspath(__file__)))
        arguments = arguments + ["-p", os.path.splitext(os.path.basename(__file__))[0]]
    # Runs before the hooks of plugins, which may crash or hang.
    Results.pytest_runtest_makereport = pytest.hookimpl(tryfirst=True)(Results.pytest_runtest_makereport)
    Results.pytest_sessionfinish = pytest.hookimpl(tryfirst=True)(Results.pytest_sessionfinish)
    Results.pytest_xdist_node_collection_finished = pytest.hookimpl(optionalhook=True)(
        Results.pytest_xdist_node_collection_finished)
    try:
        code = pytest.main(arguments + names, plugins=[Results(names)])
    except Exception:
        # Not 1, which would mean that tests failed and that there was no other error.
        traceback.print_exc()
        return 3
    # The exit code 5 means that there was no test to run. This is not a failure, since the task's cases may have been deselected.
    return 0 if int(code) == 5 else int(code)


if __name__ == "__main__":
    sys.exit(main())
else:
    import pytest

    @pytest.fixture(scope="session")
    def millrace_scope():
        """What setup() of the scope of the tests returned."""
        return stored_value()
