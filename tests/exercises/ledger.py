"""The ledger of verdicts: what each answer got when it was graded, and all that it depended on.

One file an assignment, ``<assignment>/verdicts.json``, which only `make corpora` writes. An entry
stands as long as its keys do: that of the assignment (the cells of its source that are run or
graded, its data files, the modules of the course that it reaches, the locked versions) and that of
the answer (its file, the modules that it reaches). What a source only says is no part of them, nor
is the engine: its changes are met by the sample.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from helpers.grading import sources
from helpers.grading.report.complaints import same
from tests.exercises.course import Answer, read_answers
from tools import import_graph

ROOT = Path(__file__).resolve().parents[2]
ENGINE = ("helpers.grading", "helpers.kernels")
REMEDY = "run `make corpora`, look at what it changed, and commit that"
SAMPLE = 1  # answers of each assignment that are graded although nothing says that they must be
_MENTIONED = re.compile(r"\bhelpers(?:\.\w+)+")
_IMPORTED = re.compile(r"\bfrom\s+(helpers[\w.]*)\s+import\s+(\([^)]*\)|[^\n]*)")

_PLACE = re.compile(r'(?<=File ")/[^"\n]*/')
Verdict = dict[str, Any]  # status and points


def assignments(root: Path = ROOT) -> list[str]:
    """Every assignment that has a source."""
    return sorted(path.stem for path in (root / "solutions").glob("*.md"))


def is_draft(assignment: str, root: Path = ROOT) -> bool:
    """Whether the head of an assignment's source says that its answers are not all there yet."""
    text = (root / "solutions" / f"{assignment}.md").read_text(encoding="utf-8")
    return yaml.safe_load(text.split("\n---\n")[0].removeprefix("---\n")).get("draft", False)


