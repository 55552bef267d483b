"""What a search finds, in which order, and what it makes of typing errors."""

import pytest

from gallery.core.db import db
from gallery.listing.queries import ListingQuery, Sort, listing_page, suggestions
from gallery.listing.queries.words import GROUPS
from tests.factories.listing import make_offer


def found(q: str, **given) -> list[str]:
    return [entry.name for entry in listing_page(db.session(), ListingQuery(q=q, **given)).entries]


def corrected(q: str) -> str | None:
    return listing_page(db.session(), ListingQuery(q=q)).corrected


def test_every_word_must_be_there_in_name_or_elsewhere(app):
    make_offer("Lada Putih", district="19.71")
    make_offer("Lada Hitam", district="19.01")
    assert found("lada bangka") == ["Lada Hitam"]
    assert found("putih lada") == ["Lada Putih"]
    assert found("lada putih hitam") == []


def test_a_variant_and_the_word_halal_are_found(app):
    make_offer("Keripik pisang", prices=(9_000, 9_000), variants=("Balado", "Keju"))
    make_offer("Keripik sukun", halal=True)
    assert found("keripik keju") == ["Keripik pisang"]
    assert found("keripik halal") == ["Keripik sukun"]


def test_inflected_words_find_each_other(app):
    make_offer("Anyaman pandan")
    assert found("anyam") == found("anyamannya") == ["Anyaman pandan"]


def test_the_last_word_may_be_a_beginning(app):
    make_offer("Kemplang panggang")
    make_offer("Kemeja jumputan", category="Kain")
    assert found("kempl") == ["Kemplang panggang"]
    assert sorted(found("kem")) == ["Kemeja jumputan", "Kemplang panggang"]
    assert corrected("kempl") is None
    assert found("kempl panggang") == ["Kemplang panggang"]  # cured: a beginning only counts at the end


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("lda putih", "lada putih"),
        ("kem plang", "kemplang"),
        ("kemplng", "kemplang"),
        ("kempalng", "kemplang"),
        ("ladaputih", "lada putih"),
        ("temggiri", "tenggiri"),
        ("kemplang tengiriii", "kemplang tenggiri"),
        ("pewtr kapl", "pewter kapal"),
    ],
)
def test_typing_errors_are_cured(app, typed, meant):
    make_offer("Lada putih Muntok")
    make_offer("Kemplang tenggiri")
    make_offer("Pewter kapal")
    assert corrected(typed) == meant
    assert found(typed) == found(meant) != []


def test_the_exact_search_cures_nothing(app):
    make_offer("Lada putih")
    assert found("lda", exact=True) == []
    assert found("lada", exact=True) == ["Lada putih"]


def test_among_equally_near_words_the_common_one_was_meant(app):
    for n in range(3):
        make_offer(f"Lada {n}")
    make_offer("Lida buaya")
    assert corrected("lxda") == "lada"


def test_short_and_numeric_words_are_not_guessed(app):
    make_offer("Teh 250")
    assert corrected("te") is None  # a beginning
    assert corrected("251") is None


GROUPS_ONCE = sorted({tuple(group) for group in GROUPS.values()})


def test_every_pair_of_synonyms_finds_the_other(app):
    for number, group in enumerate(GROUPS_ONCE):
        make_offer(" ".join(group[0]) + f" nomor{number}", refresh=False)
    from tests.factories.listing import refresh_listing

    refresh_listing(*range(1, len(GROUPS_ONCE) + 1))
    missed = [
        (" ".join(phrase), " ".join(group[0]))
        for number, group in enumerate(GROUPS_ONCE)
        for phrase in group
        if not any(f"nomor{number}" in name for name in found(" ".join(phrase), page_size=100))
    ]
    assert missed == []


def test_what_can_be_bought_comes_first_then_names_then_the_word_itself_then_sales(app):
    make_offer("Sambal pedas", ingredients="lada", at_home=5, sold=900)
    make_offer("Sahang bubuk", at_home=5, sold=50)
    make_offer("Lada biasa", at_home=5, sold=1)
    make_offer("Lada laris", at_home=5, sold=20)
    make_offer("Lada habis", sold=5_000)
    assert found("lada") == ["Lada laris", "Lada biasa", "Sahang bubuk", "Sambal pedas", "Lada habis"]


def test_a_search_can_be_sorted_otherwise(app):
    make_offer("Lada A", prices=(30_000,), at_home=1, day=1)
    make_offer("Lada B", prices=(10_000,), at_home=1, day=3)
    make_offer("Lada C", prices=(20_000,), at_home=1, day=2)
    assert found("lada", sort=Sort.CHEAPEST) == ["Lada B", "Lada C", "Lada A"]
    assert found("lada", sort=Sort.DEAREST) == ["Lada A", "Lada C", "Lada B"]
    assert found("lada", sort=Sort.NEWEST) == ["Lada B", "Lada C", "Lada A"]
    assert found("lada", price_min=15_000, price_max=25_000) == ["Lada C"]


def test_more_than_is_looked_at_is_said_to_be_more(app, monkeypatch):
    from gallery.listing.queries import search

    for n in range(6):
        make_offer(f"Lada {n}", sold=n, district="19.01" if n % 2 else "19.71")
    monkeypatch.setattr(search, "CAP", 3)
    page = listing_page(db.session(), ListingQuery(q="lada"))
    assert (page.total, page.is_capped, [e.name for e in page.entries]) == (3, True, ["Lada 5", "Lada 4", "Lada 3"])
    page = listing_page(db.session(), ListingQuery(q="lada", district=["19.71"]))
    assert (page.total, page.is_capped) == (3, False)  # inside the filter nothing is left out
    counts = {value.value: (value.count, value.is_least) for value in page.facets.district}
    assert counts == {"19.71": (3, False), "19.01": (2, True)}


def test_a_search_in_vain_offers_softer_ones(app):
    make_offer("Lempok durian", at_home=2)
    make_offer("Lada putih", at_home=2, sold=9)
    page = listing_page(db.session(), ListingQuery(q="durian zzzzzz"))
    assert (page.total, page.is_miss) == (0, True)
    assert page.softer == ["durian"]
    assert [entry.name for entry in page.next_best] == ["Lempok durian"]
    page = listing_page(db.session(), ListingQuery(q="qqqqqq"))
    assert [entry.name for entry in page.next_best] == ["Lada putih", "Lempok durian"]
    page = listing_page(db.session(), ListingQuery(q="lada durian"))
    assert page.softer == ["lada", "durian"]


def test_suggestions_complete_the_last_word(app):
    make_offer("Kemplang panggang", at_home=1)
    make_offer("Kemplang goreng", at_home=1, sold=3)
    found = suggestions(db.session(), "kempl")
    assert found.words[0] == "kemplang"
    assert [entry.name for entry in found.products] == ["Kemplang goreng", "Kemplang panggang"]
    assert [entry.name for entry in suggestions(db.session(), "kemplang gor").products] == ["Kemplang goreng"]
    assert [entry.name for entry in suggestions(db.session(), "kmplang").products] != []
    assert [c.name for c in suggestions(db.session(), "remp").categories] == ["Rempah"]
    assert [e.business_name for e in suggestions(db.session(), "usah").businesses] == ["Usaha 19.71"]
