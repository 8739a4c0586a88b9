"""What saves time where small networks train for seconds, in kernels that run side by side."""

from __future__ import annotations

import sys

#: The environment of a kernel with one core to itself. Threads wait for each other, those of
#: NumPy's linear algebra by spinning, and so take the core from the kernel beside. And sums are
#: added in one order only, without oneDNN's own, whatever else the machine does.
ONE_THREAD = {
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "TF_ENABLE_ONEDNN_OPTS": "0",
}


def rest_graph_optimizer() -> None:
    """Have TensorFlow, where it is imported, run graphs as they are traced.

    Its graph optimizer takes longer over those of small networks than it saves, above all over
    the input pipeline, which Keras makes anew for every epoch. Results differ by rounding at most.
    """
    if tensorflow := sys.modules.get("tensorflow"):
        options = {"disable_meta_optimizer": True}
        tensorflow.config.optimizer.set_experimental_options(options)
