"""Values under other keys than the application's, and one row of everything that is encrypted."""

import base64
import dataclasses
import os
from collections.abc import Sequence

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import current_app

from config import DEMO_KEY
from gallery.accounts.permissions import Actor
from gallery.core import adapters, clock, outbox
from gallery.core.crypto import FIRST_VERSION, FieldCipher
from gallery.core.db import transaction
from gallery.core.money import Rupiah
from gallery.delivery.courier import Exchange
from gallery.delivery.services import inbox as courier_inbox
from gallery.delivery.states import Courier
from gallery.payments.gateway import NoticeSeen
from gallery.payments.services import inbox as gateway_inbox
from gallery.payments.services.papers import save_budget
from gallery.payments.states import Gateway
from gallery.registry.models import Business
from gallery.registry.services import BusinessFacts, register_business
from gallery.settlement.models import Payout, PayoutItem
from tests.factories.checkout import make_bank_account
from tests.factories.papers import BUDGET, make_office_order
from tests.factories.regions import DISTRICT, make_regions
from tests.factories.submissions import ROW, send_in, sheet

NIK, ACCOUNT = "9999014708850001", "0123456789"
SHEET_NIK = "9999014708850019"


def key(number: int) -> str:
    return base64.urlsafe_b64encode(bytes([number]) * 32).decode()


def use_keys(*keys: str) -> FieldCipher:
    """The application has these encryption keys from now on, the newest first, as after a restart."""
    cipher = FieldCipher(list(keys), DEMO_KEY)
    known = current_app.extensions["gallery"]
    current_app.extensions["gallery"] = dataclasses.replace(known, cipher=cipher)
    return cipher


def in_first_format(number: int, text: str, context: str) -> bytes:
    """Return a value as it was encrypted before values named their key."""
    nonce = os.urandom(12)
    return FIRST_VERSION + nonce + AESGCM(bytes([number]) * 32).encrypt(nonce, text.encode(), context.encode())


def seal_everything() -> int:
    """One row of each thing that is encrypted, made as the site makes them; return the business's id."""
    make_regions()
    cipher, actor = adapters.cipher(), Actor.system()
    facts = BusinessFacts("Sahang Lestari", "Siti Contoh", DISTRICT, "+628120000123", nik=NIK, bank_account=ACCOUNT)
    with transaction() as session:
        business = register_business(session, cipher, facts, actor=actor)
    business_id = business.id
    _pay(business)
    order_id = make_office_order().order_id
    with transaction() as session:
        save_budget(session, order_id, BUDGET, cipher=cipher, actor=actor)
    keep_exchanges(["Dewi Anggraini"])
    _keep_notices()
    send_in(sheet([ROW | {"nik": SHEET_NIK}]))
    outbox.drain()
    return business_id


def keep_exchanges(requests: Sequence[str]) -> None:
    """Calls to a courier, in which this was asked; the answers are the same backwards."""
    calls = [
        Exchange(Courier.BITESHIP, "POST /v1/orders", clock.now(), 200, 5, "", text, text[::-1]) for text in requests
    ]
    with transaction() as session:
        courier_inbox.keep_exchanges(session, calls, booking_id=None, cipher=adapters.cipher())


def _pay(business: Business) -> None:
    number, account = business.id, business.bank_account_encrypted
    bank_id = make_bank_account().id
    item = PayoutItem(
        business_id=number,
        amount_idr=Rupiah(1),
        bank_code="120",
        account_encrypted=account,
        account_hint="",
        account_holder="",
    )
    with transaction() as session:
        session.add(
            Payout(number="UJI-1", request_key="uji", bank_account_id=bank_id, total_idr=Rupiah(1), items=[item])
        )


def _keep_notices() -> None:
    cipher = adapters.cipher()
    received = courier_inbox.Received("/hooks/couriers/biteship/x", {}, b'{"name": "Dewi"}')
    seen = [NoticeSeen(dedup_key="satu", kind="uji", about="")]
    with transaction() as session:
        courier_inbox.store_notices(session, [courier_inbox.notice_row(Courier.BITESHIP, received, [], cipher=cipher)])
        gateway_inbox.store_notices(
            session, [gateway_inbox.notice_rows(Gateway.STRIPE, {}, b'{"id": "evt"}', seen, cipher=cipher)]
        )
