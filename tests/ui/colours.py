"""Colour arithmetic for the themes' tests: contrast, colour differences, and how colour-blind eyes see.

Contrast: WCAG 2. Difference: CIEDE2000. Colour blindness: Machado, Oliveira and Fernandes 2009, severity
1.0, applied to linear RGB. Palettes: xterm's and the Linux console's defaults, GNOME's Tango, and
Campbell of Windows Terminal.
"""

import math

from textual.color import Color

RGB = tuple[float, float, float]

_MACHADO = {
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}

NAMES = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
_PALETTES = {
    "xterm": "000000 cd0000 00cd00 cdcd00 0000ee cd00cd 00cdcd e5e5e5 "
    "7f7f7f ff0000 00ff00 ffff00 5c5cff ff00ff 00ffff ffffff",
    "linux": "000000 aa0000 00aa00 aa5500 0000aa aa00aa 00aaaa aaaaaa "
    "555555 ff5555 55ff55 ffff55 5555ff ff55ff 55ffff ffffff",
    "tango": "000000 cc0000 4e9a06 c4a000 3465a4 75507b 06989a d3d7cf "
    "555753 ef2929 8ae234 fce94f 729fcf ad7fa8 34e2e2 eeeeec",
    "campbell": "0c0c0c c50f1f 13a10e c19c00 0037da 881798 3a96dd cccccc "
    "767676 e74856 16c60c f9f1a5 3b78ff b4009e 61d6d6 f2f2f2",
}


def palettes(dark: bool) -> dict[str, dict[str, str]]:
    """Per palette the colour of every ANSI name; `default` is the ground's text and `ground` the ground."""
    found = {}
    for name, text in _PALETTES.items():
        values = [f"#{value}" for value in text.split()]
        named = dict(zip([*NAMES, *(f"bright-{n}" for n in NAMES)], values, strict=True))
        named["default"] = named["white"] if dark else named["black"]
        named["ground"] = named["black"] if dark else named["bright-white"]
        found[name] = named
    return found


def linear(colour: str) -> RGB:
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in Color.parse(colour).normalized
    )
    return red, green, blue


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast ratio, 1 to 21."""

    def luminance(colour: str) -> float:
        red, green, blue = linear(colour)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def seen(colour: str, eyes: str) -> RGB:
    """Linear RGB of a colour as these eyes see it; `normal` sees it as it is."""
    values = linear(colour)
    if eyes == "normal":
        return values
    red, green, blue = (
        min(1.0, max(0.0, sum(a * b for a, b in zip(row, values, strict=True))))
        for row in _MACHADO[eyes]
    )
    return red, green, blue


def lab(rgb: RGB) -> RGB:
    """CIELAB under D65 of linear sRGB."""
    red, green, blue = rgb
    x = (0.4124564 * red + 0.3575761 * green + 0.1804375 * blue) / 0.95047
    y = 0.2126729 * red + 0.7151522 * green + 0.0721750 * blue
    z = (0.0193339 * red + 0.1191920 * green + 0.9503041 * blue) / 1.08883

    def f(t: float) -> float:
        return t ** (1 / 3) if t > 216 / 24389 else (24389 / 27 * t + 16) / 116

    return 116 * f(y) - 16, 500 * (f(x) - f(y)), 200 * (f(y) - f(z))


def difference(one: RGB, other: RGB) -> float:
    """CIEDE2000 of two CIELAB colours; around 2 is just noticeable."""
    (l1, a1, b1), (l2, a2, b2) = one, other
    mean_c = (math.hypot(a1, b1) + math.hypot(a2, b2)) / 2
    stretch = 1.5 - 0.5 * math.sqrt(mean_c**7 / (mean_c**7 + 25**7))
    c1, c2 = math.hypot(a1 * stretch, b1), math.hypot(a2 * stretch, b2)
    h1 = math.degrees(math.atan2(b1, a1 * stretch)) % 360
    h2 = math.degrees(math.atan2(b2, a2 * stretch)) % 360
    turn = (h2 - h1 + 180) % 360 - 180 if c1 * c2 else 0.0
    delta_h = 2 * math.sqrt(c1 * c2) * math.sin(math.radians(turn / 2))
    mean_l, mean_c = (l1 + l2) / 2, (c1 + c2) / 2
    mean_h = (h1 + turn / 2) % 360 if c1 * c2 else h1 + h2
    t = (
        1
        - 0.17 * math.cos(math.radians(mean_h - 30))
        + 0.24 * math.cos(math.radians(2 * mean_h))
        + 0.32 * math.cos(math.radians(3 * mean_h + 6))
        - 0.20 * math.cos(math.radians(4 * mean_h - 63))
    )
    part_l = (l2 - l1) / (1 + 0.015 * (mean_l - 50) ** 2 / math.sqrt(20 + (mean_l - 50) ** 2))
    part_c = (c2 - c1) / (1 + 0.045 * mean_c)
    part_h = delta_h / (1 + 0.015 * mean_c * t)
    rotation = (
        -2
        * math.sqrt(mean_c**7 / (mean_c**7 + 25**7))
        * math.sin(math.radians(60 * math.exp(-(((mean_h - 275) / 25) ** 2))))
    )
    return math.sqrt(part_l**2 + part_c**2 + part_h**2 + rotation * part_c * part_h)
