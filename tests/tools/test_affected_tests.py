import subprocess

import pytest

from tools import affected_tests

TESTS = affected_tests.quick_tests()


def affected(*names):
    return set(affected_tests.affected(names, TESTS)) - set(affected_tests.ALWAYS)


@pytest.mark.parametrize(
    ("name", "among"),
    [
        ("helpers/plots.py", "tests/helpers/test_plots.py"),  # mirrors it
        ("helpers/cells/activations.py", "tests/helpers/test_gradients.py"),  # two imports away
        ("helpers/cells/__init__.py", "tests/helpers/cells/test_simple.py"),  # runs on the way
        ("tools/environment.py", "tests/tools/test_environment.py"),
        ("helpers/kernels/forkserver.py", "tests/helpers/kernels/test_provisioner.py"),  # a script
        ("tests/helpers/test_text.py", "tests/helpers/test_text.py"),
        ("tests/helpers/kernels/kernels.py", "tests/helpers/kernels/test_provisioner.py"),
        ("tests/book/coverage.toml", "tests/book/test_teaching.py"),
        ("book/index.md", "tests/book/test_chapters.py"),
        ("solutions/gone.md", "tests/book/test_exercises_in_step.py"),
        ("tests/exercises/bptt/wrong-new.md", "tests/exercises/test_corpora.py"),
        ("helpers/gone.py", "tests/helpers/test_text.py"),  # whoever imported it is not known
    ],
)
def test_what_can_be_affected_runs(name, among):
    assert among in affected(name)


@pytest.mark.parametrize(
    ("name", "left_out"),
    [
        ("helpers/plots.py", "tests/helpers/data/test_reviews.py"),
        ("book/index.md", "tests/helpers/test_plots.py"),
        ("helpers/text.py", "tests/helpers/cells/test_simple.py"),
    ],
)
def test_what_cannot_be_affected_does_not(name, left_out):
    assert left_out in TESTS and left_out not in affected(name)


def test_a_change_of_what_all_tests_share_runs_them_all():
    for name in ("tests/conftest.py", "requirements.txt"):
        assert set(affected_tests.affected([name], TESTS)) == set(TESTS)


def test_some_tests_always_run_and_slow_ones_never():
    assert set(affected_tests.affected(["README.md"], TESTS)) == set(affected_tests.ALWAYS)
    assert not [name for name in TESTS if name.startswith("tests/browser")]


@pytest.fixture
def checkout(tmp_path):
    def git(*words):
        who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        subprocess.run(["git", *who, *words], cwd=tmp_path, check=True, capture_output=True)

    git("init")
    for name in ("one.py", "two.py"):
        (tmp_path / name).write_text(name)
        git("add", ".")
        git("commit", "-m", name)
    return tmp_path


def test_a_change_is_what_is_not_committed(checkout):
    (checkout / "one.py").unlink()
    (checkout / "three é.py").write_text("new")
    assert affected_tests.changed(checkout) == ["one.py", "three é.py"]


def test_in_a_clean_checkout_it_is_the_last_commit(checkout):
    assert affected_tests.changed(checkout) == ["two.py"]


def test_every_name_in_the_lists_is_there(root):
    lists = affected_tests.SLOW, affected_tests.ALWAYS, *affected_tests.READ.values()
    names = {*affected_tests.READ, *(name for each in lists for name in each)}
    assert not [name for name in names if not (root / name).exists()]
