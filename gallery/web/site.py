"""Who runs this shop: names and contacts that every page may print. Data of the installation, not of the code."""

from dataclasses import dataclass

from flask import Flask


@dataclass(frozen=True)
class Site:
    """The settings ``SITE_*`` as templates see them."""

    name: str
    region: str
    owner: str
    email: str
    phone: str
    url: str


DEFAULTS = {
    "SITE_NAME": "Galeri UMKM Babel",
    "SITE_REGION": "Kep. Bangka Belitung",
    "SITE_OWNER": "Dinas Koperasi dan UKM Provinsi Kepulauan Bangka Belitung",
    "SITE_EMAIL": "",
    "SITE_PHONE": "",
}


def init_app(app: Flask) -> None:
    """Make ``site`` available to every template."""
    for key, value in DEFAULTS.items():
        app.config.setdefault(key, value)
    app.jinja_env.globals["site"] = Site(
        name=app.config["SITE_NAME"],
        region=app.config["SITE_REGION"],
        owner=app.config["SITE_OWNER"],
        email=app.config["SITE_EMAIL"],
        phone=app.config["SITE_PHONE"],
        url=str(app.config.get("EXTERNAL_URL", "")).rstrip("/"),
    )
