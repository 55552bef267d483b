from datetime import UTC, date, datetime

import pytest

from gallery.catalog.errors import LicenceNumberError
from gallery.catalog.licences import parse, recognise
from gallery.catalog.states import LicenceKind
from gallery.core import clock

PIRT, BPOM, HALAL, SNI, GI, PKRT = (
    LicenceKind.PIRT,
    LicenceKind.BPOM,
    LicenceKind.HALAL,
    LicenceKind.SNI,
    LicenceKind.GI,
    LicenceKind.PKRT,
)


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 24, tzinfo=UTC))


@pytest.mark.parametrize(
    ("kind", "typed", "number"),
    [
        (PIRT, "2153276010281-21", "2153276010281-21"),
        (PIRT, "P-IRT No. 3063306010072-19", "3063306010072-19"),
        (PIRT, "PIRT: 206 1901 01 0123 - 28", "2061901010123-28"),
        (PIRT, "p.irt 206190101012328", "2061901010123-28"),
        (PIRT, "206190101012", "206190101012"),
        (BPOM, "BPOM RI MD 123456789012", "MD 123456789012"),
        (BPOM, "md 071182004300360", "MD 071182004300360"),
        (BPOM, "POM NA18200100001", "NA 18200100001"),
        (BPOM, "POM TR 123456789", "TR 123456789"),
        (HALAL, "ID32110001040701122", "ID32110001040701122"),
        (HALAL, "Sertifikat Halal No. ID 19 11 0001 0407 01122", "ID19110001040701122"),
        (SNI, "SNI 01-2974-1996", "SNI 01-2974-1996"),
        (SNI, "2973:2018", "SNI 2973:2018"),
        (SNI, "sni  iso 22000:2018", "SNI ISO 22000:2018"),
        (GI, "IDG 000000134", "IDG000000134"),
        (PKRT, "KEMENKES RI PKD 20501710000", "PKD 20501710000"),
    ],
)
def test_a_number_as_people_type_it_becomes_one_normal_form(kind, typed, number):
    assert parse(kind, typed).number == number


@pytest.mark.parametrize(
    ("kind", "typed", "problem"),
    [
        (PIRT, "", "shape"),
        (PIRT, "9061901010123-28", "shape"),  # there is no packaging 9
        (PIRT, "2161901010123-28", "shape"),  # there is no kind of food 16
        (PIRT, "2001901010123-28", "shape"),
        (PIRT, "20619010101232", "shape"),  # 14 digits
        (PIRT, "2061901010123-35", "year"),  # more than five years ahead
        (PIRT, "٢٠٦١٩٠١٠١٠١٢٣٢٨", "shape"),  # digits, but not ASCII ones
        (BPOM, "MD 12345", "shape"),
        (BPOM, "206190101012328", "shape"),
        (HALAL, "KH.00160000750819", "decree"),
        (HALAL, "ID123", "shape"),
        (HALAL, "ID" + "1" * 18, "shape"),
        (SNI, "SNI", "shape"),
        (GI, "IDM000000134", "shape"),
        (PKRT, "PKX 20501710000", "shape"),
    ],
)
def test_a_wrong_number_is_refused_with_its_problem(kind, typed, problem):
    with pytest.raises(LicenceNumberError) as caught:
        parse(kind, typed)
    assert (caught.value.kind, caught.value.found, caught.value.problem) == (kind, typed, problem)


def test_a_pirt_number_tells_its_last_day():
    assert parse(PIRT, "2061901010123-28").expires_on == date(2028, 12, 31)
    assert parse(PIRT, "206190101012").expires_on is None


def test_the_years_are_counted_in_the_province(monkeypatch):
    with pytest.raises(LicenceNumberError):
        parse(PIRT, "2061901010123-32")
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 12, 31, 17, 30, tzinfo=UTC))  # 2027 here
    assert parse(PIRT, "2061901010123-32").expires_on == date(2032, 12, 31)


def test_doubts_are_left_to_the_reviewer():
    assert parse(PIRT, "206190101012").doubts == ("old_form",)
    assert parse(HALAL, "ID1911000104070").doubts == ("length",)
    assert parse(HALAL, "ID32110001040701122").doubts == ()


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("P-IRT 2061901010123-28", PIRT),
        ("206190101012", PIRT),
        ("BPOM MD 123456789012", BPOM),
        ("ID32110001040701122", HALAL),
        ("SNI 2973:2018", SNI),
        ("IDG000000134", GI),
        ("PKD 20501710000", PKRT),
        ("sedang diurus", None),
        ("-", None),
        ("12345", None),
    ],
)
def test_the_kind_is_recognised_from_the_number(typed, kind):
    found = recognise(typed)
    assert (found and found.kind) == kind
