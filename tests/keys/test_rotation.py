"""``flask keys``: everything gets the newest key, whatever happens meanwhile, and nothing else changes."""

import hashlib
import threading
from collections import Counter

import pytest
from sqlalchemy import select, text, update

from config import DEMO_KEY
from gallery.accounts.permissions import Actor
from gallery.cli import keys as commands
from gallery.core import adapters, audit, outbox
from gallery.core.audit import AuditEntry
from gallery.core.crypto import FieldCipher
from gallery.core.db import db, transaction
from gallery.core.files import StoredFile
from gallery.delivery.models import CourierExchange, CourierNotice
from gallery.delivery.services import wire
from gallery.delivery.services.inbox import REQUEST, read_content
from gallery.keys import services
from gallery.keys.facts import SEALED, SHEETS
from gallery.keys.queries import key_counts
from gallery.payments.models import GatewayNotice, OrderBudget
from gallery.payments.queries.papers import budget_of
from gallery.payments.services.inbox import CONTENT
from gallery.registry.models import Business, Person
from gallery.registry.services import ACCOUNT_CONTEXT, BusinessFacts, register_business, reveal_nik
from gallery.settlement.models import PayoutItem
from gallery.submissions.models import Submission, SubmissionRow
from gallery.submissions.services import receiving, rows
from tests.factories.keys import (
    ACCOUNT,
    NIK,
    SHEET_NIK,
    in_first_format,
    keep_exchanges,
    key,
    seal_everything,
    use_keys,
)
from tests.factories.papers import BUDGET
from tests.factories.regions import DISTRICT

SYSTEM = Actor.system()
NEW = key(7)
OLD_ID = FieldCipher([DEMO_KEY], DEMO_KEY).key_ids[0]
NEW_ID = FieldCipher([NEW], DEMO_KEY).key_ids[0]


@pytest.fixture(autouse=True)
def no_rest(monkeypatch):
    monkeypatch.setattr(commands, "rest", lambda _seconds: None)


@pytest.fixture
def run(app):
    """Run ``flask keys …`` and return exit code and output."""

    def invoke(*arguments):
        db.session.remove()
        result = app.test_cli_runner().invoke(args=["keys", *arguments])
        db.session.remove()
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, result.output

    return invoke


def counted():
    """How many values of each place need which key."""
    db.session.rollback()
    return {
        (one.place, one.key_id, one.is_first_format): one.values
        for one in key_counts(db.session(), adapters.files(), adapters.cipher())
    }


def used_keys():
    return {key_id for _place, key_id, _first in counted()}


def read_everything(business_id):
    """All that is encrypted, read as the site reads it."""
    db.session.remove()
    session, cipher = db.session(), adapters.cipher()
    with transaction() as writing:
        nik = reveal_nik(writing, cipher, business_id, reason="uji", actor=SYSTEM)
    business = session.get_one(Business, business_id)
    context = f"{ACCOUNT_CONTEXT}:{business.public_id}"
    exchange, row = session.query(CourierExchange).one(), session.query(SubmissionRow).one()
    sheet = session.get_one(StoredFile, session.query(Submission).one().file_id)
    content = receiving.open_sheet(adapters.files(), cipher, sheet.key)
    return {
        "nik": nik,
        "index": session.query(Person).filter_by(id=business.owner_id).one().nik_index,
        "account": cipher.decrypt(business.bank_account_encrypted, context),
        "payout": cipher.decrypt(session.query(PayoutItem).one().account_encrypted, context),
        "budget": budget_of(session, session.query(OrderBudget).one().order_id, cipher),
        "exchange": wire.said_in(exchange, cipher, is_open=True),
        "courier notice": read_content(session.query(CourierNotice).one(), cipher),
        "gateway notice": cipher.decrypt(session.query(GatewayNotice).one().content, CONTENT),
        "row": cipher.decrypt(bytes.fromhex(row.facts["business"]["nik"]), rows.NIK_CONTEXT),
        "facts": row.facts | {"business": row.facts["business"] | {"nik": ""}},
        "sheet": content,
        "sheet as sent": hashlib.sha256(content).hexdigest() == session.query(Submission).one().sha256,
    }


def file_row():
    """Where the sheet stands, and whether its row says the truth about it."""
    db.session.rollback()
    row = db.session.get_one(StoredFile, db.session.query(Submission).one().file_id)
    with adapters.files().open(row.key) as stream:
        data = stream.read()
    return row.key, (row.size_bytes, row.sha256) == (len(data), hashlib.sha256(data).hexdigest())


