"""What the pages for instructors tell people to type exists, with every option."""

import math
import re
import shlex

import click
import pytest
import yaml
from nbgrader.plugins.latesubmission import LateSubmissionPlugin
from nbgrader.preprocessors import AssignLatePenalties
from traitlets.config import Config

from helpers.grading.course import main
from helpers.grading.pipeline import ATTENTION
from tools.gates.sources import ROOT

PAGE = (ROOT / "book/teaching/instructors.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
TYPED = [
    line.removeprefix("$ ")
    for kind, text in BLOCKS
    if kind == "console"
    for line in text.splitlines()
] + re.findall(r"(?<!`)`((?:course|make|nbgrader) [^`]+)`", PAGE)
CONTEXT = click.Context(main)
COMMANDS = {name: main.get_command(CONTEXT, name) for name in main.list_commands(CONTEXT)}
TARGETS = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("line", [line for line in TYPED if line.startswith("make ")])
def test_targets_exist(line):
    words = [word for word in shlex.split(line)[1:] if "=" not in word]
    assert set(words) <= set(TARGETS)


@pytest.mark.parametrize("line", [line for line in TYPED if line.startswith("course ")])
def test_commands_and_options_exist(line):
    name, *words = shlex.split(line)[1:]
    command = COMMANDS[name]
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("-")} <= known | {"--help"}


def test_every_option_in_the_prose_exists():
    known = {
        option
        for command in COMMANDS.values()
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for option in (*parameter.opts, *parameter.secondary_opts)
    }
    assert set(re.findall(r"(?<!`)`(--[a-z-]+)(?: [A-Z]+)?`", PAGE)) <= known


def test_every_status_that_needs_a_person_is_explained():
    explained = set(re.findall(r"^\| `([a-z_ ]+)` \|", PAGE, re.MULTILINE))
    assert {*ATTENTION, "graded", "timed_out", "out_of_memory"} == explained


def test_the_example_of_how_many_cores_is_reckoned_by_its_formula():
    assert r"\frac{N \, (t + b)}{3600}" in PAGE
    [found] = re.findall(
        r"(\d+) submissions of (\d+) seconds each, with (\d+) seconds beside them, "
        r"are (\d+) seconds of one core, and need (\d+) cores",
        PAGE,
    )
    submissions, own, beside, seconds, cores = map(int, found)
    assert seconds == submissions * (own + beside)
    assert cores == math.ceil(seconds / 3600)


def test_every_benchmark_in_the_prose_exists():
    named = re.findall(r"`(benchmarks/\w+\.py)`", PAGE)
    assert named and all((ROOT / name).is_file() for name in named)


def test_the_manifest_is_yaml_and_its_parts_find_each_other():
    [text] = [text for kind, text in BLOCKS if kind == "yaml"]
    scheduler, service, workers = yaml.safe_load_all(text)
    for each in (scheduler, workers):
        labels = each["spec"]["template"]["metadata"]["labels"]
        assert each["spec"]["selector"]["matchLabels"] == labels
    assert service["spec"]["selector"] == scheduler["spec"]["selector"]["matchLabels"]
    [port] = [each["port"] for each in service["spec"]["ports"]]
    [scheduling] = scheduler["spec"]["template"]["spec"]["containers"]
    [working] = workers["spec"]["template"]["spec"]["containers"]
    assert scheduling["command"] == ["dask", "scheduler", "--port", str(port)]
    address = f"tcp://{service['metadata']['name']}:{port}"
    assert working["command"][:3] == ["dask", "worker", address]
    assert scheduling["image"] == working["image"]


def test_the_penalty_is_nbgraders_and_costs_what_the_page_says():
    usual, own = re.findall(r"^:caption: nbgrader_config.py\n(.*?)^```$", PAGE, re.DOTALL | re.M)
    settings = {"c": Config()}
    exec(usual, settings)
    assert LateSubmissionPlugin(config=settings["c"]).penalty_method == "zero"
    exec(own, settings)
    plugin = AssignLatePenalties(config=settings["c"]).plugin_class()
    [(points, hours, loss)] = re.findall(r"with (\d+) points who was (\d+) .* loses ([\d.]+)", PAGE)
    cost = plugin.late_submission_penalty("ada", float(points), 3600 * float(hours))
    assert math.isclose(cost, float(loss))
    assert plugin.late_submission_penalty("ada", float(points), 1e9) == float(points)
