"""Draw every picture again: ``python -m tools.diagrams`` (`make diagrams`)."""

from tools.diagrams.gallery import FOLDER, drawings

for name, svg in drawings().items():
    path = FOLDER / f"{name}.svg"
    if not path.is_file() or path.read_text(encoding="utf-8") != svg:  # the book follows its files
        path.write_text(svg, encoding="utf-8")
    print(f"{name:16} {len(svg) / 1000:5.1f} kB")
