"""Security headers of every answer (ASVS 3.4), and no-store for whatever is personal."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from flask import Flask, Response, current_app, request

from gallery.core import adapters

CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
    "object-src 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
WITH_CAMERA: Final = HEADERS["Permissions-Policy"].replace("camera=()", "camera=(self)")
WITH_POSITION: Final = HEADERS["Permissions-Policy"].replace("geolocation=()", "geolocation=(self)")
HSTS: Final = "max-age=31536000; includeSubDomains"

F = TypeVar("F", bound=Callable[..., Any])


def uses_camera(view: F) -> F:
    """Mark a view whose page may read codes with the camera: no other page may open it."""
    view.uses_camera = True  # type: ignore[attr-defined]
    return view


def uses_position(view: F) -> F:
    """Mark a view whose page may ask where the phone is: no other page may."""
    view.uses_position = True  # type: ignore[attr-defined]
    return view


def leads_to_gateway(view: F) -> F:
    """Mark a view with a form that leads to the page of a payment gateway: no other page's may leave the site."""
    view.leads_to_gateway = True  # type: ignore[attr-defined]
    return view


def init_app(app: Flask) -> None:
    """Add the headers to every answer."""
    app.after_request(_add)


def static_headers(app: Flask) -> list[tuple[str, str]]:
    """The headers that every answer of this installation carries."""
    transport = [("Strict-Transport-Security", HSTS)] if app.config["SESSION_COOKIE_SECURE"] else []
    return [*HEADERS.items(), *transport]


def _add(response: Response) -> Response:
    there = {name.lower() for name in response.headers.keys()}  # noqa: SIM118 - iterating gives pairs
    if "permissions-policy" not in there and getattr(_view(), "uses_camera", False):
        response.headers["Permissions-Policy"] = WITH_CAMERA
        there.add("permissions-policy")
    if "permissions-policy" not in there and getattr(_view(), "uses_position", False):
        response.headers["Permissions-Policy"] = WITH_POSITION
        there.add("permissions-policy")
    if "content-security-policy" not in there and getattr(_view(), "leads_to_gateway", False):
        response.headers["Content-Security-Policy"] = _with_gateways()
        there.add("content-security-policy")
    response.headers.extend([(name, value) for name, value in HEADERS.items() if name.lower() not in there])
    if current_app.config["SESSION_COOKIE_SECURE"]:
        response.headers["Strict-Transport-Security"] = HSTS
    if "Cache-Control" not in response.headers and not _is_cacheable():
        response.headers["Cache-Control"] = "no-store"
    return response


def _with_gateways() -> str:
    """The policy with the pages of the gateways that are set up: browsers check where a form's answer leads, too."""
    hosts = sorted({host for gateway in adapters.gateways().values() for host in gateway.page_hosts})
    return CSP.replace("form-action 'self'", " ".join(["form-action 'self'", *hosts]))


def _is_cacheable() -> bool:
    return getattr(_view(), "access_rule", None) == "cacheable"


def _view() -> Any:
    return current_app.view_functions.get(request.endpoint or "")
