"""The dry run: every row judged, nothing of the catalogue touched."""

import pytest

from gallery.core import outbox
from gallery.core.db import db, transaction
from gallery.core.outbox import emit
from gallery.submissions.models import Submission, SubmissionRow
from gallery.submissions.services import receiving
from gallery.submissions.states import RowOutcome, SubmissionStatus
from tests.factories.regions import OTHER_DISTRICT
from tests.factories.registry import make_business
from tests.factories.submissions import ROW, make_officer, picture, send_in, sheet, xlsx, zipped


def checked(data, **given) -> Submission:
    submission_id = send_in(data, **given)
    outbox.drain()
    return db.session.get(Submission, submission_id)


def rows_of(submission):
    return db.session.query(SubmissionRow).filter_by(submission_id=submission.id).order_by("row_number").all()


def test_a_good_row_is_new(app):
    submission = checked(sheet([ROW]))
    assert submission.status is SubmissionStatus.READY, submission.problem
    assert [(row.row_number, row.outcome, row.problems) for row in rows_of(submission)] == [(2, RowOutcome.NEW, [])]


def problems(submission) -> list[list[tuple[str, str]]]:
    return [[(one["key"], one["code"]) for one in row.problems if not one.get("note")] for row in rows_of(submission)]


def notes(submission) -> list[str]:
    return [one["code"] for row in rows_of(submission) for one in row.problems if one.get("note")]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"price": ""}, ("price", "needed")),
        ({"product": ""}, ("product", "needed")),
        ({"business": "-"}, ("business", "needed")),
        ({"category": "Makanan ringn"}, ("category", "unknown_choice")),
        ({"village": "Air Itm"}, ("village", "unknown_choice")),
        ({"owner": ""}, ("owner", "needed_for_new")),
        ({"phone": ""}, ("phone", "needed_for_new")),
        ({"phone": "0812"}, ("phone", "not_a_phone")),
        ({"nib": "123"}, ("nib", "nib_length")),
        ({"district": "Belitung"}, ("district", "other_district")),
        ({"district": 1903}, ("district", "ambiguous_code")),
        ({"net_weight": "", "ship_weight": ""}, ("net_weight", "needed")),
        ({"net_weight": 500, "ship_weight": 300}, ("ship_weight", "lighter_than_net")),
        ({"pirt": "12345"}, ("pirt", "licence_shape")),
        ({"halal": "KH 123/2020"}, ("halal", "licence_decree")),
        ({"licence": "izin camat"}, ("licence", "licence_unknown")),
        ({"product": "x" * 121}, ("product", "too_long")),
    ],
    ids=lambda value: str(value)[:40],
)
def test_each_mistake_is_told_with_its_column(app, change, problem):
    submission = checked(sheet([ROW | change]))
    assert problem in problems(submission)[0]
    assert submission.wrong_rows == 1


@pytest.mark.parametrize(
    "change",
    [
        {"district": "Kota Pangkalpinang"},
        {"district": "19.71"},
        {"district": 1971},
        {"village": "Kel. Air Itam"},
        {"subdistrict": "Bukit Intan", "village": "AIR ITAM"},
        {"pirt": "P-IRT No. 2153276010281-29"},
        {"pirt": "dalam proses", "halal": "belum"},
        {"licence": "SNI 2886:2015", "licence_expiry": "31 Des 2027"},
        {"storage": "freezer", "shipping_class": "Beku"},
        {"phone": 81200001111, "price": "Rp 25.000,00", "net_weight": "1/4 kg"},
    ],
    ids=str,
)
def test_what_people_really_type_is_right(app, change):
    submission = checked(sheet([ROW | change]))
    assert problems(submission) == [[]]
    assert submission.new_rows == 1


def test_the_shipping_weight_is_assumed_and_said(app):
    submission = checked(sheet([ROW | {"ship_weight": ""}]))
    assert rows_of(submission)[0].facts["variant"]["ship_weight_g"] == 300
    assert notes(submission) == ["ship_weight_assumed"]


