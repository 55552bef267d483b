"""``flask setup``: what every installation needs, loaded once and kept up to date."""

from sqlalchemy import func, select

from gallery.accounts.models import Office
from gallery.accounts.states import OfficeKind
from gallery.catalog.models import Category
from gallery.core.db import db, transaction
from gallery.regions.models import Region


def count(model, *where) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(*where))


def test_regions_categories_and_offices_are_loaded(app):
    result = app.test_cli_runner().invoke(args=["setup"])
    assert result.exit_code == 0, result.output
    assert count(Region) == 448
    assert count(Category) == 17
    assert count(Office, Office.kind == OfficeKind.OPD) == 37
    assert count(Office, Office.kind == OfficeKind.DISTRICT_OFFICE) == 7
    assert "44 new offices" in result.output


def test_a_second_time_adds_nothing_and_keeps_what_the_office_changed(app):
    run = app.test_cli_runner()
    run.invoke(args=["setup"])
    with transaction() as session:
        session.add(Category(slug="jasa", name="Jasa", position=99))
        office = session.scalars(select(Office).where(Office.short == "Disdik")).one()
        office.address = "Jl. Contoh No. 1"
    result = run.invoke(args=["setup"])
    assert "0 new offices" in result.output
    assert count(Category) == 18
    assert db.session.scalars(select(Office.address).where(Office.short == "Disdik")).one() == "Jl. Contoh No. 1"


def test_the_offices_of_the_province_may_be_given_their_village(app):
    run = app.test_cli_runner()
    refused = run.invoke(args=["setup", "--office-village", "19.71.05"])
    assert refused.exit_code != 0
    assert "no village has the code 19.71.05" in refused.output
    assert count(Office) == 0
    assert run.invoke(args=["setup", "--office-village", "19.71.01.1007"]).exit_code == 0
    assert count(Office, Office.kind == OfficeKind.OPD, Office.village_code == "19.71.01.1007") == 37


def test_every_category_has_an_icon_of_the_sprite(app, pytestconfig):
    app.test_cli_runner().invoke(args=["setup"])
    sprite = (pytestconfig.rootpath / "static" / "img" / "icons.svg").read_text(encoding="utf-8")
    assert [icon for icon in db.session.scalars(select(Category.icon)) if f'id="{icon}"' not in sprite] == []
