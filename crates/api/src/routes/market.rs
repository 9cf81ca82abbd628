//! The market: what there is to trade, candles, quotes, the calendar.

mod depth;
mod option_chain;

use axum::Json;
use axum::extract::State;
use desk::Mode;
use domain::calendar::TradingClass;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Allowed, Query, may};
use crate::views::market::{
    CandleView, CandlesView, ConfigView, DayView, FeedView, InstrumentView, QuoteView,
};
use crate::views::strategies::DescriptionView;
use crate::views::{List, date, instrument, moment, timeframe};
use crate::{AppState, Problem};

/// What charts offer; any other from 1m to 240m can be asked for too.
const TIMEFRAMES: [&str; 8] = ["1m", "3m", "5m", "10m", "15m", "30m", "1h", "1d"];
/// Candles of one answer.
const MOST_CANDLES: usize = 10_000;
/// Candles when no beginning is named.
const USUAL_CANDLES: i64 = 500;
const MOST_QUOTES: usize = 200;
const MOST_DAYS: usize = 400;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(config))
        .routes(routes!(instruments))
        .routes(routes!(candles))
        .routes(routes!(quotes))
        .routes(routes!(depth::depth))
        .routes(routes!(option_chain::option_chain))
        .routes(routes!(calendar))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct InstrumentsQuery {
    /// Part of a name, in letters of any case.
    q: Option<String>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct CandlesQuery {
    /// NSE:RELIANCE-EQ
    instrument: String,
    /// 1m to 240m, 1h to 4h, or 1d.
    timeframe: String,
    /// The first candle opens at or after it; ISO 8601 with its zone (`+` escaped) or a date. 500 candles before `to`
    /// unless said.
    from: Option<String>,
    /// The last candle opens before it; now unless said.
    to: Option<String>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct QuotesQuery {
    /// Names with commas between; all of the feed unless said.
    instruments: Option<String>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct CalendarQuery {
    /// The first day, as 2026-08-03; today unless said.
    from: Option<String>,
    /// The last day; thirty days after `from` unless said.
    to: Option<String>,
    /// Whose hours: share, equity_derivative, commodity and the like; share unless said.
    class: Option<String>,
}

/// What there is to trade, and how time goes here.
#[utoipa::path(get, path = "/api/config", tag = "market",
    security(("bearer" = ["market.read"]), ("apiKey" = ["market.read"])),
    responses((status = OK, body = ConfigView))
)]
async fn config(State(state): State<AppState>, _: Allowed<may::ReadMarket>) -> Json<ConfigView> {
    let mode = state.desk.mode();
    let feed = FeedView {
        kind: match mode {
            Mode::Paper => "simulated",
            Mode::Replay => "replay",
            Mode::Live => "live",
        },
        speed: state.settings.feed_speed,
        now: state.desk.now().into(),
    };
    Json(ConfigView {
        instruments: state.desk.market().listed().map(InstrumentView::from).collect(),
        timeframes: TIMEFRAMES.to_vec(),
        mode: mode.name(),
        feed,
        strategies: strategy::registry().iter().map(DescriptionView::from).collect(),
    })
}

/// Instruments of the feed whose name holds a text.
#[utoipa::path(get, path = "/api/instruments", tag = "market", params(InstrumentsQuery),
    security(("bearer" = ["market.read"]), ("apiKey" = ["market.read"])),
    responses((status = OK, body = List<InstrumentView>))
)]
async fn instruments(
    State(state): State<AppState>,
    _: Allowed<may::ReadMarket>,
    Query(query): Query<InstrumentsQuery>,
) -> Result<Json<List<InstrumentView>>, Problem> {
    let wanted = query.q.unwrap_or_default().trim().to_lowercase();
    if wanted.chars().any(char::is_control) || wanted.len() > 100 {
        let words = "`q` holds control characters or more than 100 letters; send part of a name";
        return Err(Problem::validation("q", words));
    }
    let fits = |text: &str| text.to_lowercase().contains(&wanted);
    let listed = state.desk.market().listed();
    let found = listed.filter(|l| fits(l.instrument.id.as_str()) || fits(&l.name));
    Ok(Json(List::whole(found.map(InstrumentView::from).collect())))
}

