import re

import pytest
from sqlalchemy.exc import OperationalError

from gallery.core import migrations, outbox
from gallery.core.db import db, transaction
from gallery.web import operations


@pytest.fixture
def migrated(monkeypatch):
    monkeypatch.setattr(migrations, "at_head", lambda _engine: True)


def test_health_asks_nothing_of_the_database_and_sets_no_cookie(client, count_queries):
    with count_queries() as queries:
        answer = client.get("/healthz")
    assert (answer.status_code, answer.json, queries.count) == (200, {"status": "ok"}, 0)
    assert "Set-Cookie" not in answer.headers


def test_ready_when_database_migrations_and_disk_are(client, migrated):
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json == {"status": "ok", "checks": {"database": True, "migrations": True, "disk": True}}


def test_not_ready_while_migrations_are_missing(client):
    answer = client.get("/readyz")  # the tables of a test are made without migrations
    assert (answer.status_code, answer.json["checks"]["migrations"]) == (503, False)


def test_not_ready_without_a_database(client, migrated, monkeypatch):
    def gone(*_args, **_kwargs):
        raise OperationalError("SELECT 1", {}, OSError("gone"))

    monkeypatch.setattr(db.session, "execute", gone)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["checks"]["database"]) == (503, False)


def test_not_ready_on_a_full_disk(client, migrated, monkeypatch):
    monkeypatch.setattr(operations, "FREE_BYTES", 10**18)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["checks"]["disk"]) == (503, False)


def test_metrics_are_closed_unless_enabled(client):
    assert client.get("/metrics").status_code == 404


def test_metrics_are_for_this_machine_only(app, client):
    app.config["METRICS_ENABLED"] = True
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 404


def test_metrics_count_the_work_that_waits(app, client):
    app.config["METRICS_ENABLED"] = True
    with transaction() as session:
        outbox.emit(session, "a")
        outbox.emit(session, "b")
    answer = client.get("/metrics")
    assert answer.mimetype == "text/plain"
    assert "# TYPE gallery_jobs_waiting gauge\ngallery_jobs_waiting 2\n" in answer.text
    assert "gallery_jobs_dead 0\n" in answer.text


def test_every_answer_carries_a_number_that_its_log_line_has_too(client, caplog):
    with caplog.at_level("INFO", "gallery.requests"):
        answer = client.get("/healthz?token=rahasia")
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{8}", answer.headers["X-Request-ID"])  # never 16 digits, like a NIK
    [line] = [record for record in caplog.records if record.name == "gallery.requests"]
    assert (line.route, line.method, line.status) == ("/healthz", "GET", 200)
    assert "rahasia" not in str(line.__dict__)


@pytest.mark.parametrize(
    ("given", "kept"), [("abc-123-DEF-456", True), ("kort", False), ("a" * 65, False), ("ab cd\tefgh", False)]
)
def test_a_number_given_by_the_proxy_is_kept_when_it_is_one(client, given, kept):
    answer = client.get("/healthz", headers={"X-Request-ID": given})
    assert (answer.headers["X-Request-ID"] == given) == kept
