"""From a prepared payout to noted transfers."""

import io
from pathlib import Path

import pytest
from PIL import Image

from gallery.core import adapters, outbox
from gallery.core.db import db, transaction
from gallery.registry.models import Business
from gallery.registry.services import ACCOUNT_CONTEXT
from gallery.settlement.models import Payout, PayoutItem, PayoutProof
from gallery.settlement.states import PayoutStatus
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.printed import pdf_text
from tests.web.staff.test_owners import owner, province  # noqa: F401 - a fixture


@pytest.fixture
def payout(app, owner):  # noqa: F811
    with transaction() as session:
        row = session.query(Business).filter_by(public_id=owner).one()
        context = f"{ACCOUNT_CONTEXT}:{row.public_id}"
        row.bank_account_encrypted = adapters.cipher().encrypt("1234567890", context)
        row.bank_holder = '=cmd|"x"'
    officer = province(app)
    form = {"umkm": owner, "bank_account": "1", "request_key": "kunci"}
    made = officer.post("/petugas/hak-umkm/bayar", form, page="/petugas/hak-umkm/")
    return officer, made.location


def item_id():
    db.session.rollback()
    return db.session.query(PayoutItem.id).scalar()


def test_a_payout_goes_to_the_bank_and_each_transfer_is_noted(app, payout):
    officer, page = payout
    assert officer.post(f"{page}/berkas-bank", {"bentuk": "umum"}, page=page).status_code == 404  # not approved yet
    assert officer.post(f"{page}/setujui", page=page).status_code == 303
    taken = officer.post(f"{page}/berkas-bank", {"bentuk": "sumsel-babel"}, page=page)
    assert taken.get_data(as_text=True).splitlines()[1].split(";")[1:4] == ["1234567890", "cmd  x", "135000"]
    general = officer.post(f"{page}/berkas-bank", {"bentuk": "umum"}, page=page).get_data(as_text=True)
    assert "120,Bank Sumsel Babel,1234567890" in general
    empty = officer.post(f"{page}/terbayar", {"reference": ""}, page=page)
    assert empty.status_code == 422
    assert "nomor referensi" in empty.get_data(as_text=True)
    noted = officer.post(f"{page}/terbayar", {"reference": "TRX 9", "transfer": item_id()}, page=page)
    assert noted.status_code == 303
    make_user("seller", business_id=db.session.query(PayoutItem.business_id).scalar())
    outbox.drain()
    mails = [path.read_bytes().decode(errors="replace") for path in Path(app.config["DATA_DIR"]).glob("mail/*")]
    assert any("DP-PROV-" in mail for mail in mails)
    assert "TRX 9" in officer.get(page).get_data(as_text=True)
    assert db.session.query(Payout.status).scalar() is PayoutStatus.DONE
    paper = pdf_text(officer.get(f"{page}/daftar.pdf").data)
    assert "seratus tiga puluh lima ribu rupiah" in paper
    back = officer.post(f"{page}/gagal", {"note": "rekening tutup", "transfer": item_id()}, page=page)
    assert back.status_code == 303
    assert "rekening tutup" in officer.get(page).get_data(as_text=True)


def test_above_the_limit_who_prepared_it_does_not_approve(app, payout):
    officer, page = payout
    app.config["PAYOUT_LIMIT_IDR"] = 100_000
    assert "orang lain" in officer.get(page).get_data(as_text=True)
    refused = officer.post(f"{page}/setujui", page=page)
    assert refused.status_code == 409
    assert "harus disetujui orang lain" in refused.get_data(as_text=True)
    assert province(app).post(f"{page}/setujui", page=page).status_code == 303


def test_a_manager_prepares_but_does_not_approve_and_sees_no_other_gallerys_payouts(app, payout):
    _officer, page = payout
    stranger = signed_in(app, make_user("gallery_manager", gallery_id=1))
    assert stranger.post(f"{page}/setujui", page="/petugas/").status_code == 403


def test_a_payout_is_cancelled_with_a_reason(app, payout):
    officer, page = payout
    assert officer.post(f"{page}/batalkan", {"note": ""}, page=page).status_code == 422
    assert officer.post(f"{page}/batalkan", {"note": "salah pilih"}, page=page).status_code == 303
    assert "salah pilih" in officer.get(page).get_data(as_text=True)
    assert officer.post(f"{page}/terbayar", {"reference": "X", "transfer": item_id()}, page=page).status_code == 409


