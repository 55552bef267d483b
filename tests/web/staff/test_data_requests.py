"""The queue of what people ask about their data."""

from datetime import timedelta

import pytest

from gallery.accounts.models import DataRequest, User
from gallery.accounts.queries import actor_of
from gallery.accounts.services import privacy
from gallery.accounts.states import DataRequestKind, DataRequestStatus
from gallery.core import clock, outbox
from gallery.core.audit import AuditEntry
from gallery.core.db import db, transaction
from tests.browser import signed_in
from tests.factories.accounts import make_user

LIST = "/petugas/pengaturan/permintaan-data/"


def text(answer):
    return answer.get_data(as_text=True)


@pytest.fixture
def admin(app):
    return signed_in(app, make_user("administrator"))


def make_request(kind=DataRequestKind.CORRECTION, *, user=None, late=False) -> DataRequest:
    user = user or make_user(name="Ani Contoh")
    user_id = user.id
    with transaction() as session:
        made = privacy.ask(session, kind, "Alamat saya salah", actor=actor_of(session.get_one(User, user_id)))
        if late:
            made.due_at = clock.now() - timedelta(hours=1)
    return made


def test_the_queue_shows_the_most_urgent_first(admin):
    later = make_request()
    urgent = make_request(late=True, user=make_user(name="Budi Mendesak"))
    page = text(admin.get(LIST))
    assert page.index(urgent.public_id) < page.index(later.public_id)
    assert page.count("terlambat") == 1
    assert "2" in text(admin.get("/petugas/"))
    assert "permintaan data pribadi belum dijawab" in text(admin.get("/petugas/"))


def test_an_answer_is_read_in_the_account_and_told_by_mail(app, admin, tmp_path):
    user = make_user(name="Ani Contoh")
    email, own_pages = user.email, signed_in(app, user)
    request = make_request(user=user)
    request_id, page = request.id, f"{LIST}{request.public_id}"
    shown = text(admin.get(page))
    assert "Alamat saya salah" in shown
    assert "Dijawab" not in shown
    outbox.drain()
    assert admin.post(page, {"status": "done", "answer": "Sudah kami perbaiki."}, page=page).status_code == 303
    answered = db.session.get(DataRequest, request_id, populate_existing=True)
    assert (answered.status, answered.answer) == (DataRequestStatus.DONE, "Sudah kami perbaiki.")
    assert db.session.query(AuditEntry).filter_by(action="privacy.answered").one().facts == {"status": "done"}
    outbox.drain()
    mails = [mail.read_text() for mail in (tmp_path / "data" / "mail").glob("*.eml")]
    own = [mail for mail in mails if email in mail]
    assert len(own) == 1
    assert "/akun/data-saya" in own[0]
    assert "Sudah kami perbaiki." not in own[0]
    assert "Sudah kami perbaiki." in text(own_pages.get("/akun/data-saya"))
    assert "Kirim jawaban" not in text(admin.get(page))
    again = admin.post(page, {"status": "refused", "answer": "x"}, page="/akun/")
    assert again.status_code == 409
    assert db.session.get(DataRequest, request_id, populate_existing=True).answer == "Sudah kami perbaiki."


@pytest.mark.parametrize(
    ("given", "sentence"),
    [({"status": ""}, "Pilih hasilnya."), ({"answer": ""}, "Tulis apa yang dikerjakan, atau mengapa tidak dapat.")],
)
def test_an_incomplete_answer_stays_on_the_page(admin, given, sentence):
    request = make_request()
    request_id, page = request.id, f"{LIST}{request.public_id}"
    answer = admin.post(page, {"status": "done", "answer": "Sudah"} | given, page=page)
    assert (answer.status_code, sentence in text(answer)) == (422, True)
    assert db.session.get(DataRequest, request_id, populate_existing=True).status is DataRequestStatus.OPEN


def test_an_erasure_that_is_done_erases_the_account_and_says_so_by_mail(admin, tmp_path):
    user = make_user(name="Ani Contoh")
    user_id, email = user.id, user.email
    request = make_request(DataRequestKind.ERASURE, user=user)
    request_id, page = request.id, f"{LIST}{request.public_id}"
    assert admin.post(page, {"status": "done", "answer": "Akun Anda dihapus."}, page=page).status_code == 303
    erased = db.session.get(User, user_id, populate_existing=True)
    assert (erased.name, erased.email, erased.erased_at is not None) == ("—", None, True)
    done = db.session.get(DataRequest, request_id, populate_existing=True)
    assert (done.status, done.text, done.answer) == (DataRequestStatus.DONE, "—", "—")
    outbox.drain()
    mails = [mail.read_text() for mail in (tmp_path / "data" / "mail").glob("*.eml")]
    assert ["Akun Anda dihapus." in mail for mail in mails if email in mail] == [True]
    assert admin.get(LIST).status_code == 200


def test_an_account_with_roles_is_not_erased(admin):
    officer = make_user("province_officer")
    officer_id = officer.id
    request = make_request(DataRequestKind.ERASURE, user=officer)
    request_id, page = request.id, f"{LIST}{request.public_id}"
    answer = admin.post(page, {"status": "done", "answer": "Sudah"}, page=page)
    assert (answer.status_code, "masih punya peran" in text(answer)) == (422, True)
    assert db.session.get(User, officer_id, populate_existing=True).erased_at is None
    refused = admin.post(page, {"status": "refused", "answer": "Serahkan dulu pekerjaannya."}, page=page)
    assert refused.status_code == 303
    assert db.session.get(DataRequest, request_id, populate_existing=True).status is DataRequestStatus.REFUSED


def test_only_administrators_answer(app):
    officer = signed_in(app, make_user("province_officer"))
    assert officer.get(LIST).status_code == 403
    assert officer.get(f"{LIST}{make_request().public_id}").status_code == 403


def test_the_list_needs_few_reads(admin, count_queries):
    for _ in range(5):
        make_request()
    admin.get(LIST)
    with count_queries() as seen:
        admin.get(LIST)
    assert seen.count <= 4
