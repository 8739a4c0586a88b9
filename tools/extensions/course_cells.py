"""Sphinx extension: folds code under the figure that it draws, and says what is folded.

MyST-NB folds the code of a cell with the tag ``hide-input`` above its output. A reader meets the
figure first; where there is none, the cell holds the checks of what the page says.
"""

from docutils import nodes
from ipython_pygments_lexers import IPython3Lexer
from myst_nb.sphinx_ import HideCodeCellNode, HideInputCells
from sphinx.transforms.post_transforms import SphinxPostTransform

PROMPTS = {
    True: ("Show the code of this figure", "Hide the code of this figure"),
    False: ("Show the checks", "Hide the checks"),
}


class FoldUnderFigure(SphinxPostTransform):
    """Moves folded code under its figure."""

    default_priority = HideInputCells.default_priority + 1
    formats = ("html",)

    def run(self, **kwargs) -> None:
        """Mend the cells of one page."""
        for folded in list(self.document.findall(HideCodeCellNode)):
            cell = folded.parent
            draws = bool(list(cell.findall(nodes.figure)))
            folded["prompt_show"], folded["prompt_hide"] = PROMPTS[draws]
            folded["classes"].append("drawing" if draws else "checks")
            if draws and cell.children[0] is folded:
                cell.remove(folded)
                cell.append(folded)
                folded["classes"] = ["below-input", "drawing"]


def setup(app) -> dict:
    """Register with Sphinx."""
    app.add_post_transform(FoldUnderFigure)
    app.add_lexer("ipython3", IPython3Lexer)  # which Pygments would look for anew for every cell
    return {"parallel_read_safe": True, "parallel_write_safe": True}
