"""Lists of students go in, grades come out as each platform's own importer would read them."""

import csv
import io
import shutil
import string
from datetime import datetime

import hypothesis.strategies as st
import pytest
from click.testing import CliRunner
from hypothesis import given
from nbgrader.api import Gradebook

from helpers.grading import pipeline
from helpers.grading.course import main
from helpers.grading.platforms import export, lists, people
from helpers.grading.platforms.people import Grade, Person
from tests.grading import toy


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """A course with an empty gradebook, which takes nbgrader some time to make."""
    folder = tmp_path_factory.mktemp("course")
    shutil.copy(toy.ROOT / "nbgrader_config.py", folder)
    people.enter(folder, [])
    return folder


@pytest.fixture
def course(begun, tmp_path):
    return shutil.copytree(begun, tmp_path / "course")


def run(course, *words):
    done = CliRunner().invoke(main, ["--course", str(course), *words])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def listed(course, text, encoding="utf-8"):
    path = course / "class.csv"
    path.write_bytes(text.encode(encoding))
    return run(course, "roster", str(path))


def known(course):
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        return {s.id: (s.first_name, s.last_name, s.email) for s in book.students}


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("id,first_name,last_name,email\na1,Ada,Byron,ada@x.org\nb2,Bo,Van Lee,\n", "utf-8"),
        ("id\tname\temail\na1\tByron, Ada\tada@x.org\nb2\tVan Lee, Bo\t\n", "utf-16"),
        ("ID;Name;E-Mail\r\na1;Byron, Ada;ada@x.org\r\nb2;Van Lee, Bo;\r\n\r\n", "utf-8-sig"),
        (
            'Email address\tStudent ID\tFull name\nada@x.org\ta1\tAda Byron\n\tb2\t"Van Lee, Bo"\n',
            "utf-8",
        ),
    ],
)
def test_a_list_in_any_of_the_usual_forms_is_taken(course, text, encoding):
    done = listed(course, text, encoding)
    assert done.exit_code == 0, done.output
    assert "2 students in class.csv, 2 of them new" in done.output
    assert known(course) == {"a1": ("Ada", "Byron", "ada@x.org"), "b2": ("Bo", "Van Lee", "")}


def test_a_second_list_adds_and_forgets_nobody(course):
    listed(course, "id,name,email\na1,Ada Byron,ada@x.org\nb2,Bob Lee,bob@x.org\n")
    done = listed(course, "id,name\nb2,Robert Lee\nc3,Cy Coe\n")
    assert "2 students in class.csv, 1 of them new" in done.output
    assert known(course)["b2"] == ("Robert", "Lee", "bob@x.org") and len(known(course)) == 3


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("name,email\nAda,a@x.org\n", "no column `id` (there is name, email)"),
        ("id,name\na1,Ada\na1,Bob\n", "row 3 of class.csv: a1 is there already"),
        ("id,name\na1,Ada\n../b,Bob\n", "row 3 of class.csv: the id '../b' has one of /"),
        ("id,name\n,Ada\n", "row 2 of class.csv: the id '' is empty"),
        ("id,name\n", "has no row below"),
        ('id,name\na1,"Ada\n', "no file of comma-separated values"),
        ("", "no column `id` (there is nothing)"),
    ],
)
def test_a_bad_list_is_refused_whole(course, text, why):
    done = listed(course, text)
    assert done.exit_code == 1 and why in done.output
    assert not known(course)
    done = listed(course, "id,name\na1,Zoë\n", "latin-1")
    assert "is not text in UTF-8 (byte 13): save it as" in done.output


@pytest.fixture
def graded(course):
    """A gradebook with two who were graded and one who was not."""
    listed(course, "id,name,email\n17,Ada Byron,ada@x.org\n18,=cmd|'/c calc'!A1,@bob\n19,Cy Coe,\n")
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        book.add_assignment("toy", duedate=datetime(2027, 3, 1))
        book.add_notebook("toy", "toy")
        book.add_grade_cell("test", "toy", "toy", max_score=10, cell_type="code")
        for student, score in (("17", 7.456), ("18", 10.0)):
            book.add_submission("toy", student)
            grade = book.find_grade("test", "toy", "toy", student)
            grade.auto_score = score
        late = book.find_submission_notebook("toy", "toy", "17")
        late.late_submission_penalty = 1.0
        book.db.commit()
    return course


