"""Sphinx extension: writes every page again when what pages tell of each other has changed.

Sphinx by itself writes the pages whose source is new. A page that links to another one, or lists
it in its sidebar, would go on with the old title, label or number.
"""

from hashlib import sha256


def references(env) -> str:
    """All that one page may say of another: titles, labels, numbers and hints, as one digest."""
    standard, formulas = env.domains["std"], env.domains["math"]
    titles = {name: title.astext() for name, title in env.titles.items()}
    numbers = (env.toc_secnumbers, env.toc_fignumbers, formulas.equations)
    named = (standard.labels, standard.anonlabels, standard.objects)
    cited = [(entry.key, entry.formatted_entry.label) for entry in env.domains["cite"].citations]
    shown = getattr(env, "course_hints", {})
    told = [*map(ordered, (titles, *numbers, *named, shown)), cited]
    return sha256(repr(told).encode()).hexdigest()


def ordered(value):
    """Dictionaries as sorted lists of their items, so that equal ones are told alike."""
    if isinstance(value, dict):
        return sorted((repr(key), ordered(each)) for key, each in value.items())
    return value


def follow(app, env) -> list[str]:
    """The pages to write again beside those that were read."""
    before, env.course_references = getattr(env, "course_references", None), references(env)
    return [] if before in (None, env.course_references) else list(env.all_docs)


def setup(app) -> dict:
    """Register with Sphinx, after all that numbers sections and figures."""
    app.connect("env-get-updated", follow, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
