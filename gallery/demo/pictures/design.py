"""What tells one picture from another: the form, the colours, the words on the label, what lies beside it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scheme:
    """Colours of a pack: its body, the darker part, ink on it, and the paper label."""

    body: str
    dark: str
    ink: str
    accent: str
    paper: str = "#FBF8F1"
    paper_ink: str = "#23313A"
    paper_accent: str = "#9B2C3A"


SCHEMES = {
    "red": Scheme("#C8372D", "#8E1F1A", "#fff", "#FBE3B8", "#FFF6E8", "#7A1D18", "#C8372D"),
    "teal": Scheme("#0B5E63", "#073F43", "#fff", "#F0D48A", "#F7F3E9", "#0B3F44", "#9B2C3A"),
    "cream": Scheme("#F7F3E9", "#0B5E63", "#0B3F44", "#9B2C3A", "#FFFFFF", "#0B3F44", "#9B2C3A"),
    "night": Scheme("#1B2327", "#0F1517", "#FBF7EC", "#D9B25F", "#FBF7EC", "#1B2327", "#A9792A"),
    "gold": Scheme("#E0A526", "#9C6C10", "#4A2F05", "#7A2E12", "#FFF9E6", "#5F3D08", "#B4741B"),
    "brown": Scheme("#5B2E16", "#3A1C0C", "#FFF7E8", "#E9BE7B", "#FFF7E8", "#5B2E16", "#C0711E"),
    "forest": Scheme("#2F5B14", "#1E3D0B", "#F9FBEA", "#E7D77B", "#FDFCEB", "#2F5B14", "#7C8F14"),
    "plum": Scheme("#5C2140", "#3D1229", "#FFF2F5", "#E9BFA1", "#FFF6F4", "#5C2140", "#A23A5E"),
    "navy": Scheme("#1F3A5F", "#122540", "#F4F8FC", "#F2C46D", "#F7FAFC", "#1F3A5F", "#C0532B"),
    "coral": Scheme("#E8714F", "#B84A2C", "#fff", "#FFE9D2", "#FFF8F2", "#8C2F17", "#D9552F"),
    "leaf": Scheme("#7BA737", "#4C7317", "#fff", "#FDF6C4", "#FBFDEE", "#3A5912", "#7C8F14"),
    "sky": Scheme("#5FA8B8", "#2F7585", "#fff", "#FFF3C9", "#F6FBFC", "#1F5563", "#C25B3A"),
    "lilac": Scheme("#8C6BA0", "#5E4173", "#fff", "#F6DFF0", "#FBF7FD", "#4C3360", "#A23A8A"),
    "orange": Scheme("#EC9A29", "#B86E0B", "#fff", "#FFF3D0", "#FFF9EC", "#7C4503", "#C95A12"),
    "rose": Scheme("#D97A86", "#A84B5A", "#fff", "#FFF0E3", "#FFF6F5", "#822F3E", "#C24B5B"),
    "slate": Scheme("#4C5B63", "#313D44", "#fff", "#E7C98B", "#F6F8F9", "#2B383F", "#A6612B"),
    "kraft": Scheme("#C9A06A", "#9A7443", "#3B2610", "#7A1F2B", "#FBF4E6", "#4A2E12", "#9B2C3A"),
    "sand": Scheme("#EBD9B4", "#B0905A", "#5A3E17", "#A3552B", "#FFFCF4", "#5A3E17", "#A3552B"),
    "mint": Scheme("#BFE3E0", "#3C9093", "#0B5E63", "#1B8F93", "#FBFEFD", "#0B5E63", "#1B8F93"),
    "white": Scheme("#F5F6F4", "#C9CFCE", "#23313A", "#0B5E63", "#FFFFFF", "#0B3F44", "#0B5E63"),
    "blush": Scheme("#C98E86", "#B7322C", "#fff", "#FFE9DC", "#FFF6EE", "#7A221D", "#B7322C"),
    "maroon": Scheme("#7A1F2B", "#4F0F19", "#FFF3E6", "#E6C16A", "#FFF7EA", "#5E1520", "#9B2C3A"),
}


@dataclass(frozen=True)
class Design:
    """One product's picture; ``place`` and ``net`` are filled in from the product itself."""

    number: int
    form: str
    title: str
    sub: str
    scheme: str
    ground: str
    piece: str = ""
    style: str = ""
    garnish: str = ""
    place: str = ""
    net: str = ""

    @property
    def colours(self) -> Scheme:
        return SCHEMES[self.scheme]

    @property
    def lines(self) -> list[str]:
        return self.title.split("|")

    @property
    def small_print(self) -> str:
        return " · ".join(part for part in (self.sub, self.net) if part)
