"""Line charts as SVG: years across, a gap where a year is missing, every point with its number.

Drawn here because the page forbids inline styles and scripts, which chart libraries put into their pictures, and
because the editor of lexicons draws anew at each click. Colours are classes of the style sheet.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markupsafe import Markup

WIDTH, HEIGHT = 720, 300
LEFT, RIGHT, TOP, BOTTOM = 56, 14, 14, 44
COLOURS = 8  # classes c0 ... c7 of the style sheet
MOST_YEARS = 12  # labels below the axis; a narrow screen shows every second one


@dataclass(frozen=True, slots=True)
class Curve:
    """One line: its name, a value for each year that has one, and perhaps a band around it."""

    name: str
    values: Mapping[int, float]
    band: Mapping[int, tuple[float, float]] = field(default_factory=dict)
    faint: bool = False


def round_step(span: float, n: int = 4) -> float:
    """A step of 1, 2 or 5 times a power of ten that cuts `span` into about `n` parts.

    Examples
    --------
    >>> round_step(37), round_step(0.8), round_step(4)
    (10.0, 0.2, 1.0)
    """
    rough = span / n
    power: float = 10.0 ** math.floor(math.log10(rough))
    return next(step * power for step in (1.0, 2.0, 5.0, 10.0) if step * power >= rough * 0.999)


def shown_number(value: float | None) -> str:
    """A number as it is read: two decimals, more for small ones, thousands parted.

    Examples
    --------
    >>> [shown_number(one) for one in (12.3456, 0.0, 1234567, None, 0.012345)]
    ['12.35', '0', '1,234,567', '–', '0.0123']
    """
    if value is None or math.isnan(value):
        return "–"
    if float(value).is_integer() or abs(value) >= 10_000:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) >= 0.1 else f"{value:.3g}"


def draw_lines(curves: Sequence[Curve], title: str) -> Markup:
    """A chart of some lines.

    Parameters
    ----------
    curves : sequence of Curve
    title : str
        What is drawn, for readers who do not see it.

    Returns
    -------
    Markup
        An ``svg`` element in which every text is escaped.
    """
    from markupsafe import Markup, escape

    years = sorted({year for curve in curves for year in (*curve.values, *curve.band)})
    if not years:
        return Markup("")
    highs = [value for curve in curves for value in curve.values.values()]
    highs += [high for curve in curves for _, high in curve.band.values()]
    lows = [0.0, *highs, *(low for curve in curves for low, _ in curve.band.values())]
    scale = _Scale(years[0], years[-1], min(lows), max([*highs, 0.0]))
    parts = [*_axes(scale, years)]
    for number, curve in enumerate(curves):
        parts += _curve(curve, f"c{number % COLOURS}", scale)
    body = Markup("").join(Markup(part) for part in parts)
    box = f"0 0 {WIDTH} {HEIGHT}"
    return Markup('<svg class="chart" viewBox="{}" role="img" aria-label="{}">{}</svg>').format(
        box, escape(title), body
    )


class _Scale:
    """From years and values to places in the picture."""

    def __init__(self, first: int, last: int, low: float, high: float) -> None:
        self.first, self.last = first, last
        span = (high - low) or 1.0
        self.step = round_step(span)
        self.low = math.floor(low / self.step + 1e-9) * self.step
        self.high = max(math.ceil(high / self.step - 1e-9), 1 + math.floor(low / self.step)) * self.step

    def x(self, year: int) -> float:
        """Across; a single year stands in the middle."""
        share = (year - self.first) / (self.last - self.first) if self.last > self.first else 0.5
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        """Down."""
        return TOP + (self.high - value) / (self.high - self.low) * (HEIGHT - TOP - BOTTOM)

    @property
    def ticks(self) -> list[float]:
        """The values that have a line."""
        n = round((self.high - self.low) / self.step)
        return [self.low + number * self.step for number in range(n + 1)]


def _axes(scale: _Scale, years: Sequence[int]) -> list[str]:
    parts = []
    digits = max(0, -math.floor(math.log10(scale.step) + 1e-9))
    for tick in scale.ticks:
        y = scale.y(tick)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="tick end" x="{LEFT - 8}" y="{y + 4:.1f}">{tick:,.{digits}f}</text>')
    every = max(1, math.ceil((scale.last - scale.first + 1) / MOST_YEARS))
    for order, year in enumerate(range(scale.first, scale.last + 1, every)):
        minor = " minor" if order % 2 else ""
        x = scale.x(year)
        parts.append(f'<text class="tick middle{minor}" x="{x:.1f}" y="{HEIGHT - 10}">{year}</text>')
    return parts


def _curve(curve: Curve, colour: str, scale: _Scale) -> list[str]:
    from markupsafe import escape

    parts = []
    if curve.band:
        there = sorted(curve.band)
        above = [f"{scale.x(year):.1f},{scale.y(curve.band[year][1]):.1f}" for year in there]
        below = [f"{scale.x(year):.1f},{scale.y(curve.band[year][0]):.1f}" for year in reversed(there)]
        parts.append(f'<polygon class="band {colour}" points="{" ".join([*above, *below])}"/>')
    faint = " faint" if curve.faint else ""
    points: list[str] = []
    last = None
    for year in [*sorted(curve.values), None]:
        if points and (year is None or last is None or year != last + 1):
            parts.append(f'<polyline class="line {colour}{faint}" points="{" ".join(points)}"/>')
            points = []
        if year is not None:
            points.append(f"{scale.x(year):.1f},{scale.y(curve.values[year]):.1f}")
        last = year
    name = escape(curve.name)
    for year, value in sorted(curve.values.items()):
        told = f"<title>{name} {year}: {shown_number(value)}</title>"
        place = f'cx="{scale.x(year):.1f}" cy="{scale.y(value):.1f}"'
        parts.append(f'<circle class="dot {colour}{faint}" r="3" {place}>{told}</circle>')
    return parts
