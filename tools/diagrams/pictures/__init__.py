"""One module a drawing, named like its file in ``book/diagrams``."""
