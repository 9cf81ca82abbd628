//! The options of an underlying, by strike.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::extract::State;
use desk::feeds::Market;
use domain::instrument::{Kind, OptionSide};
use domain::{Date, Price};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::extract::{Allowed, Query, may};
use crate::views::date;
use crate::views::options::{OptionChainView, OptionView, StrikeView};
use crate::{AppState, Problem};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct OptionChainQuery {
    /// NIFTY, BANKNIFTY, RELIANCE
    underlying: String,
    /// The last day of the contracts, as 2026-11-24; the nearest that is not over unless said.
    expiry: Option<String>,
}

/// Calls and puts of one expiry, by strike, with their quotes. Without options in the feed all lists are empty.
#[utoipa::path(get, path = "/api/option-chain", tag = "market", params(OptionChainQuery),
    security(("bearer" = ["market.read"]), ("apiKey" = ["market.read"])),
    responses((status = OK, body = OptionChainView))
)]
pub(super) async fn option_chain(
    State(state): State<AppState>,
    _: Allowed<may::ReadMarket>,
    Query(query): Query<OptionChainQuery>,
) -> Result<Json<OptionChainView>, Problem> {
    let wanted = query.expiry.as_deref().map(|text| date("expiry", text)).transpose()?;
    let market = state.desk.market();
    let underlying = known(market, &query.underlying)?;
    let expiries = expiries(market, &underlying);
    let expiry = match wanted {
        Some(day) if !expiries.contains(&day) => {
            let there: Vec<String> = expiries.iter().map(ToString::to_string).collect();
            let words = match there.as_slice() {
                [] => format!("the feed has no options of {underlying}; leave it out"),
                _ => format!("no options of {underlying} end on {day}; use {}", there.join(", ")),
            };
            return Err(Problem::validation("expiry", words));
        }
        Some(day) => Some(day),
        None => {
            let today = state.desk.now().date();
            expiries.iter().find(|day| **day >= today).or(expiries.last()).copied()
        }
    };
    let mut strikes: BTreeMap<Price, [Option<OptionView>; 2]> = BTreeMap::new();
    for listed in market.listed().filter(|listed| listed.instrument.underlying == underlying) {
        let instrument = &listed.instrument;
        if let Kind::Option { expiry: day, strike, side } = instrument.kind
            && Some(day) == expiry
        {
            let view = OptionView::of(instrument, market.quote(&instrument.id), market.best(&instrument.id));
            strikes.entry(strike).or_default()[usize::from(side == OptionSide::Put)] = Some(view);
        }
    }
    let rows =
        strikes.into_iter().map(|(strike, [call, put])| StrikeView { strike: strike.into(), call, put });
    Ok(Json(OptionChainView {
        spot: spot(market, &underlying).map(Into::into),
        underlying,
        expiry: expiry.map(|day| day.to_string()),
        expiries: expiries.iter().map(ToString::to_string).collect(),
        strikes: rows.collect(),
    }))
}

/// The underlying as the feed writes it.
fn known(market: &Market, wanted: &str) -> Result<String, Problem> {
    let all: BTreeSet<&str> = market.listed().map(|listed| listed.instrument.underlying.as_str()).collect();
    if let Some(one) = all.iter().find(|one| one.eq_ignore_ascii_case(wanted.trim())) {
        return Ok((*one).to_owned());
    }
    let shown: String = wanted.chars().take(40).collect();
    let names: Vec<&str> = all.into_iter().collect();
    let words = format!("the feed has nothing of `{shown}`; use {}", names.join(", "));
    Err(Problem::validation("underlying", words))
}

fn expiries(market: &Market, underlying: &str) -> BTreeSet<Date> {
    let options = market.listed().map(|listed| &listed.instrument).filter(|one| one.underlying == underlying);
    options
        .filter(|one| matches!(one.kind, Kind::Option { .. }))
        .filter_map(|one| one.kind.expiry())
        .collect()
}

/// The last price of the index or share itself.
fn spot(market: &Market, underlying: &str) -> Option<Price> {
    let own = market
        .listed()
        .map(|listed| &listed.instrument)
        .find(|one| one.underlying == underlying && matches!(one.kind, Kind::Index | Kind::Equity))?;
    Some(market.quote(&own.id)?.last)
}
