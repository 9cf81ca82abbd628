//! The result of a sweep.

use std::fmt::Write;
use std::path::Path;

use ::backtest::court::Verdict;
use ::backtest::sweep::Row;
use domain::Money;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value as Json};
use strategy::Value;

use super::backtest::{RunView, number};
use super::verdict::VerdictView;
use crate::commands::backtest::summary::foremost;
use crate::failure::Failure;

/// What the best is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rank {
    Sharpe,
    Sortino,
    Calmar,
    Cagr,
    Net,
    ProfitFactor,
    /// The smallest.
    Drawdown,
}

/// What was searched.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Searched {
    params: Map<String, Json>,
    search: &'static str,
    random: Option<u64>,
    seed: Option<u64>,
}

/// The whole document.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Document<'a> {
    run: RunView,
    searched: Searched,
    rank: Rank,
    /// Sets that fit together.
    sets: u64,
    /// Sets whose parameters do not fit together, as fast ≥ slow.
    skipped: u64,
    done: u64,
    complete: bool,
    /// Whether the best is luck; null for a resumed sweep, whose earlier rows cannot be heard again.
    verdict: Option<VerdictView>,
    /// Each row's `set` and its parameters, the best first.
    best: Vec<Best>,
    #[serde(serialize_with = "rows")]
    rows: &'a [Row],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Best {
    params: Map<String, Json>,
    #[serde(flatten)]
    row: RowView,
}

/// One set's figures, as in the `metrics` of a backtest.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RowView {
    set: u64,
    final_equity: f64,
    net_pnl: f64,
    charges: f64,
    trades: u32,
    wins: u32,
    profit_factor: Option<f64>,
    max_drawdown: f64,
    max_drawdown_pct: Option<f64>,
    cagr: Option<f64>,
    sharpe: Option<f64>,
    sortino: Option<f64>,
    calmar: Option<f64>,
    refused_orders: u64,
}

impl Rank {
    const ALL: [(&'static str, Rank); 7] = [
        ("sharpe", Rank::Sharpe),
        ("sortino", Rank::Sortino),
        ("calmar", Rank::Calmar),
        ("cagr", Rank::Cagr),
        ("net", Rank::Net),
        ("profit-factor", Rank::ProfitFactor),
        ("drawdown", Rank::Drawdown),
    ];

    pub fn read(text: &str) -> Result<Rank, Failure> {
        let known = || Rank::ALL.map(|(name, _)| name).join(", ");
        Rank::ALL
            .into_iter()
            .find(|(name, _)| *name == text)
            .map(|(_, rank)| rank)
            .ok_or_else(|| Failure::usage(format!("--rank: `{text}` is not known; use {}", known())))
    }

    /// The row that comes first; of equal ones the lower set.
    pub fn best(self, rows: &[Row]) -> Option<&Row> {
        rows.iter().min_by(|a, b| self.compare(a, b))
    }

    fn compare(self, a: &Row, b: &Row) -> std::cmp::Ordering {
        let figure = |row: &Row| self.figure(row).unwrap_or(f64::NEG_INFINITY);
        figure(b).total_cmp(&figure(a)).then(a.set.cmp(&b.set))
    }

    /// As it is written on the command line.
    pub fn name(self) -> &'static str {
        Rank::ALL.iter().find(|(_, rank)| *rank == self).map_or("", |(name, _)| name)
    }

    /// Higher is better; `None` is worst.
    pub fn figure(self, row: &Row) -> Option<f64> {
        match self {
            Rank::Sharpe => row.sharpe,
            Rank::Sortino => row.sortino,
            Rank::Calmar => row.calmar,
            Rank::Cagr => row.cagr,
            Rank::Net => Some(row.net_pnl.to_f64()),
            Rank::ProfitFactor => row.profit_factor,
            Rank::Drawdown => row.max_drawdown_pct.map(|percent| -percent),
        }
    }
}

impl Searched {
    pub fn new(axes: &[(&str, &[Value])], random: Option<u64>, seed: u64) -> Searched {
        let list = |values: &[Value]| Json::Array(values.iter().map(|v| number(*v)).collect());
        Searched {
            params: axes.iter().map(|(name, values)| ((*name).to_owned(), list(values))).collect(),
            search: if random.is_some() { "random" } else { "grid" },
            random,
            seed: random.map(|_| seed),
        }
    }
}

