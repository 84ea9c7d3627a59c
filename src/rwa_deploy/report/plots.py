"""Figures -> inline SVG: matplotlib draws, the page's own colours and font take over.

The SVG keeps text as text and holds no script, date or random id, so the same figures give the same bytes. Each colour
drawn here stands for one of the page's variables, which is how a plot follows light, dark and print.
"""

import io
import re
from collections.abc import Callable, Sequence
from decimal import Decimal

from markupsafe import Markup, escape
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.style import context
from matplotlib.ticker import FuncFormatter

from rwa_deploy import units
from rwa_deploy.model import AuctionResult, Bid
from rwa_deploy.report.facts import GasUse

__all__ = ["bids_plot", "gas_plot", "holders_plot", "use_plot"]

_INK, _SOFT, _LINE, _ACCENT, _PALE, _ALERT = "#101112", "#606162", "#d0d1d2", "#0a6b55", "#b5d1c8", "#b4541a"
_COLOURS = {
    _INK: "var(--ink)",
    _SOFT: "var(--soft)",
    _LINE: "var(--line)",
    _ACCENT: "var(--accent)",
    _PALE: "var(--pale)",
    _ALERT: "var(--alert)",
}
_STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "rwa-deploy",
    "font.size": 10,
    "text.color": _INK,
    "axes.edgecolor": _LINE,
    "axes.labelcolor": _SOFT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": _SOFT,
    "ytick.color": _SOFT,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "grid.color": _LINE,
    "grid.linewidth": 0.6,
    "axes.axisbelow": True,
}


def bids_plot(auction: AuctionResult, bids: Sequence[Bid]) -> Markup:
    """Bids + result -> what was offered at which yield, the cheapest money first, and where it was cut off."""
    ordered = sorted(bids, key=lambda bid: (-bid.price, bid.number))
    taken = {one.bid.number: one.face for one in auction.allotments}

    def draw(axes: Axes) -> None:
        start = Decimal(0)
        corners: list[tuple[float, float]] = []
        for bid in ordered:
            end = start + _billion(bid.face)
            filled = min(start + _billion(taken.get(bid.number, 0)), end)
            corners += [(float(start), float(bid.yield_pct)), (float(end), float(bid.yield_pct))]
            if filled > start:
                span = [float(start), float(filled)]
                axes.plot(span, [float(bid.yield_pct)] * 2, color=_ACCENT, linewidth=5, solid_capstyle="butt", zorder=4)
            start = end
        axes.plot(*zip(*corners, strict=True) if corners else ([], []), color=_SOFT, linewidth=1.5, zorder=3)
        target = float(_billion(auction.target_face))
        axes.axvline(target, color=_INK, linewidth=1, linestyle=(0, (2, 3)))
        top = float(max(bid.yield_pct for bid in ordered)) if ordered else 1.0
        axes.annotate("target", (target, top), (4, 0), textcoords="offset points", va="center", color=_INK)
        if auction.cutoff_yield_pct is not None:
            axes.axhline(float(auction.cutoff_yield_pct), color=_ALERT, linewidth=1)
            label = f"cut-off {auction.cutoff_yield_pct} %"
            right = (float(start), float(auction.cutoff_yield_pct))
            axes.annotate(label, right, (0, -5), textcoords="offset points", ha="right", va="top", color=_ALERT)
        axes.set_xlim(0, float(start) or 1)
        axes.set_xlabel("face offered, running total, PKR billion")
        axes.set_ylabel("yield, % a year")
        axes.grid(axis="y")

    accepted = units.million_text(auction.accepted_face, grouped=True)
    offered = units.million_text(auction.offered_face, grouped=True)
    description = f"{len(ordered)} bids for PKR {offered} million by rising yield; {accepted} million were accepted."
    return _svg("bids", "Bids and cut-off", description, draw, height=3.4)


def holders_plot(classes: Sequence[tuple[str, int, Decimal]]) -> Markup:
    """(size of holding, holders, share of face in per cent) -> two rows of bars: how many hold, and how much."""
    names = [name for name, _, _ in classes]

    def draw(left: Axes, right: Axes) -> None:
        for axes, values, label in (
            (left, [float(count) for _, count, _ in classes], "holders"),
            (right, [float(share) for _, _, share in classes], "share of the face, %"),
        ):
            axes.barh(names, values, color=_ACCENT if axes is left else _PALE, height=0.62)
            axes.set_xlim(0, max([*values, 1.0]) * 1.2)
            axes.invert_yaxis()
            axes.set_title(label, loc="left", fontsize=10, color=_SOFT)
            _bare(axes)
        for place, (_, count, share) in enumerate(classes):
            _label(left, count, place, f"{count:,}")
            _label(right, float(share), place, f"{share:.2f}")
        right.tick_params(labelleft=False)

    description = "; ".join(
        f"{name}: {count:,} holders with {share:.2f} % of the face" for name, count, share in classes
    )
    height = 0.7 + 0.3 * len(classes)
    return _svg("holders", "Holders by size of holding, PKR", description, draw, height=height, columns=2)


