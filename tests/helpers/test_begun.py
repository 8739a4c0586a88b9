"""A task that nobody began is named by its number."""

import pytest

from helpers.begun import begun


def test_what_is_there_passes_whatever_it_is():
    begun(1, lambda: None, lambda: 0)
    begun(2)


def test_what_is_not_there_is_named_with_its_task():
    with pytest.raises(NotImplementedError, match=r"^task 3 is not done yet: there is no `model`$"):
        begun(3, lambda: 1, lambda: model)  # noqa: F821


def test_the_text_of_an_error_from_elsewhere_is_read_too():
    def ask():
        raise NameError("name 'axes' is not defined")

    with pytest.raises(NotImplementedError, match="there is no `axes`"):
        begun(3, ask)
