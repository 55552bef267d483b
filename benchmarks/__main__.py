"""``make bench``: both databases, two sizes of catalogue, one run; writes docs/performance.md.

``python -m benchmarks --quick`` takes one round of half a second each, to see whether everything still works.
"""

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import create_engine

from benchmarks import buying, catalogue, pages, report, submissions
from benchmarks.client import get
from benchmarks.server import ROOT, serving
from tests import postgres
from tests.site import Site

SIZES = (10_000, 100_000)
TOLERATED = 0.01


def main() -> int:
    """Measure everything and write the tables."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--quick", action="store_true")
    arguments.add_argument("--products", type=int, nargs="+")
    arguments.add_argument("--database", choices=("sqlite", "postgresql"), action="append")
    options = arguments.parse_args()
    if options.quick:
        pages.SECONDS, pages.ROUNDS = 0.5, 1
    runs = []
    with contextlib.ExitStack() as stack:
        for database in options.database or ["sqlite", "postgresql"]:
            if database == "postgresql":
                url = stack.enter_context(postgres.start_server())
                os.environ[postgres.SERVER] = url.render_as_string(hide_password=False)
            for products in options.products or SIZES:
                with filled_site(database, products) as site:
                    print(f"{database}, {products} products", flush=True)
                    runs.append(measure(site, database, products))
    print("a sheet of 10,000 products", flush=True)
    facts = report.Facts(start_seconds(), runs[0].first_view, submissions.measure_preview())
    text = report.page(runs, facts=facts, is_quick=options.quick)
    (ROOT / "docs/performance.md").write_text(text)
    print("docs/performance.md written")
    return 0


@contextlib.contextmanager
def filled_site(database: str, products: int) -> Iterator[Site]:
    """A site with a synthetic catalogue; gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="gallery-bench-"))
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        url = f"sqlite:///{folder}/gallery.db"
        if database == "postgresql":
            own = stack.enter_context(postgres.own_database(f"bench_{products}"))
            url = own.render_as_string(hide_password=False)
        engine = create_engine(url)
        started = time.monotonic()
        catalogue.fill(engine, products)
        if database == "postgresql":
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("VACUUM ANALYZE")
        engine.dispose()
        print(f"  catalogue made in {time.monotonic() - started:.0f} s", flush=True)
        yield Site(url, folder)


def measure(site: Site, database: str, products: int) -> report.Run:
    """One database, one size: the empty page before and after, so that a change of the machine shows."""
    run = report.Run(database, products)
    with serving(site, "benchmarks.empty:app") as server:
        run.empty.append(pages.measure(server, "empty Flask page", [get("/")]))
    with serving(site, "wsgi:application") as server:
        run.kept = pages.kept_ready(server, site)
        run.first_view = pages.first_view(server)
    with serving(site, "benchmarks.cold:app") as server:
        run.anew = pages.made_anew(server, site)
        run.memory_mb = server.memory_mb()
    with serving(site, "wsgi:application", workers=2) as server:
        run.buying = buying.measure_buying(server, site)
    with serving(site, "benchmarks.empty:app") as server:
        run.empty.append(pages.measure(server, "empty Flask page", [get("/")]))
    check(run, site)
    return run


def check(run: report.Run, site: Site) -> None:
    """Wrong answers make the whole run worthless; a page made anew under our hands is one 200 instead of a 304."""
    measured = [*run.empty, *run.kept, *run.anew]
    wrong = {one.name: one.wrong for one in measured if one.wrong > one.rate * TOLERATED}
    wrong |= {step.name: step.wrong for step in run.buying if step.wrong}
    if wrong:
        raise RuntimeError(f"wrong answers: {wrong}\n{(site.folder / 'bench.log').read_text()[-2000:]}")


def start_seconds() -> float:
    """Processor seconds until the application could answer."""
    with tempfile.TemporaryDirectory() as folder:
        code = "import time; import wsgi; print(time.process_time())"
        environment = os.environ | {"DATA_DIR": folder}
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
        )
    return float(done.stdout)


if __name__ == "__main__":
    sys.exit(main())
