"""Sphinx extension: lets Sphinx write the whole book as one page, from which it is printed.

Sphinx knows a node by the name of the builder, if any extension registered one by that name, and
then forgets what others registered for HTML in general.
"""


def know_all_nodes(app) -> None:
    """Write a single page with what writes pages."""
    handlers = app.registry.translation_handlers
    handlers["singlehtml"] = {**handlers.get("html", {}), **handlers.get("singlehtml", {})}


def setup(app) -> dict:
    """Register with Sphinx."""
    app.connect("builder-inited", know_all_nodes)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
