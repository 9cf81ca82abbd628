//! Times as ISO 8601 in Indian Standard Time.

use domain::time::DayNumber;
use domain::{Date, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::Problem;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Moment(pub Timestamp);

/// A time in a query: ISO 8601 with its zone, or a date for its first moment in India.
pub fn moment(field: &str, text: &str) -> Result<Timestamp, Problem> {
    // `+` that was not escaped arrives as a blank.
    if let Ok(at) = text.replace(' ', "+").parse::<jiff::Timestamp>() {
        return Ok(Timestamp::from_micros(at.as_microsecond()));
    }
    if let Ok(date) = text.parse::<Date>() {
        return Ok(DayNumber::of(date).start());
    }
    let shown: String = text.chars().take(40).collect();
    let words = format!("`{shown}` is no time; write it as 2026-08-03T09:15:00+05:30 or 2026-08-03");
    Err(Problem::validation(field, words))
}

/// A date in a query.
pub fn date(field: &str, text: &str) -> Result<Date, Problem> {
    text.parse::<Date>().ok().filter(|date| (1990..2100).contains(&date.year())).ok_or_else(|| {
        let shown: String = text.chars().take(40).collect();
        Problem::validation(field, format!("`{shown}` is no date from 1990 to 2099; write it as 2026-08-03"))
    })
}

impl From<Timestamp> for Moment {
    fn from(at: Timestamp) -> Moment {
        Moment(at)
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Moment, D::Error> {
        let text = String::deserialize(from)?;
        if let Ok(at) = text.parse::<jiff::Timestamp>() {
            Ok(Moment(Timestamp::from_micros(at.as_microsecond())))
        } else {
            let shown: String = text.chars().take(40).collect();
            Err(serde::de::Error::custom(format!(
                "`{shown}` is not a time with its zone; write it as 2026-08-03T09:15:00+05:30"
            )))
        }
    }
}

impl PartialSchema for Moment {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .description(Some("ISO 8601 in Indian Standard Time."))
            .examples([serde_json::json!("2026-08-03T09:15:00+05:30")])
            .into()
    }
}

impl ToSchema for Moment {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_reads_back() {
        let text = "\"2026-08-03T09:15:00.000001+05:30\"";
        let moment: Moment = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&moment).unwrap(), text);
        assert!(serde_json::from_str::<Moment>("\"2026-08-03T09:15:00\"").is_err(), "without a zone");
    }
}
