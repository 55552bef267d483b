"""Turnover of a year, how much of what is free of tax it uses, and the statement on file: for officers and owners."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from python_calamine import CalamineWorkbook

from gallery.core import adapters, clock
from gallery.core.audit import AuditEntry
from gallery.core.db import db, transaction
from gallery.core.files import StoredFile
from gallery.registry.models import Business
from gallery.settlement.models import JournalEntry, OwnerShare, TurnoverStatement
from gallery.settlement.queries import turnover as queries
from gallery.settlement.states import Channel, EntryKind, ShareKind
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.inventory import BELITUNG, make_business, make_goods
from tests.factories.submissions import picture
from tests.printed import pdf_text
from tests.web.turnover_world import NOW, sell_three, text, upload

PAGE = "/petugas/omzet/"
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture(autouse=True)
def today(app):
    with clock.at(NOW):
        yield


@pytest.fixture
def owner(app):
    return sell_three()


def share(business_id: int, gross_idr: int, at: datetime = NOW, *, channel=Channel.ONLINE, kind=ShareKind.SOLD) -> None:
    """A line of a sale as the posting writes it, for years that would take a thousand sales."""
    number = (db.session.query(JournalEntry).count() + 1) * 1_000
    variant = make_goods(f"Barang {number}", business_id=business_id).variant_id
    with transaction() as session:
        entry = JournalEntry(kind=EntryKind.DELIVERED, source_id=number, document=f"parcel:{number}", happened_at=at)
        session.add(entry)
        session.flush()
        session.add(
            OwnerShare(
                entry_id=entry.id, business_id=business_id, gallery_id=None, channel=channel, kind=kind,
                variant_id=variant, lot_id=None, name="Barang", pieces=1, price_idr=gross_idr, gross_idr=gross_idr,
                commission_idr=0, share_idr=gross_idr, happened_at=at, due_on=at.date(),
            )
        )  # fmt: skip


def business(name: str, **given) -> tuple[int, str]:
    row = make_business(**given)
    key, public_id = row.id, row.public_id
    with transaction() as session:
        session.get_one(Business, key).name = name
    return key, public_id


def test_returns_are_told_and_not_taken_off(app, owner):
    officer = signed_in(app, make_user("province_officer"))
    page = text(officer.get(PAGE))
    assert "Rp135.000" in page
    assert "0% dari Rp500 juta" in page
    page = text(officer.get(f"{PAGE}{owner}"))
    assert "Rp135.000" in page
    assert "Rp45.000" in page
    row = queries.turnover_of(db.session(), db.session.query(Business.id).filter_by(public_id=owner).scalar(), 2026)
    assert (row.counter_idr, row.online_idr, row.gross_idr, row.returned_idr) == (135_000, 0, 135_000, 45_000)
    assert "Belum ada penjualan pada tahun ini" in text(officer.get(f"{PAGE}?tahun=2025"))


def test_a_year_begins_at_midnight_of_the_province(app):
    key, _ = business("Tahun Baru")
    last_year = datetime(2025, 12, 31, 16, 59, 59, tzinfo=UTC)  # 23.59.59 WIB
    share(key, 1_000, last_year)
    share(key, 20_000, last_year + timedelta(seconds=1))
    share(key, 300_000, datetime(2026, 6, 30, 17, tzinfo=UTC), channel=Channel.COUNTER)  # July in the province
    share(key, 4_000_000, kind=ShareKind.LOST, channel=Channel.NONE)
    session = db.session()
    assert queries.turnover_of(session, key, 2025).gross_idr == 1_000
    row = queries.turnover_of(session, key, 2026)
    assert (row.counter_idr, row.online_idr) == (300_000, 20_000)
    months = queries.months_of(session, key, 2026)
    assert {number: both for number, both in enumerate(months, 1) if any(both)} == {1: (0, 20_000), 7: (300_000, 0)}
    assert sum(map(sum, months)) == row.gross_idr


def test_who_is_near_or_over_a_limit_is_marked(app):
    for name, gross in (
        ("Tenang", 400_000_000),
        ("Dekat", 400_000_001),
        ("Batas", 500_000_000),
        ("Lewat", 500_000_001),
        ("Besar", 4_800_000_001),
    ):
        share(business(name)[0], gross)
    officer = signed_in(app, make_user("province_officer"))
    page = text(officer.get(PAGE))
    rows = {row.split("</a>")[0].rsplit(">", 1)[1]: row for row in page.split("<tr>")[2:]}
    assert list(rows) == ["Besar", "Lewat", "Batas", "Dekat", "Tenang"]
    marks = {name: [word for word in ("Rp4,8 miliar", "lewat Rp500 juta", "mendekati") if word in row]
             for name, row in rows.items()}  # fmt: skip
    assert marks == {
        "Besar": ["Rp4,8 miliar"],
        "Lewat": ["lewat Rp500 juta"],
        "Batas": ["mendekati"],
        "Dekat": ["mendekati"],
        "Tenang": [],
    }
    assert 'width="100"' in rows["Besar"]
    assert 'width="80"' in rows["Tenang"]
    assert "960% dari Rp500 juta" in rows["Besar"]


def test_the_list_is_searched_sorted_filtered_and_a_workbook(app, owner):
    key, _ = business("Zaitun Belitung", district_code=BELITUNG[:5], village_code=BELITUNG)
    share(key, 1_000)
    officer = signed_in(app, make_user("province_officer"))
    page = text(officer.get(f"{PAGE}?urut=nama"))
    assert page.index(owner) < page.index("Zaitun Belitung")
    found = text(officer.get(f"{PAGE}?q=zaitun"))
    assert "Zaitun Belitung" in found
    assert owner not in found
    there = text(officer.get(f"{PAGE}?wilayah={BELITUNG[:5]}&urut=wilayah"))
    assert "Zaitun Belitung" in there
    assert owner not in there
    assert "Tidak ada UMKM yang cocok" in text(officer.get(f"{PAGE}?q=tidak+ada"))
    answer = officer.get(f"{PAGE}?unduh=xlsx&q=zaitun")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert [row[0] for row in rows[1:]] == ["Zaitun Belitung"]
    assert rows[1][2:7] == [0, 1_000, 1_000, 0, 0]
    for strange in ("?tahun=1999", "?tahun=abc", "?tahun=99999999999", "?hal=99", "?urut=xx&wilayah=%27"):
        assert officer.get(f"{PAGE}{strange}").status_code == 200


def test_the_list_asks_the_database_no_more_for_more_owners_and_has_pages(app, count_queries):
    officer = signed_in(app, make_user("province_officer"))
    counts = []
    for more in (1, 26):
        for number in range(more):
            share(business(f"Usaha {more} {number:02}")[0], 1_000 + number)
        with count_queries() as seen:
            page = text(officer.get(PAGE))
        counts.append(seen.count)
    assert counts[0] == counts[1] <= 6, counts
    assert "Halaman 1 dari 2" in page
    assert "Halaman 2 dari 2" in text(officer.get(f"{PAGE}?hal=2"))


def test_a_statement_is_filed_replaced_and_given_out_to_those_who_may(app, owner):
    officer = signed_in(app, make_user("province_officer"))
    assert owner in text(officer.get(f"{PAGE}?surat=belum"))
    assert officer.get(f"{PAGE}{owner}/surat").status_code == 404
    sent = officer.post(f"{PAGE}{owner}?tahun=2026", upload(PDF, "surat.pdf", "Dari kantor"), page=f"{PAGE}{owner}")
    assert (sent.status_code, sent.location) == (303, f"{PAGE}{owner}?tahun=2026")
    page = text(officer.get(f"{PAGE}{owner}"))
    assert "sudah ada" in page
    assert "Dari kantor" in page
    got = officer.get(f"{PAGE}{owner}/surat")
    assert got.data == PDF
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert got.headers["Cache-Control"] == "private, no-store"
    assert owner not in text(officer.get(f"{PAGE}?surat=belum"))
    assert officer.get(f"{PAGE}{owner}/surat?tahun=2025").status_code == 404

    again = officer.post(f"{PAGE}{owner}", upload(PDF, "surat.pdf", "Dari kantor"), page=f"{PAGE}{owner}")
    assert again.status_code == 303
    assert db.session.query(StoredFile).filter_by(purpose="turnover_statement").count() == 1
    replaced = officer.post(f"{PAGE}{owner}", upload(picture(), "surat.jpg"), page=f"{PAGE}{owner}")
    assert replaced.status_code == 303
    assert officer.get(f"{PAGE}{owner}/surat").mimetype == "image/jpeg"
    assert db.session.query(TurnoverStatement).count() == 1
    trail = db.session.query(AuditEntry).filter_by(action="turnover.statement_filed").order_by(AuditEntry.id).all()
    assert [bool(entry.facts["instead_of"]) for entry in trail] == [False, True]
    keys = [key for (key,) in db.session.query(StoredFile.key).filter_by(purpose="turnover_statement")]
    assert all(adapters.files().exists(key) for key in keys)


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"", "", "Pilih foto atau PDF suratnya dulu."),
        (b"", "kosong.jpg", "kosong"),
        (
            b"<svg onload=alert(1)>",
            "surat.svg",
            "jenis SVG tidak dapat dipakai. Pilih foto JPG, PNG, WebP, HEIC, atau PDF.",
        ),
        (b"PK\x03\x04 sheet", "surat.docx", "tidak dapat dipakai"),
        (b"%PDF-1.4\n<script>alert(1)</script>\n%%EOF", "surat.pdf", "surat.pdf"),
        (b"%PDF-1.4 cut off", "surat.pdf", "surat.pdf"),
    ],
)
def test_what_is_no_picture_and_no_pdf_is_refused_in_words_and_the_note_stays(app, owner, data, name, said):
    officer = signed_in(app, make_user("province_officer"))
    answer = officer.post(f"{PAGE}{owner}", upload(data, name, "Catatan saya"), page=f"{PAGE}{owner}")
    page = text(answer, 422)
    assert said in page
    assert "Catatan saya" in page
    assert db.session.query(TurnoverStatement).count() == 0
    assert db.session.query(StoredFile).filter_by(purpose="turnover_statement").count() == 0


def test_a_file_beyond_ten_megabytes_is_answered_by_the_page(app, owner):
    officer = signed_in(app, make_user("province_officer"))
    body, kind = b"0" * (12 * 1024 * 1024), "multipart/form-data; boundary=x"
    answer = officer.client.post(f"{PAGE}{owner}", data=body, content_type=kind)
    assert "lebih dari 10 MB" in text(answer, 413)


def test_the_template_names_the_owner_and_leaves_numbers_to_the_hand(app, owner):
    officer = signed_in(app, make_user("province_officer"))
    row = db.session.query(Business).filter_by(public_id=owner).one()
    name, hint = row.owner.name, row.owner.nik_hint
    answer = officer.get(f"{PAGE}{owner}/formulir.pdf")
    assert answer.mimetype == "application/pdf"
    paper = " ".join(pdf_text(answer.data).split())
    assert name in paper
    assert "tahun pajak 2026" in paper
    assert "Pasal 60 ayat (2) Peraturan Pemerintah Nomor 55 Tahun 2022" in paper
    assert "Meterai Rp10.000" in paper
    assert hint is None or hint not in paper


def test_of_two_letters_for_a_year_one_statement_stands(app, owner):
    first, second = (signed_in(app, make_user("province_officer")) for _ in range(2))
    for officer, data in ((first, PDF), (second, PDF + b"\n")):
        assert officer.post(f"{PAGE}{owner}", upload(data, "a.pdf"), page=f"{PAGE}{owner}").status_code == 303
    assert db.session.query(TurnoverStatement).count() == 1
