//! Reads the rows of the dated table from TOML; every refusal points at its line and column.

use serde::Deserialize;
use toml::Spanned;

use super::Broker;
use super::episode::{PER_EXACT_STEP, RATE_UNIT};
use super::rows::{Component, Dealing, Fee, Row};
use crate::Side;
use crate::dated_table::{Day, Exchanges, TableError, TableText, yes};
use crate::decimal::{NotDecimal, scaled};
use crate::time::DayNumber;

/// Rate units in one percent have so many decimals: 1 % is 10,000,000 paise per crore.
const PERCENT_DECIMALS: usize = 7;
const PER_CRORE_DECIMALS: usize = 2;
const RUPEE_DECIMALS: usize = 4;
/// The largest bound of a fee, in 1/10,000 rupee: one crore.
const MAX_RUPEES: u64 = 100_000_000_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTable {
    #[serde(default)]
    stt: Vec<Spanned<RawRow>>,
    #[serde(default)]
    exercise: Vec<Spanned<RawRow>>,
    #[serde(default)]
    exchange: Vec<Spanned<RawRow>>,
    #[serde(default)]
    ipft: Vec<Spanned<RawRow>>,
    #[serde(default)]
    sebi: Vec<Spanned<RawRow>>,
    #[serde(default)]
    stamp: Vec<Spanned<RawRow>>,
    #[serde(default)]
    gst: Vec<Spanned<RawRow>>,
    #[serde(default)]
    brokerage: Vec<Spanned<RawRow>>,
    #[serde(default)]
    dp: Vec<Spanned<RawRow>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRow {
    on: Vec<Spanned<String>>,
    exchange: Option<Exchanges>,
    underlyings: Option<Vec<String>>,
    broker: Option<Spanned<String>>,
    side: Option<Spanned<String>>,
    percent: Option<Spanned<String>>,
    per_crore: Option<Spanned<String>>,
    flat: Option<Spanned<String>>,
    min: Option<Spanned<String>>,
    max: Option<Spanned<String>>,
    valid_from: Day,
    source: Spanned<String>,
    #[serde(default = "yes")]
    verified: bool,
}

/// Reads a table; errors carry line and column.
pub(super) fn parse(toml: &str) -> Result<Vec<Row>, TableError> {
    let reader = Reader { text: TableText::new("charges data", toml) };
    let raw: RawTable = reader.text.parse()?;
    let mut rows: Vec<Row> = Vec::new();
    let components = [
        (Component::Stt, &raw.stt),
        (Component::Exercise, &raw.exercise),
        (Component::Exchange, &raw.exchange),
        (Component::Ipft, &raw.ipft),
        (Component::Sebi, &raw.sebi),
        (Component::Stamp, &raw.stamp),
        (Component::Gst, &raw.gst),
        (Component::Brokerage, &raw.brokerage),
        (Component::Dp, &raw.dp),
    ];
    for (component, raws) in components {
        for raw in raws {
            for row in reader.rows(component, raw)? {
                if rows.iter().any(|r| r.rivals(&row)) {
                    let what = format!(
                        "a second {} row for {} from {}; keep one",
                        component.name(),
                        row.dealing.name(),
                        row.from.date()
                    );
                    return Err(reader.text.error(raw.span(), what));
                }
                rows.push(row);
            }
        }
    }
    Ok(rows)
}

struct Reader<'a> {
    text: TableText<'a>,
}

