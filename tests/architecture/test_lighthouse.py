"""Every public page is measured, and what the table says of a page are the medians of its runs."""

from urllib.parse import urlsplit

from tests.journeys.test_accessibility import BY_JOURNEY, PUBLIC
from tests.lighthouse import PAGES, page, summary

OBJECTS = {
    "product": "x-0123456789", "variants": "x-0123456789", "business": "x-0123456789", "category": "x", "news": "x",
    "paper": "x", "payment": "/bayar/0123456789", "order": "0123456789", "papers": "0123456789/surat/", "rider": "x",
}  # fmt: skip
NOT_MEASURED = {
    "shop.auth.set_password",  # its link opens once
    "shop.online.show",  # needs a gateway
    "shop.orders.mine",  # needs an account
}


def test_every_public_page_is_measured(app):
    router = app.url_map.bind("localhost")
    paths = [urlsplit(path.removeprefix("/en").format(**OBJECTS)).path for path in PAGES.values()]
    measured = {router.match(path)[0] for path in paths}
    public = {name for name in PUBLIC if name.startswith("shop.")} | BY_JOURNEY
    assert sorted(public - measured) == sorted(NOT_MEASURED)


def report(performance, paint_ms, seo=1.0):
    scores = {"performance": performance, "accessibility": 1.0, "best-practices": 1.0, "seo": seo}
    audits = {
        "largest-contentful-paint": {"numericValue": paint_ms, "score": 0.5},
        "total-blocking-time": {"numericValue": 9, "score": 1.0},
        "cumulative-layout-shift": {"numericValue": 0, "score": 1.0},
        "network-requests": {
            "details": {
                "items": [
                    {"resourceType": "Document", "transferSize": 2048},
                    {"resourceType": "Image", "transferSize": 9000},
                    {"transferSize": 1024},
                ]
            }
        },
        "is-crawlable": {"score": seo},
        "uses-http2": {"score": None},
    }
    used = {
        "performance": ["largest-contentful-paint"],
        "accessibility": [],
        "best-practices": ["uses-http2"],
        "seo": ["is-crawlable"],
    }
    categories = {
        key: {"score": score, "auditRefs": [{"id": audit, "weight": 1} for audit in used[key]]}
        for key, score in scores.items()
    }
    return {"categories": categories, "audits": audits, "environment": {"benchmarkIndex": 9}}


def test_a_page_below_the_bar_shows_all_its_runs_and_what_was_found():
    reports = [report(0.9, 3000, seo=0.69), report(1.0, 1200, seo=0.69), report(0.99, 1500, seo=0.69)]
    line = "| cart | 99 of 90, 99, 100 | 100 | 100 | 69 | 1.5 s | 9 ms | 0.000 | 3 | 2 (3) | 4 (6) | 9 | is-crawlable |"
    one = summary("cart", reports, [(2.0, 3.0), (4.0, 6.0)])
    assert one.row == line
    assert line in page([one]).splitlines()
