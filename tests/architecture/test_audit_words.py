"""The audit trail is read by people: what is recorded, and what it is about, has words in ``web/audit_words.py``."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from gallery.catalog.services import DECISIONS
from gallery.delivery.states import ClaimStatus, ShipmentStatus
from gallery.orders.states import ParcelStatus
from gallery.payments.states import DisputeStatus
from gallery.settlement.states import PayoutItemStatus
from gallery.stocktake.queries.audit import ANCHOR
from gallery.web.audit_words import ACTIONS, subject_kind
from tests.architecture.source import FILES, called, calls, functions, name, tree

ACTION, SUBJECT = 2, 3
LOOKS = {ACTION: r"[a-z_]+\.[a-z_]+", SUBJECT: r"[a-z_]+(:.*)?"}
# What the text of a call does not tell: every state that the document may have come to.
KNOWN = {
    "ANCHOR": {ANCHOR},
    "f'courier.claim_{status.value}'": {f"courier.claim_{one}" for one in set(ClaimStatus) - {ClaimStatus.OPEN}},
    "f'dispute.{seen.status}'": {f"dispute.{one}" for one in set(DisputeStatus) - {DisputeStatus.OPEN}},
    "f'parcel.{target.value}'": {f"parcel.{one}" for one in set(ParcelStatus) - {ParcelStatus.TO_PACK}},
    "f'payout.{status.value}'": {f"payout.{one}" for one in set(PayoutItemStatus) - {PayoutItemStatus.OPEN}},
    "f'product.{decision.value}'": {f"product.{one}" for one in DECISIONS},
    "f'shipment.{update.status.value}'": {f"shipment.{one}" for one in ShipmentStatus},
    "subject": {"courier_notice:", "parcel:"},  # of wire.note_opened
}


def records() -> Iterator[tuple[Path, ast.Call]]:
    for path in FILES:
        yield from ((path, call) for call in calls(tree(path)) if called(call) == "audit.record")


def given(path: Path, call: ast.Call, position: int) -> set[str]:
    """The texts that an argument may be. What can not be told is its source, which has no words unless it is known."""
    argument = call.args[position]
    handed = [argument]
    if isinstance(argument, ast.Name):
        inside = next(function for function in functions(path) if call in calls(function))
        handed = [*assigned(inside, argument.id), *passed(path, inside)]
    texts = {text for one in handed for text in said(one, position)}
    return texts or KNOWN.get(ast.unparse(argument), {ast.unparse(argument)})


def assigned(function: ast.FunctionDef, variable: str) -> Iterator[ast.expr]:
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == variable:
            yield node.value


def passed(path: Path, function: ast.FunctionDef) -> Iterator[ast.expr]:
    """What a private function is called with: all of its callers stand in its file."""
    if function.name.startswith("_"):
        yield from (one for call in calls(tree(path)) if called(call) == function.name for one in call.args)


def said(node: ast.expr, position: int) -> Iterable[str]:
    if isinstance(node, ast.IfExp):
        return [*said(node.body, position), *said(node.orelse, position)]
    if position == SUBJECT and isinstance(node, ast.JoinedStr):
        node = node.values[0]
    is_text = isinstance(node, ast.Constant) and re.fullmatch(LOOKS[position], str(node.value))
    return [str(node.value)] if is_text else []


def test_every_action_has_words():
    found = [
        f"{name(path)}:{call.lineno} {action}"
        for path, call in records()
        for action in given(path, call, ACTION)
        if action not in ACTIONS
    ]
    assert found == []


def test_everything_that_it_is_about_has_a_name():
    found = [
        f"{name(path)}:{call.lineno} {subject}"
        for path, call in records()
        for subject in given(path, call, SUBJECT)
        if not subject_kind(subject)
    ]
    assert found == []


def test_what_is_listed_here_is_still_recorded():
    sources = {ast.unparse(call.args[position]) for _, call in records() for position in (ACTION, SUBJECT)}
    assert set(KNOWN) - sources == set()
