"""Run the cells of chapters: in parallel, into the cache from which the book is rendered.

The cache is jupyter-cache's, so that a chapter whose cells are unchanged is not run again, unless
its key (:mod:`tools.page_keys`) is another than the one kept with its outputs. A chapter enters it
whole or not at all: what failed or was interrupted runs again next time.
"""

import asyncio
import hashlib
import json
import os
import shutil
import signal
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import psutil
from anyio.from_thread import start_blocking_portal
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn, JupyterCacheAbstract
from jupyter_cache.cache.db import NbCacheRecord
from jupyter_client.kernelspec import NoSuchKernel
from myst_nb.core.read import myst_nb_reader_plugin
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from sqlalchemy.exc import DatabaseError
from tqdm import tqdm

from tools.gates.sources import code_cells
from tools.page_keys import read_note

# Seconds of processor time that a cell may use, unless the chapter's front matter says otherwise:
# a clock on the wall would tell how busy the machine is.
LIMIT = 300
LOOK = 2  # seconds between two looks at it
HANG = 20  # a cell that takes so many times its limit on the wall's clock waits for nothing


@dataclass(frozen=True)
class Failure:
    """Why a chapter is not in the cache: where its failed cell starts, and what happened."""

    chapter: Path
    line: int
    what: str


def execute(
    keys: Mapping[Path, str], folder: Path, environment: Mapping[str, str]
) -> tuple[dict[Path, float], list[Failure]]:
    """Run every chapter that the cache in ``folder`` lacks; seconds of each, and the failures.

    Kernels are those that the notebooks name, as many at a time as there are cores; what they
    write past the cells goes to ``kernels.log`` there. Every chapter is tried, whatever happens
    to the others.

    Parameters
    ----------
    keys : mapping
        Every chapter, in the order of the book, with what its outputs depend on.
    folder : Path
    environment : mapping
        Of the kernels.
    """
    cache, chapters = open_cache(folder), list(keys)
    todo = to_run(cache, keys, folder / "kept.json")
    cells = [cell for notebook in todo.values() for cell in notebook.cells]
    seconds: dict[Path, float] = {}
    failures: list[Failure] = []
    # Disabled where nobody watches: a log gets one line a chapter.
    bar = tqdm(total=len(cells), unit="cell", leave=False, disable=None)

    async def one(path: Path, cores: asyncio.Semaphore) -> None:
        async with cores:
            begun = time.perf_counter()
            run = Run(path, todo[path], environment, log.fileno(), bar)
            failure = await run.execute()
            took = time.perf_counter() - begun
            failure = failure or store(cache, path, todo[path], keys[path], took)
            bar.write(f"  {path.name}: {'FAILED after ' if failure else ''}{took:.1f} s")
            if failure:
                failures.append(failure)
            else:
                seconds[path] = took

    async def everything() -> None:
        cores = asyncio.Semaphore(os.cpu_count() or 1)
        async with asyncio.TaskGroup() as group:
            for path in sorted(todo, key=lambda path: -size(todo[path])):
                group.create_task(one(path, cores))

    # In a thread of its own, where nbclient cannot take Ctrl-C away from us: leaving the block
    # cancels what still runs, and with it every kernel.
    with (folder / "kernels.log").open("wb") as log, bar, start_blocking_portal() as portal:
        job = portal.start_task_soon(everything)
        try:
            job.result()
        finally:
            job.cancel()
    return seconds, sorted(failures, key=lambda failure: chapters.index(failure.chapter))


def to_run(
    cache: JupyterCacheAbstract, keys: Mapping[Path, str], note: Path
) -> dict[Path, nbformat.NotebookNode]:
    """The chapters that the cache lacks, as notebooks.

    Which texts it did not lack is noted, so that only what is new has to be taken apart.
    """
    kept = {record.data.get("key") for record in cache.list_cache_records()}
    told = {path: [hashlib.sha256(path.read_bytes()).hexdigest(), keys[path]] for path in keys}
    before = read_note(note)
    new = [path for path in keys if before.get(str(path)) != told[path] or keys[path] not in kept]
    found = {path: missing(cache, path, keys[path]) for path in new}
    todo = {path: notebook for path, notebook in found.items() if notebook is not None}
    with suppress(OSError):  # a full disk is told by the chapter that it costs
        note.write_text(json.dumps({str(path): told[path] for path in keys if path not in todo}))
    return todo


def size(notebook: nbformat.NotebookNode) -> int:
    """How much code a notebook holds: a guess at its time, so that no long one starts last."""
    return sum(len(cell.source) for cell in notebook.cells if cell.cell_type == "code")


