"""Charts as SVG inside a page: each with a title, one sentence that reads it, and its figures as a table.

Colours are those of the page (``currentColor``, custom properties), so a chart is right in the light and in the dark.
Nothing in it is code or style: the content-security policy has nothing to refuse. The same figures are drawn once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import Any

from markupsafe import Markup, escape

__all__ = ["Chart", "bars", "dots", "heat", "histogram", "line"]

_WIDTH, _HEIGHT = 620, 230
_INK, _SOFT, _LINE = "currentColor", "var(--soft)", "var(--line)"
_ACCENT, _PALE = "var(--accent)", "var(--edge)"
_PLACES = (0.45, 0.75, 0.6, 0.3)
_ATTRIBUTES = re.compile(
    r'\s(?:aria-[a-z]+|role|class|xmlns:xlink|pointer-events|style)="[^"]*"|<rect[^>]*fill="transparent"[^>]*/>'
)
_OPENING = re.compile(r"<svg[^>]*>")
_DRAWING = Lock()

Row = Sequence[str | float | int]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of a page.

    ``name`` is unique on its page. ``reading`` says in one sentence what the chart shows. ``columns`` and ``rows`` are
    its figures; they are the twin for those who do not see it, and the whole truth for those who do.
    """

    name: str
    title: str
    reading: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    svg: Markup


def line(
    name: str,
    title: str,
    reading: str,
    columns: tuple[str, str],
    series: Mapping[str, Sequence[tuple[float, float]]],
) -> Chart:
    """One line for each series, the first one strong and the others dashed, with the name at its end.

    Args:
        name: unique on the page.
        title: what is shown.
        reading: one sentence.
        columns: what the two axes count.
        series: name → points (x, y), in the order of x.
    """
    records = [
        {"series": label, "x": x, "y": y, "first": index == 0}
        for index, (label, points) in enumerate(series.items())
        for x, y in points
    ]
    # Names stand along the lines, each at another place, for lines often meet at their ends.
    named = [
        (label, points[round((len(points) - 1) * at)])
        for at, (label, points) in zip(_PLACES, series.items(), strict=False)
        if points
    ]
    ends = [{"series": label, "x": x, "y": y} for label, (x, y) in named]
    order = list(series)
    colours = [_ACCENT, *[_PALE] * (len(order) - 1)]
    scale = {"domain": order, "range": colours}
    colour = {"field": "series", "type": "nominal", "scale": scale, "legend": None}
    dash = {
        "field": "first",
        "type": "nominal",
        "scale": {"domain": [True, False], "range": [[1, 0], [5, 4]]},
        "legend": None,
    }
    x = {"field": "x", "type": "quantitative", "title": columns[0]}
    y = {"field": "y", "type": "quantitative", "title": columns[1]}
    layers: list[dict[str, Any]] = [
        {
            "data": {"values": records},
            "mark": {"type": "line", "strokeWidth": 2.2},
            "encoding": {"x": x, "y": y, "color": colour, "strokeDash": dash},
        }
    ]
    if len(order) > 1:
        layers.append(
            {
                "data": {"values": ends},
                "mark": {"type": "text", "align": "right", "dy": -7, "fill": _INK},
                "encoding": {"x": x, "y": y, "text": {"field": "series"}},
            }
        )
    rows = tuple((label, px, py) for label, points in series.items() for px, py in points)
    shown = rows if len(order) > 1 else tuple(row[1:] for row in rows)
    heads = ("", *columns) if len(order) > 1 else columns
    return _chart(name, title, reading, heads, shown, {"layer": layers})


def bars(
    name: str,
    title: str,
    reading: str,
    columns: tuple[str, str, str],
    rows: Sequence[tuple[str, int, int]],
) -> Chart:
    """Lying bars: a whole for each row, and the part of it that counts, filled.

    Args:
        name: unique on the page.
        title: what is shown.
        reading: one sentence.
        columns: names of the rows, of the whole and of the part.
        rows: (label, whole, part); the part is not above the whole.
    """
    records = [
        {"label": label, "whole": whole, "part": part, "said": f"{part} / {whole}"} for label, whole, part in rows
    ]
    y = {"field": "label", "type": "nominal", "sort": None, "title": None, "axis": {"grid": False}}
    x = {"type": "quantitative", "title": columns[1]}
    layers = [
        {
            "mark": {"type": "bar", "height": {"band": 0.62}, "fill": "var(--sunk)", "stroke": _PALE},
            "encoding": {"y": y, "x": {**x, "field": "whole"}},
        },
        {
            "mark": {"type": "bar", "height": {"band": 0.62}, "fill": _ACCENT},
            "encoding": {"y": y, "x": {**x, "field": "part"}},
        },
        {
            "mark": {"type": "text", "align": "left", "dx": 6, "fill": _INK},
            "encoding": {"y": y, "x": {**x, "field": "whole"}, "text": {"field": "said"}},
        },
    ]
    spec = {"data": {"values": records}, "layer": layers, "height": {"step": 26}}
    return _chart(name, title, reading, columns, tuple(rows), spec)


def histogram(
    name: str, title: str, reading: str, columns: tuple[str, str], bins: Sequence[tuple[float, float, int]]
) -> Chart:
    """Counts by range: ``bins`` are (from, to, count), side by side."""
    records = [{"from": low, "to": high, "count": count} for low, high, count in bins]
    spec = {
        "data": {"values": records},
        "mark": {"type": "bar", "fill": _ACCENT, "stroke": "var(--card)", "strokeWidth": 1},
        "encoding": {
            "x": {"field": "from", "type": "quantitative", "title": columns[0], "bin": {"binned": True}},
            "x2": {"field": "to"},
            "y": {"field": "count", "type": "quantitative", "title": columns[1]},
        },
    }
    rows = tuple((f"{low:g} – {high:g}", count) for low, high, count in bins)
    return _chart(name, title, reading, columns, rows, spec)


