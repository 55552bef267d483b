"""``python -m tests.screenshots [begin of a page's name]``."""

import contextlib
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.journeys.conftest import FLAGS, OFFICE, PHONE, chromium
from tests.screenshots.camera import FOLDER, Camera
from tests.screenshots.pages import PAGES, pages_of_the_site
from tests.site import demo_site
from tests.standins import GrabExpressStandIn, MidtransStandIn, StripeStandIn

SIZES = {"phone": PHONE, "office": OFFICE}
# Of the couriers one of whom no parcel of the demo knows: it offers itself, and changes nothing that is on its way.
OUTSIDE = (GrabExpressStandIn, StripeStandIn, MidtransStandIn)
VARIANTS = ("phone", "office", "phone-dark", "office-dark")


def main(only: str = "") -> int:
    FOLDER.mkdir(parents=True, exist_ok=True)
    rules, troubles = pages_of_the_site(), []
    troubles += [f"{name}: no line in PAGES" for name in sorted(rules.keys() - PAGES.keys())]
    troubles += [f"{name}: there is no such page any more" for name in PAGES if name not in rules]
    with contextlib.ExitStack() as stack:
        base = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        settings = {}
        for standin in OUTSIDE:
            settings |= stack.enter_context(standin()).environment()
        site = stack.enter_context(demo_site(base / "site", base, "screenshots", settings))
        browser = stack.enter_context(sync_playwright()).chromium.launch(executable_path=chromium(), args=FLAGS)
        for size, viewport in SIZES.items():
            camera = Camera(browser, site, rules, size, viewport)
            troubles += camera.take_all({name: PAGES[name] for name in PAGES if name.startswith(only)})
        browser.close()
    write_gallery()
    taken = list(FOLDER.glob("*.webp"))
    print(f"{len(taken)} pictures, {sum(p.stat().st_size for p in taken) / 1e6:.1f} MB", *troubles, sep="\n")  # noqa: T201
    return bool(troubles)


def write_gallery() -> None:
    """Show all pictures on one page, in the order of PAGES; delete those of pages that are no more."""
    lines = [
        "# Every page",
        "",
        "Made by `make screenshots` from the demo data: at 360 and, smaller, at 1366 pixels.",
        "",
    ]
    kept = set()
    for name in PAGES:
        shown = [file for variant in VARIANTS if (FOLDER / (file := f"{name}-{variant}.webp")).exists()]
        if shown:
            pictures = [f'<img src="{file}" height="420" alt="{file.removesuffix(".webp")}">' for file in shown]
            lines += [f"## {name}", "", *pictures, ""]
            kept.update(shown)
    (FOLDER / "README.md").write_text("\n".join(lines))
    for picture in FOLDER.glob("*.webp"):
        if picture.name not in kept:
            picture.unlink()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
