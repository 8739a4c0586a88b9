"""The book's drawings of mechanisms, drawn in one hand: ``python -m tools.diagrams``.

Each module of :mod:`tools.diagrams.pictures` draws what it is named for, with ``draw()``, on a
:class:`~tools.diagrams.canvas.Canvas`. What it draws stands in ``book/diagrams/NAME.svg``, is
committed, and is shown by ``{figure}`` with ``:figclass: diagram``.

All is drawn in dark ink on nothing, at the size at which it is read. In the dark theme the style
sheet turns the ink over, as it does for plots; on a narrow screen a drawing scrolls by itself.
"""
