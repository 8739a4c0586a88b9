"""All drawings of the book, by the names of their files."""

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from tools.diagrams import pictures

FOLDER = Path(__file__).resolve().parents[2] / "book/diagrams"


def names() -> list[str]:
    """What there is to draw: a module of `tools.diagrams.pictures` each."""
    return sorted(module.name for module in iter_modules(pictures.__path__))


def drawings() -> dict[str, str]:
    """Every drawing as SVG."""
    return {name: import_module(f"tools.diagrams.pictures.{name}").draw().svg() for name in names()}
