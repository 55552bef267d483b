"""From text to search words."""

import pytest

from gallery.listing.queries.words import GROUPS, index_terms, stem, tokens, units


def test_tokens_are_lower_case_without_accents():
    assert tokens("Oleh-oleh Café 250 g, SIAP!") == ["oleh", "oleh", "cafe", "250", "g", "siap"]


@pytest.mark.parametrize(
    ("written", "root"),
    [("makanan", "makan"), ("minuman", "minum"), ("kerajinan", "rajin"), ("hiasan", "hias"), ("ikannya", "ikan")],
)
def test_words_are_cut_to_their_stem(written, root):
    assert stem(written) == stem(root) == root


@pytest.mark.parametrize("word", ["terasi", "merica", "kerupuk", "pelawan", "belacan", "madu", "250g"])
def test_local_words_stay_whole(word):
    assert stem(word) == word


def test_a_stem_is_never_shorter_than_four_letters():
    assert stem("berair") == "berair"  # not "air"


def test_known_phrases_are_one_unit_with_their_synonyms():
    first, second = units("kriya timah lucu")
    assert (first.text, first.term) == ("kriya timah", "kriya-timah")
    assert "pewter" in first.synonyms
    assert second.text == "lucu"


def test_words_that_say_nothing_are_left_out_unless_nothing_else_is_there():
    assert [unit.text for unit in units("lada dan madu dari bangka")] == ["lada", "madu", "bangka"]
    assert [unit.text for unit in units("dari")] == ["dari"]
    assert units("?!") == []


def test_a_long_query_is_cut():
    assert len(units(" ".join(f"kata{n}" for n in range(50)))) == 8


def test_a_product_is_indexed_by_name_and_by_the_rest():
    terms = index_terms("Kriya timah kapal", ["Kerajinan", "Kota Pangkal Pinang"])
    assert terms["kapal"] == ("kapal", True)
    assert terms["kriya-timah"] == ("kriya timah", True)
    assert terms["rajin"] == ("kerajinan", False)
    assert terms["pangkal-pinang"] == ("pangkal pinang", False)
    assert "kota" not in terms


def test_there_are_many_synonyms_and_each_knows_the_others():
    pairs = {(a, b) for a, group in GROUPS.items() for b in group if a != b}
    assert len(pairs) >= 60  # both directions
    assert all((b, a) in pairs for a, b in pairs)
