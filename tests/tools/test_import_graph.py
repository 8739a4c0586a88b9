from tools import import_graph


def test_a_module_runs_what_it_imports_and_the_packages_around_that():
    reached = import_graph.reached(["helpers.gradients"])
    assert {"helpers.gradients", "helpers", "helpers.cells", "helpers.cells.activations"} <= reached
    assert "helpers.glove" not in reached


def test_some_packages_are_not_followed():
    reached = import_graph.reached(["tests.grading.toy"], but=("helpers.grading",))
    assert "tools.release_exercises" in reached
    assert not [name for name in reached if name.startswith("helpers.grading")]


def test_the_module_of_a_name():
    assert import_graph.module_of("helpers.plots.use_style") == "helpers.plots"
    assert import_graph.module_of("numpy.linalg") is None


def test_the_file_of_a_module(root):
    for name in ("helpers.cells", "helpers.plots", "tools.import_graph"):
        assert import_graph.source_of(name, root).is_file()
