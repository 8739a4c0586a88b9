"""Every attack of ``tests/grading/attacks`` on stock nbgrader: points it gets, secrets it sees.

The engine gives each of them 0 points and no hidden line (``tests/grading/test_attacks.py``). Stock
nbgrader runs in a throw-away copy of the course, locked in by bubblewrap so that an attack cannot
reach this machine; what could exhaust it is not run. ``python benchmarks/attacks.py [NAME …]``
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[1]
EXHAUSTING = {
    *("fork-bomb", "memory-hog", "hidden-memory", "memory-files", "many-files", "empty-pages"),
    *("takes-all-processes", "stops-its-group"),
}
LIMIT = 60  # seconds for one attack


def stock(course):
    """Autograde in a room of its own; whether it ended."""
    walls = "bwrap --ro-bind / / --dev /dev --proc /proc --unshare-all --die-with-parent".split()
    command = [*walls, "--bind", str(course), str(course), "--tmpfs", "/var/tmp"]
    command += ["--setenv", "HOME", str(course), "--chdir", str(course)]
    command += [str(Path(sys.executable).with_name("nbgrader")), "autograde", "toy"]
    try:
        subprocess.run(command, capture_output=True, timeout=LIMIT, cwd=course)
    except subprocess.TimeoutExpired:
        return False
    return True


def attacked(path, folder):
    """What an attack got: points, and whether a hidden line shows."""
    from tests.exercises.course import scores
    from tests.grading import toy

    course = toy.make_course(folder)
    # A private kernelspec: warm kernels would run outside the walls.
    config = course / "nbgrader_config.py"
    spec = course / "kernels" / "cold"
    spec.mkdir(parents=True)
    argv = f'["{sys.executable}", "-m", "ipykernel_launcher", "-f", "{{connection_file}}"]'
    (spec / "kernel.json").write_text(
        f'{{"argv": {argv}, "display_name": "cold", "language": "python"}}'
    )
    config.write_text(
        config.read_text()
        + f"import os\nos.environ['JUPYTER_PATH'] = {str(course)!r}\n"
        + "c.Execute.kernel_name = 'cold'\nc.Execute.timeout = 20\n"
    )
    _, code = toy.attack(path)
    toy.hand_in(course, "attacker", code)
    ended = stock(course)
    found = scores(course, "toy").get("attacker", {})
    points = sum(filter(None, found.values()))
    result = course / "autograded" / "attacker" / "toy" / "toy.ipynb"
    printed = ""
    if result.is_file():
        for cell in nbformat.read(result, as_version=4).cells:
            told = cell.get("outputs", [])
            printed += str([output for output in told if output.output_type == "stream"])
    return points, toy.SECRET in printed, ended and result.is_file()


def main():
    """Print a table."""
    sys.path.insert(0, str(ROOT))
    from tests.grading import toy

    if shutil.which("bwrap") is None:
        sys.exit("bubblewrap is not installed: nothing is run without it")
    print(f"{'attack':28}{'stock':>8}{'secret':>8}{'ended':>8}")
    for path in sorted(toy.ATTACKS.glob("*.md")):
        if sys.argv[1:] and path.stem not in sys.argv[1:]:
            continue
        if path.stem in EXHAUSTING:
            print(f"{path.stem:28}{'not run: it would exhaust this machine':>40}")
            continue
        with tempfile.TemporaryDirectory(dir=ROOT / "_build") as folder:
            points, secret, ended = attacked(path, Path(folder))
        told = ["seen" if secret else "-", "yes" if ended else "NO"]
        print(f"{path.stem:28}{points:5g}/10{told[0]:>8}{told[1]:>8}", flush=True)


if __name__ == "__main__":
    main()