impl<'a> Document<'a> {
    /// `rows` in the order of their sets; `sets` and skipped ones; `at` gives a set's values in the order of the axes.
    pub fn new(
        run: RunView,
        searched: Searched,
        rank: Rank,
        rows: &'a [Row],
        top: usize,
        (sets, skipped): (u64, u64),
        at: &dyn Fn(u64) -> Vec<Value>,
    ) -> Document<'a> {
        let mut order: Vec<&Row> = rows.iter().collect();
        order.sort_by(|a, b| rank.compare(a, b));
        let names: Vec<String> = searched.params.keys().cloned().collect();
        let named = |set: u64| names.iter().cloned().zip(at(set).into_iter().map(number)).collect();
        let best =
            order.into_iter().take(top).map(|row| Best { params: named(row.set), row: RowView::of(row) });
        Document {
            run,
            rank,
            sets,
            skipped,
            done: rows.len() as u64,
            complete: rows.len() as u64 == sets,
            best: best.collect(),
            searched,
            verdict: None,
            rows,
        }
    }

    /// Adds what the overfit court found.
    #[must_use]
    pub fn judged(mut self, verdict: Option<&Verdict>) -> Document<'a> {
        self.verdict = verdict.map(VerdictView::of);
        self
    }

    /// The best sets, for a person.
    pub fn table(&self, json: Option<&Path>) -> String {
        let (faults, doubts) = self.run.faults_and_doubts();
        let mut out = foremost(faults);
        let _ = writeln!(
            out,
            "{} on {} {} {}: {} of {} sets, the best by {}",
            self.run.strategy,
            self.run.symbols.join(", "),
            self.run.timeframe,
            self.run.product,
            self.done,
            self.sets,
            self.rank.name(),
        );
        let names: Vec<&String> = self.searched.params.keys().collect();
        let mut head = String::new();
        for name in &names {
            let _ = write!(head, "{name:>12}");
        }
        let _ = writeln!(
            out,
            "{head}{:>14}{:>8}{:>9}{:>9}{:>10}{:>8}",
            "net P&L", "trades", "Sharpe", "CAGR %", "max DD %", "PF"
        );
        let shown = |x: Option<f64>| x.map_or("–".to_owned(), |x| format!("{x:.2}"));
        for best in &self.best {
            for name in &names {
                let _ =
                    write!(out, "{:>12}", best.params.get(*name).map_or(String::new(), ToString::to_string));
            }
            let row = &best.row;
            let _ = writeln!(
                out,
                "{:>14.2}{:>8}{:>9}{:>9}{:>10}{:>8}",
                row.net_pnl,
                row.trades,
                shown(row.sharpe),
                shown(row.cagr.map(|c| 100.0 * c)),
                shown(row.max_drawdown_pct),
                shown(row.profit_factor),
            );
        }
        match &self.verdict {
            Some(verdict) => {
                let _ = writeln!(out, "verdict: {}", verdict.sentence);
            }
            None => {
                let _ = writeln!(out, "no verdict: a resumed sweep is not judged; run it whole for one");
            }
        }
        if self.skipped > 0 {
            let _ = writeln!(out, "{} sets were skipped: their parameters do not fit together", self.skipped);
        }
        for warning in doubts {
            let _ = writeln!(out, "warning: {warning}");
        }
        if let Some(path) = json {
            let _ = writeln!(out, "written to {}", path.display());
        }
        out
    }
}

impl RowView {
    fn of(row: &Row) -> RowView {
        RowView {
            set: row.set,
            final_equity: row.final_equity.to_f64(),
            net_pnl: row.net_pnl.to_f64(),
            charges: row.charges.to_f64(),
            trades: row.trades,
            wins: row.wins,
            profit_factor: row.profit_factor,
            max_drawdown: row.max_drawdown.to_f64(),
            max_drawdown_pct: row.max_drawdown_pct,
            cagr: row.cagr,
            sharpe: row.sharpe,
            sortino: row.sortino,
            calmar: row.calmar,
            refused_orders: row.refused_orders,
        }
    }

    /// `None` if an amount is out of range.
    pub fn row(&self) -> Option<Row> {
        let money = |x: f64| Money::from_f64(x).ok();
        Some(Row {
            set: self.set,
            final_equity: money(self.final_equity)?,
            net_pnl: money(self.net_pnl)?,
            charges: money(self.charges)?,
            trades: self.trades,
            wins: self.wins,
            profit_factor: self.profit_factor,
            max_drawdown: money(self.max_drawdown)?,
            max_drawdown_pct: self.max_drawdown_pct,
            cagr: self.cagr,
            sharpe: self.sharpe,
            sortino: self.sortino,
            calmar: self.calmar,
            refused_orders: self.refused_orders,
        })
    }
}

fn rows<S: Serializer>(rows: &&[Row], to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(rows.iter().map(RowView::of))
}
