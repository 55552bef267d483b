"""The import pages: own district only, nothing before "Kirim", every error with its cure."""

import io
import re
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest

from gallery.accounts.states import Role
from gallery.core import outbox
from gallery.core.db import db, transaction
from gallery.core.files import StoredFile
from gallery.submissions.models import Submission
from gallery.submissions.states import SubmissionStatus
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.regions import DISTRICT, OTHER_DISTRICT, make_regions
from tests.factories.submissions import ROW, make_categories, picture, sheet, zipped

WRONG = ROW | {"product": "Getas", "price": "25 rb/kg", "nik": 1.971014510900001e15}
UPLOAD = "/petugas/impor/baru"


@pytest.fixture
def officer(app):
    make_regions()
    make_categories()
    return signed_in(app, make_user(Role.DISTRICT_OFFICER, district_code=DISTRICT))


def upload(person, data=None, *, photos=None, name="produk.xlsx", district=DISTRICT, **more):
    form = {"district": district, "sheet": (io.BytesIO(data), name)} | more
    if photos is not None:
        form["photos"] = (io.BytesIO(photos), "foto.zip")
    return person.post(UPLOAD, form, page=UPLOAD, content_type="multipart/form-data")


def uploaded(person, data, **more) -> str:
    answer = upload(person, data, **more)
    assert answer.status_code == 303, text_of(answer)
    outbox.drain()
    return answer.location


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def test_from_upload_to_result(officer):
    page = uploaded(officer, sheet([ROW, WRONG]))
    preview = text_of(officer.get(page))
    assert "Kirim 1 baris yang benar" in preview
    assert "25 rb/kg" in preview
    assert "Ini harga per kg. Tulis harga satu kemasan yang dijual." in preview
    assert officer.post(f"{page}/kirim").status_code == 303
    assert "Sedang disimpan" in text_of(officer.get(page))
    outbox.drain()
    result = text_of(officer.get(page))
    assert "1 baris tersimpan" in result


def test_a_rounded_nik_is_refused_and_never_shown_in_full(officer):
    page = uploaded(officer, sheet([WRONG]))
    preview = text_of(officer.get(page))
    assert "Excel membulatkan NIK" in preview
    assert "1971014510900001" not in officer.get(page).get_data(as_text=True)


def test_the_wrong_rows_come_back_with_reasons_and_can_be_mended(officer):
    page = uploaded(officer, sheet([ROW, WRONG]))
    answer = officer.get(f"{page}/salah.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    lines = list(book.active.iter_rows(values_only=True))
    assert len(lines) == 2
    assert lines[0][0] == "Alasan"
    assert "Harga (Rp): Ini harga per kg." in lines[1][0]
    mended = sheet([WRONG | {"price": 25000, "nik": "1971014510900001"}])
    assert db.session.query(Submission).count() == 1
    again = uploaded(officer, mended)
    assert "Kirim 1 baris" in text_of(officer.get(again))


def test_the_template_can_be_uploaded_as_it_is_and_its_examples_are_passed_over(officer):
    for kind, name in (("xlsx", "a.xlsx"), ("csv", "a.csv")):
        template = officer.get(f"/petugas/impor/templat?wilayah={DISTRICT}&jenis={kind}")
        assert template.status_code == 200
        page = uploaded(officer, template.data, name=name)
        shown = text_of(officer.get(page))
        assert "2 baris contoh dilewati" in shown
        assert "tidak ada yang perlu dikirim" in shown


def test_the_template_has_lists_to_choose_from(officer):
    template = officer.get(f"/petugas/impor/templat?wilayah={DISTRICT}&jenis=xlsx")
    book = openpyxl.load_workbook(io.BytesIO(template.data))
    assert book.sheetnames == ["Produk", "Petunjuk", "Daftar"]
    assert len(book["Produk"].data_validations.dataValidation) == 5
    assert "Air Itam" in [row[1] for row in book["Daftar"].iter_rows(values_only=True)]


def test_another_districts_template_does_not_exist(officer):
    assert officer.get(f"/petugas/impor/templat?wilayah={OTHER_DISTRICT}&jenis=xlsx").status_code == 404


def test_another_districts_submission_does_not_exist(app, officer):
    page = uploaded(officer, sheet([ROW]))
    stranger = signed_in(app, make_user(Role.DISTRICT_OFFICER, district_code=OTHER_DISTRICT))
    for path in (page, f"{page}/kemajuan", f"{page}/salah.xlsx"):
        assert stranger.get(path).status_code == 404
    for path in ("kirim", "batal", "lanjutkan"):
        assert stranger.post(f"{page}/{path}").status_code == 404
    assert "produk.xlsx" not in text_of(stranger.get("/petugas/impor/"))
    assert upload(stranger, sheet([ROW]), district=DISTRICT).status_code == 422


def test_the_province_sees_every_district(app, officer):
    page = uploaded(officer, sheet([ROW]))
    province = signed_in(app, make_user(Role.PROVINCE_OFFICER))
    assert province.get(page).status_code == 200
    assert "produk.xlsx" in text_of(province.get("/petugas/impor/"))


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "kosong"),
        (b"%PDF-1.7 not a sheet", "bukan lembar kerja"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "Excel lama (.xls)"),
    ],
    ids=["empty", "pdf", "xls"],
)
def test_what_is_no_sheet_is_refused_at_once_with_a_sentence(officer, data, sentence):
    answer = upload(officer, data, name="daftar.xlsx")
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert db.session.query(Submission).count() == 0


