"""Which browser this is to the tills of a gallery: a random key in a cookie, that no script reads.

It is no right: selling needs a session with the permission as well. It outlives sign-outs, because a device is the same
device when another cashier signs in on it.
"""

from typing import Final

from flask import Response, after_this_request, current_app, g, request
from sqlalchemy.orm import Session

from gallery.core.ids import public_id
from gallery.counter import services
from gallery.counter.models import Shift
from gallery.counter.services import Device
from gallery.web.session import current_actor, device_name

NAME: Final = "laci"
SECONDS: Final = 365 * 24 * 60 * 60
LENGTH: Final = range(10, 41)


def this_device() -> Device:
    """Return the device of this request; one that has no key yet gets one with the answer."""
    key = request.cookies.get(NAME, "")
    if len(key) not in LENGTH or not key.isalnum():
        key = g.get("till_device") or public_id() + public_id()
        if "till_device" not in g:
            g.till_device = key
            after_this_request(_mark)
    return Device(key, device_name())


def hold(session: Session, shift: Shift) -> Shift:
    """The shift is this device's (see ``hold_till``); one that is already costs no further read."""
    device = this_device()
    if shift.hold is None or shift.hold.device != device.key:
        services.hold_till(session, shift.id, device, actor=current_actor())
    return shift


def is_elsewhere(shift: Shift) -> bool:
    """Whether another device sells for the shift."""
    device = this_device()  # asked first: a new device has its key before it holds a till, though an answer be lost
    return shift.hold is not None and shift.hold.device != device.key


def _mark(response: Response) -> Response:
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    response.set_cookie(NAME, g.till_device, max_age=SECONDS, secure=secure, httponly=True, samesite="Strict")
    return response
