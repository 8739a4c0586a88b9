"""`course new NAME`: an assignment that works, to be changed bit by bit.

It is the example of the page for authors, under a name, a title and a number of points of its own,
so that what that page promises and what is written here are one text.
"""

from __future__ import annotations

import builtins
import keyword
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

import click

PAGE = Path("book/teaching/authors.md")
EXAMPLE = "echo"
BLOCK = re.compile(r"^(`{3,})\{code-block\} \w+\n:caption: (\S+)\n(.*?)^\1$", re.M | re.S)
VALID = re.compile(r"[a-z][a-z0-9_]*")
TABLE = Path("book/index.md")
HEADING, ROW = "(assignments)=", re.compile(r"(?:^\|.*\n)+", re.M)
CORPUS = {
    "solution": "---\ndoes: The official solution.\npoints: {test-echo: 10}\n---\n",
    "blank": (
        "---\ndoes: Hands in the released notebook as it is.\nbase: blank\n"
        "points: {test-echo: 0}\n---\n"
    ),
}


@click.command()
@click.argument("name")
@click.option("--title", help="What learners read first.  [default: NAME with a capital]")
@click.option("--points", default=10, show_default=True, type=click.IntRange(1), help="In all.")
@click.pass_obj
def new(root: Path, name: str, title: str | None, points: int) -> None:
    """Write a new assignment NAME, with tests and answers, that can be released as it is."""
    title = " ".join((title or name.replace("_", " ").capitalize()).split())
    try:
        check(root, name, title)
        files = written(root, name, title, points)
        put(root, files)
    except (ValueError, OSError) as error:
        raise click.ClickException(str(error)) from error
    for path in files:
        click.echo(path)
    click.echo(f"Next:  make exercises;  make corpora A={name};  then change it bit by bit.")


def check(root: Path, name: str, title: str) -> None:
    """See that a name can be an assignment's, and is nobody's yet.

    Raises
    ------
    ValueError
        If not; the text says why.
    """
    if not VALID.fullmatch(name) or len(name) > 40:
        raise ValueError(
            f"{name!r} is no name for an assignment: up to 40 small letters, digits and _,"
            " a letter first"
        )
    if keyword.iskeyword(name) or hasattr(builtins, name):
        raise ValueError(f"{name!r} is a word of Python's, and the first function is called so")
    if not title.isprintable() or not title:
        raise ValueError(f"{title!r} is no title: it is empty, or cannot be printed")
    for path in (f"solutions/{name}.md", f"solutions/{name}", f"tests/exercises/{name}"):
        if (root / path).exists() or (root / path).is_symlink():
            raise ValueError(f"{path} is there already: nothing was written")
    if not (root / "solutions").is_dir():
        raise ValueError(f"{root} has no folder solutions: name the course with  --course FOLDER")


def written(root: Path, name: str, title: str, points: int) -> dict[str, str]:
    """The new files, and the list of assignments with the new one in it, by their paths.

    Raises
    ------
    ValueError
        If the page for authors has no example any more.
    """
    found = examples(root)
    corpus = f"tests/exercises/{EXAMPLE}"
    if name != EXAMPLE and name in re.findall(r"\w+", "".join(found.values())):
        raise ValueError(f"{name!r} is a word of the example that is copied: choose another name")
    found |= {f"{corpus}/{answer}.md": text for answer, text in CORPUS.items()}
    source = found[f"solutions/{EXAMPLE}.md"]
    found[f"solutions/{EXAMPLE}.md"] = source.replace("\n---\n", "\ndraft: true\n---\n", 1)

    def ours(text: str) -> str:
        text = text.replace("# An echo\n", f"# {title}\n", 1)
        text = re.sub(rf"(points: |test-{EXAMPLE}: )10\b", rf"\g<1>{points}", text)
        head, mark, rest = text.partition(f"# {title}\n")
        if not mark:
            head, rest = "", text
        return re.sub(rf"\b{EXAMPLE}\b", name, head) + mark + re.sub(rf"\b{EXAMPLE}\b", name, rest)

    files = {path.replace(EXAMPLE, name): ours(text) for path, text in found.items()}
    if listed := _listed(root, name, title):
        files[TABLE.as_posix()] = listed
    return files


def examples(root: Path) -> dict[str, str]:
    """The files of the example assignment, from the course's own page or the installed one."""
    pages = [root / PAGE, Path(__file__).resolve().parents[2] / PAGE]
    page = next((path for path in pages if path.is_file()), pages[0])
    if not page.is_file():
        raise ValueError(f"{page} is missing: it has the example that is copied")
    blocks = {path: text for _, path, text in BLOCK.findall(page.read_text(encoding="utf-8"))}
    folders = (f"solutions/{EXAMPLE}.md", f"tests/exercises/{EXAMPLE}/")
    found = {path: text for path, text in blocks.items() if path.startswith(folders)}
    if f"solutions/{EXAMPLE}.md" not in found:
        raise ValueError(f"{page} has no example solutions/{EXAMPLE}.md any more")
    return found


def _listed(root: Path, name: str, title: str) -> str:
    """The page with the table of assignments, one line longer; empty where there is none."""
    try:
        text = (root / TABLE).read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    before, mark, rest = text.partition(HEADING)
    table = ROW.search(rest)
    if not (mark and table):
        return ""
    line = f"| `{name}` | {{doc}}`teaching/authors` | {title.replace('|', '/')} |\n"
    return before + mark + rest[: table.end()] + line + rest[table.end() :]


def put(root: Path, files: Mapping[str, str]) -> None:
    """Write files, each whole or not at all, and none over one that has appeared meanwhile.

    The list of assignments is replaced last, so that it names nothing that is not there.
    """
    with tempfile.TemporaryDirectory(prefix=".new-", dir=root) as folder:
        for number, (path, text) in enumerate(files.items()):
            made, target = Path(folder, str(number)), root / path
            made.write_text(text, encoding="utf-8")
            target.parent.mkdir(parents=True, exist_ok=True)
            if path == TABLE.as_posix():
                shutil.copymode(target, made)
                made.replace(target)
            else:
                made.chmod(0o644)
                target.hardlink_to(made)  # fails if somebody else has written one