def heat(
    name: str,
    title: str,
    reading: str,
    columns: tuple[str, str, str],
    cells: Sequence[tuple[str, str, float]],
    form: str = "d",
) -> Chart:
    """A square of rows and columns, each cell as dark as its figure is great, with the figure in it.

    Args:
        name: unique on the page.
        title: what is shown.
        reading: one sentence.
        columns: names of the rows, of the columns, and of the figure.
        cells: (row, column, figure); what is missing stays empty.
        form: how a figure is written, in the form of d3.
    """
    most = max((figure for _, _, figure in cells), default=0.0) or 1.0
    records = [{"row": row, "column": column, "figure": f, "level": round(f / most, 3)} for row, column, f in cells]
    order = {"sort": None, "type": "nominal"}
    place = {
        "x": {"field": "column", "title": None, "axis": {"orient": "top", "labelAngle": 0, "grid": False}, **order},
        "y": {"field": "row", "title": None, "axis": {"grid": False}, **order},
    }
    spec = {
        "data": {"values": records},
        "layer": [
            {
                "mark": {"type": "rect", "fill": _ACCENT, "stroke": "var(--card)", "strokeWidth": 2},
                "encoding": {
                    **place,
                    "opacity": {
                        "field": "level",
                        "type": "quantitative",
                        "scale": {"domain": [0, 1], "range": [0.06, 0.38]},
                        "legend": None,
                    },
                },
            },
            {
                "mark": {"type": "text", "fill": _INK},
                "encoding": {**place, "text": {"field": "figure", "type": "quantitative", "format": form}},
            },
        ],
        "width": {"step": 58},
        "height": {"step": 34},
    }
    return _chart(name, title, reading, columns, tuple(cells), spec)


def dots(
    name: str, title: str, reading: str, columns: tuple[str, str], points: Sequence[tuple[str, float, str]]
) -> Chart:
    """Named points in their order along a line: ``points`` are (label, figure in [0, 1], what is written above)."""
    records = [{"label": label, "figure": figure, "said": said} for label, figure, said in points]
    x = {"field": "label", "type": "ordinal", "sort": None, "title": columns[0], "axis": {"labelAngle": 0}}
    y = {"field": "figure", "type": "quantitative", "title": columns[1], "scale": {"domain": [0, 1]}}
    spec = {
        "data": {"values": records},
        "layer": [
            {"mark": {"type": "line", "strokeWidth": 2, "stroke": _ACCENT}, "encoding": {"x": x, "y": y}},
            {"mark": {"type": "point", "filled": True, "size": 70, "fill": _ACCENT}, "encoding": {"x": x, "y": y}},
            {
                "mark": {"type": "text", "dy": -13, "fill": _INK},
                "encoding": {"x": x, "y": y, "text": {"field": "said"}},
            },
        ],
        "height": 150,
    }
    return _chart(name, title, reading, columns, tuple((label, said) for label, _, said in points), spec)


def _chart(
    name: str, title: str, reading: str, columns: tuple[str, ...], rows: tuple[Row, ...], spec: Mapping[str, Any]
) -> Chart:
    drawn = _drawn(json.dumps({"width": _WIDTH, "height": _HEIGHT, **spec}, sort_keys=True))
    head = Markup(
        '<svg role="img" class="chart" viewBox="{}" width="{}" height="{}" direction="ltr" '
        'aria-labelledby="{}-title {}-reading"><title id="{}-title">{}</title><desc id="{}-reading">{}</desc>'
    ).format(drawn.box, drawn.width, drawn.height, name, name, name, title, name, reading)
    # What is drawn comes from vl-convert, which escapes every text; figures and labels cannot become markup.
    return Chart(name, title, reading, columns, rows, head + Markup(drawn.body) + Markup("</svg>"))


@dataclass(frozen=True, slots=True)
class _Drawn:
    box: str
    width: str
    height: str
    body: str


@lru_cache(maxsize=512)
def _drawn(spec: str) -> _Drawn:
    import altair
    import vl_convert

    wanted = json.loads(spec)
    chart = altair.Chart.from_dict({**wanted, "config": _config()}, validate=True)
    with _DRAWING:  # the converter holds one engine
        text: str = vl_convert.vegalite_to_svg(chart.to_dict(validate=False))
    opening = _OPENING.search(text)
    if opening is None:
        raise ValueError("the chart was not drawn")
    facts = dict(re.findall(r'(\w+)="([^"]*)"', opening[0]))
    body = _ATTRIBUTES.sub("", text[opening.end() :].removesuffix("</svg>"))
    return _Drawn(str(escape(facts["viewBox"])), facts["width"], facts["height"], f'<g aria-hidden="true">{body}</g>')


def _config() -> dict[str, Any]:
    face = "system-ui, sans-serif"
    return {
        "background": "transparent",
        "font": face,
        "view": {"stroke": None},
        "text": {"fontSize": 12, "font": face},
        "axis": {
            "domainColor": _PALE,
            "tickColor": _PALE,
            "gridColor": _LINE,
            "labelColor": _INK,
            "titleColor": _SOFT,
            "labelFontSize": 12,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
            "labelLimit": 260,
            "titlePadding": 8,
            "tickCount": 6,
        },
    }
