//! The words of orders, as they stand in JSON.

use domain::instrument::InstrumentId;
use domain::{OrderType, Product, Side, Timeframe, Validity};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Problem;

/// A wire enum with one word for each value of a domain enum.
macro_rules! words {
    ($($(#[doc = $doc:literal])* $name:ident for $domain:ty { $($(#[serde(rename = $word:tt)])? $value:ident = $of:path,)* })*) => {$(
        $(#[doc = $doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "UPPERCASE")]
        pub enum $name { $($(#[serde(rename = $word)])? $value,)* }

        impl From<$name> for $domain {
            fn from(word: $name) -> $domain {
                match word { $($name::$value => $of,)* }
            }
        }

        impl From<$domain> for $name {
            fn from(value: $domain) -> $name {
                match value { $($of => $name::$value,)* }
            }
        }
    )*};
}

words! {
    SideWord for Side { Buy = Side::Buy, Sell = Side::Sell, }
    OrderTypeWord for OrderType {
        Market = OrderType::Market,
        Limit = OrderType::Limit,
        #[serde(rename = "SL")] StopLimit = OrderType::StopLimit,
        #[serde(rename = "SL-M")] StopMarket = OrderType::StopMarket,
    }
    ProductWord for Product {
        Cnc = Product::Cnc,
        Mis = Product::Mis,
        Nrml = Product::Nrml,
        Mtf = Product::Mtf,
    }
    ValidityWord for Validity { Day = Validity::Day, Ioc = Validity::Ioc, Gtt = Validity::Gtt, }
}

/// The name of an instrument.
pub fn instrument(field: &str, text: &str) -> Result<InstrumentId, Problem> {
    text.parse()
        .map_err(|why: domain::instrument::InstrumentError| Problem::validation(field, why.to_string()))
}

pub fn timeframe(field: &str, text: &str) -> Result<Timeframe, Problem> {
    let shown: String = text.chars().take(40).collect();
    shown.parse().map_err(|why: domain::timeframe::NotATimeframe| Problem::validation(field, why.to_string()))
}
