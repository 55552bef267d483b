"""The most popular products that have all words asked for. Nothing is ranked or counted beyond a fixed number.

A word's postings lie in the order of popularity, so the best products of a word are read from the start of its range.
Several words: the rarest one is read, each product is looked up under the other words.
"""

import json
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from sqlalchemy import ARRAY, BigInteger, TextClause, bindparam, text
from sqlalchemy.orm import Session

from gallery.listing.models import AVAILABLE, IN_NAME, KEY_LIMIT
from gallery.listing.queries.spelling import Wanted

CAP: Final = 1_000  # candidates of one page: more are not looked at
SCAN: Final = 10_000  # postings read to find them
_REST: Final = ~IN_NAME & (2 * AVAILABLE - 1)
_MOST_POINTS: Final = AVAILABLE // IN_NAME - 1


class Candidate(NamedTuple):
    """A product in the running. Candidates are sorted by ``key``, then by id, both from high to low."""

    key: int
    product_id: int
    facet_id: int


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
    values: dict[str, Any] = {"scan": limit, "cap": CAP + 1, "rest": _REST, "in_name": IN_NAME}
    values |= {f"d{n}": term.id for n, term in enumerate(driver.terms)}
    values |= {f"w{m}_{n}": term.id for m, item in enumerate(others) for n, term in enumerate(item.terms)}
    if cells is not None:
        values["cells"] = json.dumps(sorted(cells)) if dialect == "sqlite" else sorted(cells)
    if not others:
        del values["rest"], values["in_name"]
    rows = session.execute(statement, values).all()
    read_all = driver.products <= limit and len(rows) <= CAP
    return Candidates(_ranked(rows, len(driver.terms), len(driver.exact), len(others)), is_capped=not read_all)


def _ranked(rows: Sequence[Any], arms: int, exact_arms: int, others: int) -> list[Candidate]:
    """Order by: available, words in the name, the word itself rather than a synonym, popularity."""
    if exact_arms == arms == 1 and not others:
        # One word: its postings are in this order already, and a posting's key says it as well.
        return [Candidate(rank_key, product_id, facet_id) for product_id, rank_key, facet_id, _ in rows[:CAP]]
    best: dict[int, Candidate] = {}
    for product_id, rank_key, facet_id, arm, *under in rows:
        in_name = rank_key & IN_NAME > 0
        for under_key in under:
            in_name += under_key & IN_NAME > 0
        points = min(2 * in_name + (arm < exact_arms), _MOST_POINTS)
        key = (rank_key & AVAILABLE) + points * IN_NAME + (rank_key & (KEY_LIMIT - 1))
        if product_id not in best or best[product_id].key < key:
            best[product_id] = Candidate(key, product_id, facet_id)
    return sorted(best.values(), reverse=True)[:CAP]


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
    joins = "".join(look_up(m, ", ".join(f":w{m}_{n}" for n in range(size))) for m, size in enumerate(others))
    columns = "".join(f", w{m}.rank_key AS k{m}" for m in range(len(others)))
    cells = "(SELECT value FROM json_each(:cells))" if dialect == "sqlite" else "(SELECT unnest(:cells))"
    where = f" WHERE a.facet_id IN {cells}" if is_filtered else ""
    statement = text(
        f"SELECT a.product_id, a.rank_key, a.facet_id, a.arm{columns} FROM ({driver}) AS a{joins}{where} LIMIT :cap"  # noqa: S608 - see above
    )
    if is_filtered and dialect != "sqlite":
        statement = statement.bindparams(bindparam("cells", type_=ARRAY(BigInteger)))
    return statement


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