def test_everything_that_is_encrypted_gets_the_newest_key_and_reads_as_before(app, run):
    business_id = seal_everything()
    before = read_everything(business_id)
    assert {place for place, _key, _first in counted()} == {*(field.name for field in SEALED), SHEETS[0]}
    assert (before["nik"], before["account"], before["payout"], before["row"]) == (NIK, ACCOUNT, ACCOUNT, SHEET_NIK)
    assert (before["budget"], before["sheet as sent"]) == (BUDGET, True)
    old_counts = counted()

    use_keys(NEW, DEMO_KEY)
    code, output = run("rotate")
    assert code == 0, output
    assert output.splitlines()[-2:] == [
        f"{sum(old_counts.values())} value(s) changed.",
        "Everything is under the newest key: the others may be removed.",
    ]
    assert counted() == {(place, NEW_ID, False): values for (place, _key, _first), values in old_counts.items()}

    use_keys(NEW)  # the old key is gone
    assert read_everything(business_id) == before
    assert file_row()[1]
    assert run("status")[0] == 0


def test_nothing_but_the_encrypted_values_changes(app, run):
    seal_everything()
    sealed = {(field.model.__tablename__, field.column.key) for field in SEALED}
    own = {"audit_entry", "audit_seal"}

    def rest_of_the_database():
        db.session.rollback()
        return {
            table.name: sorted(
                str([value for column, value in row._mapping.items() if (table.name, column) not in sealed])
                for row in db.session.execute(select(table))
            )
            for table in db.metadata.sorted_tables
            if table.name not in own
        }

    before = rest_of_the_database()
    use_keys(NEW, DEMO_KEY)
    assert run("rotate")[0] == 0
    after = rest_of_the_database()
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"stored_file"}  # size and checksum of the sheet


def test_owners_are_found_by_their_nik_as_before(app, run):
    owner_id = db.session.get_one(Business, seal_everything()).owner_id
    db.session.rollback()
    use_keys(NEW, DEMO_KEY)
    assert run("rotate")[0] == 0
    cipher = use_keys(NEW)
    facts = BusinessFacts("Sahang Dua", "Siti Contoh", DISTRICT, "+628120000124", nik=NIK)
    with transaction() as session:
        assert register_business(session, cipher, facts, actor=SYSTEM).owner_id == owner_id


def test_a_second_run_changes_nothing(app, run):
    seal_everything()
    use_keys(NEW, DEMO_KEY)
    run("rotate")
    kept = stored()
    assert run("rotate") == (
        0,
        "0 value(s) changed.\nEverything is under the newest key: the others may be removed.\n",
    )
    assert stored() == kept


def stored():
    db.session.rollback()
    return {field.name: db.session.execute(select(field.model.id, field.column)).all() for field in SEALED}


def test_values_of_the_first_format_get_the_present_one_under_the_same_key(app, run):
    keep_exchanges(["satu", "dua"])
    with transaction() as session:
        first = session.query(CourierExchange).order_by(CourierExchange.id).first()
        first.request = in_first_format(7, "satu", REQUEST)
    use_keys(NEW, DEMO_KEY)
    assert counted()["courier_exchange.request", NEW_ID, True] == 1
    assert "courier_exchange.request: 1 under " + NEW_ID + ", first format" in run("status")[1]
    assert run("rotate")[0] == 0
    use_keys(NEW)
    assert counted()["courier_exchange.request", NEW_ID, False] == 2
    assert requests() == ["satu", "dua"]


def test_a_sheet_and_a_row_of_the_first_format_are_rotated_too(app, run):
    seal_everything()
    plain = receiving.open_sheet(adapters.files(), adapters.cipher(), file_row()[0])
    with transaction() as session:
        row = session.query(SubmissionRow).one()
        nik = in_first_format(7, SHEET_NIK, rows.NIK_CONTEXT).hex()
        row.facts = row.facts | {"business": row.facts["business"] | {"nik": nik}}
    adapters.files().put(file_row()[0], in_first_format(7, plain.decode("latin-1"), SHEETS[1]))
    use_keys(NEW, DEMO_KEY)
    assert {place for place, _key, is_first in counted() if is_first} == {
        "submission_row.facts.business.nik",
        SHEETS[0],
    }
    assert run("rotate")[0] == 0
    use_keys(NEW)
    assert used_keys() == {NEW_ID}
    assert receiving.open_sheet(adapters.files(), adapters.cipher(), file_row()[0]) == plain
    assert file_row()[1]


def test_what_was_forgotten_needs_no_key(app, run):
    seal_everything()
    with transaction() as session:
        session.execute(update(OrderBudget).values(officer_nip=b"", treasurer_nip=b"", npwp=None))
        receiving.forget(session, session.scalar(select(Submission.id)))
    outbox.drain()
    use_keys(NEW)
    places = {place for place, _key, _first in counted()}
    assert not {place for place in places if place.startswith(("order_budget", "submission"))} - {SHEETS[0]}
    assert SHEETS[0] not in places


