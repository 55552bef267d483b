"""Wide pictures: the home page's group of products, the share picture, illustrations of the news."""

from collections.abc import Callable

from PIL import Image

from gallery.demo.pictures.canvas import Sketch, band, document, fitted, lozenge, moved, shadow, text
from gallery.demo.pictures.design import Design
from gallery.demo.pictures.labels import REGULAR
from gallery.demo.pictures.people import bust
from gallery.demo.pictures.pieces import heap
from gallery.demo.pictures.products import FORMS, designs
from gallery.demo.pictures.raster import picture

WIDE, HIGH = 1200, 675


def product(s: Sketch, number: int, x: float, y: float, scale: float) -> str:
    design = designs()[number]
    return moved(FORMS[design.form](s, design), x, y, scale)


def group(s: Sketch) -> str:
    """Return the products of the islands standing together, in 1400 by 760."""
    pepper = Design(
        0, "pouch_window", "Lada|Putih", "Muntok White", "cream", "sand", "pepper_white", "oval", "", "Mentok", "250 g"
    )
    return (
        product(s, 79, -110, 92, 0.84)
        + product(s, 90, 566, -52, 0.74)
        + moved(FORMS["pouch_window"](s, pepper), 150, -54, 1.06)
        + product(s, 47, 470, 76, 0.86)
        + product(s, 4, 792, 6, 0.99)
        + heap(s, "pepper_white", 330, 690, 34, 1.1, 190)
        + heap(s, "getas", 900, 700, 7, 1, 110)
        + heap(s, "shrimp", 1270, 690, 3, 1, 50)
    )


def hero(width: int) -> Image.Image:
    """Return the group on a transparent ground."""
    s = Sketch(2)
    drawing = group(s)
    svg = document(s, drawing, 1400, 760).replace('viewBox="0 0 1400 760"', 'viewBox="-10 20 1400 760"')
    return picture(svg, width, round(width * 760 / 1400))