def read_canvas(text):
    """The parser of Canvas (lib/gradebook_importer.rb), as far as it reads: scores by the ids."""
    header, *rows = csv.reader(io.StringIO(text, newline=""))
    assert "Student" in header[0] and "ID" in header[1]
    assert header[2:4] == ["SIS User ID", "SIS Login ID"] and "Section" in header[4]
    scores = {}
    for row in rows:
        if "Points Possible" in row[0]:
            scores["possible"] = float(row[5])
        else:
            scores[next(filter(None, row[1:4]))] = float(row[5])
    return header[5], scores


def read_moodle(text, mapped):
    """The parser of Moodle (grade/import/csv), mapped by one column: scores by it."""
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    grade = list(rows[0])[-1]
    return grade, {row[mapped]: float(row[grade]) for row in rows if row[mapped]}


def test_canvas_reads_what_is_written_for_it(graded):
    done = run(graded, "export", "toy", "--for", "canvas", "--title", "Week 1 (55)")
    assert done.exit_code == 0
    title, scores = read_canvas(done.stdout)
    assert title == "Week 1 (55)"
    assert scores == {"possible": 10, "17": 6.46, "18": 10}
    assert "without a grade, and not in it: 19" in done.stderr
    done = run(graded, "export", "toy", "--for", "canvas", "--ids", "SIS Login ID")
    header, _, row, _ = csv.reader(io.StringIO(done.stdout, newline=""))
    assert row[header.index("SIS Login ID")] == "17" and row[header.index("ID")] == ""


def test_moodle_reads_what_is_written_for_it(graded):
    done = run(graded, "export", "toy", "--for", "moodle")
    assert read_moodle(done.stdout, "ID number") == ("toy", {"17": 6.46, "18": 10})
    assert read_moodle(done.stdout, "Email address")[1]["ada@x.org"] == 6.46


def test_a_file_is_written_once(graded):
    target = graded / "out.csv"
    words = ("export", "toy", "--for", "moodle", "--output", str(target))
    assert run(graded, *words).exit_code == 0
    before = target.read_bytes()
    done = run(graded, *words)
    assert done.exit_code == 1 and "is there already" in done.output
    assert target.read_bytes() == before


def test_what_cannot_be_exported_is_told(course, graded):
    done = run(graded, "export", "nothing", "--for", "canvas")
    assert done.exit_code == 1 and "does not know nothing" in done.output
    done = run(graded, "export", "toy", "--for", "canvas", "--ids", "Shoe size")
    assert done.exit_code == 1 and "it has ID, SIS User ID, SIS Login ID" in done.output
    (graded / "gradebook.db").write_bytes(b"no database at all, but long enough to be read")
    done = run(graded, "export", "toy", "--for", "canvas")
    assert done.exit_code == 1 and "the gradebook cannot be asked: " in done.output


def test_who_handed_in_nothing_is_known(graded):
    (graded / "submitted" / "17" / "toy").mkdir(parents=True)
    assert people.absent(graded, "toy") == ["18", "19"]
    rows = pipeline.table(graded, "toy")
    assert [(row.student, row.status) for row in rows] == [
        ("17", "not graded"),
        ("18", "not handed in"),
        ("19", "not handed in"),
    ]
    (graded / "gradebook.db").write_bytes(b"no database at all, but long enough to be read")
    assert [row.student for row in pipeline.table(graded, "toy")] == ["17"]


field = st.text(string.printable, max_size=12) | st.sampled_from(["=1+1", "\t=1", " -2", "@x", '"'])


@given(field, field, field, st.floats(0, 10), st.sampled_from(sorted(export.COLUMNS)))
def test_every_field_is_quoted_and_none_is_a_formula(first, last, email, score, platform):
    grades = [Grade(Person("+7", first, last, email), score, 10.0)]
    text = export.FORMS[platform](grades, export.COLUMNS[platform][0], "=toy")
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    quoted = io.StringIO()
    csv.writer(quoted, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(rows)
    assert quoted.getvalue() == text
    assert not [cell for row in rows for cell in row if cell.strip()[:1] in tuple("=+-@")]
    assert not [cell for row in rows for cell in row if cell[:1] in ("\t", "\r")]


@given(st.lists(st.tuples(st.integers(1, 999), st.text("abcÅé ,;'", max_size=9)), min_size=1))
def test_a_list_that_was_written_is_read_again(tmp_path_factory, drawn):
    path = tmp_path_factory.mktemp("list") / "class.csv"
    wanted = {f"s{number}": name.strip() for number, name in drawn}
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerows([["id", "last_name", "first_name"]])
        writer.writerows([[student, name, "x"] for student, name in wanted.items()])
    assert {person.id: person.last_name for person in lists.read(path)} == wanted
