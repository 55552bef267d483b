"""Security headers of every answer (ASVS 3.4), and no-store for whatever is personal."""

from typing import Any, Final

from flask import Flask, Response, current_app, request

CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; "
    "frame-ancestors 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
HSTS: Final = "max-age=31536000; includeSubDomains"


def init_app(app: Flask) -> None:
    """Add the headers to every answer."""
    app.after_request(_add)


def static_headers(app: Flask) -> list[tuple[str, str]]:
    """The headers that every answer of this installation carries."""
    transport = [("Strict-Transport-Security", HSTS)] if app.config["SESSION_COOKIE_SECURE"] else []
    return [*HEADERS.items(), *transport]


def _add(response: Response) -> Response:
    there = {name.lower() for name in response.headers.keys()}  # noqa: SIM118 - iterating gives pairs
    response.headers.extend([(name, value) for name, value in HEADERS.items() if name.lower() not in there])
    if current_app.config["SESSION_COOKIE_SECURE"]:
        response.headers["Strict-Transport-Security"] = HSTS
    if "Cache-Control" not in response.headers and not _is_cacheable():
        response.headers["Cache-Control"] = "no-store"
    return response


def _is_cacheable() -> bool:
    view: Any = current_app.view_functions.get(request.endpoint or "")
    return getattr(view, "access_rule", None) == "cacheable"