def field(s: Sketch, w: int, h: int, tone: str = "#fff", opacity: float = 0.06) -> str:
    _ = s
    cells = "".join(
        lozenge(x * 110 + (55 if y % 2 else 0), y * 62, 6, (tone,), (6,))
        + lozenge(x * 110 + (55 if y % 2 else 0), y * 62, 6, ("none",), (3,))
        for x in range(w // 110 + 2)
        for y in range(h // 62 + 2)
    )
    return f'<g opacity="{opacity}">{cells}</g>'


def share_picture(title: list[str], small: str) -> Image.Image:
    """Return the picture shown when the home page is shared, 1200 by 630."""
    s = Sketch(3)
    size = fitted(title, 74, 540)
    words = "".join(text(line, 70, 236 + i * size * 1.1, size, "#fff", anchor="start") for i, line in enumerate(title))
    words += text(small, 72, 236 + len(title) * size * 1.1 - 12, 30, "#F0D48A", REGULAR, anchor="start")
    strip = band(s, 0, 586, 1200, 44, "#F0D48A", "#073F43")
    ground = f'<rect width="1200" height="630" fill="#0B5E63"/>{field(s, 1200, 630)}<ellipse cx="840" cy="560" rx="520" ry="90" fill="#073F43" fill-opacity=".6"/>'
    svg = document(s, ground + strip + moved(group(s), 552, 148, 0.5) + words, 1200, 630)
    return picture(svg, 1200, 630).convert("RGB")


def wall(tone: str, floor: str) -> str:
    return f'<rect width="{WIDE}" height="{HIGH}" fill="{tone}"/><rect y="500" width="{WIDE}" height="175" fill="{floor}"/><rect width="{WIDE}" height="{HIGH}" fill="url(#spot)"/>'


def person(s: Sketch, head: str, piece: str, x: float, y: float, scale: float) -> str:
    return moved(bust(s, head, piece), x, y, scale)


def shelf(s: Sketch) -> str:
    """Shelves of the gallery, filled."""
    rows = (
        (26, (1, 42, 47, 64, 20, 56, 105)),
        (236, (4, 24, 66, 38, 53, 34, 107)),
        (446, (26, 51, 15, 31, 93, 89, 110)),
    )
    out = '<rect width="1200" height="675" fill="#E7DCC6"/><rect width="1200" height="675" fill="url(#spot)"/>'
    for top, numbers in rows:
        out += f'<rect x="40" y="{top + 186}" width="1120" height="22" fill="#A66F34"/><rect x="40" y="{top + 208}" width="1120" height="10" fill="#6B4119"/>'
        out += "".join(product(s, number, 56 + i * 158, top + 12, 0.25) for i, number in enumerate(numbers))
    return out


def training(s: Sketch) -> str:
    """People of small firms before a board."""
    board = '<rect x="250" y="50" width="700" height="300" rx="14" fill="#0B5E63"/><rect x="270" y="70" width="660" height="260" rx="8" fill="#FBF8F1"/>'
    words = text("Foto, Label, Izin", 600, 170, 58, "#0B3F44") + text(
        "Kelas pendampingan UMKM", 600, 226, 30, "#9B2C3A", REGULAR
    )
    crowd = "".join(
        person(s, head, "", x, y, 0.42)
        for head, x, y in (("scarf", 40, 330), ("short", 300, 350), ("bun", 560, 336), ("scarf", 820, 346))
    )
    return wall("#DDEBE8", "#C2D8D4") + board + words + band(s, 270, 282, 660, 40, "#9B2C3A", "#FBF8F1") + crowd


def wheel(x: float, y: float) -> str:
    spokes = "".join(
        f'<path d="M{x - 58} {y}H{x + 58}" stroke="#9AA6AC" stroke-width="4" transform="rotate({a} {x} {y})"/>'
        for a in range(0, 180, 30)
    )
    return f'<circle cx="{x}" cy="{y}" r="76" fill="#23313A"/><circle cx="{x}" cy="{y}" r="54" fill="#DDE3E6"/>{spokes}<circle cx="{x}" cy="{y}" r="15" fill="#5E6A70"/>'


def courier(s: Sketch) -> str:
    """A local rider bringing a parcel."""
    hills = '<path d="M0 420Q200 300 420 400T860 380T1200 400V520H0Z" fill="#A9CDB8"/><path d="M0 470Q300 400 600 460T1200 440V520H0Z" fill="#86B89C"/><rect y="510" width="1200" height="165" fill="#6B777D"/><path d="M40 592H240M420 592H620M800 592H1000" stroke="#fff" stroke-width="10" stroke-opacity=".7"/>'
    box = (
        '<rect x="400" y="250" width="190" height="170" rx="12" fill="#C8934F"/><rect x="400" y="250" width="190" height="170" rx="12" fill="url(#fold)"/><rect x="484" y="250" width="26" height="170" fill="#E8CF9A"/>'
        + band(s, 400, 370, 190, 34, "#9B2C3A", "#F7EBD8")
    )
    bike = '<path d="M360 480Q400 420 560 430L640 470 730 440 770 300H820L850 540" stroke="#9B2C3A" stroke-width="44" fill="none" stroke-linejoin="round" stroke-linecap="round"/><path d="M560 430L640 540H760L790 420" fill="#7A1F2B"/><path d="M750 300L840 286" stroke="#23313A" stroke-width="16" stroke-linecap="round"/><circle cx="846" cy="350" r="26" fill="#F0D48A"/><rect x="390" y="416" width="240" height="34" rx="17" fill="#23313A"/>'
    rider = '<path d="M600 430L690 430 730 540H790" stroke="#1F3A5F" stroke-width="46" fill="none" stroke-linejoin="round" stroke-linecap="round"/><path d="M590 430Q570 270 650 250T720 330L800 310" stroke="#0B5E63" stroke-width="52" fill="none" stroke-linecap="round" stroke-linejoin="round"/><path d="M580 300Q600 240 670 240L690 430H580Z" fill="#0B5E63"/>'
    head = '<circle cx="668" cy="182" r="58" fill="#C98F63"/><path d="M606 186Q600 110 672 108T738 178L700 172 690 200 640 206Z" fill="#E8B43A"/>'
    return (
        '<rect width="1200" height="675" fill="#D6E8EA"/><circle cx="1010" cy="130" r="66" fill="#F6D98A"/>'
        + hills
        + shadow(600, 620, 360, 34)
        + wheel(400, 540)
        + wheel(850, 540)
        + box
        + bike
        + rider
        + head
    )


def parcels(s: Sketch) -> str:
    """Parcels ready to go, one open with what was bought."""

    def box(x: float, y: float, w: float, h: float) -> str:
        return f'<rect x="{x}" y="{y}" width="{w}" height="{h}" rx="8" fill="#C8934F"/><rect x="{x}" y="{y}" width="{w}" height="{h}" rx="8" fill="url(#fold)"/><rect x="{x + w / 2 - 16}" y="{y}" width="32" height="{h}" fill="#E8CF9A" fill-opacity=".8"/><rect x="{x + 24}" y="{y + h - 84}" width="130" height="62" rx="4" fill="#FBF8F1"/><path d="M{x + 36} {y + h - 64}h90M{x + 36} {y + h - 48}h60M{x + 36} {y + h - 34}h76" stroke="#5E6A70" stroke-width="5"/>'

    goods = product(s, 42, 760, 110, 0.38) + product(s, 4, 880, 60, 0.42) + product(s, 47, 640, 90, 0.42)
    opened = (
        '<path d="M640 400H1110V620H640Z" fill="#B98645"/><path d="M640 400L570 330 700 340 740 400ZM1110 400L1180 330 1050 340 1010 400Z" fill="#DBA965"/>'
        + band(s, 640, 500, 470, 44, "#9B2C3A", "#F7EBD8")
    )
    return (
        wall("#F3E2DE", "#E2C9C2")
        + shadow(340, 620, 320, 40)
        + box(70, 390, 300, 230)
        + box(330, 430, 260, 190)
        + box(150, 210, 240, 180)
        + shadow(880, 620, 290, 40)
        + goods
        + opened
    )


def bazaar(s: Sketch) -> str:
    """A stall under an awning."""
    stripes = "".join(
        f'<path d="M{60 + i * 90} 60H{150 + i * 90}V150Q{105 + i * 90} 200 {60 + i * 90} 150Z" fill="{"#9B2C3A" if i % 2 else "#FBF8F1"}"/>'
        for i in range(12)
    )
    posts = '<path d="M90 150V600M1110 150V600" stroke="#8A5A2B" stroke-width="22"/>'
    seller = person(s, "scarf", "kemplang", 250, 150, 0.5) + person(s, "peci", "", 580, 160, 0.48)
    table = '<rect x="60" y="470" width="1080" height="180" fill="#0B5E63"/>' + band(
        s, 60, 490, 1080, 56, "#F0D48A", "#0B5E63"
    )
    goods = "".join(
        product(s, number, x, 290, 0.27) for number, x in ((1, 70), (42, 190), (64, 900), (24, 790), (15, 1000))
    )
    return wall("#E1EAF0", "#C6D6E0") + posts + seller + table + goods + stripes


def harvest(s: Sketch) -> str:
    """Pepper drying in the sun on mats."""
    sky = '<rect width="1200" height="675" fill="#F8EDC6"/><circle cx="960" cy="140" r="80" fill="#F2B84B"/><path d="M0 360Q300 250 620 340T1200 320V675H0Z" fill="#9BB777"/><path d="M0 450Q400 380 800 440T1200 430V675H0Z" fill="#7C9C57"/>'
    poles = "".join(
        f'<path d="M{x} 420V210" stroke="#6B4119" stroke-width="14"/>'
        + "".join(
            f'<g transform="translate({x + s.between(-34, 34):.0f} {s.between(210, 400):.0f}) rotate({s.between(-60, 60):.0f}) scale(.8)"><path d="M-46 8Q-16-28 46-14 20 26-46 8Z" fill="#417730"/></g>'
            for _ in range(22)
        )
        for x in (120, 300, 480)
    )
    mat = '<path d="M180 560H1040L1120 650H100Z" fill="#C99A55"/>' + heap(s, "pepper_white", 600, 606, 150, 1, 380)
    return sky + poles + mat + person(s, "cap", "pepper_white", 660, 150, 0.56)


def weaving(s: Sketch) -> str:
    """Cual on the loom and beside it."""
    return (
        wall("#EDE4DC", "#DCCBBE")
        + product(s, 77, 40, 20, 0.8)
        + product(s, 79, 600, 150, 0.66)
        + person(s, "bun", "", 470, 210, 0.58)
    )


NEWS: dict[str, Callable[[Sketch], str]] = {
    "shelf": shelf,
    "training": training,
    "courier": courier,
    "parcels": parcels,
    "bazaar": bazaar,
    "harvest": harvest,
    "weaving": weaving,
}


def news(name: str, seed: int = 1) -> Image.Image:
    """Return the illustration of an article, 1200 by 675."""
    s = Sketch(seed)
    body = NEWS[name](s)
    return picture(document(s, body, WIDE, HIGH), WIDE, HIGH).convert("RGB")
