"""The table of a class: nothing runs together, whatever people are called."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from helpers.grading import table
from helpers.grading.ledger import Row

ROWS = st.builds(
    Row,
    student=st.text("abc-\u00e9\n", min_size=1, max_size=90),
    status=st.sampled_from(["graded", "out_of_memory", "not recorded", "not tested"]),
    score=st.floats(0, 1e6),
    of=st.integers(0, 10**9),
    message=st.sampled_from(["", "why"]),
    waiting=st.integers(0, 12),
)


@given(st.lists(ROWS, max_size=6))
def test_two_spaces_stand_between_the_columns(rows):
    lines = table.lines(rows)
    assert len(lines) == len(rows)
    for row, line in zip(rows, lines, strict=True):
        name, rest = line.split("  ", 1)
        assert name == row.student.replace("\n", "\\n").replace("\u00e9", "\u00e9")
        status, rest = rest.lstrip().split("  ", 1)
        assert status == row.status
        assert rest.strip().startswith(table.score(row).strip())
        assert line.endswith(row.message) and line == line.rstrip()


def test_columns_stand_under_each_other_unless_a_name_is_very_long():
    rows = [
        Row("a", "graded", 1, 2),
        Row("b" * 35, "not tested", 10, 10, "see"),
        Row("c" * 80, "", 0, 0),
    ]
    first, second, third = table.lines(rows)
    assert first.index("graded") == second.index("not tested") == 42
    assert third.startswith("c" * 80 + "  ")


def test_cells_that_wait_are_counted():
    assert table.score(Row("a", "graded", 2, 2, "", 2)).strip() == "2 / 2 + 2 cells by hand"
    assert table.score(Row("a", "graded", 2, 5, "", 1)).strip() == "2 / 5 + 1 cell by hand"
    assert table.score(Row("a", "graded", 2, 5)).strip() == "2 / 5"


def test_programs_read_the_same():
    file = io.StringIO()
    table.write_csv([Row("a", "graded", 2.0, 2.5, "x, y", 2)], file)
    [row] = csv.DictReader(io.StringIO(file.getvalue()))
    assert row == {
        "student": "a",
        "status": "graded",
        "score": "2.0",
        "max_score": "2.5",
        "message": "x, y",
        "by_hand": "2",
    }
