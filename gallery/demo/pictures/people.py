"""Portraits of people who do not exist: owners, writers, riders."""

from dataclasses import dataclass

from gallery.demo.pictures.canvas import Sketch, band, document, moved
from gallery.demo.pictures.pieces import PIECES

SKINS = ("#C98F63", "#B67B4F", "#D9A57A", "#A76D44", "#E0B48C")
HAIRS = ("#1D1715", "#2E2320", "#3B2B25", "#7B7672")
CLOTHS = ("#0B5E63", "#9B2C3A", "#1F3A5F", "#2F5B14", "#5C2140", "#B4741B", "#4C5B63", "#C9583B", "#3C6E91")
SCARVES = ("#E9CBB8", "#7FB1A8", "#D98A96", "#F0D48A", "#9BB7D4", "#8C6BA0", "#C8372D", "#F4EFE4", "#5E7F4E")


@dataclass(frozen=True)
class Person:
    """How somebody looks: ``head`` is scarf, short, bun, peci or cap."""

    seed: int
    head: str
    piece: str = ""


def bust(s: Sketch, head: str, piece: str = "") -> str:
    """Return somebody from the chest up, facing us, in 800 by 800."""
    skin, hair, cloth = s.rng.choice(SKINS), s.rng.choice(HAIRS), s.rng.choice(CLOTHS)
    body = f'<path d="M110 800C110 640 230 590 330 568H470C570 590 690 640 690 800Z" fill="{cloth}"/>'
    body += (
        '<path d="M110 800C110 640 230 590 330 568H470C570 590 690 640 690 800Z" fill="url(#gloss)" fill-opacity=".5"/>'
    )
    apron = '<path d="M270 640Q400 700 530 640L560 800H240Z" fill="#FBF8F1"/><path d="M270 640L316 574M530 640L484 574" stroke="#FBF8F1" stroke-width="20"/>'
    badge = apron + band(s, 258, 768, 286, 32, "#9B2C3A", "#FBF8F1")
    badge += moved(PIECES[piece](s), 400, 716, 0.9) if piece else ""
    neck = f'<path d="M346 470H454V580Q400 640 346 580Z" fill="{skin}"/><path d="M346 520Q400 570 454 520V546Q400 600 346 546Z" fill="#000" fill-opacity=".16"/>'
    face = f'<path d="M276 350C276 230 330 190 400 190S524 230 524 350C524 470 460 530 400 530S276 470 276 350Z" fill="{skin}"/>'
    return body + (badge if piece else collar(cloth, s)) + neck + HEADS[head](s, face, hair, skin) + features(s)


def collar(cloth: str, s: Sketch) -> str:
    light = s.rng.choice(("#FBF8F1", "#F0D48A", "#D5DEE0"))
    return f'<path d="M330 570L400 660 470 570 510 584 420 720H380L290 584Z" fill="{light}"/><path d="M400 664V800" stroke="{cloth}" stroke-width="6"/>'


def features(s: Sketch) -> str:
    """Return brows, eyes, nose and a smile."""
    glasses = s.rng.random() < 0.22  # noqa: PLR2004 - about every fifth wears glasses
    frames = '<g fill="none" stroke="#3A2A20" stroke-width="7"><circle cx="346" cy="356" r="38"/><circle cx="454" cy="356" r="38"/><path d="M384 350q16-10 32 0"/></g>'
    return (
        '<path d="M320 312q26-16 52-2M428 310q26-14 52 2" stroke="#2B1D16" stroke-width="9" fill="none" stroke-linecap="round"/>'
        '<circle cx="346" cy="356" r="11" fill="#1D1715"/><circle cx="454" cy="356" r="11" fill="#1D1715"/>'
        '<circle cx="350" cy="352" r="3.5" fill="#fff"/><circle cx="458" cy="352" r="3.5" fill="#fff"/>'
        '<path d="M400 366q-16 40 6 44" stroke="#000" stroke-opacity=".22" stroke-width="7" fill="none" stroke-linecap="round"/>'
        '<path d="M350 444Q400 492 450 444Q400 462 350 444Z" fill="#fff"/><path d="M348 442Q400 494 452 442" stroke="#8A3B2E" stroke-width="8" fill="none" stroke-linecap="round"/>'
        '<circle cx="316" cy="424" r="26" fill="#E0705A" fill-opacity=".22"/><circle cx="484" cy="424" r="26" fill="#E0705A" fill-opacity=".22"/>'
        + (frames if glasses else "")
    )


