"""Asking online couriers for prices while a buyer waits: all at once, and no longer than the buyer's patience."""

import threading
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Final

from gallery.core import adapters
from gallery.core.db import db, transaction
from gallery.core.errors import GatewayError
from gallery.delivery import services
from gallery.delivery.courier import CourierGateway, Quote
from gallery.delivery.errors import CourierBusyError, CourierRefusedError
from gallery.delivery.queries import Ask
from gallery.delivery.states import ONLINE, Courier
from gallery.web.misses import Misses

PATIENCE_S: Final = 2.5
MOST_AT_ONCE: Final = 6
"""Questions to one courier that this process has open: one that hangs must not use up everybody's threads."""
ASKED: Final = Misses(most=30, seconds=60)
"""Each question may cost money: one address that asks for all villages soon sees only what is known already."""
_open: Final[defaultdict[Courier, threading.BoundedSemaphore]] = defaultdict(
    lambda: threading.BoundedSemaphore(MOST_AT_ONCE)
)
Answer = list[Quote] | GatewayError


def online_couriers() -> list[Courier]:
    """Return the couriers whose keys this installation has."""
    known = adapters.couriers()
    return [courier for courier in sorted(ONLINE) if courier.value in known]


def ask(asks: Sequence[Ask], address: str) -> bool:
    """Ask the couriers at once and keep what they answer in time; one that fails or dawdles costs its own row only.

    Return whether anything was asked for this network address. No transaction is open meanwhile: what the request had
    read has to be read again afterwards.
    """
    if not asks or ASKED.is_full(address):
        return False
    ASKED.add(address)
    db.session.rollback()
    wanted = [one for one in asks if not one.is_probe or _may_probe(one)]
    answers = _answers(wanted)
    with transaction() as session:
        for one, answer in answers:
            if isinstance(answer, CourierRefusedError):
                services.keep_refusal(session, one)
            elif isinstance(answer, GatewayError):
                wait_s = answer.retry_after_s if isinstance(answer, CourierBusyError) else 0.0
                services.keep_silence(session, one.courier, str(answer), retry_after_s=wait_s)
            else:
                services.keep_answer(session, one, answer)
    return True


def _may_probe(one: Ask) -> bool:
    with transaction() as session:
        return services.claim_probe(session, one.courier)


def _answers(asks: Sequence[Ask]) -> list[tuple[Ask, Answer]]:
    """Return each question with its answer, or with why there is none; ordered by courier and way."""
    said: SimpleQueue[tuple[Ask, Answer]] = SimpleQueue()
    gateways, until = adapters.couriers(), monotonic() + PATIENCE_S
    waiting = {}
    for one in asks:
        if _open[one.courier].acquire(blocking=False):
            waiting[one.courier, one.way] = one
            # A daemon: an answer that comes too late must not keep the process from ending.
            threading.Thread(target=_call, args=(gateways[one.courier.value], one, said), daemon=True).start()
    found: list[tuple[Ask, Answer]] = []
    while waiting:
        try:
            one, answer = said.get(timeout=max(0.0, until - monotonic()))
        except Empty:
            break
        del waiting[one.courier, one.way]
        found.append((one, answer))
    found += ((one, CourierBusyError("no answer in time")) for one in waiting.values())
    # Written in one order by everybody: two buyers who wait for the same couriers must not wait for each other.
    return sorted(found, key=lambda pair: (pair[0].courier, pair[0].way))


def _call(gateway: CourierGateway, one: Ask, said: "SimpleQueue[tuple[Ask, Answer]]") -> None:
    answer: Answer = CourierBusyError("the adapter broke")
    try:
        answer = gateway.quote(replace(one.request, within_s=PATIENCE_S))
    except GatewayError as error:
        answer = error
    finally:
        _open[one.courier].release()
        said.put((one, answer))
