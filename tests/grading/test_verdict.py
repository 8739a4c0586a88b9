"""A verdict, its limits, and what happens when the engine's own parts fail."""

import contextvars
import dataclasses
import gc
import os
import signal
import sys
import threading
import time
from types import SimpleNamespace

import psutil
import pytest

from helpers.grading import worker
from helpers.grading.limits import Limits
from helpers.grading.outputs import MOST
from helpers.grading.verdict import Cell, Job, grade
from helpers.kernels import warm
from tests.grading import toy

pytestmark = pytest.mark.skipif(bool(toy.NO_SANDBOX), reason=toy.NO_SANDBOX)


@pytest.fixture(scope="module", autouse=True)
def server():
    with warm.private_servers() as folder:
        yield folder


def verdict(code, test="pass", **limits):
    chosen = dataclasses.replace(Limits(seconds=20), **limits)
    return grade(Job((Cell("solve", code), Cell("test", test, 3.0)), "", limits=chosen))


def test_outputs_are_kept_as_far_as_they_fit():
    code = "print('hello'); import sys; print('careful', file=sys.stderr); 1 + 1"
    kinds = [output["output_type"] for output in verdict(code)["outputs"]["solve"]]
    assert kinds == ["stream", "stream", "execute_result"]
    cut = verdict("for _ in range(50): print('x' * 999)", output=5000)["outputs"]["solve"]
    assert "cut here" in cut[-1]["text"] and len(str(cut)) < 6000


def test_an_error_in_one_cell_stops_no_other():
    result = verdict("x = 1\n1 / 0", "assert x == 1")
    assert result["outputs"]["solve"][-1]["ename"] == "ZeroDivisionError"
    assert result["tests"]["test"]["points"] == 3.0


def test_a_failed_test_tells_first_which_cell_raised():
    solve = "import keras\nmodel = keras.optimizers.SGD(lr=0.01)"
    cells = (
        Cell("solve", solve, task="Task 1"),
        Cell("given", "print(model.get_config())"),
        Cell("test", "assert model", 3.0),
        Cell("later", "raise NotImplementedError()", task="Task 2"),
        Cell("test-later", "assert found == 3", 1.0),
    )
    tests = grade(Job(cells, "", limits=Limits(seconds=20)))["tests"]
    assert tests["test"]["message"].splitlines() == [
        "The cell `solve` stopped with ValueError: Argument(s) not recognized: {'lr': 0.01}",
        "    in its line: model = keras.optimizers.SGD(lr=0.01)",
        "That is a name of Keras 2: `lr` is called `learning_rate` today.",
    ]
    assert tests["test-later"]["message"] == "Task 2 is not done yet"


def test_files_in_memory_count_as_memory():
    write = "for n in range(12): open(f'{n}', 'wb').write(bytes(100_000_000))"
    code = f"{write}\nimport time; time.sleep(20)"
    result = verdict(code, memory=1_200_000_000, disk=2_000_000_000, file_size=200_000_000)
    assert result["status"] == "out_of_memory"


@pytest.mark.parametrize("sandbox", [True, False])
def test_nested_folders_do_not_stay(server, sandbox):
    code = "import os\nfor _ in range(3000): os.mkdir('deeper'); os.chdir('deeper')"
    result = grade(Job((Cell("solve", code), Cell("t", "pass", 1.0)), "", sandbox=sandbox))
    assert result["status"] == "graded" and not list(server.glob("k*"))


def test_tests_reached_before_the_end_keep_their_points():
    cells = (Cell("a", "x = 1"), Cell("t1", "assert x == 1", 1.0), Cell("b", "while True: pass"))
    job = Job((*cells, Cell("t2", "pass", 2.0)), "", limits=Limits(seconds=3))
    result = grade(job)
    assert result["status"] == "timed_out"
    assert [test["points"] for test in result["tests"].values()] == [1.0, 0.0]
    assert "not reached" in result["tests"]["t2"]["message"]


