"""Pages of advice: no line without the cell that it comes from."""

import re

LINK = re.compile(r"\{(?:ref|numref|eq|doc)\}`")
#: The last section repeats what stands above it.
REPEATED = "## Key points"


def test_every_practice_leads_to_a_cell(root):
    page = (root / "book" / "reference" / "best-practices.md").read_text(encoding="utf-8")
    advice = page.partition(REPEATED)[0]
    lines = re.findall(r"^- .*$", advice, re.M)
    assert len(lines) > 25
    assert not [line for line in lines if not LINK.search(line)]


def test_every_issue_and_every_saying_leads_to_a_cell(root):
    for name in ("best-practices", "folklore"):
        page = (root / "book" / "reference" / f"{name}.md").read_text(encoding="utf-8")
        rows = [row for row in re.findall(r"^\|.*\|$", page, re.M) if not row.startswith("|---")]
        heads = {row for row in rows if "measured in" in row or "you see" in row}
        assert heads and len(rows) > len(heads)
        assert not [row for row in rows if row not in heads and not LINK.search(row)]
