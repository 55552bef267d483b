"""Where payment gateways say that something happened: proved, stored, answered; judged later by a job.

The address holds no secret: each message proves itself by its signature, and is only a reason to ask.
"""

import logging
from typing import Final

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue

from gallery.core import adapters
from gallery.core.together import Together
from gallery.payments.errors import BadNoticeError
from gallery.payments.gateway import PaymentGateway
from gallery.payments.services import inbox
from gallery.web.guards import public

bp = Blueprint("payments", __name__, url_prefix="/payments")
log = logging.getLogger("gallery.web")
# Never kept: ours, or the proxy's, and of no use when the message is read again.
IGNORED: Final = frozenset({"cookie", "host", "connection", "content-length", "accept", "accept-encoding"})
MOST_HEADERS, LONGEST_HEADER = 40, 1_000
_inbox: Final = Together(inbox.store_notices)


@bp.post("/<name>")
@public
def receive(name: str) -> ResponseReturnValue:
    """Store what the gateway says and answer at once; 401 unless it proves itself."""
    gateway, body = _gateway(name), request.get_data()
    headers = {
        key.lower(): value[:LONGEST_HEADER]
        for key, value in list(request.headers.items())[:MOST_HEADERS]
        if key.lower() not in IGNORED
    }
    try:
        seen = gateway.read_notice(headers, body)
    except BadNoticeError:
        log.warning("notice refused", extra={"topic": name})
        return "", 401
    _inbox.store(inbox.notice_rows(gateway.gateway, headers, body, seen, cipher=adapters.cipher()))
    return "", 200


def _gateway(name: str) -> PaymentGateway:
    gateway: PaymentGateway | None = adapters.gateways().get(name)
    if gateway is None:
        abort(404)
    return gateway
