"""The extensions of the book, which are no package: as modules, and at work on small books."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

FOLDER = Path(__file__).resolve().parents[2] / "tools" / "extensions"


def extension(name: str) -> ModuleType:
    """One of them."""
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def sphinx(folder: Path, pages: dict[str, str], **settings: Any) -> list[str]:
    """Build pages with the theme of the book in ``folder / "html"``; what Sphinx warns of.

    In a process of its own: Sphinx writes into its own defaults, which the next book would find.
    """
    source, said = folder / "source", folder / "warnings"
    for name, text in pages.items():
        path = source / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    lines = [f"{name} = {value!r}" for name, value in settings.items()]
    lines = ["import sys", f"sys.path.insert(0, {str(FOLDER)!r})", *lines]
    lines.append("html_theme = 'sphinx_book_theme'\n")
    (source / "conf.py").write_text("\n".join(lines), encoding="utf-8")
    command = [sys.executable, "-m", "sphinx", "-q", "-w", said, source, folder / "html"]
    subprocess.run(command, check=True)
    return said.read_text("utf-8").splitlines()
