"""What a model does, whatever it says about itself: the way for tests to look at a network.

The functions work on a model, and on a stand-in for one that stayed in another process (see
`helpers.grading.checker`): they call what is public, and pass arrays.
"""

from __future__ import annotations

import logging
from typing import Any

import numpy as np

# Advice on speed that means nothing where several models are looked at, and ends up under a test.
logging.getLogger("tensorflow").addFilter(lambda record: "retracing" not in record.getMessage())

OWN = "_asked"  # where the copy of a model keeps the stand-in for the one that it was made from


def predictions(model: Any, x: Any) -> np.ndarray:
    """What a model answers to these inputs, as it does after training: no dropout.

    Parameters
    ----------
    model : keras.Model
        Of any kind: sequential, functional, a subclass.
    x : array, or a list or dictionary of arrays

    Returns
    -------
    ndarray
    """
    return np.asarray(model(x))


def weights(model: Any) -> list[np.ndarray]:
    """Copies of all weights, in the model's own order.

    A subclass has none until it is called, by `predictions` or by training. It may have them in
    another order than a sequential model: know them by their shapes.
    """
    return [np.asarray(weight).copy() for weight in model.get_weights()]


def step(
    model: Any, x: Any, y: Any, steps: int = 1, *, fresh: bool = True
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """What training steps on these data do to a model, which is then put back as it was.

    Clipping, momentum, a learning rate and frozen weights show in the difference of what comes
    back, while an attribute of the optimizer may say anything. Choose targets far enough off for
    gradients that are clipped, and others so near that they are not.

    Parameters
    ----------
    model : keras.Model
        Compiled.
    x, y : array
        One batch.
    steps : int
        How many steps are made with that batch: the second shows momentum.
    fresh : bool
        Let the optimizer forget first what it has gathered for each weight, such as momentum.

    Returns
    -------
    before, after : list of ndarray
        The weights, as `weights` gives them.
    """
    predictions(model, x)  # a subclass may have no weights until it is called
    before, trained = weights(model), _own(model)
    theirs, optimizer = weights(trained), _own(trained.optimizer)
    state = _state(optimizer)
    try:
        trained.set_weights(before)
        if fresh:
            _restore(optimizer, [np.zeros_like(part) if part.ndim else part for part in state])
        for _ in range(steps):
            trained.train_on_batch(x, y)
        return before, weights(trained)
    finally:
        trained.set_weights(theirs)
        _restore(optimizer, state)


def _own(thing: Any) -> Any:
    """What learns: the stand-in for the original, if this is a copy of what was trained elsewhere.

    A copy learns as its configuration says, and that is what is to be found out.
    """
    return getattr(thing, OWN, thing)


def _state(optimizer: Any) -> list[np.ndarray]:
    """Its counter, its learning rate, and what it has gathered for each weight."""
    return [np.asarray(variable).copy() for variable in optimizer.variables]


def _restore(optimizer: Any, state: list[np.ndarray]) -> None:
    """Put an optimizer back; what it gathers since its first step starts at zero."""
    now = _state(optimizer)
    full = [*state, *map(np.zeros_like, now[len(state) :])]
    optimizer.load_own_variables({str(number): part for number, part in enumerate(full)})
