from gallery.content.queries import PAGE_SIZE
from tests.factories.content import make_article


def test_an_article_names_source_writer_photographer_and_field(page):
    _, slug = make_article(title="Jadwal titip jual", body_markdown="Isi **tebal**.\n\n- satu\n- dua")
    found = page(f"/berita/{slug}")
    assert found.h1 == "Jadwal titip jual"
    credited = {dt.text: dd.text for dt, dd in zip(found.tags("dt"), found.tags("dd"), strict=True)}
    assert credited == {
        "Sumber": "Humas",
        "Penulis": "Rina Wulandari",
        "Fotografer": "Andi Saputra",
        "Bidang": "Pemasaran",
    }
    assert "<strong>tebal</strong>" in found.html
    assert [t.text for t in found.tags("li") if "article" in t.parents] == ["satu", "dua"]


def test_what_is_written_in_indonesian_says_so_on_an_english_page(page):
    _, slug = make_article(title="Jadwal titip jual", body_markdown="Isi tebal")
    english, own = page(f"/en/berita/{slug}"), page(f"/berita/{slug}")
    assert (english.one("h1")["lang"], english.one("div", class_="prose")["lang"]) == ("id", "id")
    assert english.one("html")["lang"] == "en"
    assert own.one("h1").get("lang") == ""
    listed = page("/en/berita/").one("a", href=f"/en/berita/{slug}")
    assert (listed.text, listed["lang"]) == ("Jadwal titip jual", "id")


def test_a_hostile_body_stays_harmless(page):
    _, slug = make_article(title="<b>Judul</b>", body_markdown="<script>alert(1)</script><img src=x onerror=y>Isi")
    found = page(f"/berita/{slug}")
    assert found.h1 == "<b>Judul</b>"
    assert "alert(1)" not in found.html


def test_a_draft_is_not_found(client):
    _, slug = make_article(published=False)
    assert client.get(f"/berita/{slug}").status_code == 404


def test_the_list_goes_on_page_by_page(page):
    slugs = [make_article()[1] for _ in range(PAGE_SIZE + 2)][::-1]
    first = page("/berita/")
    second = page(first.one("a", rel="next")["href"])
    assert [t["href"] for t in first.tags("a") if "/berita/kabar" in t["href"]] == [
        f"/berita/{slug}" for slug in slugs[:PAGE_SIZE]
    ]
    assert [t["href"] for t in second.tags("a") if "/berita/kabar" in t["href"]] == [
        f"/berita/{slug}" for slug in slugs[PAGE_SIZE:]
    ]


def test_without_news_it_says_so(page):
    assert "Belum ada berita" in page("/berita/").text


def test_queries(client, count_queries):
    _, slug = make_article()
    client.get("/privasi")
    for path in ("/berita/", f"/berita/{slug}"):
        with count_queries() as q:
            assert client.get(path).status_code == 200
        assert q.count <= 3, q.statements
