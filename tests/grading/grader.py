"""A grader in a process of its own, as root or as an ordinary user, with one server for all.

Each line on its standard input has solutions that are graded at the same time, and limits that are
not the usual ones; each line on its standard output the verdicts on them and what is left in the
folder of the server.
"""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from helpers.grading.verdict import grade
from helpers.kernels import warm
from tests.grading import toy
from tests.grading.ordinary import as_ordinary_user


class Grader:
    """The other end: ask it for verdicts."""

    def __init__(self, process: subprocess.Popen, who: str) -> None:
        self.process, self.who = process, who

    def grade(self, *solutions: tuple[str, str], **limits: float) -> list[dict[str, Any]]:
        """Verdicts on solutions, each with a later cell or none, that run beside each other."""
        assert self.process.stdin and self.process.stdout
        print(json.dumps([solutions, limits]), file=self.process.stdin, flush=True)
        told = json.loads(self.process.stdout.readline())
        assert not told["left"]  # the places of ended kernels
        return told["verdicts"]


@contextmanager
def grader(who: str) -> Iterator[Grader]:
    """A grader that is ``root``, or a ``user`` if root asks for one; else whoever we are."""
    words = [sys.executable, "-m", "tests.grading.grader"]
    words = as_ordinary_user(words) if who == "user" and os.getuid() == 0 else words
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(words, cwd=toy.ROOT, **pipes) as process:
        yield Grader(process, who)


def main() -> None:
    """Grade what is asked for."""
    cores = itertools.cycle(sorted(os.sched_getaffinity(0)))

    def bind() -> None:
        os.sched_setaffinity(0, {next(cores)})

    with warm.private_servers() as folder, ThreadPoolExecutor(4, initializer=bind) as pool:
        for line in sys.stdin:
            solutions, limits = json.loads(line)
            jobs = [toy.job(toy.submission(*parts), **limits) for parts in solutions]
            verdicts = list(pool.map(grade, jobs))
            left = [path.name for path in folder.glob("k*")]
            print(json.dumps({"verdicts": verdicts, "left": left}), flush=True)


if __name__ == "__main__":
    main()
