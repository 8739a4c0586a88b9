"""What every chapter does first: seeds, the look of the figures, and what it runs on."""

from __future__ import annotations

import os
import platform

import keras
import numpy as np
import tensorflow as tf

from helpers import plots, results
from helpers.kernels import thrift


def start(seed: int = 0) -> None:
    """Seed Python, NumPy and TensorFlow, set the style of figures, rest the graph optimizer."""
    keras.utils.set_random_seed(seed)
    thrift.rest_graph_optimizer()
    plots.use_style()


def describe() -> str:
    """One line each: versions, the machine, whether there is a GPU, and which data are read."""
    gpus = tf.config.list_physical_devices("GPU")
    lines = {
        "Python": platform.python_version(),
        "TensorFlow": tf.__version__,
        "Keras": keras.__version__,
        "NumPy": np.__version__,
        "machine": results.machine(),
        "GPU": f"{len(gpus)} found" if gpus else "none, and none is needed",
        "data": os.environ.get("RNN_DATA", "embedded"),
        "data folder": os.environ.get("RNN_DATA_DIR", "your cache folder (or RNN_DATA_DIR)"),
    }
    return "\n".join(f"{name:12}{value}" for name, value in lines.items())
