"""The page that tells what was measured."""

import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from benchmarks.buying import Step
from benchmarks.pages import Measured

BY_HAND = Path(__file__).with_name("by_hand.md")
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
INTRO = """\
# Performance

Written by `make bench`: one run on one machine, servers as they are deployed (gunicorn, threads, production settings,
loopback), four open connections of a client in Python beside them. On a shared machine processor time for each request
and the ratio to an empty Flask page **on the same server in the same run** count; requests a second are what this
machine gave that day.
"""
QUICK = """\
**A quick run** (`--quick`: one round of half a second, on a busy machine): good for orders of magnitude only.
`make bench` without it writes the real table.
"""
NOTES = """\
## How to read it
- **Kept ready**: public pages are the same for everybody and answered from memory until the catalogue changes; 304 is
  the answer to a browser that has the page already.
- **Made anew**: the same pages with a page cache that keeps nothing, gzip included (the page cache keeps
  the compressed form). Searches are a mix of one and several words, common and rare, some with typing errors.
- **Buying**: 200 buyers, four at a time, each step by all of them before the next one; half a dozen share a product.
- Cards of products and the filter box of a list without search words are drawn once for equal contents; a search draws
  its filter box itself. Both databases are asked anew for every page.
- The bars for pages made anew are meant for 10,000 products; larger catalogues stand beside them.
- Queries for each page are asserted in the tests of the page, so a new one does not come unseen.
- Catalogues of any size are made by `python -m benchmarks.catalogue --products 100000`.
"""


@dataclass
class Run:
    """One database with one size of catalogue."""

    database: str
    products: int
    empty: list[Measured] = field(default_factory=list)
    kept: list[Measured] = field(default_factory=list)
    anew: list[Measured] = field(default_factory=list)
    buying: list[Step] = field(default_factory=list)
    memory_mb: tuple[float, float] = (0.0, 0.0)
    first_view: dict[str, int] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return f"{NAMES[self.database]}, {grouped(self.products)} products"

    @property
    def empty_cpu(self) -> float:
        return statistics.mean(one.cpu_ms for one in self.empty)

    @property
    def empty_rate(self) -> float:
        return statistics.mean(one.rate for one in self.empty)


@dataclass
class Facts:
    """What does not depend on database and size."""

    start_seconds: float
    first_view: dict[str, int]
    preview: tuple[float, int]  # seconds and megabytes for a sheet of 10,000 products


def page(runs: Sequence[Run], *, facts: Facts, is_quick: bool) -> str:
    parts = [INTRO, machine(facts.start_seconds), *([QUICK] if is_quick else []), bars(runs, facts)]
    if facts.first_view:
        parts.append(wire(facts.first_view))
    parts += [section(run) for run in runs]
    return "\n".join([*parts, NOTES, BY_HAND.read_text()])


def machine(start_seconds: float) -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in ("flask", "sqlalchemy", "gunicorn"))
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}, {packages}."
        f" The application is ready after {start_seconds:.1f} s of processor time.\n"
    )


def bars(runs: Sequence[Run], facts: Facts) -> str:
    """What was promised beside what was measured."""
    rows = []
    for run in runs:
        by_name = {one.name: one for one in run.anew}
        extra = 1.5 if run.database == "postgresql" else 1.0
        for name, bar in (("listing, page 1", 4), ("product", 4), ("search", 6)):
            rows.append((run.title, f"{name}, made anew", f"{by_name[name].cpu_ms:.1f} ms", f"≤ {bar * extra:g} ms"))
        kept = min(one.rate for one in run.kept if "304" not in one.name) / run.empty_rate
        unchanged = min(one.rate for one in run.kept if "304" in one.name) / run.empty_rate
        rows.append((run.title, "slowest page kept ready, to the empty page", f"{kept:.2f} ×", "≥ 0.6 ×"))
        rows.append((run.title, "slowest 304, to the empty page", f"{unchanged:.2f} ×", "≥ 0.7 ×"))
        order = run.buying[-1]
        rows.append((run.title, "place an order", f"{order.cpu_ms:.1f} ms, {order.rate:.0f}/s", "≤ 25 ms, ≥ 40/s"))
        own, shared = run.memory_mb
        rows.append(
            (run.title, "memory of the web process", f"{own:.0f} MB own, {shared:.0f} MB with shared", "≤ 120 MB")
        )
    seconds, megabytes = facts.preview
    rows.append(("sheet of 10,000 products", "preview", f"{seconds:.1f} s, {megabytes} MB", "≤ 10 s, ≤ 300 MB"))
    return "## Promised and measured\n" + table(("", "what", "measured", "bar"), rows)


def wire(first_view: dict[str, int]) -> str:
    rows = [(name, f"{size / 1024:.1f} KB") for name, size in first_view.items()]
    rows.append(("together", f"{sum(first_view.values()) / 1024:.1f} KB (bar 60 KB)"))
    return "## First view of the home page over the wire, without pictures\n" + table(("part", "bytes sent"), rows)


def section(run: Run) -> str:
    head = ("page", "requests/s", "to the empty page", "p50 ms", "p99 ms", "CPU ms", "to the empty page")
    lines = [f"## {run.title}", "### Kept ready", table(head, [row(one, run) for one in [*run.empty[:1], *run.kept]])]
    lines += ["### Made anew", table(head, [row(one, run) for one in run.anew])]
    steps = [
        (
            s.name,
            f"{s.rate:.0f}",
            f"{s.percentile_ms(50):.0f}",
            f"{s.percentile_ms(99):.0f}",
            f"{s.cpu_ms:.1f}",
            s.wrong,
        )
        for s in run.buying
    ]
    lines += ["### Buying", table(("step", "a second", "p50 ms", "p99 ms", "CPU ms", "errors"), steps)]
    return "\n".join(lines)


def row(one: Measured, run: Run) -> tuple[str, ...]:
    return (
        one.name,
        f"{one.rate:.0f}",
        f"{one.rate / run.empty_rate:.2f} ×",
        f"{one.p50_ms:.1f}",
        f"{one.p99_ms:.1f}",
        f"{one.cpu_ms:.2f}",
        f"{one.cpu_ms / run.empty_cpu:.1f} ×",
    )


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    lines += ["| " + " | ".join(str(cell) for cell in cells) + " |" for cells in rows]
    return "\n".join(lines) + "\n"


def grouped(number: int) -> str:
    return f"{number:,}"
