"""From text to search words: tokens, Indonesian stems, and groups of synonyms."""

import re
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

LONGEST_WORD: Final = 30
MOST_WORDS: Final = 8
SHORTEST_STEM: Final = 4
STOP_WORDS: Final = frozenset(
    {"dan", "di", "ke", "dari", "yang", "untuk", "dengan", "atau", "ini", "itu", "per", "pada", "para", "oleh", "isi"}
    | {"kabupaten", "kab", "kota", "the", "of", "and", "for", "with", "in"}
)
_TOKEN: Final = re.compile(r"[a-z0-9]+")
_stemmer_lock: Final = threading.Lock()  # the stemmer keeps its word in itself


@dataclass(frozen=True, slots=True)
class Unit:
    """One thing asked for: what was typed, its own term, and terms that mean the same."""

    text: str
    term: str
    synonyms: tuple[str, ...] = ()


def tokens(text: str) -> list[str]:
    """Return the words in lower case without accents: "Oleh-oleh 250 g" gives oleh, oleh, 250, g."""
    plain = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
    return [token[:LONGEST_WORD] for token in _TOKEN.findall(plain)]


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Return the stem: "anyaman" gives anyam. Words of the synonym file and short stems stay whole."""
    if word in WHOLE_WORDS or len(word) <= SHORTEST_STEM or not word.isalpha():
        return word
    with _stemmer_lock:
        found = str(_stemmer().stemWord(word))
    return found if len(found) >= SHORTEST_STEM else word


@cache
def _stemmer() -> Any:
    import snowballstemmer  # type: ignore[import-untyped] # noqa: PLC0415 - loaded with the first word: 3 MB

    return snowballstemmer.stemmer("indonesian")


def units(query: str) -> list[Unit]:
    """Cut a query into units, the longest known phrases first; at most eight."""
    words = [token for token in tokens(query) if token not in STOP_WORDS] or tokens(query)
    found: list[Unit] = []
    start = 0
    while start < len(words) and len(found) < MOST_WORDS:
        size = next((n for n in range(LONGEST_PHRASE, 1, -1) if tuple(words[start : start + n]) in GROUPS), 1)
        found.append(unit(words[start : start + size]))
        start += size
    return found


def unit(words: Sequence[str]) -> Unit:
    """Return one word, or the words of one known phrase, as a unit."""
    term = term_of(words)
    alike = GROUPS.get(tuple(words), ())
    return Unit(" ".join(words), term, tuple(dict.fromkeys(t for t in map(term_of, alike) if t != term)))


def term_of(words: Sequence[str]) -> str:
    """Return the term under which a word or a known phrase is indexed."""
    return stem(words[0]) if len(words) == 1 else "-".join(words)


def index_terms(name: str, others: Sequence[str]) -> dict[str, tuple[str, bool]]:
    """Return each term of a product with the word as written and whether its name holds it."""
    found: dict[str, tuple[str, bool]] = {}
    for text, in_name in ((name, True), *((other, False) for other in others)):
        for term, surface in _terms(tokens(text)):
            found.setdefault(term, (surface, in_name))
    return found


def _terms(words: list[str]) -> Iterator[tuple[str, str]]:
    for start, word in enumerate(words):
        if word not in STOP_WORDS:
            yield stem(word), word
        for size in range(2, LONGEST_PHRASE + 1):
            phrase = tuple(words[start : start + size])
            if len(phrase) == size and phrase in GROUPS:
                yield term_of(phrase), " ".join(phrase)


def _read_synonyms() -> tuple[dict[tuple[str, ...], tuple[tuple[str, ...], ...]], frozenset[str]]:
    """Return the group of each phrase, and the single words, which are never stemmed."""
    lines = Path(__file__).with_name("synonyms.txt").read_text(encoding="utf-8").splitlines()
    groups: dict[tuple[str, ...], tuple[tuple[str, ...], ...]] = {}
    whole: set[str] = set()
    for line in lines:
        if not line.strip() or line.startswith("#"):
            continue
        phrases = tuple(tuple(tokens(phrase)) for phrase in line.split("="))
        whole |= {phrase[0] for phrase in phrases if len(phrase) == 1}
        if len(phrases) == 1:
            continue
        for phrase in phrases:
            if phrase in groups:
                raise ValueError(f"synonyms.txt: {' '.join(phrase)} stands in two groups")
            groups[phrase] = phrases
    return groups, frozenset(whole)


GROUPS, WHOLE_WORDS = _read_synonyms()
LONGEST_PHRASE: Final = max(map(len, GROUPS))
