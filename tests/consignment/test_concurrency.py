"""Two people unpack one note at once, and finish at once."""

import threading

from sqlalchemy import func, select

from gallery.consignment import services
from gallery.consignment.models import Receipt, Receiving, ReceivingCount
from gallery.consignment.queries.receiving import counted_lines
from gallery.consignment.services import Count
from gallery.core.db import db, transaction
from gallery.inventory.models import Paper, PaperCounter, StockItem
from gallery.inventory.queries import audit_stock, broken_links
from tests.factories.consignment import SYSTEM, describe, finish, in_days, make_note, make_receiving, scan
from tests.factories.inventory import make_business, make_gallery_place, make_goods

SCANS = 12


def at_once(app, *jobs):
    """Run the jobs in threads of their own, begun together; whatever one raises is raised here."""
    ready, failures = threading.Barrier(len(jobs)), []

    def run(job):
        with app.app_context():
            try:
                ready.wait()
                job()
            except Exception as error:  # noqa: BLE001 - raised again in the test
                failures.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    if failures:
        raise failures[0]


def test_two_people_who_scan_one_note_lose_no_piece(app):
    goods = make_goods()
    receiving_id = make_receiving(make_note((goods, 100))).id

    def person(name):
        def count():
            for number in range(SCANS):
                with transaction() as session:
                    one = Count(f"{name}-{number}", 1)
                    services.count_variant(session, receiving_id, goods.variant_id, one, actor=SYSTEM)

        return count

    at_once(app, person("rina"), person("adit"), person("rina"))  # Rina's browser sends everything twice
    lines = counted_lines(db.session(), db.session.get(Receiving, receiving_id))
    assert [(one.taken, one.rejected) for one in lines] == [(2 * SCANS, 0)]
    assert db.session.scalar(select(func.count()).select_from(ReceivingCount)) == 2 * SCANS


def test_two_who_finish_at_once_make_one_receipt_for_each_owner(app):
    one, two = make_goods("Lada"), make_goods("Getas", business_id=make_business(district_code="19.71").id)
    receiving_id = make_receiving(make_note((one, 3), (two, 4), district_code="19.71")).id
    scan(receiving_id, one, 3)
    scan(receiving_id, two, 4)
    at_once(app, *[lambda: finish(receiving_id)] * 3)
    assert db.session.scalar(select(func.count()).select_from(Receipt)) == 2
    assert sorted(db.session.scalars(select(StockItem.on_hand))) == [3, 4]
    assert audit_stock(db.session()) == []
    assert broken_links(db.session()) == []


def test_papers_of_two_unpackings_have_numbers_without_gaps(app):
    gallery_id, goods = make_gallery_place().gallery_id, make_goods()
    rows = []
    for _ in range(4):
        rows.append(make_receiving(gallery_id=gallery_id).id)
        line = scan(rows[-1], goods, 2)
        describe(rows[-1], line, expires_on=in_days(300))
    at_once(app, *[lambda row=row: finish(row) for row in rows])
    numbers = sorted(db.session.scalars(select(Paper.number)))
    assert [number[-4:] for number in numbers] == ["0001", "0002", "0003", "0004"]
    assert db.session.scalars(select(PaperCounter.last)).one() == 4
