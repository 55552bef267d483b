"""What people type: read without guessing, or refused with one code."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.core import reading
from gallery.core.reading import Choices, MisreadError
from gallery.core.sheets import CellError

READERS = (
    reading.rupiah,
    reading.grams,
    reading.millimetres,
    reading.pieces,
    reading.days,
    reading.phone,
    reading.nik,
    reading.nib,
    reading.day,
    reading.text,
)


def code_of(read, cell) -> str:
    with pytest.raises(MisreadError) as refusal:
        read(cell)
    return refusal.value.code


@pytest.mark.parametrize(
    ("cell", "rupiah"),
    [
        (25000, 25000),
        (25000.0, 25000),
        ("25000", 25000),
        ("25.000", 25000),
        ("25,000", 25000),
        ("Rp 25.000,00", 25000),
        ("Rp25.000", 25000),
        ("Rp. 25.000,-", 25000),
        ("rp 25.000.-", 25000),
        ("IDR 25,000.00", 25000),
        ("25 rb", 25000),
        ("25rb", 25000),
        ("25ribu", 25000),
        ("25 Ribu", 25000),
        ("25k", 25000),
        ("25 K", 25000),
        ("2,5 rb", 2500),
        ("1,5 jt", 1_500_000),
        ("1.5jt", 1_500_000),
        ("2 juta", 2_000_000),
        ("1.500 rb", 1_500_000),
        ("1.250.000", 1_250_000),
        ("1,250,000", 1_250_000),
        ("25.000/bungkus", 25000),
        ("25.000 per pcs", 25000),
        ("Rp. 25.000,- / bungkus", 25000),
        ("25.000,- per toples", 25000),
        ("25.000 (per bungkus)", 25000),
        ("@25.000", 25000),
        ("@ Rp 25.000,-", 25000),
        ("'25000", 25000),
        ("25 000", 25000),
        ("\xa025.000\xa0", 25000),
        ("\uff12\uff15\uff10\uff10\uff10", 25000),
        ("25.000 rupiah", 25000),
        ("0,5 jt", 500_000),
        ("1 miliar", 1_000_000_000),
        ("Rp 12.500", 12500),
        ("12.500,00", 12500),
        ("12500,00", 12500),
    ],
)
def test_prices(cell, rupiah):
    assert reading.rupiah(cell) == rupiah


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (-1, "negative"),
        ("-25000", "negative"),
        ("Rp -25.000", "negative"),
        ("(25.000)", "negative"),
        ("\u221225000", "negative"),
        (25000.5, "fraction"),
        ("25.000,50", "fraction"),
        ("0,00005 jt", "price_too_low"),
        (float("nan"), "not_a_number"),
        (float("inf"), "not_a_number"),
        (True, "not_a_number"),
        (False, "not_a_number"),
        (dt.date(2026, 1, 4), "is_date"),
        (dt.datetime(2026, 1, 4, tzinfo=dt.UTC), "is_date"),
        (dt.time(1), "is_date"),
        (10**19, "price_too_high"),
        ("9" * 19, "price_too_high"),
        (25, "price_too_low"),
        ("25", "price_too_low"),
        (0, "price_too_low"),
        ("20.000-25.000", "range"),
        ("20rb s/d 25rb", "range"),
        ("20.000 s/d 25.000", "range"),
        ("100.000/kg", "price_per_measure"),
        ("25.000 per ons", "price_per_measure"),
        ("hubungi kami", "not_a_number"),
        ("2.5E+4", "rounded_number"),
        ("1e5", "rounded_number"),
        ("25.000,- /kg", "price_per_measure"),
        ("25.00.000", "not_a_number"),
        ("1.2.3", "not_a_number"),
        ("25.0000,0", "not_a_number"),
        ("٢٥٠٠٠", "not_a_number"),
        ("=25000", "not_a_number"),
        ("1" * 500, "not_a_number"),
        (CellError("#REF!"), "formula_error"),
        ("..", "not_a_number"),
        (",", "not_a_number"),
        ("Rp", "not_a_number"),
    ],
)
def test_prices_that_are_none(cell, code):
    assert code_of(reading.rupiah, cell) == code


@pytest.mark.parametrize(
    ("cell", "grams"),
    [
        (250, 250),
        ("250", 250),
        ("250 gr", 250),
        ("250gr.", 250),
        ("250 Gram", 250),
        ("250g", 250),
        ("0,25 kg", 250),
        ("0.25kg", 250),
        (".25 kg", 250),
        ("1/4 kg", 250),
        ("¼ kg", 250),
        ("1/2 kilo", 500),
        ("1 kg", 1000),
        ("1,250 kg", 1250),
        ("1.250 gr", 1250),
        ("1 ons", 100),
        ("2,5 ons", 250),
        ("500 ml", 500),
        ("1 liter", 1000),
        ("0,250 kg", 250),
        (1.4, 1),
        ("3/4kg", 750),
        ("250gr/bungkus", 250),
        ("250 g per pcs", 250),
    ],
)
def test_weights(cell, grams):
    assert reading.grams(cell) == grams


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (0.25, "weight_too_small"),
        ("0,25", "weight_too_small"),
        (0, "zero"),
        ("0", "zero"),
        (-5, "negative"),
        (dt.date(2026, 4, 1), "is_date"),
        ("250 butir", "unknown_unit"),
        ("200 kg", "weight_too_big"),
        ("1/0 kg", "not_a_number"),
        ("200-250 gr", "range"),
        ("250 g/kg", "not_a_number"),
        ("ringan", "not_a_number"),
        (True, "not_a_number"),
    ],
)
def test_weights_that_are_none(cell, code):
    assert code_of(reading.grams, cell) == code


def test_a_volume_is_no_shipping_weight():
    with pytest.raises(MisreadError, match="volume_not_weight"):
        reading.grams("300 ml", volume_counts=False)


def test_a_bare_weight_is_in_the_unit_of_its_column():
    assert reading.grams(0.6, unit="kg") == 600
    assert reading.grams("1.250", unit="kg") == 1250


def test_lengths_counts_and_days():
    assert [reading.millimetres(cell) for cell in (12, "12,5", "120 mm", "0,3 m")] == [120, 125, 120, 300]
    assert [reading.pieces(cell) for cell in (0, 12.0, "12 pcs", "1.200", "12 bungkus")] == [0, 12, 12, 1200, 12]
    assert [reading.days(cell) for cell in (90, "90 hari", "3 bulan", "1 minggu", "1 thn")] == [90, 90, 90, 7, 365]
    assert [code_of(reading.pieces, cell) for cell in (1.5, -1, "banyak", 10**6)] == [
        "fraction",
        "negative",
        "not_a_number",
        "count_too_big",
    ]


@pytest.mark.parametrize(
    "cell",
    [
        "081234567890",
        81234567890,
        81234567890.0,
        "81234567890",
        "6281234567890",
        6281234567890.0,
        "+62 812-3456-7890",
        "0812 3456 7890",
        "(0812) 3456.7890",
        "HP 081234567890",
        "WA: 0812-3456-7890",
        "006281234567890",
        "'081234567890",
    ],
)
def test_telephones_get_their_zero_back(cell):
    assert reading.phone(cell) == "+6281234567890"


def test_a_landline_is_a_telephone_too():
    assert reading.phone("(0717) 432100") == "+62717432100"


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("8.12E+10", "rounded_number"),
        ("8,12E+10", "rounded_number"),
        ("0812", "not_a_phone"),
        ("tidak tahu", "not_a_phone"),
        ("+65 9123 4567", "foreign_phone"),
        ("081234567890 / 081298765432", "two_phones"),
        (812.5, "not_a_number"),
        ("0812345678901234", "not_a_phone"),
        (True, "not_a_number"),
        (dt.date(2026, 1, 1), "is_date"),
        (-1, "not_a_number"),
    ],
)
def test_telephones_that_are_none(cell, code):
    assert code_of(reading.phone, cell) == code


@pytest.mark.parametrize("cell", ["1971014510900001", "1971 0145 1090 0001", "'1971014510900001", "197101.451090.0001"])
def test_a_nik_is_sixteen_digits_of_text(cell):
    assert reading.nik(cell) == "1971014510900001"


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (1971014510900001, "nik_rounded"),
        (1.9710145109e15, "nik_rounded"),
        ("1.9E+15", "nik_rounded"),
        ("1,97101E+15", "nik_rounded"),
        ("197101451090000", "nik_length"),
        ("19710145109000011", "nik_length"),
        (19710145, "nik_length"),
        ("1971013210900001", "nik_pattern"),
        ("1971014513900001", "nik_pattern"),
        ("1971014510900000", "nik_pattern"),
        ("belum punya", "nik_length"),
        ("١٩٧١٠١٤٥١٠٩٠٠٠٠١", "nik_length"),
    ],
)
def test_a_nik_is_never_guessed(cell, code):
    assert code_of(reading.nik, cell) == code


def test_nib():
    assert [reading.nib(cell) for cell in ("0289010202776", 289010202776.0, "NIB 1234567890123")] == [
        "0289010202776",
        "0289010202776",
        "1234567890123",
    ]
    assert code_of(reading.nib, "289010202776") == "nib_length"


@pytest.mark.parametrize(
    "cell",
    [
        dt.date(2026, 11, 24),
        dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC),
        46350,
        46350.7,
        "24/11/2026",
        "24-11-2026",
        "24.11.2026",
        "24/11/26",
        "2026-11-24",
        "2026-11-24 00:00:00",
        "24 Nov 2026",
        "24 November 2026",
        "24 Nopember 2026",
        "24nov2026",
        "24-Nov-26",
        "11/24/2026",
        "Selasa, 24 November 2026",
    ],
)
def test_days(cell):
    assert reading.day(cell) == dt.date(2026, 11, 24)


def test_a_month_means_its_last_day():
    assert reading.day("02/2028") == reading.day("Feb 2028") == reading.day("Pebruari 2028") == dt.date(2028, 2, 29)


@pytest.mark.parametrize(
    "cell", ["besok", "32/1/2026", "1/1/1026", 5, True, "2026", "24 Foo 2026", "", dt.time(1), "13/2026"]
)
def test_days_that_are_none(cell):
    assert code_of(reading.day, cell) == "not_a_date"


def test_text_is_tidied_and_bounded():
    assert reading.text("  Kue \t lapis\r\n\r\nenak \u202e\u200b ") == "Kue lapis\n\nenak"
    assert (reading.text(12.0), reading.text(True), reading.text("e\u0301")) == ("12", "Ya", "é")
    assert code_of(reading.text, "x" * 201) == "too_long"


def test_blank_cells():
    assert all(reading.is_blank(cell) for cell in ("", "  ", None, "-", "n/a", "Tidak ada"))
    assert not any(reading.is_blank(cell) for cell in (0, False, "0", CellError("#REF!")))


def test_choices_take_other_spellings_and_only_offer_what_nearly_fits():
    districts = Choices(
        [("Kabupaten Bangka", "19.01"), ("Kota Pangkal Pinang", "19.71")], {"babel": "19.01"}, titled=True
    )
    for cell in ("Kab. Bangka", "bangka", "KABUPATEN  BANGKA", "Babel"):
        assert districts.find(cell) == "19.01"
    assert districts.find("Pangkalpinang") == "19.71"
    with pytest.raises(MisreadError) as refusal:
        districts.find("Pangkal Pinan")
    assert (refusal.value.code, refusal.value.facts) == ("unknown_choice", {"hint": "Kota Pangkal Pinang"})
    with pytest.raises(MisreadError) as refusal:
        districts.find("xyz")
    assert refusal.value.facts == {}


def test_a_name_that_two_share_is_ambiguous():
    villages = Choices([("Air Anyir", 1), ("Air Anyir", 2)])
    assert code_of(villages.find, "air anyir") == "ambiguous_choice"


ANY_CELL = st.one_of(
    st.text(max_size=60),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.times(),
    st.timedeltas(),
    st.text(alphabet="0123456789.,-+eErRpPkKgGbBjJtT/ ", max_size=20),
    st.builds(CellError, st.text(max_size=8)),
)


@given(ANY_CELL)
def test_any_cell_is_read_or_refused(cell):
    for read in READERS:
        try:
            read(cell)
        except MisreadError:
            continue


def test_about_is_taken_at_its_word_but_not_for_a_price():
    assert (reading.days("± 60 hari"), reading.grams("sekitar 250 gr"), reading.pieces("+/- 20 pcs")) == (60, 250, 20)
    assert code_of(reading.rupiah, "± 25.000") == "not_a_number"