class Run:
    """One chapter on its way through a kernel."""

    def __init__(
        self,
        path: Path,
        notebook: nbformat.NotebookNode,
        environment: Mapping[str, str],
        terminal: int,
        bar: tqdm,
    ) -> None:
        self.path, self.notebook, self.environment = path, notebook, environment
        self.terminal, self.bar = terminal, bar
        settings = notebook.metadata.get("mystnb") or {}
        self.limit = settings.get("execution_timeout", LIMIT)
        self.cell, self.spent, self.over = 0, 0.0, False
        self.process: Any = None
        self.client = NotebookClient(
            notebook,
            timeout=HANG * self.limit,
            startup_timeout=HANG * LIMIT,
            shutdown_kernel="immediate",
            coalesce_streams=True,  # however many pieces what a cell prints arrives in
            record_timing=False,  # it would change the cells, by which the cache knows them
            resources={"metadata": {"path": str(path.parent)}},
            on_cell_start=self.started,
        )

    def started(self, cell: nbformat.NotebookNode, cell_index: int) -> None:
        """Note which cell is at work."""
        self.cell = cell_index
        provisioner: Any = self.client.km and self.client.km.provisioner
        self.process = provisioner.process
        self.spent = processor_seconds(self.process.pid)
        self.bar.update()

    async def execute(self) -> Failure | None:
        """Run the cells from first to last."""
        watch = asyncio.create_task(self.watch())
        try:
            await self.client.async_execute(
                env=dict(self.environment), stdout=self.terminal, stderr=self.terminal
            )
        except CellExecutionError:
            outputs = self.notebook.cells[self.cell].outputs
            raised = [output for output in outputs if output.output_type == "error"]
            return self.failure("\n".join(raised[-1].traceback))
        except (CellTimeoutError, DeadKernelError) as error:
            if self.over or isinstance(error, CellTimeoutError):
                return self.failure(
                    f"still running after {self.limit} s of processor time (or {HANG} times that"
                    " on the clock); mend it, or allow more in the page's front matter:\n"
                    "  mystnb: {execution_timeout: SECONDS}"
                )
            return self.failure(f"the kernel ended in this cell: {ending(self.process)}")
        except (RuntimeError, OSError, NoSuchKernel) as error:
            return self.failure(f"the kernel did not start: {error}")
        finally:
            watch.cancel()
        return None

    async def watch(self) -> None:
        """End the kernel once a cell has used its processor time."""
        while True:
            await asyncio.sleep(LOOK)
            if self.process and processor_seconds(self.process.pid) - self.spent > self.limit:
                self.over = True
                self.process.kill()
                return

    def failure(self, what: str) -> Failure:
        """The failure of the cell at work."""
        before = self.notebook.cells[: self.cell]
        number = sum(cell.cell_type == "code" for cell in before)
        return Failure(self.path, code_cells(self.path.read_text())[number].line, what)


def processor_seconds(pid: int) -> float:
    """What a process and its children have used so far; 0 once it has ended."""
    total = 0.0
    with suppress(psutil.NoSuchProcess):
        root = psutil.Process(pid)
        for process in [root, *root.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):
                total += sum(process.cpu_times()[:2])
    return total


def ending(process: Any) -> str:
    """How a process ended, in words."""
    code = process.wait()
    if code >= 0:
        return f"exit code {code}"
    hint = ", perhaps for want of memory" if -code == signal.SIGKILL else ""
    return f"signal {-code} ({signal.strsignal(-code)}{hint})"


def missing(cache: JupyterCacheAbstract, path: Path, key: str) -> nbformat.NotebookNode | None:
    """The chapter as a notebook if it has cells whose outputs are not in the cache."""
    if not code_cells(path.read_text(encoding="utf-8")):
        return None
    notebook = myst_nb_reader_plugin(str(path))
    try:
        record = cache.match_cache_notebook(notebook)
    except KeyError:
        return None if adopt(cache, path, notebook, key) else notebook
    return None if record.data.get("key") == key else notebook


def adopt(
    cache: JupyterCacheAbstract, path: Path, notebook: nbformat.NotebookNode, key: str
) -> bool:
    """Give a chapter the outputs of the same code under another caption or tag, if there are any.

    The cache knows a notebook by its cells with all their metadata, of which most say what a
    reader sees, and not what runs.
    """
    for record in cache.list_cache_records():
        if record.data.get("key") == key:
            ran = [c for c in cache.get_cache_bundle(record.pk).nb.cells if c.cell_type == "code"]
            cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
            for cell, old in zip(cells, ran, strict=True):
                cell.outputs, cell.execution_count = old.outputs, old.execution_count
            return store(cache, path, notebook, key, record.data["execution_seconds"]) is None
    return False


def store(
    cache: JupyterCacheAbstract,
    path: Path,
    notebook: nbformat.NotebookNode,
    key: str,
    seconds: float,
) -> Failure | None:
    """Put an executed chapter into the cache."""
    data = {"execution_seconds": seconds, "key": key}
    bundle = CacheBundleIn(notebook, str(path), data=data)
    try:
        cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
    except (OSError, DatabaseError) as error:
        with suppress(OSError, DatabaseError):
            sweep(cache)
        return Failure(path, 1, f"it ran, but its outputs could not be kept: {error}")
    return None


def open_cache(folder: Path) -> JupyterCacheAbstract:
    """The cache, rid of what an earlier run may have left half-written."""
    cache = get_cache(str(folder))
    try:
        sweep(cache)
    except DatabaseError:
        shutil.rmtree(folder)
        cache = get_cache(str(folder))
    return cache


def sweep(cache: Any) -> None:
    """Drop the entries that are not whole."""
    for record in cache.list_cache_records():
        entry = Path(cache.path) / "executed" / record.hashkey
        try:  # one that is cut off is not closed: to read all of them takes longer than to render
            whole = (entry / "base.ipynb").read_bytes().rstrip().endswith(b"\n}")
        except FileNotFoundError:
            whole = False
        if not whole:
            shutil.rmtree(entry, ignore_errors=True)
            NbCacheRecord.remove_records([record.pk], cache.db)
