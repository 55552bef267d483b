"""Pages as visitors ask for them: kept ready, unchanged since (304), and made anew for every request."""

import re
import statistics
from dataclasses import dataclass

from sqlalchemy import create_engine, text

from benchmarks.client import Connection, Load, get, load
from benchmarks.server import Server
from tests.site import Site

SECONDS = 2.0
ROUNDS = 3
DEEP = 100
WORDS = (
    "kemplang", "lada", "terasi", "madu pelawan", "kopi", "kain cual", "getas cumi", "keripik", "sirup jeruk kunci",
    "kempalng", "mdu", "trasi", "pewter", "hampers", "lempah kuning", "masker", "kemplang panggang", "abon", "sagu",
    "ikan asin tenggiri", "teh tayu", "selai nanas", "batik", "tanjak",
)  # fmt: skip


@dataclass
class Measured:
    """One page on one server; ``cpu_ms`` is processor time of all server processes for each request."""

    name: str
    rate: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float
    size: int
    wrong: int = 0


def measure(
    server: Server, name: str, requests: list[bytes], expected: int = 200, seconds: float = SECONDS
) -> Measured:
    """Median of some rounds; every path is asked once before, so that imports and plans are not counted."""
    connection = Connection(server.port)
    for request in requests[:30]:
        connection.ask(request)
    connection.close()
    rounds: list[tuple[Load, float]] = []
    for _ in range(ROUNDS):
        since = server.cpu()
        done = load(server.port, requests, seconds)
        rounds.append((done, server.cpu_ms_per_request(done.count, since)))
    loads = [done for done, _ in rounds]
    return Measured(
        name,
        rate=statistics.median(done.rate for done in loads),
        p50_ms=statistics.median(done.percentile_ms(50) for done in loads),
        p99_ms=statistics.median(done.percentile_ms(99) for done in loads),
        cpu_ms=statistics.median(cpu for _, cpu in rounds),
        size=loads[0].size,
        wrong=sum(number for done in loads for status, number in done.statuses.items() if status != expected),
    )


def kept_ready(server: Server, site: Site) -> list[Measured]:
    """The same few pages again and again, as most visits are; then the same with what the browser has already."""
    product = products(site, 1)[0]
    paths = {"home": "/", "listing": "/produk/", "listing with facets": "/produk/?kategori=rempah", "product": product}
    found = [measure(server, name, [get(path)]) for name, path in paths.items()]
    for name in ("home", "product"):
        etag = header(server, paths[name], b"etag")
        found.append(measure(server, f"{name}, 304", [get(paths[name], {"If-None-Match": etag})], expected=304))
    return found


def made_anew(server: Server, site: Site) -> list[Measured]:
    """Every request makes its page: different products, words, categories."""
    deep = path_of_page(server, "/produk/", DEEP)
    kinds = categories(site)
    return [
        measure(server, "home", [get("/")]),
        measure(server, "listing, page 1", [get("/produk/")]),
        measure(server, f"listing, page {DEEP}", [get(deep)]),
        measure(server, "listing with facets", [get(f"/produk/?kategori={kind}&halal=1") for kind in kinds]),
        measure(server, "search", [get(f"/produk/?q={word.replace(' ', '+')}") for word in WORDS]),
        measure(server, "product", [get(path) for path in products(site, 200)]),
    ]


def first_view(server: Server) -> dict[str, int]:
    """Bytes of the home page and of what it needs before it looks right, as they are sent."""
    connection = Connection(server.port)
    body = connection.ask(get("/").replace(b"Accept-Encoding: gzip\r\n", b""))[2].decode()
    wanted = {"HTML": "/"}
    wanted |= {f"style {path.rsplit('/')[-1]}": path for path in re.findall(r'rel="stylesheet" href="([^"]+)"', body)}
    wanted |= {f"script {path.rsplit('/')[-1]}": path for path in re.findall(r'<script src="([^"]+)"', body)}
    wanted |= {f"font {path.rsplit('/')[-1]}": path for path in re.findall(r'href="([^"]+\.woff2)"', body)}
    accepted = {"Accept-Encoding": "br"}
    sizes = {}
    for name, path in wanted.items():
        request = get(path, accepted).replace(b"Accept-Encoding: gzip\r\n", b"")
        sizes[re.sub(r"\.[0-9a-f]{8,}(?=\.)", "", name)] = len(connection.ask(request)[2])
    connection.close()
    return sizes


def header(server: Server, path: str, name: bytes) -> str:
    connection = Connection(server.port)
    _status, head, _body = connection.ask(get(path))
    connection.close()
    found = re.search(rb"(?i)^" + name + rb": (.*?)\r?$", head, re.MULTILINE)
    if found is None:
        raise RuntimeError(f"{path} has no {name.decode()}")
    return found.group(1).decode()


def path_of_page(server: Server, path: str, number: int) -> str:
    """Follow "next" until that page, as nobody but a robot does."""
    connection = Connection(server.port)
    for _ in range(number - 1):
        body = connection.ask(get(path).replace(b"Accept-Encoding: gzip\r\n", b""))[2].decode()
        found = re.search(r'href="([^"]+)" rel="next"', body)
        if found is None:
            break
        path = found.group(1).replace("&amp;", "&")
    connection.close()
    return path


def products(site: Site, number: int) -> list[str]:
    return [f"/produk/{slug}-{public_id}" for slug, public_id in _rows(site, "slug, public_id", number)]


def categories(site: Site) -> list[str]:
    engine = create_engine(site.database_url)
    with engine.connect() as connection:
        found = list(connection.scalars(text("SELECT slug FROM category ORDER BY id")))
    engine.dispose()
    return found


def _rows(site: Site, columns: str, number: int) -> list[tuple[str, str]]:
    engine = create_engine(site.database_url)
    with engine.connect() as connection:
        wanted = text(f"SELECT {columns} FROM listing_entry ORDER BY public_id LIMIT {number}")  # noqa: S608
        found = [tuple(row) for row in connection.execute(wanted)]
    engine.dispose()
    return found
