"""The sample sheets are as untidy as promised, and can be read all the same."""

import io
import zipfile

import pytest
from sqlalchemy import select

from gallery.core import adapters, outbox
from gallery.core.db import db, transaction
from gallery.demo import accounts, foundation, samples
from gallery.demo.submissions import _upload
from gallery.submissions.models import Submission, SubmissionRow
from gallery.submissions.states import RowOutcome, SubmissionStatus

SMALL = 32


@pytest.fixture(scope="module")
def sheets():
    return {sample.district_code: sample for sample in samples.samples(SMALL)}


@pytest.fixture
def office(app):
    """Regions, categories and staff: all that a sheet is read against."""
    with transaction() as session:
        foundation.lay(session)
        for number, account in enumerate(accounts.STAFF):
            accounts.add_account(session, account, number)


def test_there_is_one_for_each_district_and_always_the_same(sheets):
    assert set(sheets) == {"19.01", "19.02", "19.03", "19.04", "19.05", "19.06", "19.71"}
    again = {sample.district_code: sample for sample in samples.samples(SMALL)}
    assert {code: sample.photos for code, sample in sheets.items()} == {code: s.photos for code, s in again.items()}


def test_photos_are_named_in_another_case_than_the_sheet_says(sheets):
    with zipfile.ZipFile(io.BytesIO(sheets["19.01"].photos)) as archive:
        names = archive.namelist()
    assert any(name.isupper() or name.endswith(".JPG") for name in names)
    assert any("__MACOSX" in name for name in names)


def test_one_is_the_csv_of_an_old_office_computer(sheets):
    text = sheets["19.03"].sheet.decode("cp1252")
    assert sheets["19.03"].sheet_name.endswith(".csv")
    assert ";" in text.splitlines()[0]
    with pytest.raises(UnicodeDecodeError):
        sheets["19.03"].sheet.decode("utf-8")


def test_every_sheet_is_read_with_good_and_wrong_rows(office, sheets):
    found = {}
    for code, sample in sheets.items():
        submission_id = _upload(sample, adapters.files(), adapters.cipher(), "provinsi")
        outbox.drain()
        submission = db.session.get_one(Submission, submission_id, populate_existing=True)
        found[code] = (submission.status, submission.total_rows - submission.wrong_rows > 0)
    assert found == dict.fromkeys(sheets, (SubmissionStatus.READY, True))


def test_every_kind_of_mistake_is_found(office, sheets):
    submission_id = _upload(sheets["19.04"], adapters.files(), adapters.cipher(), "provinsi")
    outbox.drain()
    rows = db.session.scalars(select(SubmissionRow).where(SubmissionRow.submission_id == submission_id)).all()
    codes = {problem["code"] for row in rows if row.outcome is RowOutcome.WRONG for problem in row.problems}
    assert codes >= {"negative", "unknown_choice", "not_a_phone", "duplicate_row"}


def test_the_command_writes_sheets_and_photos(app, tmp_path, monkeypatch):
    small = samples.samples(SMALL)
    monkeypatch.setattr(samples, "samples", lambda: small)
    result = app.test_cli_runner().invoke(args=["demo", "samples", str(tmp_path / "contoh")])
    assert result.exit_code == 0, result.output
    names = {path.name for path in (tmp_path / "contoh").iterdir()}
    assert len(names) == 14
    assert {"produk-bangka.xlsx", "produk-bangka-selatan.csv", "foto-produk-bangka.zip"} <= names
