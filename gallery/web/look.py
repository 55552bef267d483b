"""Everything templates need, installed in one call."""

from flask import Flask

from gallery.web import assets, filters, forms, language, links, navigation, site, words


def init_app(app: Flask) -> None:
    """Install language, filters, menus, links and static files. Static files come last: they answer first."""
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    for module in (language, filters, site, forms, words, navigation, links, assets):
        module.init_app(app)
