"""The outside world as the application was wired with it: called at the edges (web, jobs, cli), passed down."""

from dataclasses import dataclass, field
from typing import Any, cast

from flask import current_app

from gallery.core.crypto import FieldCipher
from gallery.core.files import FileStore
from gallery.core.mail import Mailer
from gallery.core.signing import Signer


@dataclass(frozen=True, slots=True)
class Adapters:
    """What ``create_app`` chose; ``couriers`` and ``gateways`` map a company's name to how it is talked to."""

    files: FileStore
    mailer: Mailer
    cipher: FieldCipher
    signer: Signer
    couriers: dict[str, Any] = field(default_factory=dict)
    gateways: dict[str, Any] = field(default_factory=dict)


def _adapters() -> Adapters:
    return cast("Adapters", current_app.extensions["gallery"])


def files() -> FileStore:
    return _adapters().files


def mailer() -> Mailer:
    return _adapters().mailer


def cipher() -> FieldCipher:
    return _adapters().cipher


def signer() -> Signer:
    return _adapters().signer


def couriers() -> dict[str, Any]:
    return _adapters().couriers


def gateways() -> dict[str, Any]:
    return _adapters().gateways
