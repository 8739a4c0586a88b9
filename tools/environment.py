"""Make ``.venv`` from the lock, or find that it is current.

Runs under the system Python, before anything is installed: standard library only, and
written so that even an old Python can parse it and be told that it is too old.
"""

import hashlib
import json
import os
import re
import ssl
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OLDEST, NEWEST = (3, 11), (3, 13)
PINNED = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*(\[[^\]]+\])?==[A-Za-z0-9.!+_-]+\s*(;.*)?$")
# What pip is told about a package index, uv should know too.
PIP_TO_UV = {
    "PIP_INDEX_URL": "UV_DEFAULT_INDEX",
    "PIP_EXTRA_INDEX_URL": "UV_INDEX",
    "PIP_CERT": "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE": "SSL_CERT_FILE",
}
# Where a system keeps the certificates that it trusts, a company's own among them. Python names
# the place that it was built for, which a Python from elsewhere may not have.
BUNDLES = [
    ssl.get_default_verify_paths().cafile,
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Ubuntu, Arch
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora, Red Hat
    "/etc/ssl/ca-bundle.pem",  # openSUSE
    "/etc/ssl/cert.pem",  # Alpine, macOS
]
# What pip and uv say of a certificate that they do not trust; both say, too, that they got nothing.
DISTRUST = re.compile(
    r"certificate verify failed|CERTIFICATE_VERIFY_FAILED|invalid peer certificate"
    r"|UnknownIssuer|problem confirming the ssl certificate|certificate chain"
    r"|invalid path: .*cacert|CA certificate bundle",
    re.IGNORECASE,
)
OFFLINE = re.compile(
    r"dns error|name resolution|error sending request|failed to fetch|could not fetch"
    r"|connection (refused|reset|error|timed out|broken)|network is unreachable"
    r"|failed to establish a new connection|max retries|timed out|tunnel error"
    r"|no matching distribution|client error \(connect\)",
    re.IGNORECASE,
)


WINDOWS = os.name == "nt"


class SetupError(Exception):
    """Something that the person at the keyboard can put right; its text says how."""


def check_python(version=None):
    """Refuse a Python for which the lock has no wheels."""
    found = tuple(version or sys.version_info)[:3]
    if not OLDEST <= found[:2] <= NEWEST:
        raise SetupError(
            "This is Python {} ({}); the course needs Python 3.11, 3.12 or 3.13.\n"
            "Install one of these and name it:  {}".format(
                ".".join(map(str, found)), sys.executable, with_another_python()
            )
        )


def check_venv():
    """Refuse a Python that cannot make virtual environments (Debian splits that part off)."""
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError as error:
        raise SetupError(
            f"{sys.executable} has no '{error.name}' module, so it cannot make a virtual "
            "environment.\nOn Debian and Ubuntu:  sudo apt-get install python3-venv\n"
            f"Elsewhere, install a complete Python and name it:  {with_another_python()}"
        ) from None


def check_lock(lock):
    """Refuse a lock that is missing or that holds anything but pinned versions."""
    mend = "Restore it (git checkout {0}), or remove it and run make lock.".format(lock.name)
    if is_kit():
        mend = "Unpack the kit again, into another folder."
    if not lock.is_file():
        raise SetupError(f"{lock.name}, the lock of all dependencies, is missing.\n{mend}")
    try:
        lines = lock.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise SetupError(f"{lock.name} is not a text file ({error}).\n{mend}") from None
    pins = {}
    for number, line in enumerate(lines, 1):
        line = line.split(" #")[0].strip()
        if not line or line.startswith("#"):
            continue
        if not PINNED.match(line):
            raise SetupError(
                f"{lock.name}, line {number}: expected 'name==version', found {line!r}.\n{mend}"
            )
        name, _, version = line.partition("==")
        pins[name.lower()] = version.split(";")[0].strip()
    if "uv" not in pins:
        raise SetupError(f"{lock.name} does not pin uv, which installs the rest.\n{mend}")
    return pins


