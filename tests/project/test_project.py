"""The repository as a whole: what is tracked, locked and promised."""

import re
import subprocess
import tomllib

import pytest

# Split, so that this file does not contain what it forbids.
FORBIDDEN = [
    "pypi" + ".org",
    "python" + "hosted",
    "registry." + "npmjs",
    "/work" + "/",
    "/root" + "/",
]


@pytest.fixture(scope="module")
def files(root):
    """Text files that are or would be tracked: path -> text."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    found = {}
    for name in listed.stdout.splitlines():
        try:
            found[name] = (root / name).read_text(encoding="utf-8")
        except (UnicodeDecodeError, OSError):
            continue
    return found


@pytest.fixture(scope="module")
def lock(root) -> dict[str, str]:
    """Pinned versions by name."""
    text = (root / "requirements.txt").read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", text, re.M))


def test_no_file_names_a_registry_or_somebody_s_folder(files):
    faults = [
        f"{name}: {word}" for name, text in files.items() for word in FORBIDDEN if word in text
    ]
    assert not faults


def test_no_product_is_tracked(files):
    products = re.compile(r"^(_build|\.venv|submitted|autograded|feedback)/|gradebook\.db|\.pyc$")
    assert not [name for name in files if products.search(name)]


def test_every_dependency_is_pinned(root, lock):
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    names = {re.match(r"[A-Za-z0-9._-]+", line)[0].lower() for line in wanted}
    assert names - lock.keys() == set()


def test_the_lock_suits_every_platform(lock):
    assert {"appnope", "colorama"} <= lock.keys()  # IPython's on macOS, and on Windows


def test_make_alone_lists_every_command_that_the_readme_names(root):
    done = subprocess.run(["make"], cwd=root, capture_output=True, text=True, check=True)
    listed = set(re.findall(r"^  make (\w+)", done.stdout, re.M))
    readme = (root / "README.md").read_text(encoding="utf-8")
    code = re.findall(r"`[^`]+`|^    .*$", readme, re.M)
    named = set(re.findall(r"\bmake (\w+)\b", "\n".join(code)))
    assert {"book", "test"} <= named <= listed


def test_ci_runs_what_the_readme_says(root):
    script = (root / ".ci/run").read_text(encoding="utf-8")
    assert "make test" in script and "rm -rf .venv" in script


def test_modules_stay_small(files):
    lengths = {
        name: text.count("\n")
        for name, text in files.items()
        if name.endswith(".py") and name.startswith(("helpers/", "tools/"))
    }
    assert lengths and max(lengths.values()) <= 330, sorted(lengths.items(), key=lambda i: -i[1])