def scarf(s: Sketch, face: str, _hair: str, _skin: str) -> str:
    tone = s.rng.choice(SCARVES)
    veil = f'<path d="M400 130C250 130 226 260 232 370 238 520 200 600 190 680Q300 740 400 690T610 680C600 600 562 520 568 370 574 260 550 130 400 130Z" fill="{tone}"/>'
    fold = '<path d="M262 600Q400 700 540 590M300 660Q420 720 560 640" stroke="#000" stroke-opacity=".12" stroke-width="10" fill="none"/>'
    edge = '<path d="M286 350C286 236 330 206 400 206S514 236 514 350C514 470 456 530 400 530S286 470 286 350Z"/>'
    return (
        veil
        + fold
        + s.clip(edge, face)
        + f'<path d="M286 330C290 226 340 196 400 196S510 226 514 330" stroke="{tone}" stroke-width="26" fill="none"/><path d="M292 316C300 230 346 204 400 204S500 230 508 316" stroke="#000" stroke-opacity=".12" stroke-width="6" fill="none"/>'
    )


def ears(skin: str) -> str:
    return f'<circle cx="274" cy="372" r="30" fill="{skin}"/><circle cx="526" cy="372" r="30" fill="{skin}"/>'


def short(_s: Sketch, face: str, hair: str, skin: str) -> str:
    top = f'<path d="M266 350C250 190 330 140 410 142S560 190 534 350C524 300 500 262 470 246 420 270 330 262 300 252 280 280 272 310 266 350Z" fill="{hair}"/>'
    return ears(skin) + face + top


def bun(_s: Sketch, face: str, hair: str, skin: str) -> str:
    back = f'<circle cx="400" cy="128" r="62" fill="{hair}"/><path d="M252 400C230 210 310 140 400 140S570 210 548 400Q540 470 512 490H288Q260 470 252 400Z" fill="{hair}"/>'
    fringe = f'<path d="M276 340C270 230 330 180 400 180S530 230 524 340C500 300 470 262 420 232 370 262 310 280 276 340Z" fill="{hair}"/>'
    pearls = '<circle cx="274" cy="420" r="10" fill="#F0D48A"/><circle cx="526" cy="420" r="10" fill="#F0D48A"/>'
    return back + ears(skin) + face + fringe + pearls


def peci(s: Sketch, face: str, hair: str, skin: str) -> str:
    sides = (
        f'<path d="M268 350Q262 290 284 250H516Q538 290 532 350 520 300 504 284H296Q280 300 268 350Z" fill="{hair}"/>'
    )
    tone = s.rng.choice(("#16191C", "#3A2618", "#22303A"))
    cap = f'<path d="M272 262L292 140Q400 100 508 140L528 262Q400 214 272 262Z" fill="{tone}"/><path d="M272 262L292 140Q400 100 508 140L528 262Q400 214 272 262Z" fill="url(#gloss)"/>'
    return ears(skin) + face + sides + cap


def cap(s: Sketch, face: str, hair: str, skin: str) -> str:
    tone = s.rng.choice(("#0B5E63", "#9B2C3A", "#1F3A5F", "#2F5B14"))
    sides = (
        f'<path d="M268 360Q262 300 280 270H520Q538 300 532 360 524 320 508 300H292Q276 320 268 360Z" fill="{hair}"/>'
    )
    crown = f'<path d="M266 280Q260 150 400 144T534 280Q400 236 266 280Z" fill="{tone}"/><path d="M254 290Q400 214 546 290L560 306Q400 250 240 306Z" fill="{tone}"/><path d="M254 290Q400 214 546 290L560 306Q400 250 240 306Z" fill="#000" fill-opacity=".22"/>'
    return ears(skin) + face + sides + crown


HEADS = {"scarf": scarf, "short": short, "bun": bun, "peci": peci, "cap": cap}


def portrait(person: Person) -> str:
    """Return the drawing of one person, without a ground."""
    s = Sketch(person.seed)
    return document(s, bust(s, person.head, person.piece))