def is_kit():
    """Whether this is what learners get, without git and with a small Makefile."""
    return (ROOT / "released").is_dir()


def with_another_python():
    """The line that starts all this with a Python of another version."""
    if WINDOWS:
        return "py -3.12 tools\\environment.py"
    return "python3.12 tools/environment.py" if is_kit() else "make book PYTHON=python3.12"


def program(venv, name):
    """The path of a program in the environment, as this system has it."""
    return str(venv / "Scripts" / f"{name}.exe" if WINDOWS else venv / "bin" / name)


def fingerprint(root, minor):
    """What a finished environment depends on: lock, project file, this file, place and Python."""
    digest = hashlib.sha256(f"{root} {minor}".encode())
    for path in (root / "requirements.txt", root / "pyproject.toml", Path(__file__)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def python_of(venv):
    """'3.12' for a working environment, else None: its Python may have been removed."""
    command = [program(venv, "python"), "-ISc", "import sys; print(*sys.version_info[:2])"]
    try:
        answer = subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.decode().strip().replace(" ", ".")


def is_current(root, venv):
    """Whether the environment was finished from this very lock, and suits this Python."""
    minor, stamp = python_of(venv), venv / "stamp"
    if minor is None or not stamp.is_file() or stamp.read_text() != fingerprint(root, minor):
        return False
    # With an environment made by `make PYTHON=...`, a plain `make` on a machine whose
    # own python3 is too old or too new must go on working.
    running = "{}.{}".format(*sys.version_info)
    return minor == running or not OLDEST <= sys.version_info[:2] <= NEWEST


def uv_environment():
    """The process environment, with pip's index settings translated for uv.

    Both trust what the system trusts; by themselves they know public authorities only.
    """
    environment = dict(os.environ)
    for ours, theirs in PIP_TO_UV.items():
        if environment.get(ours):
            environment.setdefault(theirs, environment[ours])
    environment.pop("VIRTUAL_ENV", None)
    environment.setdefault("UV_SYSTEM_CERTS", "true")
    if not environment.get("REQUESTS_CA_BUNDLE") and not environment.get("CURL_CA_BUNDLE"):
        for bundle in filter(None, BUNDLES):
            if os.path.isfile(bundle):  # for pip older than 24.2; newer ones ask the system
                environment.setdefault("PIP_CERT", bundle)
    return environment


def run(command, log):
    """Run one installer, keep all that it says in the log, and explain a failure."""
    with log.open("a", encoding="utf-8") as record:
        record.write("$ {}\n".format(" ".join(command)))
        record.flush()
        process = subprocess.run(
            command, cwd=str(ROOT), env=uv_environment(), stdout=record, stderr=record
        )
    if process.returncode == 0:
        return
    said = log.read_text(encoding="utf-8", errors="replace").rpartition("\n$ ")[2]
    if DISTRUST.search(said):
        raise SetupError(
            "The package index answered, with a certificate that is not trusted here: a company's\n"
            "network that looks into connections, or a clock that is wrong. Have the company's\n"
            "root certificate installed in this system, or name its file:\n"
            "    PIP_CERT=/path/to/root.pem make book\n"
            f"The same command goes on from here. Details: {log}"
        )
    if OFFLINE.search(said):
        raise SetupError(
            "Could not reach the package index, or it lacks a pinned version.\n"
            "Check the network (PIP_INDEX_URL may name a mirror), then run the same command\n"
            f"again: it goes on from here. Details: {log}"
        )
    tail = "\n".join("    " + line for line in said.strip().splitlines()[-8:])
    raise SetupError(f"Installing failed. The end of {log}:\n{tail}")


def install(root, venv, pins):
    """Fill the environment; the stamp is written last, so that only a whole one counts."""
    python, uv = program(venv, "python"), program(venv, "uv")
    stamp, log = venv / "stamp", venv / "install.log"
    running = "{}.{}".format(*sys.version_info)
    if python_of(venv) != running or not os.access(uv, os.X_OK):
        print("making .venv with Python {}".format(sys.version.split()[0]), flush=True)
        command = [sys.executable, "-m", "venv", "--clear", str(venv)]
        made = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if made.returncode:
            raise SetupError("Could not make .venv:\n{}".format(made.stdout.decode().strip()))
        pip = [python, "-m", "pip", "install", "--quiet", "--retries", "2", "--only-binary=:all:"]
        run([*pip, "uv==" + pins["uv"]], log)
    elif stamp.exists():
        stamp.unlink()
    print("installing the lock (about 3.5 GB on disk)", flush=True)
    into = ["--python", python]
    # Every kernel imports TensorFlow: 4 s with its bytecode on disk, 13 s without. Imports leave
    # bytecode behind only where PYTHONDONTWRITEBYTECODE is unset and .venv can be written to.
    sync = [uv, "pip", "sync", *into, "--no-build", "--compile-bytecode"]
    run([*sync, "requirements.txt"], log)
    run([uv, "pip", "install", *into, "--no-deps", "--editable", "."], log)
    kernel = ["--sys-prefix", "--name", "python3", "--display-name", "Python 3 (course)"]
    quiet = ["--env", "TF_CPP_MIN_LOG_LEVEL", "3"]
    run([python, "-m", "ipykernel", "install", *kernel, *quiet], log)
    warm_kernels(venv)
    quieten_kernels(venv)
    settle_lab(venv)
    stamp.write_text(fingerprint(root, running))


def warm_kernels(venv):
    """Have the kernels of .venv forked from a process that imported TensorFlow already."""
    path = venv / "share" / "jupyter" / "kernels" / "python3" / "kernel.json"
    spec = json.loads(path.read_text(encoding="utf-8"))
    spec.setdefault("metadata", {})["kernel_provisioner"] = {"provisioner_name": "warm"}
    path.write_text(json.dumps(spec, indent=1), encoding="utf-8")


def quieten_kernels(venv):
    """Send what C++ code writes to stderr to the terminal instead of the running cell.

    TensorFlow 2.21 reports on CUDA and oneDNN before it reads TF_CPP_MIN_LOG_LEVEL, and nbgrader
    gives no points to a cell with anything on stderr. What Python writes there still shows.
    """
    folder = venv / "etc" / "ipython"
    folder.mkdir(parents=True, exist_ok=True)
    setting = "get_config().IPKernelApp.capture_fd_output = False\n"
    (folder / "ipython_kernel_config.py").write_text(setting, encoding="utf-8")


def show_the_way(venv):
    """Say what to type next, unless make does it."""
    if "MAKELEVEL" not in os.environ:
        lab = Path(program(venv, "jupyter-lab")).relative_to(ROOT)
        print(f"open the exercises, from {ROOT}:  {lab}")


def settle_lab(venv):
    """Have JupyterLab ask about no news, and show learners no tool for making assignments."""
    notes = {"fetchNews": "false", "checkForUpdates": False}
    settings = {
        "share/jupyter/lab/settings/overrides.json": {
            "@jupyterlab/apputils-extension:notification": notes
        },
        "etc/jupyter/labconfig/page_config.json": {
            "disabledExtensions": {"@jupyter/nbgrader:create-assignment": True}
        },
    }
    for name, setting in settings.items():
        path = venv / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(setting, indent=1), encoding="utf-8")


def main():
    """Bring ``.venv`` up to date; exit with one clear message if that cannot be done."""
    venv = ROOT / ".venv"
    try:
        if not ((ROOT / "requirements.txt").is_file() and is_current(ROOT, venv)):
            check_python()
            check_venv()
            begun = time.perf_counter()
            install(ROOT, venv, check_lock(ROOT / "requirements.txt"))
            print(f"environment ready in {time.perf_counter() - begun:.0f} s", flush=True)
        show_the_way(venv)
    except SetupError as error:
        print(f"\nenvironment: {error}\n", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted. The same command goes on from here.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
