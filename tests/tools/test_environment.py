"""Making ``.venv``: every refusal is one clear message, and nothing half-made counts."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from tools import environment
from tools.environment import SetupError

LOCK = "# comment\nnumpy==2.4.6 ; python_full_version < '3.12'\n    # via\nuv==0.9.0\n"


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project folder with a lock, and no environment yet."""
    (tmp_path / "requirements.txt").write_text(LOCK)
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    return tmp_path


def finished(project, python=sys.executable, place="bin/python"):
    """Give the project an environment that looks finished."""
    venv = project / ".venv"
    (venv / place).parent.mkdir(parents=True)
    (venv / place).symlink_to(python)
    running = "{}.{}".format(*sys.version_info)
    (venv / "stamp").write_text(environment.fingerprint(project, running))
    return venv


@pytest.mark.parametrize("version", [(3, 8, 1), (3, 10, 13), (3, 14, 0)])
def test_an_unsupported_python_is_refused(version):
    with pytest.raises(SetupError, match=r"3\.11, 3\.12 or 3\.13") as refusal:
        environment.check_python(version)
    assert "Python " + ".".join(map(str, version)) in str(refusal.value)
    assert "make book PYTHON=" in str(refusal.value)


def test_what_to_type_is_what_there_is(project, monkeypatch):
    """A kit has neither `make book` nor git nor a lock to make; Windows has no make at all."""
    (project / "released").mkdir()
    for windows, line in ((False, "python3.12 tools/env"), (True, r"py -3.12 tools\env")):
        monkeypatch.setattr(environment, "WINDOWS", windows)
        with pytest.raises(SetupError) as refusal:
            environment.check_python((3, 8, 1))
        assert line in str(refusal.value) and "make" not in str(refusal.value)
    (project / "requirements.txt").unlink()
    with pytest.raises(SetupError, match="Unpack the kit again") as refusal:
        environment.check_lock(project / "requirements.txt")
    assert "make" not in str(refusal.value) and "git" not in str(refusal.value)


@pytest.mark.parametrize(
    ("windows", "python", "lab"),
    [
        (False, "bin/python", ".venv/bin/jupyter-lab"),
        (True, "Scripts/python.exe", ".venv/Scripts/jupyter-lab.exe"),
    ],
)
def test_programs_are_where_the_system_keeps_them(
    project, monkeypatch, capsys, windows, python, lab
):
    monkeypatch.setattr(environment, "WINDOWS", windows)
    monkeypatch.delenv("MAKELEVEL", raising=False)
    venv = finished(project, place=python)
    assert environment.is_current(project, venv)
    assert environment.main() == 0
    assert lab in capsys.readouterr().out
    monkeypatch.setenv("MAKELEVEL", "1")
    assert environment.main() == 0 and capsys.readouterr().out == ""


def test_the_supported_ones_are_not():
    for minor in (11, 12, 13):
        environment.check_python((3, minor, 0))


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_a_python_without_venv_is_refused(monkeypatch, module):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(SetupError, match="python3-venv"):
        environment.check_venv()


def test_a_sound_lock_is_read(project):
    assert environment.check_lock(project / "requirements.txt")["uv"] == "0.9.0"


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (LOCK.replace("numpy==", "numpy>="), "line 2.*numpy>="),
        (LOCK + "<<<<<<< HEAD\n", "line 5.*<<<<<<< HEAD"),
        (LOCK.replace("uv==", "uvloop=="), "does not pin uv"),
        (b"\xff\xfe\x00", "not a text file"),
        (None, "is missing"),
    ],
)
def test_a_bad_lock_is_refused(project, broken, said):
    lock = project / "requirements.txt"
    lock.unlink()
    if broken is not None:
        lock.write_bytes(broken if isinstance(broken, bytes) else broken.encode())
    with pytest.raises(SetupError, match=said) as refusal:
        environment.check_lock(lock)
    assert "git checkout requirements.txt" in str(refusal.value)


def test_a_finished_environment_is_left_alone(project, monkeypatch):
    finished(project)
    monkeypatch.setattr(environment, "install", lambda *a: pytest.fail("installed again"))
    assert environment.main() == 0


@pytest.mark.parametrize("name", ["requirements.txt", "pyproject.toml"])
def test_a_changed_lock_or_project_file_counts(project, name):
    venv = finished(project)
    assert environment.is_current(project, venv)
    with (project / name).open("a") as file:
        file.write("# changed\n")
    assert not environment.is_current(project, venv)


def test_an_unfinished_environment_does_not_count(project):
    venv = finished(project)
    (venv / "stamp").unlink()
    assert not environment.is_current(project, venv)


def test_an_environment_of_a_removed_python_does_not_count(project):
    venv = finished(project, python="/nowhere/python3")
    assert environment.python_of(venv) is None
    assert not environment.is_current(project, venv)