impl Reader<'_> {
    /// One row for each thing that the table's row is about.
    fn rows(&self, component: Component, row: &Spanned<RawRow>) -> Result<Vec<Row>, TableError> {
        let raw = row.get_ref();
        if raw.source.get_ref().trim().is_empty() {
            return Err(self.text.error(raw.source.span(), "source is empty; say where the rate was read"));
        }
        let template = Row {
            component,
            dealing: Dealing::Delivery,
            exchange: None,
            underlying: None,
            broker: self.broker(component, row)?,
            from: DayNumber::of(raw.valid_from.0),
            side: self.side(component, row)?,
            fee: self.fee(component, row)?,
            verified: raw.verified,
        };
        let underlyings: Vec<Option<String>> = match &raw.underlyings {
            None => vec![None],
            Some(names) => names.iter().cloned().map(Some).collect(),
        };
        let exchanges = match &raw.exchange {
            None => vec![None],
            Some(Exchanges(exchanges)) => exchanges.iter().copied().map(Some).collect(),
        };
        if raw.on.is_empty() || underlyings.is_empty() || exchanges.is_empty() {
            let what = "an empty list is about nothing; fill it or leave the row out";
            return Err(self.text.error(row.span(), what));
        }
        let mut rows = Vec::new();
        for word in &raw.on {
            let dealing = self.dealing(component, word)?;
            for exchange in &exchanges {
                for underlying in &underlyings {
                    let (exchange, underlying) = (*exchange, underlying.clone());
                    rows.push(Row { dealing, exchange, underlying, ..template.clone() });
                }
            }
        }
        Ok(rows)
    }

    fn dealing(&self, component: Component, word: &Spanned<String>) -> Result<Dealing, TableError> {
        let choices = Dealing::ALL.map(Dealing::name).join(", ");
        let named = |text: &str| Dealing::ALL.into_iter().find(|d| d.name() == text);
        let dealing = self.text.word("on", word, format_args!("some of {choices}"), named)?;
        let wrong = match component {
            Component::Dp if !dealing.delivers() => "dp is charged on delivery and mtf only",
            Component::Exercise if !dealing.is_option() => "only options are exercised",
            _ => return Ok(dealing),
        };
        Err(self.text.error(word.span(), format!("on `{}`: {wrong}", word.get_ref())))
    }

    fn broker(&self, component: Component, row: &Spanned<RawRow>) -> Result<Option<Broker>, TableError> {
        let (name, wanted) = (component.name(), matches!(component, Component::Brokerage | Component::Dp));
        match &row.get_ref().broker {
            None if wanted => {
                let what = format!("a {name} row names its broker; add broker = \"dhan\"");
                Err(self.text.error(row.span(), what))
            }
            Some(word) if !wanted => {
                let what = format!("{name} is the same at every broker; leave broker out");
                Err(self.text.error(word.span(), what))
            }
            None => Ok(None),
            Some(word) => self.text.word("broker", word, "dhan, fyers or kotak-neo", Broker::named).map(Some),
        }
    }

    fn side(&self, component: Component, row: &Spanned<RawRow>) -> Result<Option<Side>, TableError> {
        let (name, wanted) = (component.name(), matches!(component, Component::Stt | Component::Stamp));
        match &row.get_ref().side {
            None if wanted => {
                let what = format!("a {name} row names who pays; add side = \"buy\", \"sell\" or \"both\"");
                Err(self.text.error(row.span(), what))
            }
            Some(word) if !wanted => {
                Err(self.text.error(word.span(), format!("{name} has no side; leave it out")))
            }
            None => Ok(None),
            Some(word) => self.text.word("side", word, "buy, sell or both", |word| match word {
                "buy" => Some(Some(Side::Buy)),
                "sell" => Some(Some(Side::Sell)),
                "both" => Some(None),
                _ => None,
            }),
        }
    }

    fn fee(&self, component: Component, row: &Spanned<RawRow>) -> Result<Fee, TableError> {
        let raw = row.get_ref();
        let bounded = matches!(component, Component::Brokerage | Component::Dp);
        let bounds = [("flat", &raw.flat), ("min", &raw.min), ("max", &raw.max)];
        if let (false, Some((field, Some(word)))) = (bounded, bounds.iter().find(|(_, word)| word.is_some()))
        {
            let what = format!("{} has no {field}; use percent or per_crore", component.name());
            return Err(self.text.error(word.span(), what));
        }
        let rate = match (&raw.percent, &raw.per_crore, &raw.flat) {
            (Some(percent), None, None) => self.number("percent", percent, PERCENT_DECIMALS, RATE_UNIT)?,
            (None, Some(rupees), None) => self.number("per_crore", rupees, PER_CRORE_DECIMALS, RATE_UNIT)?,
            (None, None, Some(flat)) if raw.min.is_none() && raw.max.is_none() => {
                let amount = self.rupees("flat", flat)?;
                return Ok(Fee { rate: 0, min: amount, max: amount });
            }
            _ => {
                let what = if bounded {
                    "a rate is one of percent, per_crore or flat, and flat has no min or max"
                } else {
                    "a rate is either percent or per_crore"
                };
                return Err(self.text.error(row.span(), what));
            }
        };
        let min = raw.min.as_ref().map_or(Ok(0), |word| self.rupees("min", word))?;
        let max = raw.max.as_ref().map_or(Ok(u128::MAX), |word| self.rupees("max", word))?;
        if min > max {
            return Err(self.text.error(row.span(), "min is more than max; swap them"));
        }
        Ok(Fee { rate: rate as u32, min, max })
    }

    fn rupees(&self, field: &str, word: &Spanned<String>) -> Result<u128, TableError> {
        self.number(field, word, RUPEE_DECIMALS, MAX_RUPEES).map(|steps| u128::from(steps) * PER_EXACT_STEP)
    }

    fn number(
        &self,
        field: &str,
        word: &Spanned<String>,
        decimals: usize,
        max: u64,
    ) -> Result<u64, TableError> {
        scaled(word.get_ref(), decimals, max).map_err(|why| {
            let why = match why {
                NotDecimal::Malformed => "is not a number; write it plainly, like \"0.05\"".to_owned(),
                NotDecimal::TooPrecise => {
                    format!("has more than {decimals} decimals; the table holds no finer rates")
                }
                NotDecimal::TooLarge => {
                    format!("is too large; at most {}", max / 10_u64.pow(decimals as u32))
                }
            };
            self.text.error(word.span(), format!("{field} `{}` {why}", word.get_ref()))
        })
    }
}
