"""Notes on screen: a district writes one with Enter after Enter, sends it, the gallery sees it, others do not."""

import pytest

from gallery.catalog.models import Variant
from gallery.consignment.models import ConsignmentNote, NoteLine
from gallery.consignment.states import NoteStatus
from gallery.core.db import db, transaction
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.consignment import finish, in_days, make_note, make_receiving, scan
from tests.factories.inventory import make_business, make_gallery_place, make_goods
from tests.printed import pdf_text

ROOT = "/petugas/titipan/surat/"


@pytest.fixture
def gallery_id(app):
    return make_gallery_place().gallery_id


@pytest.fixture
def officer(app, gallery_id):
    return signed_in(app, make_user("district_officer", district_code="19.71"))


def begin(person, gallery_id, sender="19.71", root=ROOT):
    form = {"sender": sender, "gallery": gallery_id, "brought_by": "Pak Contoh"}
    answer = person.post(f"{root}baru", form, page=f"{root}baru")
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return answer.location


def add(person, page, article, pieces="5", key="a" * 12, **given):
    form = {"article": article, "pieces": pieces, "lot_code": "L9", "expires_on": in_days(300).isoformat()}
    return person.post(page, form | {"request_key": key} | given, page=page)


def lines():
    db.session.rollback()
    return [(row.pieces, row.lot_code) for row in db.session.query(NoteLine).order_by(NoteLine.id)]


def test_an_article_chosen_from_the_list_is_found_with_its_size(officer, gallery_id):
    business_id = make_business(district_code="19.71", name="Dapur Bu Ani").id
    for size in ("250 g", "500 g"):
        goods = make_goods("Kemplang Panggang", business_id=business_id)
        with transaction() as session:
            session.get_one(Variant, goods.variant_id).name = size
    page = begin(officer, gallery_id)
    chosen = "Kemplang Panggang – 500 g · Dapur Bu Ani"
    assert f'value="{chosen}"' in officer.get(page).get_data(as_text=True)
    assert add(officer, page, chosen).status_code == 303
    assert db.session.query(NoteLine).one().variant_id == goods.variant_id


def test_a_district_writes_and_sends_a_note_of_many_enterprises(officer, gallery_id, app):
    one = make_goods("Lada Putih")
    make_goods("Getas Ikan", business_id=make_business(district_code="19.71", name="Getas Bu Ani").id)
    page = begin(officer, gallery_id)
    assert add(officer, page, "lada").status_code == 303
    for _ in range(2):  # sent twice
        assert add(officer, page, "Getas Ikan · Getas Bu Ani", "7", key="b" * 12).status_code == 303
    assert lines() == [(5, "L9"), (7, "L9")]
    note = db.session.query(ConsignmentNote).one()
    url = f"{ROOT}{note.public_id}"
    assert officer.post(f"{url}/kirim", page=page).status_code == 303
    text = " ".join(pdf_text(officer.get(f"{url}.pdf").data).split())
    for part in (db.session.get(ConsignmentNote, note.id, populate_existing=True).number, "Getas Bu Ani", "12"):
        assert part in text, part
    gallery = signed_in(app, make_user("gallery_staff", gallery_id=gallery_id))
    assert "Getas Ikan" in gallery.get(url).get_data(as_text=True)
    assert gallery.get(f"{url}/isi").status_code == 403
    other = signed_in(app, make_user("gallery_staff", gallery_id=make_gallery_place().gallery_id))
    assert other.get(url).status_code == 404
    assert one.business_id


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"article": "tidak ada"}, "Tidak ada barang Anda yang cocok"),
        ({"pieces": "0"}, "1 sampai 100.000"),
        ({"pieces": ""}, "Tulis jumlahnya"),
        ({"expires_on": "2020-01-01"}, "sudah kedaluwarsa"),
        ({"price": "murah"}, "rupiah"),
    ],
)
def test_a_wrong_line_is_explained(officer, gallery_id, given, sentence):
    make_goods("Lada Putih")
    page = begin(officer, gallery_id)
    answer = add(officer, page, **({"article": "lada"} | given))
    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)
    assert lines() == []


