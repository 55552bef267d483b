"""Indonesian at the plain addresses, English below ``/en``: the prefix becomes the SCRIPT_NAME, so url_for keeps it."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from flask import Flask, current_app, has_request_context, request
from flask_babel import Babel, get_translations
from flask_babel.speaklater import LazyString
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from gallery.web.query_string import canonical_query

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

SOURCE = "id"
PREFIXES = {"en": "/en"}
NAMES = {"id": "Bahasa Indonesia", "en": "English"}
ENVIRON_KEY = "gallery.language"
TIME_ZONE = "Asia/Jakarta"


class LanguagePrefix:
    """Moves a language prefix from PATH_INFO to SCRIPT_NAME and notes the language."""

    def __init__(self, application: "WSGIApplication") -> None:
        self.application = application

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        environ[ENVIRON_KEY] = SOURCE
        for language, prefix in PREFIXES.items():
            if path == prefix or path.startswith(f"{prefix}/"):
                environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + prefix
                environ["PATH_INFO"] = path[len(prefix) :] or "/"
                environ[ENVIRON_KEY] = language
        return self.application(environ, start_response)


def current_language() -> str:
    """The language of the running request, or the source language outside one (jobs, commands)."""
    return str(request.environ.get(ENVIRON_KEY, SOURCE)) if has_request_context() else SOURCE


def language_url(language: str) -> str:
    """The path of the current page, query included, in ``language``."""
    return PREFIXES.get(language, "") + _unprefixed()


def _unprefixed() -> str:
    """The path of the current page, query included, as it is in the source language."""
    path, query = quote(request.path, safe="/:@!$&'()*+,;=~-._"), canonical_query()
    return f"{path}?{query}" if query else path


def language_links() -> list[dict[str, Any]]:
    """Every language with the current page's address in it, for the switch and for hreflang."""
    here, page = current_language(), _unprefixed()
    origin = str(current_app.config.get("EXTERNAL_URL", "")).rstrip("/")
    urls = {code: PREFIXES.get(code, "") + page for code in NAMES}
    return [
        {
            "code": code,
            "name": name,
            "url": urls[code],
            "absolute": origin + urls[code],
            "is_current": code == here,
        }
        for code, name in NAMES.items()
    ]


def written_lang() -> Markup:
    """Return the attribute for what people wrote, which no catalogue translates: it is Indonesian on every page."""
    return Markup("") if current_language() == SOURCE else Markup(' lang="{}"').format(SOURCE)


def init_app(app: Flask) -> None:
    """Install the prefix, Flask-Babel and the template globals."""
    app.config.setdefault("BABEL_DEFAULT_LOCALE", SOURCE)
    app.config.setdefault("BABEL_DEFAULT_TIMEZONE", TIME_ZONE)
    translations = str(app.root_path) + "/translations"
    Babel(
        app,
        locale_selector=current_language,
        timezone_selector=_time_zone,
        default_translation_directories=translations,
    )
    install: Callable[..., None] = app.jinja_env.install_gettext_callables  # type: ignore[attr-defined]
    install(gettext, _ngettext, newstyle=True)  # in the place of Flask-Babel's own
    app.wsgi_app = LanguagePrefix(app.wsgi_app)  # type: ignore[method-assign]
    globals_: dict[str, Callable[..., Any]] = {
        "_": _in_template,  # as Jinja's own, but straight: a page has hundreds of texts
        "current_language": current_language,
        "language_links": language_links,
        "written_lang": written_lang,
    }
    app.jinja_env.globals.update(globals_)


def gettext(message: str, **values: object) -> str:
    """Translate as Flask-Babel does, faster: the source language needs no catalogue, a page has hundreds of texts."""
    text = message if current_language() == SOURCE else str(get_translations().ugettext(message))
    return text % values if values else text


@pass_eval_context
def _in_template(context: EvalContext, message: str, **values: object) -> str:
    """Translate for a template: the text is ours; values are escaped on pages, and are as they are in mails."""
    if not context.autoescape:
        return gettext(message, **values)
    text = Markup(gettext(message))  # noqa: S704 - not typed by anybody
    return text % values if values else text


def lazy_gettext(message: str) -> LazyString:
    """Translate when the text is printed: for texts that stand in constants."""
    return LazyString(gettext, message)


def _ngettext(singular: str, plural: str, number: int) -> str:
    if current_language() == SOURCE:
        return singular if number == 1 else plural
    return str(get_translations().ungettext(singular, plural, number))


def _time_zone() -> str:
    return TIME_ZONE
