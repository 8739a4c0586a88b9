"""Whether a task was begun at all: said by its number, before a test misses what it should make."""

from __future__ import annotations

from collections.abc import Callable


def begun(task: int, *names: Callable[[], object]) -> None:
    """Look up what a task should make, and say so plainly if it is not there.

    Parameters
    ----------
    task : int
        Its number in the text.
    names : callable
        Each of them looks up one name: ``lambda: model``.

    Raises
    ------
    NotImplementedError
        If a name is not defined.
    """
    for look_up in names:
        try:
            look_up()
        except NameError as error:
            name = str(error).partition("'")[2].partition("'")[0]
            raise NotImplementedError(
                f"task {task} is not done yet: there is no `{name}`"
            ) from None
