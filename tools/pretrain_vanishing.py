"""Pre-train the network of the assignment ``vanishing`` and save its weights and history.

python -m tools.pretrain_vanishing [--source embedded|real] [--output DIR]
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import tempfile
from pathlib import Path
from typing import Any

import click

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # before TensorFlow is imported

DEFAULT_OUTPUT = Path(__file__).resolve().parents[1] / "solutions" / "vanishing"
WEIGHTS = "model_weights.weights.h5"
HISTORY = "history.json"


@click.command()
@click.option("--source", type=click.Choice(["embedded", "real"]), default="embedded")
@click.option("--output", type=click.Path(path_type=Path, file_okay=False), default=DEFAULT_OUTPUT)
@click.option("--epochs", type=click.IntRange(min=1), default=100, show_default=True)
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--n-train", type=click.IntRange(min=1), default=2000, show_default=True)
@click.option("--n-test", type=click.IntRange(min=1), default=500, show_default=True)
@click.option("--units", type=click.IntRange(min=1), default=600, show_default=True)
def main(
    source: str, output: Path, epochs: int, seed: int, n_train: int, n_test: int, units: int
) -> None:
    """Train SimpleRNN(600) on raw word ids and write its weights and history to OUTPUT."""
    from helpers.data import reviews

    try:
        data = reviews.load(source, n_train=n_train, n_test=n_test)
    except (FileNotFoundError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    weights, record = train(data, epochs=epochs, seed=seed, units=units)
    write(output, weights, record)
    click.echo(
        f"{output / WEIGHTS}: {epochs} epochs, val_accuracy {record['val_accuracy'][-1]:.3f}"
    )


def train(data: Any, *, epochs: int, seed: int, units: int) -> tuple[list[Any], dict[str, Any]]:
    """Fit the network; return its weight arrays and the record of its training."""
    import keras
    from tqdm import tqdm

    from helpers import text

    keras.utils.set_random_seed(seed)
    x_train, y_train, x_test, y_test = text.encode_reviews(data)
    model = network(units)
    progress = tqdm(total=epochs, unit="epoch")
    history = model.fit(
        x_train[..., None].astype("float32"),
        y_train,
        validation_data=(x_test[..., None].astype("float32"), y_test),
        epochs=epochs,
        verbose=0,
        callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: progress.update())],
    ).history
    progress.close()
    record: dict[str, Any] = {name: [round(v, 6) for v in vs] for name, vs in history.items()}
    record["made_by"] = {
        "command": f"python -m tools.pretrain_vanishing --source {data.source}",
        "source": data.source,
        "texts": [len(y_train), len(y_test)],
        "units": units,
        "epochs": epochs,
        "seed": seed,
        "python": platform.python_version(),
        "keras": keras.version(),
        "tensorflow": _tensorflow_version(),
    }
    return model.get_weights(), record


def network(units: int) -> Any:
    """The assignment's network, compiled."""
    import keras

    model = keras.Sequential(
        [
            keras.Input((None, 1)),
            keras.layers.SimpleRNN(units),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    return model


def write(output: Path, weights: list[Any], record: dict[str, Any]) -> None:
    """Put both files in place by renaming, so that no half-written file is ever there."""
    # A network that was never trained has no optimizer slots: the file stays small, and loads
    # into a freshly compiled network without a warning.
    model = network(record["made_by"]["units"])
    model.set_weights(weights)
    output.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=".pretrain-", dir=output))
    try:
        model.save_weights(folder / WEIGHTS)
        (folder / HISTORY).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
        for name in (WEIGHTS, HISTORY):
            os.replace(folder / name, output / name)
    finally:
        shutil.rmtree(folder)


def _tensorflow_version() -> str:
    import tensorflow as tf

    return str(tf.__version__)


if __name__ == "__main__":
    main()
