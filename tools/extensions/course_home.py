"""Sphinx extension: links from every page to its source and to its faults, once it has a home.

``course_home`` in ``_config.yml`` is the address of the repository, and the only setting.
"""

from urllib.parse import urlsplit

from sphinx.errors import ConfigError

HOSTS = ("github.com", "gitlab.com")  # for which the theme knows the addresses of a new issue


def options(home: str) -> dict[str, str | bool]:
    """The theme's options for a course that lives at this address; none if it has no home.

    Raises
    ------
    ConfigError
        If the address is not that of a repository on a host that the theme knows.

    Examples
    --------
    >>> options("")
    {}
    >>> options("https://github.com/someone/course/")["repository_url"]
    'https://github.com/someone/course'
    """
    if not home:
        return {}
    parts = urlsplit(home.rstrip("/"))
    names = parts.path.strip("/").split("/")
    if parts.scheme != "https" or parts.hostname not in HOSTS or len([*filter(None, names)]) != 2:
        raise ConfigError(
            f"course_home in _config.yml is {home!r}, expected the address of a repository, such as"
            f" https://{HOSTS[0]}/owner/name, on {' or '.join(HOSTS)}; or empty, if it has none"
        )
    return {
        "repository_url": home.rstrip("/"),
        "repository_branch": "main",
        "path_to_docs": "",
        "use_edit_page_button": True,
        "use_issues_button": True,
    }


def move_in(app, config) -> None:
    """Tell the theme."""
    config.html_theme_options = {**config.html_theme_options, **options(config.course_home)}


def setup(app) -> dict:
    """Register with Sphinx, before the theme reads its options."""
    app.add_config_value("course_home", "", "html", (str,))
    app.connect("config-inited", move_in, priority=100)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
