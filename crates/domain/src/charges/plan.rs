//! The words by which a run names its charges: `zero`, `pct=0.03`, `dhan`, `fyers`, `kotak-neo`.

use std::fmt;
use std::str::FromStr;

use super::ChargesError;
use crate::decimal::{NotDecimal, scaled};

/// Decimals of a percent that `pct=` takes.
const PERCENT_DECIMALS: usize = 4;
/// 1/10,000 of a percent in 100 %.
const WHOLE: u64 = 1_000_000;

/// A broker whose brokerage is known.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Broker {
    Dhan,
    Fyers,
    /// Orders through the API: the app's plans differ.
    KotakNeo,
}

/// How charges are computed: `zero`, `pct=0.03`, `dhan`, `fyers`, `kotak-neo`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ChargePlan {
    Zero,
    /// A percentage of each fill's value, in 1/10,000 of a percent (0.03 % is 300), rounded to 1/10,000 rupee.
    Percent(i64),
    Broker(Broker),
}

impl Broker {
    pub const ALL: [Broker; 3] = [Broker::Dhan, Broker::Fyers, Broker::KotakNeo];

    pub const fn name(self) -> &'static str {
        match self {
            Broker::Dhan => "dhan",
            Broker::Fyers => "fyers",
            Broker::KotakNeo => "kotak-neo",
        }
    }

    pub(super) fn named(text: &str) -> Option<Broker> {
        Broker::ALL.into_iter().find(|b| b.name() == text)
    }
}

impl FromStr for ChargePlan {
    type Err = ChargesError;

    fn from_str(text: &str) -> Result<ChargePlan, ChargesError> {
        if text == "zero" {
            return Ok(ChargePlan::Zero);
        }
        if let Some(broker) = Broker::named(text) {
            return Ok(ChargePlan::Broker(broker));
        }
        let Some(percent) = text.strip_prefix("pct=") else {
            return Err(ChargesError(format!(
                "charges `{text}` are not known; use zero, pct=0.03, dhan, fyers or kotak-neo"
            )));
        };
        let why = match scaled(percent, PERCENT_DECIMALS, WHOLE) {
            Ok(rate) => return Ok(ChargePlan::Percent(rate as i64)),
            Err(NotDecimal::Malformed) => {
                "is not a percentage; write a plain number from 0 to 100, like pct=0.03"
            }
            Err(NotDecimal::TooPrecise) => "has more than 4 decimals; round it, like pct=0.0325",
            Err(NotDecimal::TooLarge) => {
                "is more than 100 percent; use a number from 0 to 100, like pct=0.03"
            }
        };
        Err(ChargesError(format!("charges `{text}`: `{percent}` {why}")))
    }
}

impl fmt::Display for Broker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for ChargePlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ChargePlan::Zero => f.write_str("zero"),
            ChargePlan::Broker(broker) => f.write_str(broker.name()),
            ChargePlan::Percent(rate) => {
                let sign = if *rate < 0 { "-" } else { "" };
                let (whole, fraction) = (rate.unsigned_abs() / 10_000, rate.unsigned_abs() % 10_000);
                let fraction = format!("{fraction:04}");
                let fraction = fraction.trim_end_matches('0');
                let point = if fraction.is_empty() { "" } else { "." };
                write!(f, "pct={sign}{whole}{point}{fraction}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn plans_are_read_and_printed() {
        for (text, plan) in [
            ("zero", ChargePlan::Zero),
            ("dhan", ChargePlan::Broker(Broker::Dhan)),
            ("fyers", ChargePlan::Broker(Broker::Fyers)),
            ("kotak-neo", ChargePlan::Broker(Broker::KotakNeo)),
            ("pct=0.03", ChargePlan::Percent(300)),
            ("pct=0", ChargePlan::Percent(0)),
            ("pct=100", ChargePlan::Percent(1_000_000)),
            ("pct=0.0001", ChargePlan::Percent(1)),
        ] {
            assert_eq!(text.parse(), Ok(plan));
            assert_eq!(plan.to_string(), text);
        }
    }

    #[test]
    fn refusals_say_what_to_write() {
        let said = |text: &str| text.parse::<ChargePlan>().unwrap_err().to_string();
        assert_eq!(
            said("zerodha"),
            "charges `zerodha` are not known; use zero, pct=0.03, dhan, fyers or kotak-neo"
        );
        assert!(said("pct=0.00001").contains("more than 4 decimals"));
        assert!(said("pct=100.0001").contains("more than 100 percent"));
        for bad in ["", "pct=", "pct=-1", "pct=+1", "pct=0.03%", "pct=1e-2", "pct=NaN", "DHAN ", "pct"] {
            assert!(bad.parse::<ChargePlan>().is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn print_then_parse_is_identity(rate in 0i64..=1_000_000) {
            let plan = ChargePlan::Percent(rate);
            prop_assert_eq!(plan.to_string().parse(), Ok(plan));
        }

        #[test]
        fn no_text_panics(text in "(pct=)?.*", digits in "pct=[0-9.+-]{0,30}") {
            let _ = text.parse::<ChargePlan>();
            let _ = digits.parse::<ChargePlan>();
        }
    }
}
