from datetime import UTC, date, datetime, timedelta

import pytest

from gallery.web import filters

NOON = datetime(2026, 11, 24, 7, 5, tzinfo=UTC)  # 14.05 in Pangkalpinang


@pytest.fixture
def english(app):
    with app.test_request_context("/", environ_overrides={"gallery.language": "en"}):
        yield


@pytest.mark.parametrize(
    ("value", "text"), [(0, "Rp0"), (25_000, "Rp25.000"), (1_250_000, "Rp1.250.000"), (-5_000, "-Rp5.000"), (None, "–")]
)
def test_rupiah(value, text):
    assert filters.rupiah(value) == text


@pytest.mark.usefixtures("english")
def test_english_writes_thousands_and_months_its_own_way():
    assert filters.rupiah(1_250_000) == "Rp1,250,000"
    assert filters.waktu(NOON) == "24 November 2026, 14:05 WIB"
    assert filters.hari(NOON) == "Tuesday, 24 November 2026"


def test_times_are_those_of_pangkalpinang():
    assert filters.waktu(NOON) == "24 November 2026, 14.05 WIB"
    assert filters.tanggal(datetime(2026, 11, 24, 18, 0, tzinfo=UTC)) == "25 November 2026"
    assert filters.tanggal_pendek(date(2026, 8, 2)) == "2 Agu 2026"
    assert filters.hari(NOON) == "Selasa, 24 November 2026"
    assert filters.iso(NOON) == "2026-11-24T14:05+07:00"


@pytest.mark.parametrize(("grams", "text"), [(250, "250 g"), (1_000, "1 kg"), (1_500, "1,5 kg"), (None, "–")])
def test_weights(grams, text):
    assert filters.berat(grams) == text


def test_telephone_numbers_as_people_write_them():
    assert filters.telepon("+6281234567890") == "0812-3456-7890"
    assert filters.telepon("") == "–"
    assert filters.wa("+6281234567890", "Halo, saya") == "https://wa.me/6281234567890?text=Halo%2C%20saya"
    assert filters.wa("081234567890") == "https://wa.me/6281234567890"


def test_masks_hide_all_but_the_end():
    assert filters.samar("1971050101900001") == "••••••••••••0001"
    assert filters.samar_telepon("+6281234567890") == "0812-••••-7890"
    assert filters.samar_surel("dewi@contoh.id") == "d•••@contoh.id"


def test_short_forms():
    assert filters.inisial("Sahang Jaya Abadi") == "SJ"
    assert filters.daerah("Kabupaten Bangka Barat") == "Kab. Bangka Barat"
    assert filters.daerah_pendek("Kota Pangkal Pinang") == "Pangkal Pinang"


@pytest.mark.parametrize(
    ("then", "text"),
    [(NOON, "baru saja"), (NOON.replace(hour=6), "1 jam lalu"), (NOON.replace(minute=0), "5 menit lalu")],
)
def test_how_long_ago(app, then, text):
    with app.test_request_context("/"):
        assert filters.sejak(then, NOON) == text


@pytest.mark.parametrize(
    ("until", "text"),
    [
        (NOON.replace(day=26, hour=10, minute=59), "2 hari 3 jam"),
        (NOON.replace(hour=10, minute=4), "2 jam 59 menit"),
        (NOON.replace(minute=6, second=30), "1 menit"),
        (NOON.replace(second=59), ""),
        (NOON.replace(hour=1), ""),
        (None, ""),
    ],
)
def test_how_long_still(app, until, text):
    with app.test_request_context("/"):
        assert filters.sisa(until, NOON) == text


@pytest.mark.parametrize(
    ("hours", "text"),
    [
        (3, "17.05 WIB"),
        (20, "25 November 2026, 10.05 WIB"),
        (72, "27 November 2026"),
        (-1, "13.05 WIB, ternyata lebih lama"),
        (-20, "23 November 2026, 18.05 WIB, ternyata lebih lama"),
    ],
)
def test_tiba(app, hours, text):
    with app.test_request_context("/"):
        assert filters.tiba(NOON + timedelta(hours=hours), NOON) == text


@pytest.mark.parametrize(
    ("hours", "text"),
    [
        (20, "25 November 2026"),
        (-1, "24 November 2026"),
        (-20, "23 November 2026, ternyata lebih lama"),
    ],
)
def test_who_promises_days_is_held_to_no_hour(app, hours, text):
    with app.test_request_context("/"):
        assert filters.tiba(NOON + timedelta(hours=hours), NOON, by_day=True) == text
