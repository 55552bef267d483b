"""Static files: bundles, content-hashed names, compressed copies, and the addresses templates print."""

import hashlib
import json
import re
import time
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, cast

import click
from flask import Blueprint, Flask, current_app
from markupsafe import Markup
from whitenoise import WhiteNoise
from whitenoise.compress import Compressor

from gallery.web import headers

if TYPE_CHECKING:
    from wsgiref.headers import Headers

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "static"
URL_PREFIX = "/static/"
HASH_LENGTH = 10
IMMUTABLE = rf"\.[0-9a-f]{{{HASH_LENGTH}}}\."

_SHARED_CSS = ("css/tokens.css", "css/base.css", "css/components.css")
_SHARED_JS = ("js/toast.js", "js/menu.js", "js/form.js", "js/stepper.js", "js/copy.js", "js/regions.js")
BUNDLES: dict[str, tuple[str, ...]] = {
    "css/shop.css": (*_SHARED_CSS, "css/shop.css", "css/print.css"),
    "css/staff.css": (*_SHARED_CSS, "css/staff.css", "css/parcels.css", "css/print.css"),
    "css/rider.css": (*_SHARED_CSS, "css/rider.css"),
    "js/shop.js": (*_SHARED_JS, "js/gallery.js", "js/facets.js", "js/suggest.js", "js/me.js"),
    "js/staff.js": (*_SHARED_JS, "js/file-size.js", "js/hotkeys.js", "js/progress.js"),
}
_COMPRESSED = re.compile(r"\.(?:gz|br)$")
_CSS_URL = re.compile(r'url\("([^"#:?]+)"\)')
_CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_JS_IMPORT = re.compile(r"""^(import .*|\} )from '\./([\w-]+\.js)';$""", re.MULTILINE)

bp = Blueprint("assets", __name__, cli_group="assets")


class AssetError(RuntimeError):
    """A template or a style sheet names a static file that does not exist."""


