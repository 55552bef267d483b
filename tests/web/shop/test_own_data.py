"""What is kept about me, to read, to take away and to have put right (UU PDP 27/2022; SECURITY R61, R62)."""

import hashlib
import re
from datetime import timedelta

import pytest

from gallery.accounts.models import Consent, DataRequest, User
from gallery.accounts.services import privacy
from gallery.accounts.states import DataRequestKind, DataRequestStatus
from gallery.checkout.queries import Owner
from gallery.core import clock, outbox
from gallery.core.audit import AuditEntry
from gallery.core.db import db, transaction
from gallery.core.files import StoredFile
from gallery.orders.models import Order
from gallery.payments import services as payments
from gallery.payments.models import Payment
from gallery.registry.models import Business
from tests.browser import guest, signed_in
from tests.factories.accounts import make_user
from tests.factories.catalog import make_upload
from tests.factories.checkout import fill_cart, make_placed_order
from tests.factories.inventory import make_business, make_gallery_place, make_goods, make_stock

PAGE, FILE, ASK = "/akun/data-saya", "/akun/data-saya.json", "/akun/data-saya/minta"
KNOWN_TEXTS = {"2026-11": "5d11cbf1a56c"}


def text(answer):
    return answer.get_data(as_text=True)


@pytest.fixture
def user(app):
    return make_user(name="Ani Contoh")


@pytest.fixture
def person(app, user):
    return signed_in(app, user)


def register(app, **given):
    form = {"name": "Budi Contoh", "email": "budi@example.id", "password": "pantai pasir padi", "consent": "y"}
    person = guest(app)
    return person, person.post("/daftar", form | given, page="/daftar")


def test_consent_is_kept_with_the_version_of_its_text(app):
    assert register(app, consent="")[1].status_code == 422
    assert db.session.query(Consent).count() == 0
    person, answer = register(app)
    assert answer.status_code == 303
    consent = db.session.query(Consent).one()
    assert (consent.text_version, consent.withdrawn_at) == (privacy.TEXT_VERSION, None)
    assert clock.now() - consent.given_at < timedelta(minutes=1)
    assert f"teks versi {privacy.TEXT_VERSION}" in text(person.get(PAGE))
    assert person.get(FILE).json["consents"][0]["text_version"] == privacy.TEXT_VERSION


def test_another_text_is_another_version(app):
    """Whoever changes what people agree to raises TEXT_VERSION and notes the new fingerprint here."""
    words = []
    for page in ("/privasi", "/daftar"):
        body = re.search(r"<main\b.*?</main>", text(guest(app).get(page)), re.DOTALL)[0]
        body = re.sub(r'<input type="hidden"[^>]*>', "", body)
        words.append(" ".join(re.sub(r"<[^>]+>", " ", body).split()))
    fingerprint = hashlib.sha256("\n".join(words).encode()).hexdigest()[:12]
    assert KNOWN_TEXTS[privacy.TEXT_VERSION] == fingerprint, "raise TEXT_VERSION: the text changed"


def test_periods_are_named_where_people_agree_and_on_the_privacy_page(app):
    for page in ("/daftar", "/privasi"):
        shown = text(guest(app).get(page))
        for period in ("10 tahun", "60 hari", "30 hari", "2 tahun", "90 hari"):
            assert period in shown, (page, period)
    assert "3 × 24 jam" in text(guest(app).get("/privasi"))


def test_everything_that_is_kept_is_shown_and_can_be_taken_away(app, user, person):
    order = make_placed_order(owner=Owner(user_id=user.id))
    goods = make_goods("Kerupuk Kemplang")
    make_stock(goods.variant_id, make_gallery_place().id, 5)
    fill_cart(Owner(user_id=user.id), (goods, 2))
    file_id = make_upload().file_id
    with transaction() as session:
        payment = session.query(Payment).one()
        payments.attach_proof(session, payment.id, session.get_one(StoredFile, file_id), actor=_system())
    data = person.get(FILE).json
    assert set(data) == {
        *("profile", "consents", "requests", "devices", "cart", "orders", "payments", "register", "actions"),
    }
    assert (data["profile"]["name"], data["profile"]["email"]) == ("Ani Contoh", user.email)
    assert data["orders"][0]["number"] == db.session.get(Order, order.id).number
    assert data["orders"][0]["lines"][0]["price_idr"] == 45_000
    assert [(one["method"], len(one["proofs"])) for one in data["payments"]] == [("bank_transfer", 1)]
    assert set(data["payments"][0]["proofs"][0]) == {"sent_at", "media_type", "size_bytes"}
    assert [(line["quantity"]) for line in data["cart"]] == [2]
    assert [(one["action"], one["words"]) for one in data["actions"]] == [("account.signed_in", "Masuk ke akun")]
    assert len(data["devices"]) == 1
    raw = text(person.get(FILE))
    assert "password" not in raw
    assert "argon2" not in raw
    shown = text(person.get(PAGE))
    for expected in (
        data["orders"][0]["number"],
        "Bukti dikirim",
        "Keranjang (1)",
        "Transfer bank",
        user.email,
        "Masuk ke akun <span",
    ):
        assert expected in shown, expected