def test_the_same_product_twice_in_one_sheet(app):
    submission = checked(sheet([ROW, ROW | {"product": "KEMPLANG  tenggiri"}]))
    assert ("product", "duplicate_row") in problems(submission)[1]
    assert submission.wrong_rows == 2


def test_one_code_for_two_products(app):
    submission = checked(sheet([ROW | {"code": "A1"}, ROW | {"code": "A1", "product": "Getas"}]))
    assert problems(submission) == [[], [("code", "duplicate_code")]]


def test_a_wrong_variant_holds_its_product_back(app):
    submission = checked(sheet([ROW | {"variant": "250 g"}, ROW | {"variant": "500 g", "price": "?"}]))
    assert problems(submission) == [[("product", "sibling_wrong")], [("price", "not_a_number")]]


def test_a_makers_facts_may_stand_in_one_of_its_rows(app):
    submission = checked(sheet([ROW, ROW | {"product": "Getas", "owner": "", "phone": ""}]))
    assert submission.new_rows == 2


def test_a_known_name_with_another_number_is_not_guessed(app):
    make_business(name="Kemplang Bu Ani", phone="+6281299998888")
    submission = checked(sheet([ROW]))
    assert problems(submission) == [[("phone", "business_other_phone")]]
    assert rows_of(submission)[0].problems[0]["facts"] == {"ending": "8888"}


def test_a_known_name_alone_is_enough_where_nothing_contradicts(app):
    business = make_business(name="KEMPLANG  Bu Ani")
    business_id = business.id
    submission = checked(sheet([ROW | {"owner": "", "phone": ""}]))
    assert [row.business_id for row in rows_of(submission)] == [business_id]


def test_the_nib_names_the_business_whatever_it_is_called(app):
    business_id = make_business(name="Usaha Ani", nib="1234567890123").id
    assert rows_of(checked(sheet([ROW | {"nib": "1234567890123"}])))[0].business_id == business_id


def test_a_nib_of_another_district_is_refused(app):
    make_business(nib="1234567890123", district_code=OTHER_DISTRICT)
    assert problems(checked(sheet([ROW | {"nib": "1234567890123"}]))) == [[("nib", "nib_elsewhere")]]


def test_no_nik_is_stored_in_clear(app):
    submission = checked(sheet([ROW | {"nik": "1971014510900001"}]))
    row = rows_of(submission)[0]
    assert row.cells["nik"] == "1971**********01"
    assert "1971014510900001" not in f"{row.cells}{row.facts}{row.problems}"


def test_a_failed_formula_is_told(app):
    def fill(page):
        page.write_formula(1, 5, "=1/0", None, "#DIV/0!")

    assert ("price", "formula_error") in problems(checked(sheet([ROW], fill=fill)))[0]


def test_a_file_that_can_not_be_read_fails_with_its_reason(app):
    submission = checked(b"PK\x03\x04 broken")
    assert (submission.status, submission.problem["code"]) == (SubmissionStatus.FAILED, "damaged")


def test_a_sheet_with_a_heading_only_is_empty_but_no_error(app):
    submission = checked(sheet([dict.fromkeys(ROW, "")]))
    assert (submission.status, submission.total_rows) == (SubmissionStatus.READY, 0)


def test_too_many_rows_are_refused_by_the_setting(app):
    app.config["IMPORT_MAX_ROWS"] = 5
    rows = [ROW | {"product": f"Produk {number}"} for number in range(40)]
    assert checked(sheet(rows)).problem == {"code": "too_many_rows", "facts": {"limit": 5}}


def test_checking_twice_leaves_one_set_of_rows(app):
    submission = checked(sheet([ROW]))
    submission_id = submission.id
    db.session.rollback()
    with transaction() as session:
        emit(session, "submission.check", submission_id=submission_id)
    outbox.drain()
    assert len(rows_of(db.session.get(Submission, submission_id))) == 1


def test_a_check_that_was_cancelled_meanwhile_writes_nothing(app):
    officer = make_officer()
    submission_id = send_in(sheet([ROW]), officer=officer)
    db.session.rollback()
    with transaction() as session:
        receiving.cancel(session, submission_id, actor=officer)
    outbox.drain()
    assert rows_of(db.session.get(Submission, submission_id)) == []