@pytest.mark.skipif(sys.platform != "linux", reason="cores can be chosen on Linux")
def test_kernels_have_the_core_of_their_worker():
    def on_a_core(name):
        worker.OneCore().setup(SimpleNamespace(name=name))
        cores.append(os.sched_getaffinity(0))
        count = "import os; count = len(os.sched_getaffinity(0))"
        told.append(verdict(count, "import os; assert count == len(os.sched_getaffinity(0)) == 1"))

    cores, told = [], []
    for name in (0, 1):
        thread = threading.Thread(target=on_a_core, args=(name,))  # which takes its core with it
        thread.start()
        thread.join()
    assert all(result["tests"]["test"]["points"] == 3.0 for result in told)
    assert len(set.union(*cores)) == min(2, len(os.sched_getaffinity(0)))


def test_a_verdict_leaves_no_descriptor_open(server):
    """A worker gives each job a context of its own, and with it an event loop."""
    job = toy.job(toy.submission())
    contextvars.copy_context().run(grade, job)
    before = len(os.listdir("/proc/self/fd"))
    gc.disable()
    try:
        contextvars.copy_context().run(grade, job)
        assert len(os.listdir("/proc/self/fd")) == before
    finally:
        gc.enable()


@pytest.mark.parametrize(
    ("code", "limits", "status", "told"),
    [
        ("while True: pass", {"seconds": 2}, "timed_out", "more than 2 s"),
        ("while True: pass", {"cpu_seconds": 4}, "timed_out", "4 s of processor"),
        ("x = b'x' * 10**9", {"memory": 900_000_000}, "out_of_memory", "0.9 GB"),
        ("import os; os._exit(3)", {}, "crashed", "exit code 3"),
        ("while True: print('x')", {"output": 5000}, "crashed", "100,000 characters of output"),
        ("while True: display(1)", {"output": 5000}, "crashed", "100,000 characters of output"),
        ("raise ValueError('x' * 10**6)", {"output": 9000}, "crashed", "180,000 characters"),
    ],
)
def test_each_limit_has_its_status(code, limits, status, told):
    result = verdict(f"{code}\nimport time; time.sleep(30)", **limits)
    assert (result["status"], result["tests"]["test"]["points"]) == (status, 0.0)
    assert told in result["message"]


@pytest.mark.parametrize(
    ("code", "limits"),
    [
        ("open('big', 'wb').write(b'x' * 30_000_000)", {"file_size": 10_000_000}),
        ("for n in range(9): open(f'{n}', 'wb').write(b'x' * 8_000_000)", {"disk": 40_000_000}),
    ],
)
def test_files_are_limited_one_by_one_and_all_together(code, limits):
    result = verdict(f"try:\n    {code}\nexcept OSError as e:\n    print('refused')", **limits)
    assert "refused" in str(result["outputs"])


def test_a_kernel_that_speaks_nonsense_is_crashed_and_nothing_else():
    code = """
kernel = get_ipython().kernel
sent = kernel.session.send(kernel.iopub_socket, "status", {"x": 1}, parent=kernel.get_parent())
"""
    assert verdict(code)["status"] == "crashed"


def test_what_a_cell_showed_before_the_end_is_kept():
    # A kernel sends from a thread, which must have had its turn before the process is no more.
    result = verdict("print('hello', flush=True)\nimport os, time; time.sleep(1); os._exit(3)")
    assert result["outputs"]["solve"][0]["text"] == "hello\n"


def test_a_burst_of_outputs_does_not_lose_the_end_of_the_cell():
    code = "for n in range(5000): display(n)"
    result = verdict(code, output=10**6)
    assert result["status"] == "graded" and result["tests"]["test"]["points"] == 3.0
    assert len(result["outputs"]["solve"]) <= MOST + 1


