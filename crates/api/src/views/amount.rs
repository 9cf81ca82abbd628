//! Rupees as JSON numbers of at most four decimals, written and read digit by digit.

use std::str::FromStr as _;

use domain::{Money, Price, Qty};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::Problem;

/// Money or a price, in 1/10,000 rupee.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Amount(pub i64);

impl Amount {
    pub fn money(self) -> Money {
        Money::from_raw(self.0)
    }

    pub fn price(self) -> Price {
        Price::from_raw(self.0)
    }
}

/// A price above 0 that orders can have.
pub fn price(field: &str, amount: Amount) -> Result<Price, Problem> {
    let price = Price::from_str(&amount.to_string());
    price.ok().filter(|price| *price > Price::ZERO).ok_or_else(|| {
        Problem::validation(field, format!("{amount} is not a price above 0 and at most {}", Price::MAX))
    })
}

/// A whole quantity above 0.
pub fn quantity(field: &str, units: i64) -> Result<Qty, Problem> {
    let known = Some(units).filter(|units| (1..=Qty::MAX.raw()).contains(units));
    known.map(Qty::units).ok_or_else(|| {
        Problem::validation(field, format!("{units} is not a whole number from 1 to {}", Qty::MAX))
    })
}

impl From<Money> for Amount {
    fn from(money: Money) -> Amount {
        Amount(money.raw())
    }
}

impl From<Price> for Amount {
    fn from(price: Price) -> Amount {
        Amount(price.raw())
    }
}

impl std::fmt::Display for Amount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, fraction) = (self.0.unsigned_abs() / 10_000, self.0.unsigned_abs() % 10_000);
        if fraction == 0 {
            return write!(f, "{sign}{whole}");
        }
        let digits = format!("{fraction:04}");
        write!(f, "{sign}{whole}.{}", digits.trim_end_matches('0'))
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let text = RawValue::from_string(self.to_string()).map_err(serde::ser::Error::custom)?;
        text.serialize(to)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Amount, D::Error> {
        let raw = Box::<RawValue>::deserialize(from)?;
        let text = raw.get();
        let refuse = |why: &str| {
            let shown: String = text.chars().take(40).collect();
            Err(serde::de::Error::custom(format!("{shown} {why}")))
        };
        if !text.starts_with(|c: char| c == '-' || c.is_ascii_digit()) {
            return refuse("is not a number of rupees; send a number such as 101.5, without quotes");
        }
        match text.parse::<Money>() {
            Ok(money) => Ok(Amount(money.raw())),
            Err(why) => refuse(&format!("is no amount: {why}")),
        }
    }
}

impl PartialSchema for Amount {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Number)
            .multiple_of(Some(0.0001))
            .description(Some("Rupees, at most four decimals."))
            .examples([serde_json::json!(101.55)])
            .into()
    }
}

impl ToSchema for Amount {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_come_out_as_they_are() {
        for (raw, text) in [
            (0, "0"),
            (1, "0.0001"),
            (-15_000, "-1.5"),
            (1_015_500, "101.55"),
            (10_000_000_000, "1000000"),
            (i64::MAX, "922337203685477.5807"),
            (i64::MIN, "-922337203685477.5808"),
        ] {
            assert_eq!(serde_json::to_string(&Amount(raw)).unwrap(), text);
        }
    }

    #[test]
    fn what_is_no_amount_is_refused_with_a_cure() {
        assert_eq!(serde_json::from_str::<Amount>("101.5525").unwrap(), Amount(1_015_525));
        for bad in ["101.55255", "1e5", "\"5\"", "true", "null", "[]", "99999999999999999999"] {
            let error = serde_json::from_str::<Amount>(bad).unwrap_err().to_string();
            assert!(error.contains(bad.trim_matches('"')), "{bad}: {error}");
        }
    }
}