def test_an_owner_sees_the_own_entry_in_the_register_without_secrets(app):
    business = make_business()
    business_id = business.id
    with transaction() as session:
        row = session.get_one(Business, business_id)
        row.bank_account_hint, row.owner.nik_hint = "******7890", "1971**********01"
    make_business()
    seller = signed_in(app, make_user("seller", business_id=business_id))
    register_ = seller.get(FILE).json["register"]
    assert [(one["bank_account"], one["nik"]) for one in register_] == [("******7890", "1971**********01")]
    assert "1971**********01" in text(seller.get(PAGE))


def test_others_data_are_not_in_it(app, person):
    make_placed_order(owner=Owner(user_id=make_user().id))
    data = person.get(FILE).json
    assert (data["orders"], data["payments"], data["cart"]) == ([], [], [])
    assert guest(app).get(FILE).status_code == 303


def test_the_page_needs_as_many_reads_for_many_orders_as_for_few(user, person, count_queries):
    make_placed_order(owner=Owner(user_id=user.id))
    person.get(PAGE)
    with count_queries() as few:
        person.get(PAGE)
    for _ in range(3):
        make_placed_order(owner=Owner(user_id=user.id))
    with count_queries() as many:
        person.get(PAGE)
    assert (few.count, many.count) == (few.count, few.count)
    assert few.count <= 16


def test_a_correction_is_asked_for_and_has_three_days(app, user, person):
    make_user("administrator", email="admin@example.id")
    given = {"kind": "correction", "text": "Alamat pesanan saya salah."}
    assert person.post(ASK, given, page=ASK).status_code == 303
    request = db.session.query(DataRequest).one()
    assert (request.kind, request.status) == (DataRequestKind.CORRECTION, DataRequestStatus.OPEN)
    assert request.due_at - request.asked_at == timedelta(hours=72)
    assert db.session.query(AuditEntry).filter_by(action="privacy.asked").one().facts == {"kind": "correction"}
    shown = text(person.get(PAGE))
    assert "Alamat pesanan saya salah." in shown
    assert "dijawab paling lambat" in shown


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"kind": ""}, "Pilih apa yang Anda minta."),
        ({"kind": "lain"}, ""),
        ({"text": " "}, "Tulis data mana yang Anda maksud"),
        ({"text": "x" * 2_001}, "Paling panjang 2.000 huruf."),
    ],
)
def test_an_incomplete_request_is_kept_on_the_page(person, given, sentence):
    answer = person.post(ASK, {"kind": "copy", "text": "Semua data saya"} | given, page=ASK)
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert db.session.query(DataRequest).count() == 0


def test_a_request_that_is_sent_twice_is_one(person):
    for text_ in ("Semua", "Semua", "Semua lagi", "Semua"):
        assert person.post(ASK, {"kind": "copy", "text": text_}, page=ASK).status_code == 303
    assert [request.text for request in db.session.query(DataRequest).order_by(DataRequest.id)] == [
        "Semua",
        "Semua lagi",
    ]


def test_three_requests_may_wait_at_a_time(person):
    for year in (2024, 2025, 2026):
        assert person.post(ASK, {"kind": "copy", "text": f"Semua dari {year}"}, page=ASK).status_code == 303
    answer = person.post(ASK, {"kind": "copy", "text": "Semua lagi"}, page=ASK)
    assert answer.status_code == 422
    assert "Masih ada tiga permintaan" in text(answer)
    assert "Semua lagi" in text(answer)
    assert db.session.query(DataRequest).count() == 3


def test_erasing_withdraws_consent_and_empties_what_was_asked(app):
    person, _answer = register(app)
    person.post(ASK, {"kind": "correction", "text": "Nama saya Budi Rahasia"}, page=ASK)
    erased = person.post("/akun/hapus", {"current_password": "pantai pasir padi"}, page="/akun/hapus")
    assert erased.status_code == 303
    assert db.session.query(Consent).one().withdrawn_at is not None
    request = db.session.query(DataRequest).one()
    assert (request.status, request.text) == (DataRequestStatus.DONE, "—")
    assert db.session.query(User).one().email is None


def test_administrators_are_told_by_mail(app, person, tmp_path):
    make_user("administrator", email="admin@example.id")
    person.post(ASK, {"kind": "copy", "text": "Rahasia saya"}, page=ASK)
    outbox.drain()
    mails = [mail.read_text() for mail in (tmp_path / "data" / "mail").glob("*.eml")]
    assert len(mails) == 1
    assert "admin@example.id" in mails[0]
    assert "/petugas/pengaturan/permintaan-data/" in mails[0]
    assert "Rahasia" not in mails[0]


def _system():
    from gallery.accounts.permissions import Actor

    return Actor.system()