def test_an_answer_that_is_too_much_for_the_checker_keeps_the_points_before_it():
    hostile = "import helpers.grading.agent as agent\nagent.answer = lambda question: b"
    bomb = '{"value": {"array": {"dtype": "<U100000000", "shape": [99], "data": ""}}}'
    cells = (Cell("a", "x = 1"), Cell("t1", "assert x == 1", 1.0))
    cells += (Cell("b", f"b = {bomb!r}\n{hostile}"), Cell("t2", "assert x", 2.0))
    result = grade(Job((*cells, Cell("t3", "pass", 3.0)), "", limits=Limits(seconds=20)))
    assert [test["points"] for test in result["tests"].values()] == [1.0, 0.0, 3.0]
    assert result["status"] == "graded" and "cannot be read" in result["tests"]["t2"]["message"]


@pytest.mark.parametrize("size", [1, 63_000_000])
def test_an_answer_of_any_size_is_passed_on(size):
    result = verdict(f"text = 'x' * {size}", f"assert len(text) == {size}")
    assert result["tests"]["test"]["points"] == 3.0, result


def test_an_answer_above_the_limit_fails_the_test_alone():
    result = verdict("text = 'x' * 65_000_000", "assert text")
    assert result["status"] == "graded" and "64 MB" in result["tests"]["test"]["message"]


def test_nobody_answers_what_a_function_asks_while_it_is_tested():
    code = "def f(x):\n    try:\n        return input()\n    except Exception:\n        return x"
    assert verdict(code, "assert [f(1), f(2)] == [1, 2]")["tests"]["test"]["points"] == 3.0


EMPTY = """
from helpers.grading import agent
def empty(_):
    kernel = get_ipython().kernel
    ident = kernel._get_shell_context_var(kernel._shell_parent_ident)
    parent = kernel.get_parent()
    kernel.session.send(kernel.stdin_socket, "input_request", {}, parent=parent, ident=ident)
"""


@pytest.mark.parametrize(
    "hidden",
    ["agent.pose = None", "get_ipython().kernel.stdin_socket = None", "agent.pose = empty"],
)
def test_an_agent_that_falls_silent_fails_its_test_and_no_later_one(hidden):
    code = f"{EMPTY}\ndef f(x):\n    {hidden}\n    return x"
    cells = (Cell("solve", code), Cell("asks", "assert [f(1), f(2)] == [1, 2]", 1.0))
    later = (Cell("own", "x = 1"), Cell("test", "assert True", 2.0))
    result = grade(Job((*cells, *later), "", limits=Limits(seconds=30)))
    assert [test["points"] for test in result["tests"].values()] == [0.0, 2.0], result
    assert "no answer" in result["tests"]["asks"]["message"]


def test_graphs_that_live_for_seconds_are_not_optimised():
    code = "import tensorflow; options = tensorflow.config.optimizer.get_experimental_options()"
    test = "assert options['disable_meta_optimizer']"
    result = verdict(code, test)
    assert result["tests"]["test"]["points"] == 3.0, result


def test_outputs_of_any_shape_are_text():
    code = """
kernel = get_ipython().kernel
odd = {"data": {"text/plain": 3}, "metadata": 5}
sent = kernel.session.send(kernel.iopub_socket, "display_data", odd, parent=kernel.get_parent())
"""
    [output] = verdict(code)["outputs"]["solve"]
    assert output == {"output_type": "display_data", "data": {"text/plain": "3"}, "metadata": {}}


def test_a_server_that_is_killed_costs_nobody_a_point(server, monkeypatch):
    job = toy.job(toy.submission("import time; time.sleep(2)\n" + toy.SOLUTION))
    monkeypatch.setenv(warm.OWNER, str(os.getpid()))

    def kill():
        time.sleep(1.5)
        for process in psutil.process_iter(["cmdline"]):
            line = " ".join(process.info["cmdline"] or [])
            if "forkserver.py" in line and str(server) in line and process.uids().real == 0:
                process.send_signal(signal.SIGKILL)

    grade(toy.job(toy.submission()))  # the server is up
    killer = threading.Thread(target=kill)
    killer.start()
    result = worker.on_worker(job)
    killer.join()
    assert {name: test["points"] for name, test in result["tests"].items()} == toy.FULL
