"""Spices, fruit, leaves, grain and drops: single pieces about 40 units in radius, drawn around the origin."""

import math

from gallery.demo.pictures.canvas import Sketch


def _berry(r: float, base: str, dark: str, shine: float = 0.65) -> str:
    return (
        f'<circle r="{r}" fill="{dark}"/><circle cx="{-r * 0.14:.1f}" cy="{-r * 0.16:.1f}" r="{r * 0.86:.1f}" fill="{base}"/>'
        f'<circle cx="{-r * 0.35:.1f}" cy="{-r * 0.38:.1f}" r="{r * 0.3:.1f}" fill="#fff" opacity="{shine}"/>'
    )


def pepper_white(s: Sketch) -> str:
    return _berry(s.between(11, 15), "#DDD1B8", "#A9987A")


def pepper_black(s: Sketch) -> str:
    return _berry(s.between(11, 15), "#4A3F38", "#241C18", 0.25)


def bean_green(s: Sketch) -> str:
    return _berry(s.between(9, 12), "#8FA04A", "#5C6B24", 0.5)


def soybean(s: Sketch) -> str:
    return f'<g transform="scale(1.15 .9)">{_berry(s.between(11, 14), "#E3BF7C", "#A57C37", 0.5)}</g>'


def chili(s: Sketch) -> str:
    _ = s
    return (
        '<path d="M-30-18Q-14-34 2-20 26-2 44 30 8 22-14 8-34-4-30-18Z" fill="#C2241B"/>'
        '<path d="M-20-18Q4-14 26 12" stroke="#F0867A" stroke-width="5" fill="none" stroke-linecap="round"/>'
        '<path d="M-28-20Q-40-24-42-38" stroke="#3F6B1F" stroke-width="7" fill="none" stroke-linecap="round"/>'
    )


def garlic(s: Sketch) -> str:
    _ = s
    return (
        '<path d="M0-40Q6-22 26-8 42 14 20 30 0 38-20 30-42 14-26-8-6-22 0-40Z" fill="#EFE7DD"/>'
        '<path d="M0-30Q-16-4-8 32M0-30Q16-4 8 32" stroke="#C9B6C4" stroke-width="3" fill="none"/>'
    )


def shallot(s: Sketch) -> str:
    _ = s
    return (
        '<path d="M0-36Q4-20 22-8 36 10 18 26 0 34-18 26-36 10-22-8-4-20 0-36Z" fill="#A33B5C"/>'
        '<path d="M-2-24Q-18 0-10 24" stroke="#D88CA4" stroke-width="4" fill="none" stroke-linecap="round"/>'
    )


def turmeric(s: Sketch) -> str:
    _ = s
    return (
        '<path d="M-42 4Q-38-16-12-12L-6-30Q8-34 10-12 40-18 44 2 40 20 8 16L2 32Q-12 36-12 14-40 22-42 4Z" '
        'fill="#B8721B"/><path d="M-34 0Q-20-8 4-4T36-2" stroke="#E9A93F" stroke-width="8" fill="none" '
        'stroke-linecap="round"/><circle cx="42" cy="2" r="9" fill="#F2A51F"/>'
    )


def lemongrass(s: Sketch) -> str:
    _ = s
    return (
        '<path d="M-60 8Q-10-4 60-22" stroke="#7F9C3E" stroke-width="9" fill="none" stroke-linecap="round"/>'
        '<path d="M-62 6Q-20 2 40 8" stroke="#A9BE63" stroke-width="9" fill="none" stroke-linecap="round"/>'
        '<path d="M-64 8Q-46 0-14-2" stroke="#E9E6C4" stroke-width="17" fill="none" stroke-linecap="round"/>'
    )


def lime(s: Sketch) -> str:
    _ = s
    wedge = "".join(
        f'<path d="M0 0L{29 * math.cos(a):.1f} {29 * math.sin(a):.1f}A29 29 0 0 1 '
        f'{29 * math.cos(a + 0.62):.1f} {29 * math.sin(a + 0.62):.1f}Z" fill="#C6D64B"/>'
        for a in (i * math.pi / 4 for i in range(8))
    )
    return f'<circle r="37" fill="#5E8C1F"/><circle r="33" fill="#F4F3C2"/>{wedge}'


def lime_whole(s: Sketch) -> str:
    _ = s
    return '<circle r="34" fill="#5B8722"/><circle cx="-3" cy="-4" r="31" fill="#7BA737"/><circle cx="-12" cy="-14" r="9" fill="#fff" opacity=".4"/>'