def test_a_sheet_that_turns_out_broken_says_so(officer):
    page = uploaded(officer, b"PK\x03\x04 this is no archive")
    shown = text_of(officer.get(page))
    assert "Berkas ini tidak dapat dibaca" in shown
    assert "rusak" in shown


def test_photos_can_follow_later(officer):
    page = uploaded(officer, sheet([ROW | {"photos": "kemplang.jpg"}]))
    assert "belum diunggah" in text_of(officer.get(page))
    box = {"photos": (io.BytesIO(zipped({"KEMPLANG.JPEG": picture(), "lain.png": picture("blue")})), "f.zip")}
    officer.get(page)
    assert officer.post(f"{page}/foto", box, content_type="multipart/form-data").status_code == 303
    outbox.drain()
    shown = text_of(officer.get(page))
    assert "1 foto dari ZIP terpakai" in shown
    assert "lain.png" in shown
    assert "belum diunggah" not in shown


def test_a_zip_that_is_none_is_refused_with_a_sentence(officer):
    answer = upload(officer, sheet([ROW]), photos=b"Rar!....")
    assert answer.status_code == 422
    assert "ZIP yang utuh" in text_of(answer)


def test_cancelling_writes_nothing_and_forgets_the_file(app, officer):
    page = uploaded(officer, sheet([ROW]))
    officer.get(page)
    assert officer.post(f"{page}/batal").status_code == 303
    outbox.drain()
    assert "dibatalkan" in text_of(officer.get(page))
    assert officer.post(f"{page}/kirim").status_code == 409
    stored = list((Path(app.config["DATA_DIR"]) / "files" / "submission").rglob("*.sealed"))
    assert stored == []


def test_the_stored_sheet_is_encrypted(app, officer):
    data = sheet([ROW | {"nik": "1971014510900001"}])
    uploaded(officer, data)
    for path in (Path(app.config["DATA_DIR"]) / "files").rglob("*.sealed"):
        assert data[:200] not in path.read_bytes()


def test_progress_is_told_to_the_script_and_survives_a_reload(officer):
    answer = upload(officer, sheet([ROW]))
    page = answer.location
    assert officer.get(f"{page}/kemajuan").json["finished"] is False
    assert "Sedang diperiksa" in text_of(officer.get(page))
    outbox.drain()
    assert officer.get(f"{page}/kemajuan").json["finished"] is True


