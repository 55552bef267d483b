"""QRIS codes against vectors of the field (fictional merchants)."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from gallery.payments.codes import _crc, for_amount, read_qris
from gallery.payments.errors import BadQrisError

VECTORS = json.loads(Path(__file__).with_name("qris_vectors.json").read_text())
STATIC = VECTORS["positive"][0]["payload"]


def test_the_checksum_is_that_of_the_standard():
    assert {text: _crc(text) for text in VECTORS["crc_check"]} == VECTORS["crc_check"]


@pytest.mark.parametrize("vector", VECTORS["positive"], ids=lambda vector: vector["name"])
def test_a_code_says_whose_it_is_and_for_how_much(vector):
    found = read_qris(vector["payload"])
    assert (found.merchant, found.city, found.nmid) == (vector["merchant"], vector["city"], vector["nmid"])
    assert found.is_static is vector["static"]
    assert found.amount_idr == (int(vector["amount"]) if vector["amount"] else None)


@pytest.mark.parametrize("vector", VECTORS["negative"], ids=lambda vector: vector["name"])
def test_what_is_no_whole_code_is_refused(vector):
    with pytest.raises(BadQrisError):
        read_qris(vector["payload"])


@pytest.mark.parametrize("vector", VECTORS["convert"])
def test_a_static_code_becomes_one_for_an_amount(vector):
    source = next(one["payload"] for one in VECTORS["positive"] if one["name"] == vector["from"])
    assert for_amount(source, vector["amount"]) == vector["expect"]


def test_only_a_static_code_is_made_into_one_for_an_amount():
    with pytest.raises(BadQrisError):
        for_amount(for_amount(STATIC, 25_000), 30_000)


@given(amount=some.integers(1, 10**10), reference=some.from_regex(r"[A-Z0-9-]{0,30}", fullmatch=True))
def test_every_amount_and_reference_reads_back(amount, reference):
    made = read_qris(for_amount(STATIC, amount, reference))
    assert (made.amount_idr, made.is_static, made.merchant) == (amount, False, "GALERI PLUT BABEL")


@given(some.text(max_size=300))
def test_no_text_ends_in_anything_but_a_refusal(text):
    with pytest.raises(BadQrisError):
        read_qris(text)
