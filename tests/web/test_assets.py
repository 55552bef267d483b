import re
from pathlib import Path

import pytest

from gallery.web.assets import BUNDLES, SOURCE, AssetError, Assets


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    source = tmp_path / "static"
    for path in {part for parts in BUNDLES.values() for part in parts}:
        (source / path).parent.mkdir(parents=True, exist_ok=True)
        (source / path).write_text(f"/* {path} */\n")
    (source / "img").mkdir()
    (source / "img" / "a.svg").write_text("<svg/>")
    (source / "css" / "shop.css").write_text('.a{background:url("../img/a.svg")}/* why */')
    return source


def built(source: Path) -> Assets:
    assets = Assets(source, source / "dist")
    assets.refresh()
    return assets


def test_a_name_changes_with_its_content_and_only_then(folder):
    first = built(folder).url("img/a.svg")
    assert re.fullmatch(r"/static/img/a\.[0-9a-f]{10}\.svg", first)
    assert built(folder).url("img/a.svg") == first
    (folder / "img" / "a.svg").write_text("<svg><g/></svg>")
    assert built(folder).url("img/a.svg") != first


def test_files_of_builds_before_the_last_one_are_deleted(folder):
    def stored(pattern: str) -> int:
        return len(list((folder / "dist").rglob(pattern)))

    (folder / "dist").mkdir()
    (folder / "dist" / "note.txt").write_text("by hand")
    for number in range(4):
        (folder / "img" / "a.svg").write_text(f"<svg>{'<g/>' * 500}{number}</svg>")
        first = built(folder).url("img/a.svg")
    assert (folder / "dist" / first.removeprefix("/static/")).is_file()
    # This build and the one before it, whose pages are still open somewhere; each with its compressed copies.
    assert (stored("a.*.svg"), stored("a.*.svg.gz"), stored("a.*.svg.br")) == (2, 2, 2)
    assert stored("shop.*.css") == 2
    assert stored("shop.*.js") == 1
    assert stored("note.txt") == 1


def test_a_bundle_changes_when_a_picture_in_it_does(folder):
    first = built(folder).url("css/shop.css")
    (folder / "img" / "a.svg").write_text("<svg><g/></svg>")
    assert built(folder).url("css/shop.css") != first


def test_style_sheets_name_the_hashed_picture(folder):
    assets = built(folder)
    text = (folder / "dist" / assets.url("css/shop.css").removeprefix("/static/")).read_text()
    assert f'url("../{assets.url("img/a.svg").removeprefix("/static/")}")' in text
    assert "why" not in text


def test_a_style_sheet_that_names_nothing_stops_the_build(folder):
    (folder / "css" / "shop.css").write_text('.a{background:url("../img/tiada.svg")}')
    with pytest.raises(AssetError, match=r"shop\.css.*tiada"):
        built(folder)


def test_nothing_is_built_twice(folder):
    built(folder)
    assert Assets(folder, folder / "dist").refresh() is False


def test_an_unfinished_build_is_done_again(folder):
    assets = built(folder)
    (folder / "dist" / assets.url("img/a.svg").removeprefix("/static/")).unlink()
    assert Assets(folder, folder / "dist").refresh() is True


def test_an_unknown_name_is_an_error_and_not_a_dead_link(app):
    with app.test_request_context("/"), pytest.raises(AssetError):
        app.jinja_env.globals["asset_url"]("img/tiada.svg")


@pytest.mark.parametrize("encoding", ["br", "gzip", ""])
def test_files_are_served_compressed_and_for_ever(app, client, encoding):
    with app.test_request_context("/"):
        url = app.jinja_env.globals["asset_url"]("css/shop.css")
    answer = client.get(url, headers={"Accept-Encoding": encoding})
    assert answer.status_code == 200
    assert answer.headers.get("Content-Encoding", "") == encoding
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Vary"] == "Accept-Encoding"
    answer.close()


def test_weights_stay_below_the_bars(app):
    """Brotli sizes: CSS 12 KB, scripts 6 KB, font 14 KB, icons 6 KB."""
    assets = app.extensions["assets"]
    bars = {
        "css/shop.css": 12_288,
        "css/staff.css": 12_288,
        "js/shop.js": 6_144,
        "js/staff.js": 6_144,
        "img/icons.svg": 6_144,
    }
    for path, bar in bars.items():
        file = SOURCE / "dist" / assets.url(path).removeprefix("/static/")
        assert file.with_name(file.name + ".br").stat().st_size <= bar, path
    assert (SOURCE / "fonts/plus-jakarta-sans-400-800.sub.woff2").stat().st_size <= 14_336


def test_every_icon_of_the_templates_is_in_the_sprite():
    sprite = set(re.findall(r'id="([^"]+)"', (SOURCE / "img/icons.svg").read_text()))
    used = set()
    for template in (SOURCE.parent / "templates").rglob("*.html"):
        used |= set(re.findall(r"\bicon\('([a-z0-9-]+)'", template.read_text()))
    assert sorted(used - sprite) == []


def test_a_script_imports_the_hashed_script(folder):
    (folder / "js" / "a.js").write_text("import { x } from './b.js';\nimport {\n  y,\n} from './c.js';\n")
    (folder / "js" / "b.js").write_text("export const x = 1;\n")
    (folder / "js" / "c.js").write_text("import { x } from './b.js';\nexport const y = x;\n")
    first = built(folder)
    text = (folder / "dist" / first.url("js/a.js").removeprefix("/static/")).read_text()
    for name in "bc":
        assert f"from './{first.url(f'js/{name}.js').removeprefix('/static/js/')}';" in text
    (folder / "js" / "b.js").write_text("export const x = 2;\n")
    assert built(folder).url("js/a.js") != first.url("js/a.js")  # by way of c.js too


def test_a_script_that_imports_nothing_stops_the_build(folder):
    (folder / "js" / "a.js").write_text("import { x } from './tiada.js';\n")
    with pytest.raises(AssetError, match=r"a\.js.*tiada"):
        built(folder)
