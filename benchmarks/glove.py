"""Read 400,000 word vectors of 50 numbers in several ways: time, memory, and the same vectors.

python benchmarks/glove.py [ROWS]

Each way runs in a process of its own, which says how long it read (processor time, since others
may use the machine; and by the clock) and how much memory it had at most, imports left out.
"""

import hashlib
import io
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

DIM = 50


def ours(path):
    from helpers.glove import get_glove_vectors

    return lambda: get_glove_vectors(path)


def ours_for_5000_words(path):
    from helpers.glove import get_glove_vectors

    words = [f"word{i}" for i in range(5000)]
    return lambda: get_glove_vectors(path, words=words)


def naive_loop(path):
    def read():
        vectors = {}
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                word, *numbers = line.split()
                vectors[word] = np.asarray(numbers, dtype="float32")
        return vectors

    return read


def loadtxt(path):
    def read():
        words = np.loadtxt(path, dtype=str, usecols=0, comments=None, encoding="utf-8")
        matrix = np.loadtxt(path, dtype="float32", usecols=range(1, DIM + 1), comments=None)
        return dict(zip(words.tolist(), matrix, strict=True))

    return read


def fromstring(path):
    def read():
        with open(path, "rb") as lines:
            words, numbers = zip(*(line.split(b" ", 1) for line in lines), strict=True)
        matrix = np.fromstring(b" ".join(numbers), dtype="float32", sep=" ").reshape(-1, DIM)
        return dict(zip((word.decode() for word in words), matrix, strict=True))

    return read


def pandas_read_csv(path):
    import pandas  # comes with seaborn

    def read():
        table = pandas.read_csv(
            path,
            sep=" ",
            header=None,
            index_col=0,
            quoting=3,
            na_filter=False,
            dtype=dict.fromkeys(range(1, DIM + 1), "float32"),
        )
        return dict(zip(table.index, table.to_numpy(), strict=True))

    return read


WAYS = {
    way.__name__: way
    for way in (ours, naive_loop, loadtxt, fromstring, pandas_read_csv, ours_for_5000_words)
}


def measure(name, path):
    """What one process reports, as a line of JSON."""
    read = WAYS[name](path)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    clock, processor = time.perf_counter(), time.process_time()
    vectors = read()
    processor, clock = time.process_time() - processor, time.perf_counter() - clock
    peak = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    digest = hashlib.sha256()
    for word, vector in vectors.items():
        digest.update(word.encode() + vector.tobytes())
    outcome = {"processor": processor, "clock": clock, "peak": peak, "words": len(vectors)}
    print(json.dumps(outcome | {"digest": digest.hexdigest()}))


def write(path, rows):
    """Numbers as GloVe's files have them: about five digits."""
    rng = np.random.default_rng(0)
    with open(path, "w", encoding="utf-8") as file:
        for first in range(0, rows, 10_000):
            block = io.StringIO()
            size = min(10_000, rows - first)
            np.savetxt(block, rng.normal(scale=0.5, size=(size, DIM)), fmt="%.5g")
            lines = block.getvalue().splitlines()
            file.writelines(f"word{i} {line}\n" for i, line in enumerate(lines, first))


def main(rows=400_000):
    """Print a line for each way."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "vectors.txt")
        # In a process of its own, too: on Linux a child's peak begins at what its parent had.
        subprocess.run([sys.executable, __file__, "write", path, str(rows)], check=True)
        print(f"{rows:,} rows of {DIM} numbers, {path.stat().st_size / 1e6:.0f} MB")
        print(f"{'':20}{'CPU s':>8}{'clock s':>9}{'rows/CPU s':>12}{'peak MB':>9}", end="")
        print(f"{'time, ours = 1':>16}{'memory':>8}")
        found = {}
        for name in WAYS:
            runs = []
            for _ in range(2):
                command = [sys.executable, __file__, name, str(path)]
                done = subprocess.run(command, check=True, capture_output=True, text=True)
                runs.append(json.loads(done.stdout))
            best = found[name] = min(runs, key=lambda run: run["processor"])
            longer = best["processor"] / found["ours"]["processor"]
            larger = best["peak"] / max(found["ours"]["peak"], 1)
            print(
                f"{name:20}{best['processor']:8.2f}{best['clock']:9.2f}"
                f"{rows / best['processor']:12,.0f}{best['peak']:9.0f}"
                f"{longer:16.2f}{larger:8.2f}"
            )
    whole = {name: found[name]["digest"] for name in WAYS if name != "ours_for_5000_words"}
    differing = [name for name, digest in whole.items() if digest != whole["ours"]]
    print("vectors differ:", ", ".join(differing)) if differing else print("all vectors are equal")


if __name__ == "__main__":
    if sys.argv[1:2] == ["write"]:
        write(Path(sys.argv[2]), int(sys.argv[3]))
    elif len(sys.argv) > 2:
        measure(sys.argv[1], sys.argv[2])
    else:
        main(*map(int, sys.argv[1:]))