def test_a_forgotten_sheet_is_not_brought_back(app, run):
    """Its file stands until the worker comes, but nobody may write it again."""
    seal_everything()
    place, _ = file_row()
    with transaction() as session:
        receiving.forget(session, session.scalar(select(Submission.id)))
    use_keys(NEW, DEMO_KEY)
    assert run("rotate")[0] == 0
    with adapters.files().open(place) as stream:
        assert stream.read().startswith(FieldCipher([DEMO_KEY], DEMO_KEY).header)
    outbox.drain()
    assert not adapters.files().exists(place)


def test_a_file_that_is_gone_stops_nothing(app, run):
    seal_everything()
    adapters.files().delete(file_row()[0])
    use_keys(NEW, DEMO_KEY)
    assert run("rotate")[0] == 0
    assert used_keys() == {NEW_ID}


# ── keys that are missing, values that are damaged ───────────────────────────


def test_a_key_that_is_missing_is_named_and_the_command_fails(app, run):
    seal_everything()
    values = sum(counted().values())
    use_keys(NEW)
    wanted = f"Error: {values} value(s) need keys that are not in DATA_ENCRYPTION_KEYS: {OLD_ID}"
    code, output = run("status")
    assert (code, output.splitlines()[-1]) == (1, wanted)
    kept = stored()
    code, output = run("rotate")
    assert (code, output.splitlines()[-2:]) == (1, ["0 value(s) changed.", wanted])
    assert stored() == kept
    assert not any(secret in output for secret in (NIK, ACCOUNT, SHEET_NIK))


def test_what_a_missing_key_needs_does_not_keep_the_rest_from_the_newest(app, run):
    seal_everything()
    use_keys(key(8))
    keep_exchanges([f"nomor {number}" for number in range(3)])
    use_keys(NEW, DEMO_KEY)
    missing = FieldCipher([key(8)], DEMO_KEY).key_ids[0]
    code, output = run("rotate")
    assert (code, output.splitlines()[-1]) == (
        1,
        f"Error: 6 value(s) need keys that are not in DATA_ENCRYPTION_KEYS: {missing}",
    )
    assert used_keys() == {NEW_ID, missing}
    use_keys(NEW, DEMO_KEY, key(8))
    assert run("rotate")[0] == 0
    assert used_keys() == {NEW_ID}
    assert requests() == ["Dewi Anggraini", "nomor 0", "nomor 1", "nomor 2"]


def test_the_first_format_under_a_missing_key_has_no_name(app, run):
    keep_exchanges(["satu"])
    with transaction() as session:
        session.query(CourierExchange).one().request = in_first_format(8, "satu", REQUEST)
    code, output = run("status")
    assert code == 1
    assert "courier_exchange.request: 1 under no key of these, first format" in output
    assert output.endswith("1 value(s) need keys that are not in DATA_ENCRYPTION_KEYS: without a name\n")


def test_a_damaged_value_is_named_by_its_row_and_left_alone(app, run):
    keep_exchanges(["satu", "dua", "tiga"])
    with transaction() as session:
        rows_ = session.query(CourierExchange).order_by(CourierExchange.id).all()
        rows_[1].request = rows_[0].answer  # moved there by somebody
        number, moved = rows_[1].id, rows_[0].answer
    use_keys(NEW, DEMO_KEY)
    code, output = run("rotate")
    assert code == 1
    assert f"courier_exchange.request: row {number} is damaged" in output
    assert output.endswith("Error: 1 value(s) are damaged: their key does not open them\n")
    db.session.rollback()
    assert db.session.get_one(CourierExchange, number).request == moved
    assert counted()["courier_exchange.request", NEW_ID, False] == 2


def test_a_damaged_sheet_is_named_and_left_alone(app, run):
    seal_everything()
    with adapters.files().open(file_row()[0]) as stream:
        damaged = stream.read()[:-1]
    adapters.files().put(file_row()[0], damaged)
    use_keys(NEW, DEMO_KEY)
    code, output = run("rotate")
    assert code == 1
    assert f"{SHEETS[0]}: row {db.session.query(Submission).one().id} is damaged" in output
    with adapters.files().open(file_row()[0]) as stream:
        assert stream.read() == damaged


# ── while the site runs ──────────────────────────────────────────────────────


def requests():
    db.session.rollback()
    return [
        adapters.cipher().decrypt(row.request, REQUEST)
        for row in db.session.query(CourierExchange).order_by(CourierExchange.id)
    ]


