"""The map of the course: what the book says of its own order, and nothing that leads back."""

import yaml

from tools.diagrams.pictures import course
from tools.gates.sources import ROOT


def test_all_chapters_of_the_four_parts_are_on_it_in_their_order():
    contents = yaml.safe_load((ROOT / "_toc.yml").read_text())
    listed = [[entry["file"] for entry in part["chapters"]][1:] for part in contents["parts"][:4]]
    found = list(course.parts())
    assert [list(chapters) for _, chapters in found] == listed
    assert [name for name, _ in found] == [part["caption"] for part in contents["parts"][:4]]


def test_every_chapter_builds_on_earlier_ones_and_only_the_first_on_none():
    seen = []
    for _, chapters in course.parts():
        for page, chapter in chapters.items():
            assert set(chapter.builds) <= set(seen), page
            assert bool(chapter.builds) == bool(seen), page
            seen.append(page)


def test_an_arrow_for_each_and_a_time_for_each():
    svg = course.draw().svg()
    all_chapters = [each for _, chapters in course.parts() for each in chapters.values()]
    assert svg.count("<path d=") == 2 * sum(len(each.builds) for each in all_chapters)
    assert all(svg.count(f">{each.title}<") == 1 for each in all_chapters)
    assert all(f">{each.time}<" in svg for each in all_chapters)
