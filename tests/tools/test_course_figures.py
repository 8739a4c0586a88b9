from hypothesis import given
from hypothesis import strategies as st

from tests.tools.extensions import extension

figures = extension("course_figures")


@given(st.integers(1, 5000), st.integers(1, 5000))
def test_points_and_pixels(width, height):
    drawn = f'<svg xmlns="x" width="{width}" height="{height}px" viewBox="0 0 1 1">'
    assert figures.size(drawn) == (width, height)
    drawn = f'<svg viewBox="0 0 1 1" width="{width * 3}pt" height="{height * 3}pt">'
    assert figures.size(drawn) == (width * 4, height * 4)


def test_a_drawing_that_says_no_size_has_none():
    assert figures.size('<svg viewBox="0 0 5 5"><rect width="3" height="4"/></svg>') is None
    assert figures.size('<svg width="100%" height="50%">') is None


def test_every_drawing_of_known_size_has_it_once():
    body = '<p><img alt="a" src="../_images/a.svg" /><img src="_images/b.svg"><img src="c.svg"></p>'
    told = figures.sized(body, {"a.svg": (40, 30), "c.svg": (1, 1)})
    assert told.count("width=") == 1
    assert 'src="../_images/a.svg" width="40" height="30" style="--drawn: 40px" />' in told
    given = '<img width="9" src="_images/a.svg">'
    assert figures.sized(given, {"a.svg": (40, 30)}) == given