def pineapple(s: Sketch) -> str:
    _ = s
    leaves = "".join(
        f'<path d="M0-24Q{x}-52 {x * 1.8:.0f}-{h}Q{x * 0.3:.0f}-50 0-24Z" fill="{c}"/>'
        for x, h, c in (
            (-22, 62, "#4E7A26"),
            (22, 62, "#4E7A26"),
            (-10, 80, "#5F9130"),
            (10, 80, "#5F9130"),
            (1, 88, "#72A63C"),
        )
    )
    net = "".join(
        f'<path d="M-40 {y}L40 {y + 44}M40 {y}L-40 {y + 44}" stroke="#B3700F" stroke-width="3" opacity=".6"/>'
        for y in range(-60, 60, 17)
    )
    outline = '<path d="M0-28Q38-28 38 16 36 60 0 60T-38 16Q-38-28 0-28Z"/>'
    return leaves + outline.replace("/>", ' fill="#E7A928"/>') + s.clip(outline, net)


def coffee_bean(s: Sketch) -> str:
    _ = s
    return (
        '<ellipse rx="24" ry="16" fill="#3A2010"/><ellipse cx="-1" cy="-2" rx="22" ry="14" fill="#5B341A"/>'
        '<path d="M-20 0q10-8 20 0t20 0" stroke="#2B1608" stroke-width="4" fill="none"/>'
    )


def tea_leaf(s: Sketch) -> str:
    tone = s.rng.choice(["#39521F", "#4B6A2A", "#2F4519"])
    return f'<path d="M-30 4Q-10-14 30-6 8 12-30 4Z" fill="{tone}"/>'


def leaf(s: Sketch) -> str:
    tone = s.rng.choice(["#4F8A3A", "#5E9B45", "#417730"])
    return (
        f'<path d="M-46 8Q-16-28 46-14 20 26-46 8Z" fill="{tone}"/>'
        '<path d="M-42 7Q0-6 40-12" stroke="#CFE3B4" stroke-width="3" fill="none" opacity=".8"/>'
    )


def cajeput(s: Sketch) -> str:
    tone = s.rng.choice(["#6D8F6A", "#5A7F62", "#84A27C"])
    return f'<path d="M-46 4Q-10-14 46-4-6 14-46 4Z" fill="{tone}"/><path d="M-40 3Q0-2 40-4" stroke="#DCE8D4" stroke-width="2.4"/>'


def coconut(s: Sketch) -> str:
    _ = s
    return (
        '<path d="M-46-6A46 46 0 0 0 46-6Z" fill="#5C3A1E"/><ellipse cy="-6" rx="46" ry="20" fill="#7A5330"/>'
        '<ellipse cy="-6" rx="41" ry="16.5" fill="#FDFBF4"/><ellipse cy="-3" rx="30" ry="10" fill="#E7E1D2"/>'
    )


def kelubi(s: Sketch) -> str:
    scales = "".join(
        f'<path d="M{x - 8} {y}q8 10 16 0" stroke="#7A3414" stroke-width="2.6" fill="none"/>'
        for y in range(-16, 26, 10)
        for x in range(-16 + (y % 20), 24, 16)
    )
    outline = '<path d="M0-36Q30-24 28 6 22 34 0 34T-28 6Q-30-24 0-36Z"/>'
    return outline.replace("/>", ' fill="#B9602A"/>') + s.clip(outline, scales)


def rice(s: Sketch) -> str:
    tone = s.rng.choice(["#FBF8EF", "#F1EBDB", "#B5533F", "#FBF8EF"])
    return f'<ellipse rx="13" ry="4.6" fill="{tone}" stroke="#B9A888" stroke-width="1"/>'


def floss(s: Sketch) -> str:
    tone = s.rng.choice(["#B9772F", "#8F5218", "#D79A4B", "#C98A3C"])
    a, b, c = s.between(-14, 14), s.between(14, 34), s.between(-10, 10)
    return f'<path d="M-30 0q{b:.0f} {a:.0f} 60 {c:.0f}" stroke="{tone}" stroke-width="6" fill="none" stroke-linecap="round"/>'


def floss_crab(s: Sketch) -> str:
    tone = s.rng.choice(["#C9512B", "#E07C4C", "#A93E1E", "#EFA678"])
    a, b = s.between(-14, 14), s.between(14, 34)
    return (
        f'<path d="M-26 0q{b:.0f} {a:.0f} 52 0" stroke="{tone}" stroke-width="7" fill="none" stroke-linecap="round"/>'
    )


