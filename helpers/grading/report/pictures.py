"""Histograms as SVG that stands in a page: its colours are the page's, its text can be read out."""

from __future__ import annotations

from markupsafe import Markup

from helpers.grading.report.figures import Spread

WIDTH, ROW, LABEL, ROOM = 440, 26, 110, 44  # in the units of the drawing
BAR = WIDTH - LABEL - ROOM


def histogram(spread: Spread, name: str, title: str) -> Markup:
    """Horizontal bars, each with its label and count; all of it in a text for who cannot see it.

    Parameters
    ----------
    spread : Spread
    name : str
        By which the drawing's own parts are known in the page.
    title : str
        What the bars count.
    """
    most = max(bar.count for bar in spread.bars) or 1
    rows = []
    for number, bar in enumerate(spread.bars):
        top, long = number * ROW, round(BAR * bar.count / most, 1)
        rows.append(
            Markup(
                '<text x="{}" y="{}" text-anchor="end">{}</text>'
                '<rect x="{}" y="{}" width="{}" height="{}"/><text x="{}" y="{}">{}</text>'
            ).format(
                *(LABEL - 10, top + 17, bar.label, LABEL, top + 3, long, ROW - 6),
                *(LABEL + long + 8, top + 17, bar.count),
            )
        )
    said = "; ".join(f"{bar.label}: {bar.count}" for bar in spread.bars if bar.count)
    return Markup(
        '<svg class="histogram" viewBox="0 0 {width} {height}" role="img"'
        ' aria-labelledby="{name}-title {name}-said"><title id="{name}-title">{title}</title>'
        '<desc id="{name}-said">{said}</desc><g aria-hidden="true">{rows}</g></svg>'
    ).format(
        width=WIDTH,
        height=ROW * len(spread.bars),
        name=name,
        title=title,
        said=said,
        rows=Markup("").join(rows),
    )
