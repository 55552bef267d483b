"""Couriers that answer over real HTTP."""

import pytest

from gallery.integrations.biteship import Biteship, BiteshipSettings
from gallery.integrations.lalamove import Lalamove, LalamoveSettings
from tests.factories.couriers import QUICK_S, Hub
from tests.standins import BiteshipStandIn, LalamoveStandIn


@pytest.fixture
def biteship(app):
    with BiteshipStandIn() as standin:
        settings = BiteshipSettings(
            key=standin.key,
            url=standin.url,
            hook_header=standin.hook_header,
            hook_secret=standin.hook_secret,
            timeouts_s=QUICK_S,
        )
        yield Hub(app, standin, Biteship(settings))


@pytest.fixture
def lalamove(app):
    with LalamoveStandIn() as standin:
        settings = LalamoveSettings(key=standin.key, secret=standin.secret, url=standin.url, timeouts_s=QUICK_S)
        yield Hub(app, standin, Lalamove(settings))
