"""The most popular products that have all words asked for. Nothing is ranked or counted beyond a fixed number.

A word's postings lie in the order of popularity, so the best products of a word are read from the start of its range.
Several words: the rarest one is read, each product is looked up under the other words.
"""

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import lru_cache, partial
from typing import Any, Final, NamedTuple

from sqlalchemy import ARRAY, BigInteger, TextClause, bindparam, text
from sqlalchemy.orm import Session

from gallery.listing.models import AVAILABLE, IN_NAME, KEY_LIMIT
from gallery.listing.queries.spelling import Wanted

CAP: Final = 1_000  # candidates of one page: more are not looked at
SCAN: Final = 5_000  # postings read to find them
LOOK_UPS: Final = 12_000  # of those, under the other words
_REST: Final = ~IN_NAME & (2 * AVAILABLE - 1)


class Candidate(NamedTuple):
    """A product in the running. Candidates are sorted by ``key``, then by id, both from high to low."""

    key: int
    product_id: int
    facet_id: int


# As ``Candidate._make``, without a Python call for each of a thousand rows.
_candidate: Final[Callable[[tuple[Any, ...]], Candidate]] = partial(tuple.__new__, Candidate)
_PRODUCT_ID: Final = Candidate._fields.index("product_id")


class Candidates(NamedTuple):
    """What was found, and whether there may be more than was looked at."""

    found: list[Candidate]
    is_capped: bool


def candidates(session: Session, wanted: Sequence[Wanted], cells: Collection[int] | None = None) -> Candidates:
    """Return the best products that have everything wanted, if asked only of some facet cells, best first."""
    if not wanted or any(not item.terms for item in wanted):
        return Candidates([], is_capped=False)
    driver, *others = sorted(wanted, key=lambda item: item.products)
    dialect = session.get_bind().dialect.name
    sizes = tuple(len(item.terms) for item in others)
    statement = _statement(dialect, len(driver.terms), sizes, cells is not None)
    limit = SCAN if others or cells is not None else CAP + 1
    if others:  # a product is looked up twice for each term: in the name, and elsewhere
        limit = min(limit, max(CAP + 1, LOOK_UPS // (2 * sum(sizes))))
    values: dict[str, Any] = {"scan": limit, "cap": CAP + 1, "rest": _REST, "in_name": IN_NAME}
    values |= {f"d{n}": term.id for n, term in enumerate(driver.terms)}
    values |= {f"w{m}_{n}": term.id for m, item in enumerate(others) for n, term in enumerate(item.terms)}
    if cells is not None:
        values["cells"] = json.dumps(sorted(cells)) if dialect == "sqlite" else sorted(cells)
    values |= {"exact": len(driver.exact), "available": AVAILABLE, "popularity": KEY_LIMIT - 1}
    if not others:
        del values["rest"]
    rows = session.execute(statement, values).all()
    found: Iterable[tuple[Any, ...]] = map(tuple, rows)  # a thousand of them: plain tuples are sorted fastest
    if len(driver.terms) > 1 or any(size > 1 for size in sizes):
        # Found under several synonyms: the best one counts.
        found = {row[_PRODUCT_ID]: row for row in sorted(found)}.values()
    read_all = driver.products <= limit and len(rows) <= CAP
    return Candidates(list(map(_candidate, sorted(found, reverse=True)[:CAP])), is_capped=not read_all)


@lru_cache(maxsize=500)
def _statement(dialect: str, arms: int, others: tuple[int, ...], is_filtered: bool) -> TextClause:  # noqa: FBT001 - key of a cache
    """Build the one query: arms of the driving word, then one look-up for each other word."""
    driver = " UNION ALL ".join(
        "SELECT * FROM (SELECT product_id, rank_key, facet_id, "  # noqa: S608 - only numbers counted here
        f"{n} AS arm FROM search_posting WHERE term_id = :d{n} "
        f"ORDER BY rank_key DESC, product_id DESC LIMIT :scan) AS arm{n}"
        for n in range(arms)
    )
    look_up = _look_up_sqlite if dialect == "sqlite" else _look_up_postgresql
    # The order: available, words in the name, the word itself rather than a synonym, popularity.
    joins = "".join(look_up(m, ", ".join(f":w{m}_{n}" for n in range(size))) for m, size in enumerate(others))
    in_name = " + ".join(
        _flag(f"({table}.rank_key & :in_name) <> 0") for table in ("a", *(f"w{m}" for m in range(len(others))))
    )
    points = f"2 * ({in_name}) + {_flag('a.arm < :exact')}"
    key = f"(a.rank_key & :available) + :in_name * ({points}) + (a.rank_key & :popularity)"
    cells = "(SELECT value FROM json_each(:cells))" if dialect == "sqlite" else "(SELECT unnest(:cells))"
    where = f" WHERE a.facet_id IN {cells}" if is_filtered else ""
    statement = text(
        f"SELECT {key}, a.product_id, a.facet_id FROM ({driver}) AS a{joins}{where} LIMIT :cap"  # noqa: S608 - see above
    )
    if is_filtered and dialect != "sqlite":
        statement = statement.bindparams(bindparam("cells", type_=ARRAY(BigInteger)))
    return statement


def _flag(condition: str) -> str:
    return f"CASE WHEN {condition} THEN 1 ELSE 0 END"


def _look_up_sqlite(m: int, terms: str) -> str:
    # CROSS JOIN keeps the order of the tables: the few candidates outside, the primary key inside.
    return (
        f" CROSS JOIN search_posting AS w{m} ON w{m}.term_id IN ({terms}) AND w{m}.product_id = a.product_id"
        f" AND w{m}.rank_key IN (a.rank_key & :rest, (a.rank_key & :rest) + :in_name)"
    )


def _look_up_postgresql(m: int, terms: str) -> str:
    # LIMIT keeps the planner from hashing all postings of a common word.
    return (
        f" CROSS JOIN LATERAL (SELECT p.rank_key FROM search_posting AS p WHERE p.term_id IN ({terms})"  # noqa: S608 - see above
        f" AND p.product_id = a.product_id AND p.rank_key IN (a.rank_key & :rest, (a.rank_key & :rest) + :in_name)"
        f" ORDER BY p.rank_key DESC LIMIT 1) AS w{m}"
    )
