"""The grammar of our tagged sentences: names made of syllables, some words that mislead."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Pair = tuple[tuple[str, ...], tuple[str, ...]]
Name = tuple[str, ...]

ONSETS = "b br d dr f fl g gr h j k kl l m n p r s st t tr v w z".split()
VOWELS = "a e i o u ai au ei ie oo".split()
CODAS = "l ld m n nd ng r rk rn s sk t th x".split()
PLACE_ENDINGS = "ham burg stad vik field mouth ford by".split()
COMPANY_ENDINGS = "Works Bank Air Foods Motors Labs".split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()

#: A word in braces is a name of its kind; {day} is none. Two names may touch.
TEMPLATES = """
{person} met {person} in {place} on {day} .
On {day} {person} left {company} .
{company} bought {company} last {day} .
The train from {place} to {place} was late again .
{person} of {company} spoke in {place} .
Shares of {company} fell on {day} .
I saw {person} {person} and {person} there .
Nobody in {place} had heard of {person} .
They moved from {place} {place} and {place} have rivers .
{company} opens an office in {place} .
We flew with {company} to {place} on {day} .
Is {person} still at {company} ?
My uncle sold his shop in {place} .
{person} sold his shop to {person} .
The bank was shut on {day} .
New shoes for {day} , from a shop in {place} .
The works on the road to {place} end on {day} .
A letter from {person} came on {day} .
A letter from {company} came on {day} .
A letter from {place} came on {day} .
Have you been to {place} ?
Have you worked for {company} ?
{person} likes {place} and {person} does not .
{place} likes {person} .
{company} likes {place} .
Rain on {day} , sun in {place} .
The air was cold and the foods were dull .
See you on {day} !
What a day , says {person} .
{person} {person} {company} and {company} were named in the report .
""".strip().split("\n")

LISTED = 150  # names of each kind
UNSEEN = 0.5  # of the names in the dev and test parts
SMALL = 0.15  # of the sentences are written without capitals


def write(n_train: int, n_dev: int, n_test: int, *, seed: int = 0) -> list[list[Pair]]:
    """Three lists of (words, tags in IOB2); no sentence of one is in another.

    The training part draws its names from a list of `LISTED` of each kind. In the other parts,
    half of the names are drawn from another list, whose words are no part of a name in training,
    but for the endings of companies and the like.

    Raises
    ------
    ValueError
        If a number is not positive.
    """
    for name, number in (("n_train", n_train), ("n_dev", n_dev), ("n_test", n_test)):
        if number < 1:
            raise ValueError(f"{name} is {number}, expected at least 1")
    rng = np.random.default_rng(seed)
    stems = _stems(rng, 900)
    known, new = _names(rng, stems[:300]), _names(rng, stems[300:])
    parts, written = [], set()
    for number, unseen in ((n_train, 0.0), (n_dev, UNSEEN), (n_test, UNSEEN)):
        part: list[Pair] = []
        while len(part) < number:
            pair = _sentence(rng, known, new, unseen)
            # What has a name differs; what has none is so short that it comes in each part.
            if pair not in written or all(tag == "O" for tag in pair[1]):
                part.append(pair)
        written |= {*part}
        parts.append(part)
    return parts


def _stems(rng: np.random.Generator, number: int) -> list[str]:
    """Different words of one or two syllables and an end, in random order."""
    found: dict[str, None] = {}
    while len(found) < number:
        middle = "".join(
            str(rng.choice(ONSETS)) + str(rng.choice(VOWELS)) for _ in range(rng.integers(1, 3))
        )
        found[(middle + str(rng.choice(CODAS))).capitalize()] = None
    return [*found]


def _names(rng: np.random.Generator, stems: list[str]) -> dict[str, list[Name]]:
    """A list of names of each kind, made of these stems."""
    return {kind: [draw(rng, stems) for _ in range(LISTED)] for kind, draw in DRAWS.items()}


def _sentence(
    rng: np.random.Generator,
    known: dict[str, list[Name]],
    new: dict[str, list[Name]],
    unseen: float,
) -> Pair:
    words: list[str] = []
    tags: list[str] = []
    for token in str(rng.choice(TEMPLATES)).split():
        kind = token.strip("{}")
        if kind == token:
            name: Name = (token,)
        elif kind == "day":
            name, kind = (str(rng.choice(DAYS)),), token
        else:
            listed = (new if rng.random() < unseen else known)[kind]
            name = listed[rng.integers(len(listed))]
        words += name
        is_name = kind != token
        tags += [f"{'I' if i else 'B'}-{kind}" if is_name else "O" for i in range(len(name))]
    if rng.random() < SMALL:
        words = [word.lower() for word in words]
    return tuple(words), tuple(tags)


def _person(rng: np.random.Generator, stems: list[str]) -> Name:
    """First and last name, or one of them; the stems' first third are first names."""
    third = len(stems) // 3
    first, last = str(rng.choice(stems[:third])), str(rng.choice(stems[third:]))
    return [(first, last), (first,), (last,)][int(rng.choice(3, p=[0.6, 0.25, 0.15]))]


def _place(rng: np.random.Generator, stems: list[str]) -> Name:
    stem, ending = str(rng.choice(stems)), str(rng.choice(PLACE_ENDINGS))
    first = [(), ("New",), ("Port",)][int(rng.choice(3, p=[0.7, 0.15, 0.15]))]
    return (*first, stem + ending)


def _company(rng: np.random.Generator, stems: list[str]) -> Name:
    stem, ending = str(rng.choice(stems)), str(rng.choice(COMPANY_ENDINGS))
    match int(rng.choice(3, p=[0.5, 0.3, 0.2])):
        case 0:
            return (stem, ending)
        case 1:
            return (stem,)
        case _:
            return (stem, "and", str(rng.choice(stems)))


DRAWS: dict[str, Callable[[np.random.Generator, list[str]], Name]] = {
    "person": _person,
    "place": _place,
    "company": _company,
}