/// Candles of an instrument.
#[utoipa::path(get, path = "/api/historical-data", tag = "market", params(CandlesQuery),
    security(("bearer" = ["market.read"]), ("apiKey" = ["market.read"])),
    responses((status = OK, body = CandlesView))
)]
async fn candles(
    State(state): State<AppState>,
    _: Allowed<may::ReadMarket>,
    Query(query): Query<CandlesQuery>,
) -> Result<Json<CandlesView>, Problem> {
    let id = instrument("instrument", &query.instrument)?;
    let frame = timeframe("timeframe", &query.timeframe)?;
    let soon = domain::time::Span::minutes(1);
    let to = query.to.as_deref().map(|text| moment("to", text)).transpose()?;
    let to = to.unwrap_or_else(|| state.desk.now() + soon);
    let from = query.from.as_deref().map(|text| moment("from", text)).transpose()?;
    // No further than the desk goes.
    let usual =
        (frame.span().as_micros() * USUAL_CANDLES).min(domain::time::Span::minutes(90 * 1_440).as_micros());
    let from = from.unwrap_or_else(|| to + domain::time::Span::micros(-usual));
    let bars = state.desk.candles(&id, frame, from, to).await?;
    if bars.len() > MOST_CANDLES {
        let words = format!(
            "these are {} candles, of which {MOST_CANDLES} can be had at once; begin later",
            bars.len()
        );
        return Err(Problem::validation("from", words));
    }
    Ok(Json(CandlesView {
        instrument: id.to_string(),
        timeframe: frame.to_string(),
        candles: bars.iter().map(CandleView::from).collect(),
    }))
}

/// The day of instruments so far.
#[utoipa::path(get, path = "/api/quotes", tag = "market", params(QuotesQuery),
    security(("bearer" = ["market.read"]), ("apiKey" = ["market.read"])),
    responses((status = OK, body = List<QuoteView>))
)]
async fn quotes(
    State(state): State<AppState>,
    _: Allowed<may::ReadMarket>,
    Query(query): Query<QuotesQuery>,
) -> Result<Json<List<QuoteView>>, Problem> {
    let market = state.desk.market();
    let mut views = Vec::new();
    match &query.instruments {
        None => {
            let all = market.listed().map(|l| &l.instrument.id);
            views.extend(all.map(|id| QuoteView::of(id, market.quote(id))));
        }
        Some(names) => {
            for name in names.split(',').map(str::trim).filter(|name| !name.is_empty()) {
                let id = instrument("instruments", name)?;
                market.find(&id).map_err(|why| Problem::from(why).with_field("instruments"))?;
                if views.len() == MOST_QUOTES {
                    let words = format!("these are more than {MOST_QUOTES}; ask for fewer at a time");
                    return Err(Problem::validation("instruments", words));
                }
                views.push(QuoteView::of(&id, market.quote(&id)));
            }
        }
    }
    Ok(Json(List::whole(views)))
}

/// Trading days, holidays and hours.
#[utoipa::path(get, path = "/api/calendar", tag = "market", params(CalendarQuery),
    security(("bearer" = ["market.read"]), ("apiKey" = ["market.read"])),
    responses((status = OK, body = List<DayView>))
)]
async fn calendar(
    State(state): State<AppState>,
    _: Allowed<may::ReadMarket>,
    Query(query): Query<CalendarQuery>,
) -> Result<Json<List<DayView>>, Problem> {
    let class = match &query.class {
        None => TradingClass::Share,
        Some(name) => TradingClass::from_name(name).ok_or_else(|| {
            let known: Vec<&str> = TradingClass::ALL.iter().map(|class| class.name()).collect();
            let shown: String = name.chars().take(40).collect();
            Problem::validation("class", format!("`{shown}` is not known; use {}", known.join(", ")))
        })?,
    };
    let from = query.from.as_deref().map(|text| date("from", text)).transpose()?;
    let from = from.unwrap_or_else(|| state.desk.now().date());
    let to = query.to.as_deref().map(|text| date("to", text)).transpose()?;
    let far = domain::time::DayNumber::of(from).as_days() + 30;
    let to = to.unwrap_or_else(|| domain::time::DayNumber::from_days(far).date());
    if to < from {
        return Err(Problem::validation("to", format!("{to} is before {from}; give a later day")));
    }
    let (first, last) = (domain::time::DayNumber::of(from), domain::time::DayNumber::of(to));
    let count = (last.as_days() - first.as_days()) as usize + 1;
    if count > MOST_DAYS {
        let words =
            format!("{from} to {to} are {count} days, of which {MOST_DAYS} can be had at once; end earlier");
        return Err(Problem::validation("to", words));
    }
    let calendar = state.desk.market().calendar();
    let days = (first.as_days()..=last.as_days()).map(|day| domain::time::DayNumber::from_days(day).date());
    let views = days.map(|day| DayView::of(day, class, &calendar.day(class, day)));
    Ok(Json(List::whole(views.collect())))
}

#[cfg(test)]
mod tests {
    use super::TIMEFRAMES;

    #[test]
    fn offered_timeframes_are_written_as_answers_write_them() {
        for text in TIMEFRAMES {
            assert_eq!(text.parse::<domain::Timeframe>().unwrap().to_string(), text);
        }
    }
}
