//! The result in a screenful, for a person.

use std::fmt::Write;
use std::path::Path;

use domain::Money;

use crate::view::backtest::Report;

pub fn text(report: &Report<'_>, json: Option<&Path>) -> String {
    let (faults, doubts) = report.run.faults_and_doubts();
    let mut out = foremost(faults);
    out.push_str(&figures(report));
    for warning in doubts {
        let _ = writeln!(out, "warning: {warning}");
    }
    if let Some(path) = json {
        let _ = writeln!(out, "written to {}", path.display());
    }
    out
}

/// What the run came to, without its warnings.
pub fn figures(report: &Report<'_>) -> String {
    let (run, m) = (&report.run, &report.metrics);
    let mut out = String::new();
    let mut line = |label: &str, value: String| {
        let _ = writeln!(out, "  {label:<18}{value}");
    };
    let params: Vec<String> = run.params.iter().map(|(name, value)| format!("{name}={value}")).collect();
    line("strategy", format!("{} {}", run.strategy, params.join(" ")).trim_end().to_owned());
    line("on", format!("{} {} {} {}", run.symbols.join(", "), run.timeframe, run.product, run.side));
    line("from", format!("{} to {} ({} bars)", run.first_bar, run.last_bar, run.bars));
    line("slippage, charges", format!("{}, {}", run.slippage, run.charges));
    line("net P&L", format!("{} on {}", rupees(m.net_pnl), rupees(m.initial_cash)));
    line("gross, charges", format!("{}, {}", rupees(m.gross_pnl), rupees(m.charges)));
    line("buy and hold", m.buy_and_hold.as_ref().map_or("–".into(), |b| rupees(b.net_pnl)));
    line("trades", format!("{} ({} won, {} lost)", m.trades, m.wins, m.losses));
    line("win rate", m.win_rate.map_or("–".into(), |r| format!("{:.1} %", 100.0 * r)));
    line("profit factor", ratio(m.profit_factor));
    line("expectancy", m.expectancy.map_or("–".into(), |e| format!("{} a trade", rupees(e))));
    line(
        "max drawdown",
        format!("{} ({}), {} days", rupees(m.max_drawdown), percent(m.max_drawdown_pct), m.max_drawdown_days),
    );
    line("CAGR", percent(m.cagr.map(|c| 100.0 * c)));
    line("Sharpe, Sortino", format!("{}, {}", ratio(m.sharpe), ratio(m.sortino)));
    line("exposure", percent(m.exposure_pct));
    if m.refused_orders > 0 {
        let why = report.refused.all.first().map_or(String::new(), |r| format!("; first: {}", r.breach));
        line("refused orders", format!("{}{why}", m.refused_orders));
    }
    let open = report.open.all;
    if !open.is_empty() {
        let worth: Money = open.iter().map(|p| p.unrealised - p.total_charges).sum();
        line("still open", format!("{} positions, {} so far", open.len(), rupees(worth)));
    }
    out
}

/// Faults of the data that are printed; the JSON has all.
const MOST_FAULTS: usize = 8;

/// What is wrong with the data, as lines to stand before any figure.
pub fn foremost(faults: &[String]) -> String {
    let mut out = String::new();
    for fault in faults.iter().take(MOST_FAULTS) {
        let _ = writeln!(out, "warning: {fault}");
    }
    if let Some(more) = faults.len().checked_sub(MOST_FAULTS).filter(|&more| more > 0) {
        let _ = writeln!(out, "warning: {more} more faults of the data: see `warnings` in the JSON");
    }
    out
}

fn ratio(value: Option<f64>) -> String {
    value.map_or("–".into(), |x| format!("{x:.2}"))
}

fn percent(value: Option<f64>) -> String {
    value.map_or("–".into(), |x| format!("{x:.2} %"))
}

/// Rupees to the paisa in lakh-crore grouping: ₹1,23,456.78.
pub fn rupees(amount: Money) -> String {
    let paise = domain::money::div_round(i128::from(amount.raw()), i128::from(domain::money::PER_PAISA))
        .unsigned_abs();
    let digits = (paise / 100).to_string();
    let (head, tail) = digits.split_at(digits.len().saturating_sub(3));
    let mut whole = String::new();
    for (i, digit) in head.chars().enumerate() {
        whole.push(digit);
        if (head.len() - i) % 2 == 1 {
            whole.push(',');
        }
    }
    let sign = if amount.raw() < 0 { "-" } else { "" };
    format!("{sign}₹{whole}{tail}.{:02}", paise % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rupees_are_grouped_as_in_india() {
        let shown = |text: &str| rupees(text.parse().unwrap());
        assert_eq!(shown("123.4"), "₹123.40");
        assert_eq!(shown("1234.5"), "₹1,234.50");
        assert_eq!(shown("1234567.891"), "₹12,34,567.89");
        assert_eq!(shown("-100000"), "-₹1,00,000.00");
        assert_eq!(shown("0"), "₹0.00");
    }
}
