"""Sphinx extension: keeps pages light, by what of the theme and of the drawings nobody would miss.

A reader who comes for the first time fetches style sheets of half a megabyte and a font of 1,400
icons, of which the book uses a few; the index of the search, on pages that do not search; and
drawings written for people to read. All of it looks afterwards as it did before.
"""

import hashlib
import io
import re
from collections.abc import Callable, Iterable
from pathlib import Path

#: The style sheets of which the book uses the smaller part.
SHEETS = ("styles/pydata-sphinx-theme.css", "sphinx-design.min.css")
ICONS = "vendor/fontawesome/webfonts"
SEARCH = re.compile(r'<script src="[^"]*/?(?:searchtools|language_data|searchindex)\.js"></script>')
SCRIPT = re.compile(r'<script[^>]* src="[^"?]*_static/((?!mathjax)[^"?]*)')
HIDES = {"media", "supports", "layer", "container"}  # rules with rules inside


def names_of(pages: Iterable[str], scripts: Iterable[str]) -> Callable[[str], bool]:
    """Whether some page has a class or an id, or some script could give it one.

    A script may put it together: ``bs-tooltip-top`` of ``bs-tooltip`` and ``top``.
    """
    values = {
        rest[: rest.find('"')]
        for page in pages
        for attribute in (' class="', ' id="')
        for rest in page.split(attribute)[1:]  # a third of the time of a regular expression
    }
    given = {word for value in values for word in value.split()}
    words = {word for script in scripts for word in re.findall(r"[A-Za-z_][\w-]*", script)}

    def used(name: str) -> bool:
        parts = name.split("-")
        starts = ("-".join(parts[:n]) for n in range(2, len(parts)))
        return name in given or name in words or any(start in words for start in starts)

    return used


def pruned(css: str, used: Callable[[str], bool]) -> str:
    """A style sheet without the rules for what does not occur; licences stay."""
    import tinycss2  # late, as all that only a changed book needs

    def wanted(selector: list) -> bool:
        """Whether all of its classes and ids occur; what stands in brackets may be denied."""
        after = zip(selector, selector[1:], strict=False)
        classes = [name.value for dot, name in after if dot == "." and name.type == "ident"]
        ids = [token.value for token in selector if token.type == "hash"]
        return all(map(used, [*classes, *ids]))

    def written(rules: list) -> Iterable[str]:
        for rule in rules:
            if rule.type == "qualified-rule":
                selectors: list[list] = [[]]
                for token in rule.prelude:
                    if token == ",":
                        selectors.append([])
                    else:
                        selectors[-1].append(token)
                if kept := [tinycss2.serialize(each) for each in selectors if wanted(each)]:
                    yield f"{','.join(kept)}{{{tinycss2.serialize(rule.content)}}}"
            elif rule.type == "at-rule" and rule.lower_at_keyword in HIDES and rule.content:
                inside = "".join(written(tinycss2.parse_rule_list(rule.content)))
                if inside:
                    prelude = tinycss2.serialize(rule.prelude)
                    yield f"@{rule.at_keyword}{prelude}{{{inside}}}"
            elif rule.type != "comment" or rule.value.startswith("!"):
                yield rule.serialize()

    return "".join(written(tinycss2.parse_stylesheet(css)))


def subset(font: bytes, characters: set[int]) -> bytes:
    """A font with some of its characters, as WOFF2; a part that is drawn keeps its shape."""
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    loaded = TTFont(io.BytesIO(font), recalcTimestamp=False)
    subsetter = Subsetter(Options(hinting=False, notdef_outline=True))
    subsetter.populate(unicodes=characters)
    subsetter.subset(loaded)
    loaded.flavor = "woff2"
    loaded.save(written := io.BytesIO())
    return written.getvalue()


def thin(svg: str) -> str:
    """A drawing of matplotlib's without indentation, remarks, and hundredths of hundredths."""
    if "Matplotlib" not in svg[:2000] or "\n " not in svg:
        return svg
    rounded = re.compile(r"(\.\d\d)\d+")
    svg = re.sub(r"<!--.*?-->", "", svg, flags=re.DOTALL)
    svg = re.sub(r'\b(?:d|x|y)="[^"]*"', lambda found: rounded.sub(r"\1", found[0]), svg)
    return re.sub(r"\s*\n\s*", "\n", svg)


def kept(path: Path, make: Callable[[], bytes], *key: bytes) -> bytes:
    """What was made of the same the last time, or is made now."""
    told = hashlib.sha256(b"\0".join([Path(__file__).read_bytes(), *key])).digest()
    if path.is_file() and (found := path.read_bytes()).startswith(told):
        return found.removeprefix(told)
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.new")
    new.write_bytes(told + (made := make()))
    new.replace(path)  # whole or not at all
    return made


def lighten_sheet(path: Path, used: Callable[[str], bool], folder: Path) -> None:
    """Write a style sheet anew, with the rules for what occurs."""
    css = path.read_text("utf-8")
    names = sorted(filter(used, set(re.findall(r"[.#]([A-Za-z_][\w-]*)", css))))
    key = css.encode(), " ".join(names).encode()
    path.write_bytes(kept(folder / path.name, lambda: pruned(css, used).encode(), *key))


def lighten_font(path: Path, characters: set[int], folder: Path) -> None:
    """Write the light form of a font beside it, in the place of the one that browsers take."""
    font = path.read_bytes()
    key = font, repr(sorted(characters)).encode()
    light = kept(folder / path.name, lambda: subset(font, characters), *key)
    path.with_suffix(".woff2").write_bytes(light)


def lighten(static: Path, pages: list[str], folder: Path) -> None:
    """Leave what the pages and their scripts use in the style sheets and the icons."""
    loaded = {name for page in pages for name in SCRIPT.findall(page)}
    scripts = [path for name in loaded if (path := static / name).is_file()]
    used = names_of(pages, (path.read_text("utf-8") for path in scripts))
    for path in filter(Path.is_file, map(static.joinpath, SHEETS)):
        lighten_sheet(path, used, folder)
    sheets = "".join(path.read_text("utf-8") for path in static.rglob("*.css"))
    told = re.findall(r'"\\([0-9a-f]{4})"|"([\ue000-\uf8ff])"', sheets)
    characters = {int(escape, 16) if escape else ord(itself) for escape, itself in told}
    for path in (static / ICONS).glob("*.ttf"):
        lighten_font(path, characters, folder)


def finish(app, exception) -> None:
    """Lighten what was written."""
    if exception is not None or app.builder.format != "html":
        return
    out = Path(app.outdir)
    pages = {path: path.read_text("utf-8") for path in out.rglob("*.html")}
    lighten(out / "_static", [*pages.values()], Path(app.doctreedir).parent / "light")
    for path, page in pages.items():
        if path.name != "search.html" and (light := SEARCH.sub("", page)) != page:
            path.write_text(light, "utf-8")
    for path in (out / "_images").glob("*.svg"):
        drawing = path.read_text("utf-8")
        if (light := thin(drawing)) != drawing:
            path.write_text(light, "utf-8")


def setup(app) -> dict:
    """Register with Sphinx, after the mends: a script that they remove uses nothing."""
    app.connect("build-finished", finish, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