def test_of_several_articles_the_choices_are_named(officer, gallery_id):
    make_goods("Lada Putih")
    make_goods("Lada Hitam")
    answer = add(officer, begin(officer, gallery_id), "lada")
    assert answer.status_code == 422
    assert "Ada beberapa yang cocok" in answer.get_data(as_text=True)
    assert lines() == []


def test_a_line_is_changed_and_removed(officer, gallery_id):
    make_goods("Lada Putih")
    page = begin(officer, gallery_id)
    add(officer, page, "lada")
    line = db.session.query(NoteLine).one().public_id
    form = {"pieces": "9", "lot_code": "L2", "request_key": "c" * 12}
    assert officer.post(f"{page}/{line}", form, page=page).status_code == 303
    assert lines() == [(9, "L2")]
    officer.post(f"{page}/{line}", {"hapus": "1"}, page=page)
    assert lines() == []


def test_a_copy_is_a_new_draft(officer, gallery_id):
    goods = make_goods("Lada Putih")
    note = make_note((goods, 6), district_code="19.71", gallery_id=gallery_id)
    answer = officer.post(f"{ROOT}{note.public_id}/salin", page=ROOT + note.public_id)
    assert answer.status_code == 303
    assert lines() == [(6, "L1"), (6, "")]


def test_called_back_cancelled_closed(officer, gallery_id, app):
    goods = make_goods("Lada Putih")
    note = make_note((goods, 6), district_code="19.71", gallery_id=gallery_id)
    url = f"{ROOT}{note.public_id}"

    def status():
        return db.session.get(ConsignmentNote, note.id, populate_existing=True).status

    officer.post(f"{url}/tarik", page=url)
    assert status() is NoteStatus.DRAFT
    officer.post(f"{url}/kirim", page=url)
    receiving = make_receiving(note)
    officer.post(f"{url}/batal", page=url)
    assert status() is NoteStatus.SENT  # the gallery is unpacking
    scan(receiving.id, goods, 2)
    finish(receiving.id)
    gallery = signed_in(app, make_user("gallery_staff", gallery_id=gallery_id))
    gallery.post(f"{url}/tutup", page=url)
    assert status() is NoteStatus.CLOSED


def test_a_district_sees_its_own_notes_alone(officer, gallery_id):
    mine = make_note((make_goods(), 1), district_code="19.71", gallery_id=gallery_id)
    of_owner = make_note((make_goods(), 1), gallery_id=gallery_id)
    elsewhere = make_goods(business_id=make_business(district_code="19.01").id)
    foreign = make_note((elsewhere, 1), district_code="19.01", gallery_id=gallery_id)
    listed = officer.get(ROOT).get_data(as_text=True)
    assert mine.number in listed
    assert of_owner.number in listed
    assert foreign.number not in listed
    assert officer.get(ROOT + foreign.public_id).status_code == 404
    assert officer.post(f"{ROOT}{of_owner.public_id}/batal", page=ROOT).status_code == 404


def test_lists_and_forty_lines_cost_the_same_reads(officer, gallery_id, count_queries):
    goods = make_goods("Lada Putih")
    short = make_note((goods, 1), district_code="19.71", gallery_id=gallery_id, sent=False)
    long = make_note(*[(goods, 1)] * 40, district_code="19.71", gallery_id=gallery_id, sent=False)
    costs = []
    for note in (short, long):
        with count_queries() as queries:
            assert officer.get(f"{ROOT}{note.public_id}/isi").status_code == 200
        costs.append(queries.count)
    assert costs[0] == costs[1] <= 8
    with count_queries() as queries:
        officer.get(ROOT)
    assert queries.count <= 5
