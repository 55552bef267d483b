import html
import re

import pytest

from gallery.core import audit
from gallery.core.db import transaction
from gallery.web.staff import audit as page
from tests.browser import signed_in
from tests.factories.accounts import make_user

PAGE = "/petugas/pengaturan/audit/"


class Guest:
    user_id, label = None, "guest"


@pytest.fixture
def admin(app):
    return signed_in(app, make_user("administrator"))


def record(subject, action="order.cancelled", **facts):
    with transaction() as session:
        audit.record(session, Guest(), action, subject, **facts)


def test_entries_are_listed_newest_first_with_who_and_what(admin):
    record("order:aaa", pieces=3)
    record("order:bbb")
    text = admin.get(PAGE).get_data(as_text=True)
    assert text.index("order:bbb") < text.index("order:aaa")
    assert "Tanpa akun" in text


def test_what_was_done_and_to_what_is_said_in_words_with_the_code_beside(admin):
    record("payout:aaa", action="payout.approved")
    text = admin.get(PAGE).get_data(as_text=True)
    for words, code in (("Daftar pembayaran disetujui", "payout.approved"), ("Daftar pembayaran", "payout:aaa")):
        assert f'{words}<br><code class="xs muted">{code}</code>' in text


def test_what_has_no_words_any_more_is_its_code(admin):
    record("gone:aaa", action="gone.away")
    text = admin.get(PAGE).get_data(as_text=True)
    assert "<span><code>gone.away</code></span>" in text
    assert "<span><code>gone:aaa</code></span>" in text


def test_the_trail_of_one_document(admin):
    record("order:aaa")
    record("order:bbb")
    text = admin.get(f"{PAGE}?tentang=order:aaa").get_data(as_text=True)
    assert "order:aaa" in text
    assert "order:bbb" not in text


def test_a_long_trail_is_paged_and_nothing_is_lost(admin, monkeypatch):
    monkeypatch.setattr(page, "PAGE", 2)
    for number in range(5):
        record(f"order:n{number}", action="count")
    seen, url = [], PAGE
    for _ in range(4):  # the oldest entry is the sign-in
        text = admin.get(url).get_data(as_text=True)
        seen += [number for number in range(4, -1, -1) if f"order:n{number}<" in text]
        if (following := re.search(r'href="([^"]+)" rel="next"', text)) is None:
            break
        url = html.unescape(following[1])
    assert seen == [4, 3, 2, 1, 0]


@pytest.mark.parametrize("odd", ["x", "9" * 30, "-1", "1;DROP"])
def test_odd_page_marks_are_read_as_none(admin, odd):
    record("order:aaa")
    assert "order:aaa" in admin.get(f"{PAGE}?sebelum={odd}").get_data(as_text=True)


def test_only_administrators_see_it(app):
    assert signed_in(app, make_user("province_officer")).get(PAGE).status_code == 403