def test_totals_at_the_bottom_are_passed_over_and_said(app):
    total = dict.fromkeys(ROW, "") | {"business": "JUMLAH", "price": 25000}
    submission = checked(sheet([ROW, total]))
    assert (submission.total_rows, submission.wrong_rows, submission.notices) == (1, 0, {"totals": 1})


def test_each_photo_that_can_not_be_used_is_said_with_its_reason(app):
    photos = zipped({"Ani/a.jpg": picture(), "Budi/a.jpg": picture("blue"), "b.jpg": b"GIF89a", "c.jpg": picture()})
    submission = checked(sheet([ROW | {"photos": "a.jpg; foto\\b.jpg; c.jpg; d.jpg; budi/a.jpg"}]), photos=photos)
    assert [(one["code"], one["facts"]) for one in rows_of(submission)[0].problems] == [
        ("photo_ambiguous", {"name": "a.jpg"}),
        ("photo_unusable", {"name": "b.jpg", "why": "image_type"}),
        ("photo_missing", {"name": "d.jpg"}),
    ]
    assert (submission.new_rows, submission.notices["photos_used"]) == (1, 3)


def test_a_sheet_without_anything_is_called_empty(app):
    assert checked(xlsx([])).problem == {"code": "empty", "facts": {}}


def test_one_row_more_than_the_setting_is_too_many_and_what_is_passed_over_does_not_count(app):
    app.config["IMPORT_MAX_ROWS"] = 3
    rows = [ROW | {"product": f"Produk {number}"} for number in range(3)]
    remark = dict.fromkeys(ROW, "") | {"business": "Mengetahui, Kepala Dinas"}
    assert checked(sheet([*rows, remark])).new_rows == 3
    assert checked(sheet([*rows, ROW])).problem == {"code": "too_many_rows", "facts": {"limit": 3}}


def test_remarks_below_the_table_are_passed_over_and_a_lonely_product_is_not(app):
    lines = [dict.fromkeys(ROW, "") | change for change in ({"owner": "NIP 1970"}, {"price": 7}, {"product": "Getas"})]
    submission = checked(sheet([ROW, *lines]))
    assert (submission.total_rows, submission.wrong_rows, submission.notices) == (2, 1, {"remarks": 2})


def test_columns_that_are_not_read_are_named(app):
    headings = [
        "No",
        "Nama UMKM",
        "Nama Pemilik",
        "No. HP/WA",
        "Nama Produk",
        "Kategori",
        "Harga",
        "Berat",
        "HARGA JUAL",
    ]
    row = [1, "Kemplang Bu Ani", "Ani", "081200001111", "Kemplang", "Makanan ringan", 25000, 250, 99000]
    submission = checked(xlsx([[*headings, "Omzet *", "Foto", "Foto"], [*row, 5_000_000, "a.jpg", "b.jpg"]]))
    assert submission.notices == {"unknown": ["Omzet (J)"], "doubled": ["HARGA JUAL (I)"]}
    facts = rows_of(submission)[0].facts
    assert (facts["variant"]["price_idr"], facts["photos"]) == (25000, ["a.jpg", "b.jpg"])


def test_a_row_that_numbers_the_columns_is_no_product(app):
    headings = ["No", "Nama UMKM", "Nama Pemilik", "WA", "Nama Produk", "Kategori", "Harga", "Berat"]
    row = [1, "Kemplang Bu Ani", "Ani", "081200001111", "Kemplang", "Makanan ringan", 25000, 250]
    for numbers in (list(range(1, 9)), [f"({number})" for number in range(1, 9)]):
        submission = checked(xlsx([headings, numbers, row]))
        assert (submission.total_rows, submission.new_rows) == (1, 1)


def test_what_stops_a_row_is_said_before_what_does_not(app):
    submission = checked(sheet([ROW | {"ship_weight": "", "price": "?"}]))
    assert [one["code"] for one in rows_of(submission)[0].problems] == ["not_a_number", "ship_weight_assumed"]