def floss_squid(s: Sketch) -> str:
    tone = s.rng.choice(["#9C7A6C", "#C2A391", "#7B5B4F", "#D9C1B0"])
    a, b = s.between(-16, 16), s.between(10, 34)
    return (
        f'<path d="M-28 0q{b:.0f} {a:.0f} 56 0" stroke="{tone}" stroke-width="6.5" fill="none" stroke-linecap="round"/>'
    )


def drop(s: Sketch) -> str:
    _ = s
    return (
        '<path d="M0-34Q26-2 26 14A26 26 0 0 1-26 14Q-26-2 0-34Z" fill="#7FC4CE"/>'
        '<path d="M-12 8Q-12 22 2 26" stroke="#fff" stroke-width="5" fill="none" stroke-linecap="round" opacity=".8"/>'
    )


def bubble(s: Sketch) -> str:
    r = s.between(12, 30)
    return (
        f'<circle r="{r:.1f}" fill="#fff" fill-opacity=".45" stroke="#fff" stroke-width="3"/>'
        f'<path d="M{-r * 0.55:.1f} {-r * 0.2:.1f}A{r * 0.6:.1f} {r * 0.6:.1f} 0 0 1 {-r * 0.05:.1f} {-r * 0.6:.1f}" '
        'stroke="#fff" stroke-width="4" fill="none" stroke-linecap="round"/>'
    )


def _puddle(tone: str, shine: str) -> str:
    return (
        f'<path d="M-62-4Q0-22 50 2T46 34-40 40-80 14-62-4Z" fill="{tone}"/>'
        f'<path d="M-46 4Q-8-6 24 6" stroke="{shine}" stroke-width="7" fill="none" stroke-linecap="round"/>'
        '<g transform="rotate(-28 20 -10)"><rect x="10" y="-92" width="9" height="74" rx="4" fill="#A66F34"/>'
        '<ellipse cx="14" cy="-12" rx="20" ry="24" fill="#C8934F"/><path d="M-5-20H33M-6-10H34M-4 0H32" stroke="#8A5A2B" '
        'stroke-width="4"/></g>'
    )


def drip(s: Sketch) -> str:
    _ = s
    return _puddle("#C9821C", "#F6D58E")


def drip_dark(s: Sketch) -> str:
    _ = s
    return _puddle("#7A3B0C", "#E8B36B")


def teacup(s: Sketch) -> str:
    return _cup("#C7B23A", s)


def coffee_cup(s: Sketch) -> str:
    return _cup("#3A2010", s)


def _cup(drink: str, s: Sketch) -> str:
    _ = s
    return (
        '<ellipse cy="38" rx="74" ry="16" fill="#D5DEE0"/><ellipse cy="34" rx="74" ry="16" fill="#FBFCFC"/>'
        '<path d="M44-14q40-4 36 20T38 24" stroke="#E6ECEE" stroke-width="9" fill="none"/>'
        '<path d="M-48-22Q-46 36 0 36T48-22Z" fill="#F7FAFA"/><path d="M-48-22Q-46 36 0 36T48-22Z" fill="url(#gloss)"/>'
        f'<ellipse cy="-22" rx="48" ry="15" fill="#fff"/><ellipse cy="-20" rx="41" ry="11.5" fill="{drink}"/>'
        '<path d="M-12-44q-10-14 0-26t0-24M12-44q-10-14 0-26" stroke="#fff" stroke-width="7" fill="none" '
        'stroke-linecap="round" opacity=".8"/>'
    )


PIECES = {
    "drip": drip,
    "drip_dark": drip_dark,
    "teacup": teacup,
    "coffee_cup": coffee_cup,
    "pepper_white": pepper_white,
    "pepper_black": pepper_black,
    "bean_green": bean_green,
    "soybean": soybean,
    "chili": chili,
    "garlic": garlic,
    "shallot": shallot,
    "turmeric": turmeric,
    "lemongrass": lemongrass,
    "lime": lime,
    "lime_whole": lime_whole,
    "pineapple": pineapple,
    "coffee_bean": coffee_bean,
    "tea_leaf": tea_leaf,
    "leaf": leaf,
    "cajeput": cajeput,
    "coconut": coconut,
    "kelubi": kelubi,
    "rice": rice,
    "floss": floss,
    "floss_crab": floss_crab,
    "floss_squid": floss_squid,
    "drop": drop,
    "bubble": bubble,
}
