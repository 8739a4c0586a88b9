import json
import subprocess
import sys

from click.testing import CliRunner

from helpers import results
from tools import record_results


def test_it_records_what_is_named_and_nothing_else(tmp_path, monkeypatch):
    saved = []
    monkeypatch.setattr(results, "save", lambda *args, **kw: saved.append((args, kw)) or tmp_path)
    monkeypatch.setitem(record_results.RECORDS, "clipping", lambda: {"none": [1.0]})
    done = CliRunner().invoke(record_results.main, ["clipping"])
    assert done.exit_code == 0, done.output
    assert saved == [
        (("clipping", {"none": [1.0]}), {"command": "python -m tools.record_results clipping"})
    ]


def test_an_unknown_experiment_is_refused():
    done = CliRunner().invoke(record_results.main, ["magic"])
    assert done.exit_code == 2
    assert "magic" in done.output


def test_it_computes_on_one_thread_whoever_calls_it():
    code = """
import os, runpy, sys
from helpers.experiments import bags
bags.RECORDS["bags"] = lambda: sys.exit(f"{os.environ['TF_NUM_INTRAOP_THREADS']} thread")
sys.argv[1:] = ["bags"]
runpy.run_module("tools.record_results", run_name="__main__")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stderr.splitlines()[-1] == "1 thread"


def test_there_is_a_record_of_every_experiment_and_no_other():
    assert {path.stem for path in results.FOLDER.glob("*.json")} == set(record_results.RECORDS)
    for path in results.FOLDER.glob("*.json"):
        assert json.loads(path.read_text())["outcome"]
