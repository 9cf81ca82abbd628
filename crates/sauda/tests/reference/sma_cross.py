"""An independent sma_cross: numpy and integers, one bar after the other, to check the platform against.

    sma_cross.py BARS.csv RESULT.json

BARS.csv is what `sauda data export` wrote, RESULT.json what `sauda backtest --json` wrote. The settings are read from
the result's `run`; the trades are computed here from the bars alone and compared one by one. Says what differs.
"""
import csv
import json
import sys
from datetime import datetime, timedelta

import numpy as np

SCALE = 10_000
TICK = 500
SQUARE_OFF = "15:10"


def half_away(numerator, denominator):
    sign = 1 if numerator >= 0 else -1
    return sign * ((2 * abs(numerator) + denominator) // (2 * denominator))


def on_tick(price, up):
    return -(-price // TICK) * TICK if up else price // TICK * TICK


def distance(text, entry):
    """Of a `pct=` or `points=` flag, counted from the entry."""
    kind, number = text.split("=")
    parts = round(float(number) * SCALE)
    return parts if kind == "points" else half_away(entry * parts, 1_000_000)


class Book:
    def __init__(self, run):
        self.qty = run["qty"]
        self.slip = TICK * int(run["slippage"].split("=")[1]) if run["slippage"] != "0" else 0
        self.rate = round(float(run["charges"].split("=")[1]) * SCALE) if "pct" in run["charges"] else 0
        self.stop_flag, self.target_flag = run["stop"], run["target"]
        self.position = 0
        self.stop = self.target = None
        self.trades = []

    def fee(self, price):
        return half_away(price * self.qty * self.rate, 1_000_000)

    def enter(self, side, time, price):
        price += side * self.slip
        self.position, self.entry_time, self.entry = side, time, price
        self.stop = self.target = None
        if self.stop_flag:
            self.stop = on_tick(price - side * distance(self.stop_flag, price), up=side < 0)
        if self.target_flag:
            self.target = on_tick(price + side * distance(self.target_flag, price), up=side > 0)

    def leave(self, time, price, slips=True):
        side = self.position
        price -= side * self.slip if slips else 0
        gross = side * (price - self.entry) * self.qty
        pnl = gross - self.fee(self.entry) - self.fee(price)
        name = "Long" if side > 0 else "Short"
        self.trades.append((name, self.entry_time, self.entry, time, price, pnl))
        self.position, self.stop, self.target = 0, None, None

    def guard(self, time, opened, high, low, fresh):
        """Stop and target within a bar; a position that was entered at this very open cannot have gapped."""
        side = self.position
        if not side:
            return
        if not fresh:
            if self.stop is not None and side * (opened - self.stop) <= 0:
                return self.leave(time, opened)
            if self.target is not None and side * (opened - self.target) >= 0:
                return self.leave(time, opened, slips=False)
        worst, best = (low, high) if side > 0 else (high, low)
        if self.stop is not None and side * (worst - self.stop) <= 0:
            return self.leave(time, self.stop)
        if self.target is not None and side * (best - self.target) >= TICK:
            self.leave(time, self.target, slips=False)


def simulate(bars, run):
    times = [row["ts"] for row in bars]
    opened, high, low, close = (
        np.array([round(float(row[name]) * SCALE) for row in bars], dtype=np.int64)
        for name in ("open", "high", "low", "close")
    )
    fast, slow = run["params"]["fast"], run["params"]["slow"]
    sums = np.concatenate([[0], np.cumsum(close)])
    wish = np.zeros(len(bars), dtype=int)
    for i in range(slow - 1, len(bars)):
        mean = lambda n: (sums[i + 1] - sums[i + 1 - n]) / n / SCALE
        gap = mean(fast) - mean(slow)
        wish[i] = 1 if gap > 1e-6 else -1 if gap < -1e-6 else 0

    minutes = int(run["timeframe"][:-1])
    intraday = run["product"] == "MIS"
    book, wanted = Book(run), None
    for i, time in enumerate(times):
        if run["from"] and time[:10] < run["from"]:
            continue
        clock = time[11:16]
        last = i + 1 == len(times) or times[i + 1][:10] != time[:10]
        first_after = intraday and clock >= SQUARE_OFF and (i == 0 or times[i - 1][:10] != time[:10] or times[i - 1][11:16] < SQUARE_OFF)
        fresh = False
        if first_after:
            wanted = None
            if book.position:
                book.leave(time, int(opened[i]))
        elif wanted is not None:
            if book.position:
                book.leave(time, int(opened[i]))
            if wanted:
                book.enter(wanted, time, int(opened[i]))
                fresh = True
        wanted = None
        book.guard(time, int(opened[i]), int(high[i]), int(low[i]), fresh)
        end = (datetime.fromisoformat(time) + timedelta(minutes=minutes)).isoformat()
        if intraday and last and book.position:
            book.leave(min(end, time[:10] + "T15:30:00+05:30"), int(close[i]))
        side = int(wish[i])
        if not side or side == book.position:
            continue
        late = intraday and (last or end[11:16] >= SQUARE_OFF)
        allowed = run["side"] == "both" or side == {"long": 1, "short": -1}[run["side"]]
        if allowed and not late:
            wanted = side
        elif book.position:
            wanted = 0
    return book.trades


def main(bars_path, result_path):
    result = json.load(open(result_path))
    with open(bars_path, newline="") as file:
        bars = list(csv.DictReader(file))
    if result["run"]["to"]:
        bars = [row for row in bars if row["ts"][:10] <= result["run"]["to"]]
    expected = simulate(bars, result["run"])
    raw = lambda x: round(x * SCALE)
    got = [
        (t["direction"], t["entryTime"], raw(t["entryPrice"]), t["exitTime"], raw(t["exitPrice"]), raw(t["pnl"]))
        for t in result["trades"]
    ]
    for number, (ours, theirs) in enumerate(zip(expected, got), 1):
        if ours != theirs:
            sys.exit(f"trade {number}: expected {ours}, got {theirs}")
    if len(expected) != len(got):
        sys.exit(f"expected {len(expected)} trades, got {len(got)}")
    print(f"{len(got)} trades agree")


main(*sys.argv[1:])
