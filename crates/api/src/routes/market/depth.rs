//! What rests in an instrument's book.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::extract::{Allowed, Query, may};
use crate::views::instrument;
use crate::views::options::DepthView;
use crate::{AppState, Problem};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct DepthQuery {
    /// NSE:RELIANCE-EQ
    instrument: String,
}

/// Bids and offers that rest in the book, as many levels as the feed tells: the best one in the simulated market, none in
/// a replay of candles.
#[utoipa::path(get, path = "/api/depth", tag = "market", params(DepthQuery),
    security(("bearer" = ["market.read"]), ("apiKey" = ["market.read"])),
    responses((status = OK, body = DepthView))
)]
pub(super) async fn depth(
    State(state): State<AppState>,
    _: Allowed<may::ReadMarket>,
    Query(query): Query<DepthQuery>,
) -> Result<Json<DepthView>, Problem> {
    let id = instrument("instrument", &query.instrument)?;
    let market = state.desk.market();
    market.find(&id)?;
    Ok(Json(DepthView::of(&id, market.quote(&id), market.best(&id))))
}