def test_after_the_bank_file_was_taken_cancelling_needs_a_tick(app, payout):
    officer, page = payout
    officer.post(f"{page}/setujui", page=page)
    before = officer.get(page).get_data(as_text=True)
    assert "is_off_at_bank" not in before
    officer.post(f"{page}/berkas-bank", {"bentuk": "umum"}, page=page)
    shown = officer.get(page).get_data(as_text=True)
    assert "Berkas bank diunduh" in shown
    assert 'name="is_off_at_bank"' in shown
    refused = officer.post(f"{page}/batalkan", {"note": "salah pilih"}, page=page)  # as from a page of before
    assert refused.status_code == 409
    assert "Pastikan dulu bank tidak menjalankannya" in refused.get_data(as_text=True)
    assert 'value="salah pilih"' in refused.get_data(as_text=True)
    db.session.rollback()
    assert db.session.query(Payout.status).scalar() is PayoutStatus.APPROVED
    assert officer.post(f"{page}/batalkan", {"note": "", "is_off_at_bank": "y"}, page=page).status_code == 422
    sure = {"note": "salah pilih", "is_off_at_bank": "y"}
    assert officer.post(f"{page}/batalkan", sure, page=page).status_code == 303
    db.session.rollback()
    assert db.session.query(Payout.status).scalar() is PayoutStatus.CANCELLED
    assert officer.post(f"{page}/berkas-bank", {"bentuk": "umum"}, page=page).status_code == 404


def test_the_list_asks_the_database_twice(app, payout, count_queries):
    officer, _page = payout
    with count_queries() as queries:
        assert "DP-PROV-" in officer.get("/petugas/pembayaran-umkm/").get_data(as_text=True)
    assert queries.count <= 8


def jpeg(color="teal"):
    out = io.BytesIO()
    Image.new("RGB", (400, 300), color).save(out, "JPEG")
    return out.getvalue()


PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


def send_proof(officer, page, data, name):
    form = {"proof": (io.BytesIO(data), name), "note": "BCA 12"}
    return officer.post(f"{page}/bukti", form, page=page, content_type="multipart/form-data")


def test_the_banks_receipt_is_kept_and_shown_to_those_who_pay(app, payout):
    officer, page = payout
    assert send_proof(officer, page, jpeg(), "bukti.jpg").status_code == 409  # not approved yet
    officer.post(f"{page}/setujui", page=page)
    assert send_proof(officer, page, jpeg(), "bukti.jpg").status_code == 303
    assert send_proof(officer, page, jpeg(), "lagi.jpg").status_code == 303
    assert send_proof(officer, page, PDF, "bukti.pdf").status_code == 303
    db.session.rollback()
    picture, paper = db.session.query(PayoutProof).order_by(PayoutProof.id)
    picture_id, paper_id = picture.id, paper.id
    shown = officer.get(f"{page}/bukti/{picture_id}")
    assert (shown.mimetype, shown.headers["Cache-Control"]) == ("image/jpeg", "private, no-store")
    given = officer.get(f"{page}/bukti/{paper_id}")
    assert given.headers["Content-Disposition"].startswith("attachment;")
    assert given.data == PDF
    assert "BCA 12" in officer.get(page).get_data(as_text=True)
    assert officer.get(f"{page}/bukti/999").status_code == 404
    seller = signed_in(app, make_user("seller", business_id=db.session.query(PayoutItem.business_id).scalar()))
    assert seller.get(f"{page}/bukti/{picture_id}").status_code == 403


def test_a_hostile_receipt_is_refused_and_nothing_is_kept(app, payout):
    officer, page = payout
    officer.post(f"{page}/setujui", page=page)
    before = sum(1 for _ in Path(app.config["DATA_DIR"]).rglob("*.*"))
    for data, name in ((b"<svg onload=alert(1)>", "a.svg"), (b"%PDF-1.4 <script>%%EOF", "a.pdf"), (b"MZ", "a.exe")):
        answer = send_proof(officer, page, data, name)
        assert answer.status_code == 422, name
        assert "Galat" in answer.get_data(as_text=True)
    assert officer.post(f"{page}/bukti", page=page).status_code == 422
    assert db.session.query(PayoutProof).count() == 0
    assert sum(1 for _ in Path(app.config["DATA_DIR"]).rglob("*.*")) == before
