"""Scripts whose values have known sources: per row id the calls it depends on, as `tool` or `tool SYMBOL`."""

from dataclasses import dataclass, field
from textwrap import dedent


@dataclass(frozen=True)
class Known:
    """A script and what is true of it. `elasticities` are by (row id, call)."""

    name: str
    script: str
    sources: dict[str, set[str]]
    dead: set[str] = field(default_factory=set)
    elasticities: dict[tuple[str, str], float] = field(default_factory=dict)


def known(name: str, body: str, **facts: object) -> Known:
    """A script that imports every tool, from the body of its `analyze`."""
    head = "from mcp_client import bars, mean, quote, rate, screen, call_many, ToolError\nimport math\n"
    head += "import numpy as np\nimport pandas as pd\n\n\ndef row(id, value):\n"
    head += '    return {"id": id, "key": id, "value": value}\n\n\ndef analyze() -> dict:\n'
    indented = "".join(f"    {line}\n" for line in dedent(body).strip().splitlines())
    tail = '    return {"description": "done", "body": rows}\n'
    return Known(name, head + indented + tail, **facts)  # type: ignore[arg-type]


A, B, C = ("quote AAA", "quote BBB", "quote CCC")

SCRIPTS = [
    known(
        "a level",
        "rows = [row('x', quote(symbol='AAA')['data']['price'])]",
        sources={"x": {A}},
        elasticities={("x", A): 1.0},
    ),
    known(
        "a constant",
        "rows = [row('x', 42), row('y', quote(symbol='AAA')['data']['price'])]",
        sources={"x": set(), "y": {A}},
    ),
    known(
        "a dead call",
        """
        quote(symbol='BBB')
        rows = [row('x', quote(symbol='AAA')['data']['price'])]
        """,
        sources={"x": {A}},
        dead={B},
    ),
    known(
        "two calls, a value each",
        """
        rows = [row(s, quote(symbol=s)['data']['price']) for s in ('AAA', 'BBB')]
        """,
        sources={"AAA": {A}, "BBB": {B}},
    ),
    known(
        "a difference of two",
        """
        a, b = (quote(symbol=s)['data']['price'] for s in ('AAA', 'BBB'))
        rows = [row('x', a - b), row('y', a / b)]
        """,
        sources={"x": {A, B}, "y": {A, B}},
        elasticities={("y", A): 1.0, ("y", B): -1.0},
    ),
    known(
        "a ratio within one record",
        """
        q = quote(symbol='AAA')['data']
        rows = [row('x', q['price'] / q['eps']), row('y', q['price'] / q['previous_close'] - 1)]
        """,
        sources={"x": {A}, "y": {A}},
        elasticities={("x", A): 0.0, ("y", A): 0.0},
    ),
    known(
        "a square",
        "rows = [row('x', quote(symbol='AAA')['data']['price'] ** 2)]",
        sources={"x": {A}},
        elasticities={("x", A): 2.0},
    ),
    known(
        "an inverse",
        "rows = [row('x', 1 / quote(symbol='AAA')['data']['price'])]",
        sources={"x": {A}},
        elasticities={("x", A): -1.0},
    ),
    known(
        "a whole number",
        "rows = [row('x', quote(symbol='AAA')['data']['volume'])]",
        sources={"x": {A}},
        elasticities={("x", A): 1.0},
    ),
    known("rounded to cents", "rows = [row('x', round(rate()['value'], 2))]", sources={"x": {"rate"}}),
    known(
        "a return",
        """
        closes = bars(symbol='AAA')['data']['close']
        rows = [row('x', closes[-1] / closes[0] - 1)]
        """,
        sources={"x": {"bars AAA"}},
        elasticities={("x", "bars AAA"): 0.0},
    ),
    known(
        "a volatility",
        """
        closes = pd.Series(bars(symbol='AAA')['data']['close'])
        rows = [row('x', closes.pct_change().std() * math.sqrt(252)), row('y', closes.std())]
        """,
        sources={"x": {"bars AAA"}, "y": {"bars AAA"}},
        elasticities={("x", "bars AAA"): 0.0, ("y", "bars AAA"): 1.0},
    ),
    known(
        "a correlation",
        """
        a, b = (pd.Series(bars(symbol=s)['data']['close']).pct_change() for s in ('AAA', 'BBB'))
        rows = [row('x', a.corr(b))]
        """,
        sources={"x": {"bars AAA", "bars BBB"}},
    ),
    known(
        "a Sharpe ratio",
        """
        returns = pd.Series(bars(symbol='AAA')['data']['close']).pct_change().dropna()
        rows = [row('x', (returns.mean() * 252 - rate()['value']) / returns.std())]
        """,
        sources={"x": {"bars AAA", "rate"}},
    ),
    known(
        "only part of what was fetched",
        """
        both = call_many([('bars', {'symbol': 'AAA'}), ('bars', {'symbol': 'BBB'})])
        rows = [row('x', max(both[1]['data']['high']))]
        """,
        sources={"x": {"bars BBB"}},
        dead={"bars AAA"},
    ),
    known(
        "a value used only in a filter",
        """
        threshold = quote(symbol='CCC')['data']['price']
        prices = {s: quote(symbol=s)['data']['price'] for s in ('AAA', 'BBB')}
        rows = [row(s, p) for s, p in prices.items() if p > threshold]
        """,
        sources={"AAA": {A, C}, "BBB": {B, C}},
    ),
    known(
        "a filter far from its threshold",
        """
        q = quote(symbol='BBB')['data']
        rows = [row('x', quote(symbol='AAA')['data']['price'] if q['volume'] > 100_000 else None)]
        """,
        sources={"x": {A, B}},
    ),
    known(
        "a filter by sign",
        """
        change = quote(symbol='BBB')['data']['change_percent']
        rows = [row('x', quote(symbol='AAA')['data']['price'] if change > 0 else 0.0)]
        """,
        sources={"x": {A, B}},
    ),
    known(
        "a rank",
        """
        prices = {s: quote(symbol=s)['data']['price'] for s in ('AAA', 'BBB', 'CCC')}
        ranked = sorted(prices, key=prices.get, reverse=True)
        rows = [row('first', ranked[0]), row('place', ranked.index('BBB') + 1)]
        """,
        sources={"first": {A, B, C}, "place": {A, B, C}},
    ),
    known(
        "rows in the order of a rank",
        """
        prices = {s: quote(symbol=s)['data']['price'] for s in ('AAA', 'BBB')}
        rows = [row(s, 1) for s in sorted(prices, key=prices.get)]
        """,
        sources={"AAA": {A, B}, "BBB": {A, B}},
    ),
    known(
        "symbols that a screen chose",
        """
        chosen = [r['symbol'] for r in screen(limit=2)['data']['rows']]
        rows = [row(f'r{place}', bars(symbol=s)['data']['close'][-1]) for place, s in enumerate(chosen)]
        """,
        sources={"r0": {"screen", "bars AAA"}, "r1": {"screen", "bars BBB"}},
    ),
    known(
        "a text",
        "rows = [row('x', quote(symbol='AAA')['data']['name']), row('y', 'written')]",
        sources={"x": {A}, "y": set()},
    ),
    known(
        "a date",
        """
        rows = [row('x', quote(symbol='AAA')['data']['traded_on']), row('y', '2026-01-05')]
        """,
        sources={"x": {A}, "y": set()},
    ),
    known("a truth value", "rows = [row('x', quote(symbol='AAA')['data']['is_open'])]", sources={"x": {A}}),
    known(
        "the date of the highest close",
        """
        found = bars(symbol='AAA')['data']
        rows = [row('x', found['dates'][int(np.argmax(found['close']))])]
        """,
        sources={"x": {"bars AAA"}},
    ),
    known(
        "a calculation of a tool",
        """
        closes = bars(symbol='AAA')['data']['close']
        rows = [row('x', mean(values=closes)['mean']), row('y', rate()['value'])]
        """,
        sources={"x": {"bars AAA", "mean"}, "y": {"rate"}},
        elasticities={("x", "bars AAA"): 1.0, ("x", "mean"): 1.0},
    ),
    known(
        "calculations of two symbols",
        """
        found = {s: bars(symbol=s)['data']['close'] for s in ('AAA', 'BBB')}
        means = call_many([('mean', {'values': closes}) for closes in found.values()])
        rows = [row('x', means[0]['mean'] - means[1]['mean'])]
        """,
        sources={"x": {"bars AAA", "bars BBB", "mean"}},
    ),
    known(
        "data that is checked",
        """
        found = bars(symbol='AAA')['data']
        if any(h < l for h, l in zip(found['high'], found['low'])):
            raise ValueError('high below low')
        rows = [row('x', max(found['high']) - min(found['low']))]
        """,
        sources={"x": {"bars AAA"}},
        elasticities={("x", "bars AAA"): 1.0},
    ),
    known(
        "data within tight bounds",
        """
        price = quote(symbol='AAA')['data']['price']
        if not 95 <= price <= 105:
            raise ValueError('not believable')
        rows = [row('x', price)]
        """,
        sources={"x": {A}},
    ),
    known(
        "a failed call that is caught",
        """
        try:
            other = quote(symbol='ZZZ')['data']['price']
        except ToolError:
            other = 0.0
        rows = [row('x', quote(symbol='AAA')['data']['price'] + other)]
        """,
        sources={"x": {A}},
        elasticities={("x", A): 1.0},
    ),
    known(
        "traces that a run leaves for the next one in its process",
        """
        places = pd.get_option('display.precision')
        pd.set_option('display.precision', places + 1)
        rows = [row('x', quote(symbol='AAA')['data']['price']), row('y', places)]
        """,
        sources={"x": {A}, "y": set()},
        elasticities={("x", A): 1.0},
    ),
    known(
        "a least square fit",
        """
        a, b = (np.array(bars(symbol=s)['data']['close']) for s in ('AAA', 'BBB'))
        slope, intercept = np.polyfit(a, b, 1)
        rows = [row('slope', slope), row('intercept', intercept)]
        """,
        sources={"slope": {"bars AAA", "bars BBB"}, "intercept": {"bars AAA", "bars BBB"}},
        elasticities={("slope", "bars AAA"): -1.0, ("slope", "bars BBB"): 1.0},
    ),
    known(
        "an order that data decides, of calls that stay",
        """
        volumes = {s: quote(symbol=s)['data']['volume'] for s in ('AAA', 'BBB')}
        order = sorted(volumes, key=volumes.get)
        closes = {s: bars(symbol=s)['data']['close'][-1] for s in order}
        rows = [row('x', closes['AAA'])]
        """,
        sources={"x": {"bars AAA"}},
        dead={A, B, "bars BBB"},
    ),
]