def use_plot(used_usd: int, cap_usd: int) -> Markup:
    """Dollars used + cap [1e6] -> one bar, filled as far as the cap is used."""
    used, cap = float(_billion(used_usd)) * 1000, float(_billion(cap_usd)) * 1000

    def draw(axes: Axes) -> None:
        axes.barh([0], [cap], color=_PALE, height=0.5)
        axes.barh([0], [used], color=_ACCENT, height=0.5)
        axes.set_xlim(0, max(cap, used, 1.0))
        axes.set_ylim(-0.5, 0.5)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.spines["bottom"].set_visible(False)
        axes.set_xlabel("USD million", loc="right")
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))

    million = [units.million_text(amount, grouped=True) for amount in (used_usd, cap_usd)]
    description = f"USD {million[0]} million of USD {million[1]} million are used."
    return _svg("use", "Use of the programme", description, draw, height=1.1)


def gas_plot(uses: Sequence[GasUse]) -> Markup:
    """Gas by operation -> a bar for each, gas an item."""
    ordered = sorted(uses, key=lambda use: (-use.gas_each, use.operation))

    def draw(axes: Axes) -> None:
        axes.barh(
            [use.operation.replace("_", " ") for use in ordered],
            [use.gas_each for use in ordered],
            color=_ACCENT,
            height=0.62,
        )
        axes.set_xscale("log")
        lowest = min([use.gas_each for use in ordered if use.gas_each], default=1)
        highest = max([use.gas_each for use in ordered], default=10)
        axes.set_xlim(10 ** (len(str(lowest)) - 1), highest * 4 + 10)
        axes.invert_yaxis()
        for place, use in enumerate(ordered):
            _label(axes, use.gas_each, place, f"{use.gas_each:,}")
        _bare(axes)

    description = "; ".join(f"{use.operation}: {use.gas_each:,} gas each" for use in ordered)
    return _svg("gas", "Gas by operation", description, draw, height=0.5 + 0.28 * len(ordered))


def _billion(amount: int) -> Decimal:
    return units.unscaled(amount, 15)


def _bare(axes: Axes) -> None:
    axes.set_xticks([])
    axes.minorticks_off()
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(axis="y", labelcolor=_INK)


def _label(axes: Axes, value: float, place: int, text: str) -> None:
    axes.annotate(text, (value, place), (5, 0), textcoords="offset points", va="center", color=_INK)


def _svg(
    name: str, title: str, description: str, draw: Callable[..., None], *, height: float, columns: int = 1
) -> Markup:
    buffer = io.StringIO()
    with context(["default", _STYLE]):  # a user's own matplotlibrc changes nothing
        figure = Figure(figsize=(8.4, height), layout="constrained")
        FigureCanvasSVG(figure)
        draw(*[figure.add_subplot(1, columns, column + 1) for column in range(columns)])
        metadata = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(buffer, format="svg", transparent=True, metadata=metadata)
    return _inline(buffer.getvalue(), name, title, description)


def _inline(text: str, name: str, title: str, description: str) -> Markup:
    """SVG file -> element of a page: colours by variable, ids of its own, a title and a description to be read out."""
    body = text[text.index("<svg") :].rstrip()
    body = re.sub(r"\s*<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    body = re.sub(r'\bid="', f'id="{name}-', body)
    body = re.sub(r"url\(#", f"url(#{name}-", body)
    body = re.sub(r'xlink:href="#', f'href="#{name}-', body)
    body = re.sub(r"<!--.*?-->\s*", "", body, flags=re.DOTALL)
    for colour, variable in _COLOURS.items():
        body = body.replace(colour, variable)
    [box] = re.findall(r'viewBox="([^"]*)"', body)
    head = (
        f'<svg viewBox="{box}" role="img" aria-labelledby="{name}-title {name}-description">'
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-description">{escape(description)}</desc>'
    )
    # Safe: matplotlib escapes the text it is given, and title and description are escaped here.
    return Markup(head + body[body.index(">") + 1 :])  # noqa: S704
