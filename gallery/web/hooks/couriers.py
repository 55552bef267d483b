"""Where online couriers say what became of a parcel: proved, stored, answered; judged later by a job.

The path ends with a token that only the courier was told; what is sent is proved by the courier's own signature.
"""

import hmac
import logging
from typing import Final

from flask import Blueprint, abort, current_app, request
from flask.typing import ResponseReturnValue

from gallery.core import adapters
from gallery.core.db import transaction
from gallery.core.together import Together
from gallery.delivery import services
from gallery.delivery.courier import CourierGateway
from gallery.delivery.errors import BadUpdateError
from gallery.delivery.states import ONLINE, Courier
from gallery.web.guards import public

bp = Blueprint("couriers", __name__, url_prefix="/couriers")
log = logging.getLogger("gallery.web")
# Never kept: ours, or the proxy's, and of no use when the message is read again.
IGNORED: Final = frozenset({"cookie", "host", "connection", "content-length", "accept", "accept-encoding"})
MOST_HEADERS, LONGEST_HEADER = 40, 1_000
_inbox: Final = Together(services.store_notices)


@bp.post("/<name>/<token>")
@public
def receive(name: str, token: str) -> ResponseReturnValue:
    """Store what the courier says and answer at once; 401 unless it proves itself."""
    body = request.get_data()
    gateway = _gateway(name, token)
    headers = {
        key.lower(): value[:LONGEST_HEADER]
        for key, value in list(request.headers.items())[:MOST_HEADERS]
        if key.lower() not in IGNORED
    }
    received = services.Received(request.script_root + request.path, headers, body)
    try:
        updates = gateway.read_updates(headers, body, received.path)
    except BadUpdateError:
        log.warning("notice refused", extra={"topic": name})
        with transaction() as session:
            services.count_refused(session, gateway.courier)
        return "", 401
    if body.strip() in {b"", b"{}"}:  # the address is being saved on their side; there is nothing to keep
        return "", 200
    _inbox.store(services.notice_row(gateway.courier, received, updates, cipher=adapters.cipher()))
    return "", 200


def _gateway(name: str, token: str) -> CourierGateway:
    expected = str(current_app.config["COURIER_HOOK_TOKEN"])
    if not expected or not hmac.compare_digest(token.encode(), expected.encode()):
        abort(404)
    gateway: CourierGateway | None = adapters.couriers().get(name)
    if gateway is None or Courier(name) not in ONLINE:
        abort(404)
    return gateway