class Assets:
    """The static folder as it is served: built into ``dist`` when a source is newer than the last build."""

    def __init__(self, source: Path, dist: Path) -> None:
        self.source = source
        self.dist = dist
        self._names: dict[str, str] = {}
        self._checked_at = 0.0

    def url(self, path: str) -> str:
        """The immutable address of ``path``; raises AssetError for a name that is not there."""
        try:
            return URL_PREFIX + self._names[path]
        except KeyError as error:
            raise AssetError(path) from error

    def live_url(self, path: str) -> str:
        """As ``url``, after looking, at most once a second, whether a source changed: for who edits them."""
        self.refresh(at_most_every=1.0)
        return self.url(path)

    def refresh(self, *, at_most_every: float = 0.0) -> bool:
        """Build again if a source changed; true when something was built."""
        now = time.monotonic()
        if self._names and now - self._checked_at < at_most_every:
            return False
        self._checked_at = now
        signature = self._signature()
        manifest = self._manifest()
        if manifest.get("signature") == signature:
            self._names = cast("dict[str, str]", manifest["files"])
            return False
        self._names = self._build()
        self._write(self.dist / "manifest.json", json.dumps({"signature": signature, "files": self._names}).encode())
        # Workers of the version before still serve, and pages in browsers still name its files.
        before = cast("dict[str, str]", manifest.get("files", {}))
        self._prune({*self._names.values(), *before.values()})
        return True

    def _sources(self) -> Iterable[Path]:
        return sorted(p for p in self.source.rglob("*") if p.is_file() and self.dist not in p.parents)

    def _signature(self) -> str:
        digest = hashlib.sha256(Path(__file__).read_bytes())
        for path in self._sources():
            stat = path.stat()
            digest.update(f"{path.relative_to(self.source)} {stat.st_size} {stat.st_mtime_ns}\n".encode())
        return digest.hexdigest()

    def _manifest(self) -> dict[str, object]:
        try:
            manifest: dict[str, object] = json.loads((self.dist / "manifest.json").read_bytes())
        except (FileNotFoundError, ValueError):
            return {}
        files = cast("dict[str, str]", manifest["files"])
        return manifest if all((self.dist / name).is_file() for name in files.values()) else {}

    def _build(self) -> dict[str, str]:
        names: dict[str, str] = {}
        paths = {p.relative_to(self.source).as_posix() for p in self._sources()} | BUNDLES.keys()
        # Style sheets come last: they contain the addresses of pictures and fonts.
        for path in sorted(paths, key=lambda p: (p.endswith(".css"), p)):
            self._place(path, names)
        self._compress(names.values())
        return names

    def _place(self, path: str, names: dict[str, str]) -> str:
        """Write the file under its hashed name, which is returned; a script comes after what it imports."""
        if path not in names:
            content = self._content(path, names)
            digest = hashlib.sha256(content).hexdigest()[:HASH_LENGTH]
            name = PurePosixPath(path)
            names[path] = f"{name.with_suffix('')}.{digest}{name.suffix}"
            self._write(self.dist / names[path], content)
        return names[path]

    def _content(self, path: str, names: dict[str, str]) -> bytes:
        parts = BUNDLES.get(path, (path,))
        if path.endswith(".css"):
            text = "".join((self.source / part).read_text() for part in parts)
            return _CSS_URL.sub(
                lambda m: f'url("{self._css_target(path, m[1], names)}")', _CSS_COMMENT.sub("", text)
            ).encode()
        if path in BUNDLES:
            # Every behaviour keeps its own scope, as it has when loaded by itself.
            existing = [self.source / part for part in parts]
            return "".join(f"{{\n{part.read_text()}}}\n" for part in existing).encode()
        if path.endswith(".js"):
            text = (self.source / path).read_text()
            return _JS_IMPORT.sub(lambda m: f"{m[1]}from './{self._js_target(path, m[2], names)}';", text).encode()
        return (self.source / path).read_bytes()

    def _js_target(self, script: str, reference: str, names: dict[str, str]) -> str:
        path = PurePosixPath(script).with_name(reference).as_posix()
        if not (self.source / path).is_file():
            raise AssetError(f"{script}: {reference}")
        return PurePosixPath(self._place(path, names)).name

    def _css_target(self, sheet: str, reference: str, names: dict[str, str]) -> str:
        target = (self.source / sheet).parent.joinpath(reference).resolve()
        path = target.relative_to(self.source.resolve()).as_posix()
        if path not in names:
            raise AssetError(f"{sheet}: {reference}")
        return f"../{names[path]}"

    def _compress(self, names: Iterable[str]) -> None:
        compressor = Compressor(quiet=True)
        for name in names:
            path = self.dist / name
            if compressor.should_compress(name) and not path.with_name(path.name + ".br").exists():
                list(compressor.compress(str(path)))

    def _prune(self, named: set[str]) -> None:
        """Delete files of builds before the last one, with their compressed copies; other names are not ours."""
        for path in self.dist.rglob("*"):
            name = path.relative_to(self.dist).as_posix()
            if re.search(IMMUTABLE, name) and _COMPRESSED.sub("", name) not in named and not path.name.startswith("."):
                path.unlink(missing_ok=True)  # another process may be doing the same

    @staticmethod
    def _write(path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Several processes may start at once: each writes the same bytes and puts them in place in one step.
        temporary = path.with_name(f".{path.name}.{time.monotonic_ns()}")
        temporary.write_bytes(content)
        temporary.replace(path)


def init_app(app: Flask) -> None:
    """Serve the static folder from WhiteNoise and give templates ``asset_url``."""
    assets = Assets(SOURCE, SOURCE / "dist")
    assets.refresh()
    live = app.config.get("ENVIRONMENT") == "development"
    white_noise = WhiteNoise(
        app.wsgi_app,
        immutable_file_test=IMMUTABLE,
        max_age=60,
        autorefresh=live,
        allow_all_origins=False,
        add_headers_function=_always(app),
    )
    white_noise.add_files(str(assets.dist), prefix=URL_PREFIX)
    app.wsgi_app = white_noise  # type: ignore[method-assign]
    app.extensions["assets"] = assets
    address = assets.live_url if live else assets.url

    def draw_icon(name: str, cls: str = "") -> Markup:
        """An icon of the sprite; templates import it as ``icon``. No macro: a page has fifty of them."""
        return _icon(address("img/icons.svg"), name, cls)

    app.jinja_env.globals.update(asset_url=address, draw_icon=draw_icon)
    app.register_blueprint(bp)


def _always(app: Flask) -> "Callable[[Headers, str, str], None]":
    """The headers of every answer, on the answers that Flask never sees too."""
    fields = headers.static_headers(app)

    def add(given: "Headers", _path: str, _url: str) -> None:
        for name, value in fields:
            given[name] = value

    return add


def asset_url(path: str) -> str:
    """The address of a static file, with the hash of its content in the name."""
    assets: Assets = current_app.extensions["assets"]
    return assets.live_url(path) if current_app.config["ENVIRONMENT"] == "development" else assets.url(path)


@lru_cache(maxsize=500)
def _icon(sprite: str, name: str, cls: str = "") -> Markup:
    drawing = Markup('<svg class="icon{}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>')
    return drawing.format(f" {cls}" if cls else "", sprite, name)


@bp.cli.command("build")
def build() -> None:
    """Write the bundles, the hashed names and the compressed copies (done at the start anyway)."""
    assets: Assets = current_app.extensions["assets"]
    built = assets.refresh()
    click.echo("Static files built." if built else "Static files are up to date.")
