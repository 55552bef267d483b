"""Fixtures of the journeys: a real browser, the running site, and people with a browser context each."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Playwright,
    Response,
    expect,
    sync_playwright,
)

from gallery.demo.accounts import DEMO_PASSWORD
from gallery.demo.invented import MAIL_DOMAIN
from tests import postgres
from tests.site import Site, demo_site

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE, OFFICE = {"width": 360, "height": 800}, {"width": 1366, "height": 900}
PERSONAL = re.compile(
    r"\b1999\d{12}\b|\+?62840\d{8}|\b0840[ -]?\d{4}|@galeri\.example|Yanti|Jl\. |[?&]t=|/antar/\w{6,}"
)
REQUEST_NUMBER = re.compile(r'"request_id": "[0-9a-f]{8}-[0-9a-f]{8}"')
FAILED = pytest.StashKey[bool]()
AXE = Axe()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# The dark page is the same page in other colours (static/css/tokens.css): all other rules would say the same again.
RULES_OF_COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
PATIENCE_MS = 30_000  # with a busy machine; what is right is there at once
expect.set_options(timeout=PATIENCE_MS)


def account(login: str) -> str:
    """The address with which somebody of the demo signs in."""
    return f"{login}@{MAIL_DOMAIN}"


def chromium() -> str:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    pytest.fail("no Chromium: apt-get install -y chromium (make test does that as root)")


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    running = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
    yield running
    running.close()


@pytest.fixture(scope="module")
def settings() -> dict[str, str]:
    """What a module's site is told beside the usual; a module may have a fixture of its own of this name."""
    return {}


@pytest.fixture(scope="module")
def site(
    tmp_path_factory: pytest.TempPathFactory, shared: Path, worker_id: str, settings: dict[str, str], request
) -> Iterator[Site]:
    """The running site with demo data; each module has its own."""
    module = request.module.__name__.split(".")[-1]
    folder = tmp_path_factory.mktemp("site")
    name = f"gallery_site_{postgres.run_id()}_{worker_id}_{module}"[:60]
    with demo_site(folder, shared, name, settings) as running:
        yield running
        wrong = [line for line in running.log.splitlines() if '"level": "error"' in line or "Traceback" in line]
        assert wrong == []
        # The number of a request is drawn, and one in some hundred thousand looks like a telephone.
        assert PERSONAL.findall(REQUEST_NUMBER.sub("", running.log)) == []


class Person:
    """Somebody with a browser of their own; whatever goes wrong in it is remembered."""

    def __init__(self, context: BrowserContext, site: Site) -> None:
        self.context, self.site, self.troubles = context, site, []
        self.page = self.watched(context.new_page())

    def watched(self, page: Page) -> Page:
        """Remember what goes wrong in this page too."""
        page.on("pageerror", lambda error: self.troubles.append(f"script: {error}"))
        page.on("console", self._heard)
        page.on("response", self._answered)
        return page

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.troubles.append(f"console: {message.text}")

    def _answered(self, answer: Response) -> None:
        if answer.status >= (500 if answer.request.is_navigation_request() else 400):
            self.troubles.append(f"{answer.status} {answer.url}")

    def goes(self, path: str, expected: int = 200) -> Page:
        """Open a path of the site, or a whole address of it."""
        answer = self.page.goto(path if path.startswith("http") else self.site.url + path)
        assert answer.status == expected, f"{answer.status} {path}"
        assert " object at 0x" not in self.page.content(), f"a page shows an object instead of a text: {path}"
        self.sees_no_sideways_scrolling()
        return self.page

    def signed_in_as(self, login: str) -> "Person":
        """Sign in as one of the people of the demo data."""
        page = self.goes("/masuk")
        page.get_by_label(re.compile("Nomor")).fill(account(login))
        page.get_by_label("Kata sandi", exact=True).fill(DEMO_PASSWORD)
        page.get_by_role("button", name="Masuk", exact=True).click()
        expect(page).not_to_have_url(re.compile("/masuk"))
        return self

    def sees(self, text: str | re.Pattern) -> None:
        expect(self.page.locator("body")).to_contain_text(text)

    def sees_no_sideways_scrolling(self) -> None:
        expect(self.page.locator("body")).to_be_attached()  # the page of a click may just be coming
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{self.page.url} is {wide} px too wide"

    def sees_an_accessible_page(self) -> None:
        """axe finds nothing, in the light and in the dark."""
        assert self.violations() == [], self.page.url

    def violations(self) -> list[str]:
        """What axe finds on this page, in the light and in the dark."""
        found = []
        for scheme, rules in (("light", RULES), ("dark", RULES_OF_COLOURS)):
            self.page.emulate_media(color_scheme=scheme)
            for violation in self._measured(rules):
                places = [" ".join(map(str, node["target"])) for node in violation["nodes"]]
                found.append(f"{scheme}: {violation['id']}: {places[:4]}")
        self.page.emulate_media(color_scheme="light")
        return found

    def _measured(self, rules: list | dict) -> list[dict]:
        """What axe says; a page that is replaced while axe reads it (a click's answer arriving) is read anew."""
        for _ in range(3):
            self.page.wait_for_load_state()
            try:
                return AXE.run(self.page, options={"resultTypes": ["violations"], "runOnly": rules}).response[
                    "violations"
                ]
            except Error as error:
                replaced = error
        raise replaced


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo):
    report = yield
    item.stash.setdefault(FAILED, False)
    item.stash[FAILED] |= report.failed
    return report


@pytest.fixture
def person(browser: Browser, site: Site, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator:
    """Make people: ``person(PHONE)``, ``person(OFFICE, java_script_enabled=False)``."""
    people = []

    def make(viewport: dict = OFFICE, **options) -> Person:
        context = browser.new_context(
            viewport=viewport,
            base_url=site.url,
            locale="id-ID",
            timezone_id="Asia/Jakarta",
            reduced_motion="reduce",
            **options,
        )
        context.set_default_timeout(PATIENCE_MS)
        people.append(Person(context, site))
        return people[-1]

    yield make
    failed = request.node.stash.get(FAILED, default=False)
    for number, one in enumerate(people, start=1):
        if failed:
            one.page.screenshot(path=tmp_path / f"person-{number}.png", full_page=True)
            print(f"person {number}: {one.page.url} {tmp_path}/person-{number}.png")  # noqa: T201 - for who mends it
        one.context.close()
    assert [trouble for one in people for trouble in one.troubles] == []