def test_a_long_column_is_done_a_few_rows_at_a_time(app, run, monkeypatch):
    monkeypatch.setattr(services, "BATCH", 4)
    asked = [f"nomor {number}" for number in range(10)]
    keep_exchanges(asked)
    use_keys(NEW, DEMO_KEY)
    code, output = run("rotate")
    assert (code, requests()) == (0, asked)
    assert output.splitlines() == [
        f"courier_exchange.request: 10 under {NEW_ID} now",
        f"courier_exchange.answer: 10 under {NEW_ID} now",
        "20 value(s) changed.",
        "Everything is under the newest key: the others may be removed.",
    ]
    entries = db.session.query(AuditEntry).filter_by(action="keys.rotated").order_by(AuditEntry.id).all()
    assert [(one.facts["place"].rpartition(".")[2], one.facts["values"]) for one in entries] == [
        *(("request", values) for values in (4, 4, 2)),
        *(("answer", values) for values in (4, 4, 2)),
    ]
    assert {(one.subject, one.actor_id) for one in entries} == {(f"key:{NEW_ID}", None)}


def test_the_audit_trail_holds_after_a_rotation(app, run):
    seal_everything()
    use_keys(NEW, DEMO_KEY)
    run("rotate")
    with transaction() as session:
        audit.seal_new(session, b"k")
    assert audit.broken_seal(db.session(), b"k") is None


def test_what_the_site_writes_between_two_turns_is_kept(app, run, monkeypatch):
    monkeypatch.setattr(services, "BATCH", 2)
    keep_exchanges([f"nomor {number}" for number in range(6)])
    cipher = use_keys(NEW, DEMO_KEY)
    old = FieldCipher([DEMO_KEY], DEMO_KEY)  # of a process that was not started again yet
    turns = []

    def site(_seconds):
        turns.append(1)
        if len(turns) == 1:
            with transaction() as session:
                found = session.query(CourierExchange).order_by(CourierExchange.id).all()
                found[3].request = cipher.encrypt("baru", REQUEST)
                found[4].request = old.encrypt("dari proses lama", REQUEST)
                session.delete(found[5])

    monkeypatch.setattr(commands, "rest", site)
    assert run("rotate")[0] == 0
    assert requests() == ["nomor 0", "nomor 1", "nomor 2", "baru", "dari proses lama"]
    assert used_keys() == {NEW_ID}


@pytest.mark.row_locks
def test_a_row_that_somebody_holds_is_left_for_the_next_run(app, run):
    keep_exchanges(["satu", "dua"])
    use_keys(NEW, DEMO_KEY)
    number = db.session.query(CourierExchange.id).order_by(CourierExchange.id).first()[0]
    db.session.remove()
    held = adapters.cipher().encrypt("ditulis sementara itu", REQUEST)
    with db.engine.connect() as other:
        other.execute(update(CourierExchange).where(CourierExchange.id == number).values(request=held))
        code, output = run("rotate")
        assert code == 1
        assert output.endswith("Error: 2 value(s) were in use or came meanwhile: run this again\n")
        other.commit()
    assert run("rotate")[0] == 0
    assert requests() == ["ditulis sementara itu", "dua"]
    assert used_keys() == {NEW_ID}


@pytest.mark.row_locks
def test_a_submission_that_somebody_holds_is_left_for_the_next_run(app, run):
    seal_everything()
    use_keys(NEW, DEMO_KEY)
    db.session.remove()
    with db.engine.connect() as other:
        other.execute(text("SELECT id FROM submission FOR UPDATE"))
        assert run("rotate")[0] == 1
    assert counted()[SHEETS[0], OLD_ID, False] == 1
    assert run("rotate")[0] == 0


def test_no_write_of_a_busy_site_is_lost(app, run, monkeypatch):
    """Somebody writes the same rows all the time, and each row ends with what was written last."""
    monkeypatch.setattr(services, "BATCH", 3)
    keep_exchanges([f"lama {number}" for number in range(30)])
    cipher = use_keys(NEW, DEMO_KEY)
    ids = [number for (number,) in db.session.query(CourierExchange.id).order_by(CourierExchange.id)]
    db.session.remove()
    written: Counter[int] = Counter()
    over = threading.Event()

    def site():
        with app.app_context():
            while not over.is_set():
                for number in ids[::-3]:
                    with transaction() as session:
                        row = session.get_one(CourierExchange, number)
                        row.request = cipher.encrypt(f"baru {number} {written[number] + 1}", REQUEST)
                    written[number] += 1
            db.session.remove()

    writer = threading.Thread(target=site)
    writer.start()
    try:
        codes = [run("rotate")[0] for _ in range(5)]
    finally:
        over.set()
        writer.join()
    assert set(codes) <= {0, 1}
    assert run("rotate")[0] == 0
    wanted = [
        f"baru {number} {written[number]}" if number in written else f"lama {place}" for place, number in enumerate(ids)
    ]
    assert requests() == wanted
    assert used_keys() == {NEW_ID}