def test_a_silent_job_can_be_asked_for_again(officer, monkeypatch):
    from gallery.core import clock

    page = upload(officer, sheet([ROW])).location
    later = clock.now() + timedelta(minutes=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert "Lanjutkan" in text_of(officer.get(page))
    assert officer.post(f"{page}/lanjutkan").status_code == 303
    outbox.drain()
    assert "Kirim 1 baris" in text_of(officer.get(page))


def test_the_same_upload_twice_at_once_is_one(officer):
    data = sheet([ROW])
    assert upload(officer, data).location == upload(officer, data).location
    assert db.session.query(Submission).count() == 1


def stored(app, kind: str) -> list[Path]:
    return sorted(path for path in (Path(app.config["DATA_DIR"]) / "files").rglob(f"*.{kind}") if path.is_file())


def test_the_second_of_two_same_uploads_leaves_no_file(app, officer):
    data = sheet([ROW])
    page = upload(officer, data).location
    first = stored(app, "sealed")
    assert upload(officer, data).location == page
    assert stored(app, "sealed") == first
    assert len(first) == 1


def test_a_zip_that_is_replaced_is_deleted_and_a_refused_one_is_not_kept(app, officer):
    page = uploaded(officer, sheet([ROW]), photos=zipped({"a.jpg": picture()}))
    first = stored(app, "zip")

    def add_photos(colour):
        box = {"photos": (io.BytesIO(zipped({"b.jpg": picture(colour)})), "f.zip")}
        return officer.post(f"{page}/foto", box, page=page, content_type="multipart/form-data")

    assert add_photos("blue").status_code == 303
    outbox.drain()
    second = stored(app, "zip")
    assert (len(first), len(second), first == second) == (1, 1, False)
    assert db.session.query(StoredFile).filter_by(purpose="submission-photos").count() == 1
    officer.post(f"{page}/kirim", page=page)
    assert add_photos("red").status_code == 409
    assert stored(app, "zip") == second


def test_an_export_of_one_shop_takes_the_makers_name_from_the_form(officer):
    heading = "Nama Produk,Deskripsi Produk,SKU Induk,Harga,Stok,Berat (kg),Foto Sampul"
    lines = f"{heading}\nSirup jeruk,Segar,SJ-1,35000,5,0.6,\n"
    page = uploaded(
        officer,
        lines.encode(),
        name="shopee.csv",
        business="Sirup Kunci",
        owner="Budi",
        phone="0812 0000 2222",
        category="Minuman",
    )
    shown = text_of(officer.get(page))
    assert "ekspor Shopee" in shown
    assert "Kirim 1 baris" in shown


def test_long_previews_are_paged(officer):
    page = uploaded(officer, sheet([ROW | {"product": f"Produk {number}"} for number in range(60)]))
    first, second = officer.get(page), officer.get(f"{page}?tampil=new&hal=2")
    assert "Produk 0 " in text_of(first)
    assert "Produk 59" not in text_of(first)
    assert "Produk 59" in text_of(second)
    assert officer.get(f"{page}?tampil=new&hal=99999999999999999999").status_code == 200


@pytest.mark.parametrize("path", ["/petugas/impor/", UPLOAD, "{page}", "{page}?tampil=wrong"])
def test_pages_ask_the_database_little(app, officer, count_queries, path):
    page = uploaded(officer, sheet([ROW | {"product": f"Produk {number}"} for number in range(40)] + [WRONG]))
    officer.get(path.format(page=page))
    with count_queries() as queries:
        assert officer.get(path.format(page=page)).status_code == 200
    assert queries.count <= 6


def test_guests_are_asked_to_sign_in_and_sellers_are_refused(app, client):
    assert client.get("/petugas/impor/").status_code == 303
    assert signed_in(app, make_user()).get("/petugas/impor/").status_code == 403


def test_a_done_submission_can_not_be_cancelled(officer):
    page = uploaded(officer, sheet([ROW]))
    officer.get(page)
    officer.post(f"{page}/kirim")
    outbox.drain()
    assert officer.post(f"{page}/batal").status_code == 409
    with transaction() as session:
        assert session.query(Submission).one().status is SubmissionStatus.DONE


@pytest.mark.parametrize(
    ("sent", "shown"),
    [("Data \x00UMKM.xlsx", "Data UMKM.xlsx"), ("../../etc/passwd", "passwd"), ("\u202e.xlsx", ".xlsx")],
)
def test_a_files_name_is_only_shown(officer, sent, shown):
    page = uploaded(officer, sheet([ROW]), name=sent)
    assert f"<h1>{shown} " in officer.get(page).get_data(as_text=True)
