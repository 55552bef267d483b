"""Products drawn by chance, the same for the same seed: few words are common, few products sell well, as in life."""

import random
from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any, Final

from gallery.core.ids import slugify
from gallery.listing.models import IN_NAME
from gallery.listing.queries.source import sort_keys
from gallery.listing.queries.words import index_terms

BASES: Final = {
    "Makanan ringan": "kemplang tenggiri;kemplang panggang;getas cumi;getas udang;kericu cumi;keripik sukun;stik nanas",
    "Bumbu dapur": "terasi toboali;rusip teri;calok udang;bumbu lempah kuning;sambal belacan;tauco bangka",
    "Makanan olahan": "sambal lingkung tenggiri;selai nanas;lempah kuning kaleng;asinan kelubi;mie sagu",
    "Rempah": "lada putih butir;lada putih bubuk;lada hitam",
    "Madu": "madu pelawan;madu kelulut;madu teran;madu hutan",
    "Minuman": "kopi bubuk;teh tayu;teh gaharu;sirup jeruk kunci;sari jeruk kunci",
    "Kue": "rintak sagu;kue semprong;bangkit sagu;martabak",
    "Hasil laut": "ikan asin tenggiri;cumi kering;teri asin",
    "Kain & busana": "kain cual;tenun cual selendang;batik simpor;kemeja jumputan;tanjak",
    "Kerajinan": "pewter kapal layar;plakat pewter;gantungan kunci timah;kopiah resam;keranjang lidi nipah",
    "Kesehatan": "hand sanitizer serai;masker kain;sabun cair;minyak kayu putih",
    "Paket & hampers": "hampers bangka;paket oleh oleh",
}
DISTRICTS: Final = {"19.71": 30, "19.01": 22, "19.02": 14, "19.04": 12, "19.05": 10, "19.03": 8, "19.06": 4}
INGREDIENTS: Final = [
    "ikan",
    "tapioka",
    "garam",
    "gula",
    "sagu",
    "telur",
    "bawang putih",
    "cabai",
    "minyak",
    "lada putih",
    "air",
    "tepung",
]
SYLLABLES: Final = [consonant + vowel for consonant in "bcdghjklmnprstw" for vowel in "aeiu"]
KINDS: Final = ("Dapur", "Rumah", "Usaha", "UD", "Kelompok")
START: Final = datetime(2022, 1, 1, tzinfo=UTC)


def _brands(chance: random.Random, number: int) -> list[str]:
    words = {"".join(chance.choices(SYLLABLES, k=chance.choice((2, 3, 3, 4)))) for _ in range(number * 2)}
    return sorted(words)[:number]


@dataclass
class Listing:
    """The listing's rows as they add up."""

    cells: dict[tuple[Any, ...], int] = field(default_factory=dict)
    cell_counts: Counter[int] = field(default_factory=Counter)
    terms: dict[str, tuple[int, str]] = field(default_factory=dict)
    postings: dict[int, list[tuple[int, int, int]]] = field(default_factory=lambda: defaultdict(list))

    def entry(self, values: dict[str, Any], others: Sequence[str]) -> dict[str, Any]:
        names = ("category_id", "district_code", "is_halal", "is_available", "is_in_gallery")
        cell = self.cells.setdefault(tuple(values[name] for name in names), len(self.cells) + 1)
        self.cell_counts[cell] += 1
        values |= sort_keys(values)
        codes = []
        for word, (surface, in_name) in index_terms(values["name"], others).items():
            term_id = self.terms.setdefault(word, (len(self.terms) + 1, surface))[0]
            codes.append(2 * term_id + in_name)
            rank_key = values["popular_key"] + (IN_NAME if in_name else 0)
            self.postings[term_id].append((rank_key, values["product_id"], cell))
        return values | {"facet_id": cell, "terms": sorted(codes)}


class Drawn:
    """Draws products: few words are common, few products sell well, as in life."""

    def __init__(self, products: int, seed: int = 1) -> None:
        self.products = products
        self.chance = random.Random(seed)
        self.brands = _brands(self.chance, min(20_000, 500 + products // 5))
        self.brand_weights = list(accumulate(1 / (n + 3) for n in range(len(self.brands))))
        self.categories = list(BASES)
        self.bases = {name: texts.split(";") for name, texts in BASES.items()}
        self.businesses = max(products // 20, 10)
        self.gallery_share = min(0.05, 5_000 / products)

    def brand(self) -> str:
        at = self.chance.random() * self.brand_weights[-1]
        return self.brands[bisect(self.brand_weights, at)]

    def business(self, number: int) -> dict[str, Any]:
        name = f"{self.chance.choice(KINDS)} {self.brand()} {self.brand()}".title()
        district = self.chance.choices(list(DISTRICTS), list(DISTRICTS.values()))[0]
        return {
            "id": number,
            "public_id": f"b{number:09}",
            "slug": slugify(name),
            "name": name,
            "owner_id": 1,
            "district_code": district,
            "address": "",
            "phone": "+6281200000001",
            "story": "Usaha keluarga yang sudah tiga angkatan membuat makanan khas dari hasil laut sendiri.",
            "is_active": True,
            "created_at": START,
        }

    def product(self, number: int, businesses: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """Draw one product; the values that its rows need."""
        chance = self.chance
        category = chance.randrange(len(self.categories))
        words = [chance.choice(self.bases[self.categories[category]]), self.brand()]
        if chance.random() < 0.62:
            words.append("asli")
        if chance.random() < 0.05:
            words.append("pedas")
        pieces = chance.choice((0, 3, 8, 25, 60, 200)) if chance.random() < 0.9 else 0
        return {
            "id": number,
            "business": businesses[chance.randrange(len(businesses))],
            "category_id": category + 1,
            "name": " ".join(words).capitalize(),
            "ingredients": "; ".join(chance.sample(INGREDIENTS, 4)),
            "price_idr": round(chance.lognormvariate(10.5, 0.8) / 500 + 4) * 500,
            "sold": int(chance.paretovariate(0.9)) - 1,
            "published_at": START + timedelta(seconds=number * 90),
            "is_halal": category < 8 and chance.random() < 0.6,
            "pieces": pieces,
            "in_gallery": pieces > 0 and chance.random() < self.gallery_share,
        }
