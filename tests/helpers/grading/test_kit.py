import re
import shutil
import subprocess
import sys
import zipfile

import nbformat
import pytest

from helpers.grading import kit
from tests.exercises.test_loop import hidden_lines
from tools import release_exercises


@pytest.fixture(scope="module")
def course(root, tmp_path_factory):
    """What of the course is packed, with a release that was made here, and somebody's work."""
    folder = tmp_path_factory.mktemp("packed")
    for name in (*kit.NEEDED, "solutions"):
        place = shutil.copytree if (root / name).is_dir() else shutil.copy
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        place(root / name, folder / name)
    release_exercises.release(folder)
    (folder / "exercises" / "gates" / "gates.ipynb").write_text("work")
    (folder / "exercises" / "gates" / "note.txt").write_text("work")
    return folder


@pytest.fixture
def packed(course, tmp_path):
    """The course's own kit, unpacked."""
    target = tmp_path / "course.zip"
    names = kit.make_kit(course, target)
    with zipfile.ZipFile(target) as archive:
        assert archive.testzip() is None and archive.namelist() == names
        archive.extractall(tmp_path)
    return tmp_path / "course"


def test_a_learner_gets_every_exercise_and_nothing_hidden(root, packed, tmp_path):
    released = sorted(path.stem for path in (root / "solutions").glob("*.md"))
    assert sorted(path.stem for path in packed.glob("exercises/*/*.ipynb")) == released
    assert not (packed / "solutions").exists() and not list(packed.rglob("__pycache__"))
    assert (packed / "exercises" / "vanishing" / "history.json").is_file()
    release_exercises.write_sources(root / "solutions", tmp_path / "source")
    for name in released:
        secrets = hidden_lines(tmp_path / "source" / name / f"{name}.ipynb")
        notebook = nbformat.read(packed / "exercises" / name / f"{name}.ipynb", as_version=4)
        told = {line.strip() for cell in notebook.cells for line in cell.source.splitlines()}
        assert secrets and not secrets & told


def test_what_somebody_wrote_in_exercises_is_not_packed(packed):
    assert not list(packed.rglob("note.txt")) and not (packed / "exercises/releases.json").exists()
    for path in packed.glob("exercises/*/*"):
        assert (
            path.read_bytes() == (packed / "released" / path.parent.name / path.name).read_bytes()
        )


def test_the_kit_speaks_to_learners_and_of_what_works_there(packed):
    done = subprocess.run(["make"], cwd=packed, capture_output=True, text=True, check=True)
    listed = set(re.findall(r"^  make (\w+)", done.stdout, re.M))
    assert listed == {"help", "environment", "lab", "check", "clean"}
    readme = (packed / "README.md").read_text(encoding="utf-8")
    code = re.findall(r"`[^`]+`|^    .*$", readme, re.M)
    assert set(re.findall(r"\bmake (\w+)\b", "\n".join(code))) <= listed
    files = re.findall(r"`((?:exercises|tools)/[\w./]+)`", readme)
    assert files and all((packed / name).exists() for name in files)
    assert not (packed / "tools" / "kit").exists() and not (packed / "solutions").exists()


def test_the_helpers_in_the_kit_are_whole(packed):
    code = "import helpers.plots as p, helpers.gradients; print(p.__file__)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=packed, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith(str(packed))


def test_the_same_course_gives_the_same_bytes(course, tmp_path):
    for folder in ("one", "two"):
        kit.make_kit(course, tmp_path / folder / "course.zip")
    one, two = (tmp_path / folder / "course.zip" for folder in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()


def small_course(folder, source):
    for name in kit.NEEDED:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x")
    (folder / "_build" / "release" / "a").mkdir(parents=True)
    (folder / "_build" / "release" / "a" / "a.ipynb").write_text(source)
    return folder


@pytest.mark.parametrize("mark", ["### BEGIN HIDDEN TESTS", "    ### BEGIN SOLUTION"])
def test_what_leaks_is_not_packed(tmp_path, mark):
    course = small_course(tmp_path / "c", f'{{"source": [\n"{mark}"]}}')
    with pytest.raises(kit.Leak, match="a.ipynb holds"):
        kit.make_kit(course, tmp_path / "k.zip")
    assert not list(tmp_path.glob("k.zip*"))


def test_what_is_missing_is_named(tmp_path):
    course = small_course(tmp_path / "c", "{}")
    (course / "LICENSE").rename(course / "licence")
    with pytest.raises(FileNotFoundError, match="LICENSE is missing"):
        kit.make_kit(course, tmp_path / "k.zip")
    (course / "licence").rename(course / "LICENSE")
    shutil.rmtree(course / "_build")
    with pytest.raises(FileNotFoundError, match="run `make exercises`"):
        kit.make_kit(course, tmp_path / "k.zip")
