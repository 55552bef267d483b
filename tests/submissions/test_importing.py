"""Writing a sheet: nothing before "Kirim", everything once, whatever moment a worker dies at."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from gallery.catalog.models import Photo, Product, ProductRevision, Variant
from gallery.catalog.states import RevisionStatus
from gallery.consignment.models import PriceRequest
from gallery.consignment.states import PriceRequestStatus
from gallery.core import clock, outbox
from gallery.core.db import db, transaction
from gallery.core.files import StoredFile
from gallery.inventory.models import StockItem, StockMovement
from gallery.registry.models import Business, Person
from gallery.submissions.models import Submission, SubmissionRow
from gallery.submissions.services import importing, receiving
from gallery.submissions.states import RowOutcome, SubmissionStatus
from tests.factories.goods_out import make_consigned
from tests.factories.inventory import Goods, make_gallery_place
from tests.factories.submissions import ROW, make_officer, picture, send_in, sheet, zipped

SMALL = ROW | {"product": "Getas", "price": 18000}
MANY = [ROW | {"product": f"Produk {number}", "stock": 3, "nik": "1971014510900001"} for number in range(6)]
TABLES = (Business, Person, Product, ProductRevision, Variant, StockItem, StockMovement)


def counts() -> dict[str, int]:
    db.session.rollback()
    return {table.__tablename__: db.session.scalar(select(func.count()).select_from(table)) for table in TABLES}


def press_send(submission_id: int, officer) -> None:
    db.session.rollback()
    with transaction() as session:
        receiving.send(session, submission_id, actor=officer)


def imported(data: bytes, officer=None, **given) -> Submission:
    officer = officer or make_officer()
    submission_id = send_in(data, officer=officer, **given)
    outbox.drain()
    press_send(submission_id, officer)
    outbox.drain()
    db.session.rollback()
    return db.session.get(Submission, submission_id)


def test_nothing_is_written_before_it_is_sent(app):
    before = counts()
    send_in(sheet(MANY))
    outbox.drain()
    assert counts() == before


def test_a_sheet_brings_business_owner_product_and_first_stock(app):
    submission = imported(sheet([ROW | {"stock": 12, "nib": "0289010202776", "nik": "1971014510900001"}]))
    assert (submission.status, submission.done_rows, submission.failed_rows) == (SubmissionStatus.DONE, 1, 0)
    business = db.session.scalars(select(Business)).one()
    assert (business.name, business.phone, business.nib) == ("Kemplang Bu Ani", "+6281200001111", "0289010202776")
    assert (business.owner.name, business.owner.nik_hint) == ("Ani", "1971**********01")
    variant = db.session.scalars(select(Variant)).one()
    assert (variant.price_idr, variant.net_weight_g, variant.ship_weight_g) == (25000, 250, 300)
    assert db.session.scalars(select(StockItem.on_hand)).one() == 12
    row = db.session.scalars(select(SubmissionRow)).one()
    assert (row.product_id, row.business_id) == (variant.product_id, business.id)
    assert row.applied_at is not None


def test_rows_of_one_name_are_variants_of_one_product(app):
    imported(
        sheet(
            [
                ROW | {"variant": "250 g"},
                ROW | {"variant": "500 g", "price": 48000, "net_weight": 500, "ship_weight": 580},
            ]
        )
    )
    assert counts()["product"] == 1
    assert sorted(db.session.execute(select(Variant.name, Variant.price_idr))) == [("250 g", 25000), ("500 g", 48000)]


def test_the_same_file_twice_changes_nothing(app):
    officer, data = make_officer(), sheet(MANY)
    imported(data, officer)
    before = counts()
    second = send_in(data, officer=officer)
    outbox.drain()
    db.session.rollback()
    second = db.session.get(Submission, second)
    assert (second.new_rows, second.changed_rows, second.unchanged_rows, second.wrong_rows) == (0, 0, 6, 0)
    assert counts() == before


def test_two_previews_of_one_file_sent_one_after_the_other_write_once(app):
    officer, data = make_officer(), sheet(MANY)
    first = send_in(data, officer=officer)
    second = send_in(data + b"", officer=officer, defaults={"owner": "Ani"})
    outbox.drain()
    press_send(first, officer)
    press_send(second, officer)
    outbox.drain()
    found = counts()
    assert (found["business"], found["product"], found["stock_movement"]) == (1, 6, 6)


def test_a_changed_price_changes_the_price_and_nothing_else(app):
    officer = make_officer()
    imported(sheet([ROW]), officer)
    submission = imported(sheet([ROW | {"price": "27 rb"}]), officer)
    assert (submission.changed_rows, submission.new_rows) == (1, 0)
    note = db.session.scalars(select(SubmissionRow.problems).where(SubmissionRow.submission_id == submission.id)).one()
    assert (note[0]["code"], note[0]["facts"]) == ("changes", {"fields": ["variants"]})
    assert db.session.scalars(select(Variant.price_idr)).one() == 27000
    assert counts()["product_revision"] == 1


def test_a_variant_in_another_spelling_is_the_same_variant(app):
    officer = make_officer()
    rows = [ROW | {"variant": "250 g", "stock": 4}, ROW | {"variant": "Pedas"}]
    imported(sheet(rows), officer)
    before = counts()
    spelled = [ROW | {"variant": "250  G", "stock": 4}, ROW | {"variant": "pedas", "stock": 3, "price": "27 rb"}]
    submission = imported(sheet(spelled), officer)
    assert (submission.changed_rows, submission.failed_rows) == (2, 0)
    assert sorted(db.session.execute(select(Variant.name, Variant.price_idr))) == [("250 g", 25000), ("Pedas", 27000)]
    now = counts()
    assert now.pop("stock_movement") == before.pop("stock_movement") + 1  # the first stock of the second one
    assert now.pop("stock_item") == before.pop("stock_item") + 1
    assert now == before


def test_the_price_of_goods_in_a_gallery_is_asked_for_and_not_changed(app):
    officer = make_officer()
    imported(sheet([ROW]), officer)
    variant = db.session.query(Variant).one()
    product = variant.product
    goods = Goods(variant.id, variant.public_id, product.id, product.public_id, product.business_id)
    make_consigned(goods, make_gallery_place().id, commission_bps=1_000)
    for pieces in (1, 2):  # asked once, however often the sheet comes
        submission = imported(sheet([ROW | {"price": "27 rb", "lead_time": pieces}]), officer)
        assert (submission.changed_rows, submission.failed_rows) == (1, 0)
        assert db.session.get_one(Variant, goods.variant_id, populate_existing=True).price_idr == 25_000
        request = db.session.query(PriceRequest).one()
        assert (request.new_price_idr, request.status) == (27_000, PriceRequestStatus.ASKED)
        # Whoever sent it is told, on the row and above all rows.
        row = db.session.query(SubmissionRow).filter_by(submission_id=submission.id).one()
        told = [(note["key"], note["value"]) for note in row.problems if note["code"] == "price_asked"]
        assert told == [("price", "27 rb")]
        assert submission.notices["prices_asked"] == 1


def test_an_empty_cell_leaves_what_is_there(app):
    officer = make_officer()
    imported(sheet([ROW | {"description": "Gurih.", "pirt": "2153276010281-29"}]), officer)
    submission = imported(sheet([ROW | {"price": 26000}]), officer)
    assert submission.changed_rows == 1
    revision = db.session.scalars(select(ProductRevision)).one()
    assert (revision.description, [licence.number for licence in revision.licences]) == ("Gurih.", ["2153276010281-29"])


def test_a_product_with_photo_goes_to_the_reviewers_and_one_without_stays_a_draft(app):
    box = zipped({"Foto/Kemplang Tenggiri.JPG": picture()})
    imported(sheet([ROW | {"photos": "kemplang_tenggiri.jpeg"}, SMALL]), photos=box)
    found = dict(db.session.execute(select(ProductRevision.name, ProductRevision.status)).all())
    assert found == {"Kemplang tenggiri": RevisionStatus.SUBMITTED, "Getas": RevisionStatus.DRAFT}
    assert db.session.scalar(select(func.count()).select_from(Photo)) == 1


def test_the_same_photo_twice_is_one_photo_and_no_change(app):
    officer, box = make_officer(), zipped({"a.jpg": picture()})
    imported(sheet([ROW | {"photos": "a"}]), officer, photos=box)
    files = db.session.scalar(select(func.count()).where(StoredFile.purpose == "photo"))
    again = send_in(sheet([ROW | {"photos": "a"}]), officer=officer, photos=box)
    outbox.drain()
    db.session.rollback()
    assert db.session.get(Submission, again).unchanged_rows == 1
    assert db.session.scalar(select(func.count()).where(StoredFile.purpose == "photo")) == files


def test_wrong_rows_stay_out_and_the_others_go_in(app):
    submission = imported(sheet([ROW, SMALL | {"price": "murah"}]))
    assert (submission.status, submission.new_rows, submission.wrong_rows) == (SubmissionStatus.DONE, 1, 1)
    assert db.session.scalars(select(ProductRevision.name)).all() == ["Kemplang tenggiri"]


def test_a_row_that_is_refused_when_written_does_not_stop_the_others(app):
    officer = make_officer()
    nib = "1234567890123"
    submission_id = send_in(sheet([ROW | {"nib": nib, "business": "A"}, SMALL | {"business": "B"}]), officer=officer)
    outbox.drain()
    imported(
        sheet([ROW | {"nib": nib, "business": "Lain", "phone": "081299998888"}]), make_officer(district_code="19.02")
    )
    press_send(submission_id, officer)
    outbox.drain()
    db.session.rollback()
    submission = db.session.get(Submission, submission_id)
    assert (submission.status, submission.failed_rows, submission.done_rows) == (SubmissionStatus.DONE, 1, 2)
    row = db.session.scalars(
        select(SubmissionRow).where(SubmissionRow.submission_id == submission_id).order_by(SubmissionRow.row_number)
    ).first()
    assert (row.outcome, row.problems[-1]["code"]) == (RowOutcome.WRONG, "failed_nib_taken")


def test_an_unforeseen_failure_of_one_product_is_logged_and_passed_over(app, monkeypatch):
    original = importing.products.save_submitted

    def break_one(session, business_id, facts, *, hold, actor):
        if facts.name == "Produk 2":
            raise ValueError("no")
        return original(session, business_id, facts, actor=actor)

    monkeypatch.setattr(importing.products, "save_submitted", break_one)
    submission = imported(sheet(MANY))
    assert (submission.status, submission.done_rows, submission.failed_rows) == (SubmissionStatus.DONE, 6, 1)
    assert counts()["product"] == 5


class KilledError(BaseException):
    """What a kill looks like from inside: nothing catches it, the transaction is gone."""


STEPS = [
    (importing, "register_business"),
    (importing.products, "save_submitted"),
    (importing.inventory, "receive"),
    (importing, "_mark"),
    (importing, "finish"),
]


@pytest.mark.parametrize(("module", "name"), STEPS, ids=[name for _, name in STEPS])
@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_a_worker_killed_at_any_step_loses_nothing_and_repeats_nothing(app, monkeypatch, module, name, before):
    officer = make_officer()
    submission_id = send_in(sheet(MANY), officer=officer)
    outbox.drain()
    press_send(submission_id, officer)
    original, calls = getattr(module, name), []

    def dying(*args, **given):
        calls.append(1)
        fatal = len(calls) == (3 if name not in {"register_business", "finish"} else 1)
        if fatal and before:
            raise KilledError
        done = original(*args, **given)
        if fatal:
            raise KilledError
        return done

    monkeypatch.setattr(module, name, dying)
    with pytest.raises(KilledError):
        outbox.drain()
    db.session.remove()
    assert calls
    with transaction() as session:  # the claim of the dead worker runs out
        for message in session.scalars(select(outbox.OutboxMessage).where(outbox.OutboxMessage.done_at.is_(None))):
            message.available_at = message.created_at
    outbox.drain()
    db.session.rollback()
    submission = db.session.get(Submission, submission_id)
    assert (submission.status, submission.done_rows, submission.failed_rows) == (SubmissionStatus.DONE, 6, 0)
    found = counts()
    assert (found["business"], found["product"], found["variant"], found["stock_movement"]) == (1, 6, 6, 6)
    assert db.session.scalars(select(StockItem.on_hand)).all() == [3] * 6


def test_a_lost_database_is_tried_again_and_fails_no_row(app, monkeypatch):
    def gone(*_args, **_given):
        raise OperationalError("select 1", {}, Exception("gone"))

    officer = make_officer()
    submission_id = send_in(sheet(MANY), officer=officer)
    outbox.drain()
    press_send(submission_id, officer)
    with monkeypatch.context() as broken:
        broken.setattr(importing, "write_unit", gone)
        outbox.drain()
    db.session.rollback()
    assert db.session.get(Submission, submission_id).failed_rows == 0
    with transaction() as session:
        for message in session.scalars(select(outbox.OutboxMessage).where(outbox.OutboxMessage.done_at.is_(None))):
            message.available_at = message.created_at
    outbox.drain()
    db.session.rollback()
    assert db.session.get(Submission, submission_id).status is SubmissionStatus.DONE


def test_a_long_import_yields_to_other_work_between_turns(app, monkeypatch):
    from gallery.jobs import submissions as jobs

    monkeypatch.setattr(jobs, "TURN_S", 0.0)
    officer = make_officer()
    submission_id = send_in(sheet(MANY), officer=officer)
    outbox.drain()
    press_send(submission_id, officer)
    monkeypatch.setattr(jobs, "TURN_S", 0.05)
    outbox.drain()
    db.session.rollback()
    submission = db.session.get(Submission, submission_id)
    assert (submission.status, submission.done_rows) == (SubmissionStatus.DONE, 6)


def test_pressing_send_twice_sends_once(app):
    officer = make_officer()
    submission_id = send_in(sheet(MANY), officer=officer)
    outbox.drain()
    press_send(submission_id, officer)
    press_send(submission_id, officer)
    outbox.drain()
    press_send(submission_id, officer)
    outbox.drain()
    assert counts()["product"] == 6
    asked = select(func.count()).where(outbox.OutboxMessage.topic == "submission.import")
    assert db.session.scalar(asked) == 1


def test_counts_follow_a_row_that_was_refused_when_written(app, monkeypatch):
    def refuse(*_args, **_given):
        raise ValueError("no")

    monkeypatch.setattr(importing.products, "save_submitted", refuse)
    submission = imported(sheet([ROW, SMALL]))
    assert (submission.new_rows, submission.wrong_rows, submission.failed_rows, submission.done_rows) == (0, 2, 2, 2)


def test_originals_are_forgotten_after_a_while_and_not_before(app, monkeypatch):
    from gallery.jobs import submissions as jobs

    submission_id = imported(sheet([ROW])).id
    store = Path(app.config["DATA_DIR"]) / "files"
    jobs.forget_old()
    assert list(store.rglob("*.sealed")) != []
    later = clock.now() + timedelta(days=91)
    monkeypatch.setattr(clock, "now", lambda: later)
    jobs.forget_old()
    outbox.drain()
    assert list(store.rglob("*.sealed")) == []
    db.session.rollback()
    submission = db.session.get(Submission, submission_id)
    assert (submission.files_deleted_at, submission.new_rows) == (later, 1)
    assert db.session.scalar(select(func.count()).select_from(SubmissionRow)) == 0


def test_a_checked_sheet_that_nobody_sends_is_cancelled_after_ninety_days(app, monkeypatch):
    from gallery.jobs import submissions as jobs

    submission_id = send_in(sheet([ROW]), photos=zipped({"a.jpg": picture()}))
    outbox.drain()
    store = Path(app.config["DATA_DIR"]) / "files"
    jobs.forget_old()
    assert db.session.get(Submission, submission_id).status is SubmissionStatus.READY
    later = clock.now() + timedelta(days=91)
    monkeypatch.setattr(clock, "now", lambda: later)
    jobs.forget_old()
    outbox.drain()
    db.session.rollback()
    assert db.session.get(Submission, submission_id).status is SubmissionStatus.CANCELLED
    assert [path for path in store.rglob("*") if path.is_file()] == []
    assert db.session.scalar(select(func.count()).select_from(SubmissionRow)) == 0


def test_two_workers_with_two_copies_of_a_sheet_write_each_product_once(app):
    officer, data = make_officer(), sheet(MANY)
    ids = [send_in(data, officer=officer), send_in(data, officer=officer, defaults={"owner": "Ani"})]
    outbox.drain()
    for submission_id in ids:
        press_send(submission_id, officer)
    db.session.remove()
    failures = []

    def work() -> None:
        with app.app_context():
            try:
                while outbox.run_one():
                    pass
            except Exception as error:  # noqa: BLE001 - told below
                failures.append(error)

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    with transaction() as session:  # what lost a race for a lock is tried again later
        for message in session.scalars(select(outbox.OutboxMessage).where(outbox.OutboxMessage.done_at.is_(None))):
            message.available_at = message.created_at
    outbox.drain()
    found = counts()
    assert failures == []
    assert (found["business"], found["product"], found["variant"], found["stock_movement"]) == (1, 6, 6, 6)
    assert {db.session.get(Submission, one).status for one in ids} == {SubmissionStatus.DONE}
    assert sum(db.session.get(Submission, one).failed_rows for one in ids) == 0


def test_photos_may_come_in_several_zips(app):
    officer, data = make_officer(), sheet([ROW | {"photos": "a.jpg; b.jpg"}])
    imported(data, officer, photos=zipped({"a.jpg": picture()}))
    submission = imported(data, officer, photos=zipped({"b.jpg": picture("blue")}))
    assert submission.changed_rows == 1
    revision = db.session.scalars(select(ProductRevision).order_by(ProductRevision.number.desc())).first()
    assert len(revision.photos) == 2
