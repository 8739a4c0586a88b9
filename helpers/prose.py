"""Numbers as people write them, for the prose of a page."""

from __future__ import annotations

SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def scientific(value: float) -> str:
    """One digit and a power of ten.

    Examples
    --------
    >>> scientific(3.2e-10), scientific(9.96e4)
    ('3 × 10⁻¹⁰', '1 × 10⁵')
    """
    digit, exponent = f"{value:.0e}".split("e")
    return f"{digit} × 10{str(int(exponent)).translate(SUPERSCRIPT)}"