class Ledger:
    """The committed verdicts on one assignment's answers, beside the answers as they are now."""

    def __init__(self, assignment: str, root: Path = ROOT) -> None:
        self.assignment, self.root = assignment, root
        self.folder = root / "tests" / "exercises" / assignment
        self.path = self.folder / "verdicts.json"
        self.answers = {answer.name: answer for answer in read_answers(self.folder)}
        text = self.path.read_text(encoding="utf-8") if self.path.is_file() else "{}"
        kept = json.loads(text)
        self.entries: dict[str, Verdict] = kept.get("answers", {})
        self._settled = kept.get("key") == self.key() and {*kept.get("versions", ())} <= {
            *self.versions()
        }

    def key(self) -> str:
        """What every verdict on this assignment depends on, in a few letters."""
        source = self.root / "solutions" / f"{self.assignment}.md"
        data = sorted(source.with_suffix("").rglob("*"))
        return self._key(
            {source: _cells(source)} | {path: path.read_bytes() for path in data if path.is_file()}
        )

    def versions(self) -> list[str]:
        """The locked ones, on any system. A package that is added later changes no verdict."""
        text = (self.root / "requirements.txt").read_text(encoding="utf-8")
        return sorted({*re.findall(r"^[^#\s]\S*", text, re.M)})

    def key_of(self, name: str) -> str:
        """What else the verdict on one answer depends on."""
        path = self.folder / f"{name}.md"
        return self._key({path: path.read_bytes()})

    def _key(self, contents: Mapping[Path, bytes]) -> str:
        """Of these files and the modules that their text reaches."""
        digest = hashlib.sha256()
        texts = [content.decode() for path, content in contents.items() if path.suffix == ".md"]
        for path, content in [*contents.items(), *self._modules(texts)]:
            told = hashlib.sha256(content).hexdigest()
            digest.update(f"\n{path.relative_to(self.root)} {told}".encode())
        return digest.hexdigest()[:16]

    def _modules(self, texts: list[str]) -> list[tuple[Path, bytes]]:
        reached = import_graph.reached(named("\n".join(texts)), but=ENGINE)
        paths = [import_graph.source_of(name, self.root) for name in sorted(reached)]
        return [(path, path.read_bytes()) for path in paths]

    def unsettled(self) -> list[Answer]:
        """Answers that are new, or that something has changed under."""
        kept = {name: entry["key"] for name, entry in self.entries.items() if self._settled}
        return [a for name, a in self.answers.items() if kept.get(name) != self.key_of(name)]

    def sample(self, seed: str) -> list[Answer]:
        """Some of the other answers, other ones for another seed."""
        unsettled = self.unsettled()
        rest = [answer for answer in self.answers.values() if answer not in unsettled]
        return random.Random(f"{seed} {self.assignment}").sample(rest, min(SAMPLE, len(rest)))

    def faults(self) -> list[str]:
        """What is wrong with the ledger as it lies there, without grading anything."""
        gone = sorted(self.entries.keys() - self.answers.keys())
        told = [f"{name}: has a verdict, but there is no such answer: {REMEDY}" for name in gone]
        if self.entries and not self._settled:
            told.append(f"the source, data, modules or locked versions changed: {REMEDY}")
        else:
            new = ", ".join(answer.name for answer in self.unsettled())
            told += [f"new or changed: {new}: {REMEDY}"] if new else []
        for name in sorted(self.entries.keys() & self.answers.keys()):
            declared, entry = self.answers[name].points, self.entries[name]
            if entry["points"] != declared or entry["status"] != "graded":
                told.append(f"{name}: declares {declared}, but the ledger has {entry}: {REMEDY}")
        return told

    def contradictions(self, fresh: Mapping[str, Verdict]) -> list[str]:
        """Fresh verdicts that are not what the answer declares, or not what the ledger has."""
        unsettled = {answer.name for answer in self.unsettled()}
        told = []
        for name, verdict in sorted(fresh.items()):
            found = {kind: verdict[kind] for kind in ("status", "points")}
            declared = {"status": "graded", "points": self.answers[name].points}
            kept = {kind: self.entries.get(name, {}).get(kind) for kind in found}
            why = verdict.get("messages", {})
            if found != declared:
                told.append(f"{name}: declares {declared}, and now gets {found}: {why}")
            if name not in unsettled and found != kept:
                told.append(f"{name}: the ledger has {kept}, and now it gets {found}: {why}")
        return told

    def write(self, fresh: Mapping[str, Verdict]) -> None:
        """Replace the ledger by these verdicts: a line an answer, so that a change is seen."""
        lines = []
        for name, verdict in sorted(fresh.items()):
            points = {test: _short(given) for test, given in verdict["points"].items()}
            entry = {"key": self.key_of(name), "status": verdict["status"], "points": points}
            lines.append(f"  {json.dumps(name)}: {json.dumps(entry)}")
        answers = ",\n".join(lines)
        head = f' "key": "{self.key()}",\n "versions": {json.dumps(self.versions())},\n'
        text = f'{{\n{head} "answers": {{\n{answers}\n }}\n}}\n'
        self.path.write_text(text, encoding="utf-8")
        self._write_messages(fresh)

    def _write_messages(self, fresh: Mapping[str, Verdict]) -> None:
        """What each test said to each wrong answer, by which `course report` knows others.

        No verdict depends on it; what differs in the last digits only is left as it was.
        """
        path = self.path.with_name("messages.json")
        kept = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        lines = []
        for name, verdict in sorted(fresh.items()):
            if name.startswith("wrong-") and (messages := verdict.get("messages")):
                before = kept.get(name, {})
                told = {
                    test: old if same(old := before.get(test, ""), new) else new
                    for test, new in sorted(_without_places(messages).items())
                }
                lines.append(f" {json.dumps(name)}: {json.dumps(told)}")
        path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def _cells(source: Path) -> bytes:
    """The cells of a source on which a verdict can depend, and what nbgrader knows about them."""
    cells = sources.convert(source).cells
    told = [
        f"{cell.cell_type} {json.dumps(cell.metadata, sort_keys=True)}\n{cell.source}\n"
        for cell in cells
        if cell.cell_type == "code" or "nbgrader" in cell.metadata
    ]
    return "\n".join(told).encode()


def _without_places(messages: Mapping[str, str]) -> dict[str, str]:
    """Messages without the folders of this machine, which a traceback of TensorFlow names."""
    return {test: _PLACE.sub("", message) for test, message in messages.items()}


def _short(points: float) -> float:
    return int(points) if points == int(points) else points


def named(text: str) -> set[str]:
    """The modules under helpers/ that a text names, whether its code parses or not."""
    names: Iterable[str] = _MENTIONED.findall(text)
    found = set(names)
    for package, imported in _IMPORTED.findall(text):
        found |= {f"{package}.{name}" for name in re.findall(r"\w+", imported)} | {package}
    modules = {import_graph.module_of(name) for name in found}
    return {module for module in modules if module}