def test_a_moved_project_needs_a_new_environment(project, tmp_path_factory):
    finished(project)
    moved = tmp_path_factory.mktemp("moved") / "project"
    shutil.move(project, moved)
    assert not environment.is_current(moved, moved / ".venv")


def run_python(project, code):
    environment.run([sys.executable, "-c", code], project / "install.log")


def test_a_dead_network_is_named(project):
    code = "import sys; sys.exit('error: dns error: failed to lookup address')"
    with pytest.raises(SetupError, match="Could not reach the package index"):
        run_python(project, code)


PIPS = """WARNING: Retrying (Retry(total=0)) after connection broken by 'SSLError(
SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed'))': /uv/
ERROR: Could not find a version that satisfies the requirement uv==0.9.0 (from versions: none)
ERROR: No matching distribution found for uv==0.9.0"""
NEW_PIPS = "Could not fetch URL: There was a problem confirming the ssl certificate - skipping"
UVS = """error: Failed to fetch: https://index.example/simple/uv/
  cause: error sending request for url (https://index.example/simple/uv/)
  cause: client error (Connect)
  cause: invalid peer certificate: UnknownIssuer"""


@pytest.mark.parametrize("said", [PIPS, NEW_PIPS, UVS, UVS.replace("UnknownIssuer", "Expired")])
def test_a_certificate_that_is_not_trusted_is_told_from_a_dead_network(project, said):
    with pytest.raises(SetupError, match="not trusted here") as refusal:
        run_python(project, f"import sys; sys.exit({said!r})")
    assert "PIP_CERT=" in str(refusal.value)


def test_what_the_system_trusts_is_trusted(project, monkeypatch):
    for name in ("PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("UV_SYSTEM_CERTS", raising=False)
    (project / "system.pem").touch()
    bundles = [None, str(project / "none.pem"), str(project / "system.pem")]
    monkeypatch.setattr(environment, "BUNDLES", bundles)
    found = environment.uv_environment()
    assert found["UV_SYSTEM_CERTS"] == "true" and found["PIP_CERT"] == bundles[-1]
    assert "SSL_CERT_FILE" not in found  # which would stand in for the system's own store


@pytest.mark.parametrize("name", ["PIP_CERT", "REQUESTS_CA_BUNDLE"])
def test_a_certificate_that_somebody_names_comes_first(monkeypatch, name):
    for other in ("PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.delenv(other, raising=False)
    monkeypatch.setenv(name, "/their/own.pem")
    monkeypatch.setenv("UV_SYSTEM_CERTS", "false")
    found = environment.uv_environment()
    assert found["SSL_CERT_FILE"] == "/their/own.pem" and found["UV_SYSTEM_CERTS"] == "false"
    assert found.get("PIP_CERT", "/their/own.pem") == "/their/own.pem"


def test_other_failures_show_what_was_said(project):
    with pytest.raises(SetupError, match="no space left"):
        run_python(project, "import sys; sys.exit('no space left on device')")
    run_python(project, "print('fine')")


def test_an_index_given_to_pip_is_given_to_uv(monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", "http://mirror.example/simple")
    monkeypatch.delenv("UV_DEFAULT_INDEX", raising=False)
    assert environment.uv_environment()["UV_DEFAULT_INDEX"] == "http://mirror.example/simple"


def test_without_a_network_one_message_and_no_traceback(project):
    (project / "tools").mkdir()
    shutil.copy(environment.__file__, project / "tools")
    deaf = {key: value for key, value in os.environ.items() if not key.startswith(("PIP_", "UV_"))}
    deaf |= {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_CACHE_DIR": "1"}
    deaf |= {"PIP_INDEX_URL": "http://127.0.0.1:9/simple"}
    done = subprocess.run(
        [sys.executable, "tools/environment.py"],
        cwd=project,
        env=deaf,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "Could not reach the package index" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert not (project / ".venv" / "stamp").exists()


def test_kernels_keep_c_code_from_writing_into_cells(tmp_path):
    environment.quieten_kernels(tmp_path)
    config = tmp_path / "etc" / "ipython" / "ipython_kernel_config.py"
    assert "capture_fd_output = False" in config.read_text()


def test_lab_asks_no_news_and_offers_learners_no_tool_for_assignments(tmp_path):
    environment.settle_lab(tmp_path)
    notes = json.loads((tmp_path / "share/jupyter/lab/settings/overrides.json").read_text())
    assert notes["@jupyterlab/apputils-extension:notification"]["fetchNews"] == "false"
    command = [sys.executable, "-m", "jupyter", "labextension", "list"]
    paths = {"JUPYTER_CONFIG_PATH": str(tmp_path / "etc/jupyter")}
    done = subprocess.run(command, env=os.environ | paths, capture_output=True, text=True)
    assert "@jupyter/nbgrader:create-assignment" in done.stdout + done.stderr
