//! What a subscription is about, and how it stands as a whole.

use back_office::access::{Caller, Permission};
use desk::hub::Topic;
use domain::instrument::InstrumentId;
use domain::time::Span;
use domain::{Timeframe, Timestamp};
use serde::Serialize;
use serde_json::value::RawValue;
use store::orders::{self, OrderFilter};
use store::{PageRequest, UserId, risk};

use crate::views::market::CandleView;
use crate::views::orders::OrderView;
use crate::views::positions::{AccountProfitView, PositionView};
use crate::views::risk::{IncidentView, LockView};
use crate::views::{Amount, Moment, instrument, timeframe};
use crate::{AppState, Problem, views};

/// Orders of a snapshot: the newest.
const MOST_ORDERS: u64 = 200;
/// Candles of a snapshot.
const CANDLES: i64 = 300;

/// One topic, and one instrument of it where it has many.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum Subject {
    Orders,
    Positions,
    Pnl,
    Runs,
    Risk,
    Ticks(InstrumentId),
    Candles(InstrumentId, Timeframe),
}

/// A subscription as it is asked for.
pub(super) struct Wanted {
    pub topic: String,
    pub instruments: Option<Vec<String>>,
    pub instrument: Option<String>,
    pub timeframe: Option<String>,
}

impl Wanted {
    pub fn subjects(self, state: &AppState, caller: &Caller) -> Result<Vec<Subject>, Problem> {
        let listed = |field: &str, name: &str| {
            let id = instrument(field, name)?;
            state.desk.market().find(&id)?;
            Ok::<_, Problem>(id)
        };
        let missing = |field: &str| Problem::validation(field, format!("`{field}` is missing; add it"));
        let one = match self.topic.as_str() {
            "orders" => Subject::Orders,
            "positions" => Subject::Positions,
            "pnl" => Subject::Pnl,
            "runs" => Subject::Runs,
            "risk" => Subject::Risk,
            "ticks" => {
                caller.needs(Permission::ReadMarket)?;
                let names = self.instruments.ok_or_else(|| missing("instruments"))?;
                let ids = names.iter().map(|name| listed("instruments", name).map(Subject::Ticks));
                return ids.collect();
            }
            "candles" => {
                caller.needs(Permission::ReadMarket)?;
                let name = self.instrument.ok_or_else(|| missing("instrument"))?;
                let frame = self.timeframe.ok_or_else(|| missing("timeframe"))?;
                let id = listed("instrument", &name)?;
                return Ok(vec![Subject::Candles(id, timeframe("timeframe", &frame)?)]);
            }
            other => {
                let shown: String = other.chars().take(40).collect();
                let words = format!(
                    "`{shown}` is no topic; use ticks, candles, orders, positions, pnl, runs or risk"
                );
                return Err(Problem::validation("topic", words));
            }
        };
        caller.needs(Permission::ReadDesk)?;
        Ok(vec![one])
    }
}

/// A price that was heard.
#[derive(Serialize)]
pub(super) struct TickView {
    pub instrument: String,
    pub price: Amount,
    pub time: Moment,
    pub volume: i64,
}

/// What holds trading now, and what a person must look at.
#[derive(Serialize)]
struct RiskStanding {
    locks: Vec<LockView>,
    incidents: Vec<IncidentView>,
}

impl Subject {
    pub fn topic(&self, user: UserId) -> Topic {
        match self {
            Subject::Orders => Topic::Orders(user),
            Subject::Positions => Topic::Positions(user),
            Subject::Pnl => Topic::Pnl(user),
            Subject::Runs => Topic::Runs(user),
            Subject::Risk => Topic::Risk(user),
            Subject::Ticks(id) => Topic::Ticks(id.clone()),
            Subject::Candles(id, frame) => Topic::Candles(id.clone(), *frame),
        }
    }

    pub fn name(&self) -> &'static str {
        match self {
            Subject::Orders => "orders",
            Subject::Positions => "positions",
            Subject::Pnl => "pnl",
            Subject::Runs => "runs",
            Subject::Risk => "risk",
            Subject::Ticks(_) => "ticks",
            Subject::Candles(..) => "candles",
        }
    }

    /// Which of the topic's.
    pub fn key(&self) -> String {
        match self {
            Subject::Ticks(id) => id.to_string(),
            Subject::Candles(id, frame) => format!("{id}@{frame}"),
            _ => String::new(),
        }
    }

    /// How it stands now.
    pub async fn snapshot(&self, state: &AppState, user: UserId) -> Result<Box<RawValue>, Problem> {
        let store = state.access.store();
        match self {
            Subject::Orders => {
                let page = PageRequest::first(MOST_ORDERS)?;
                let page = orders::list(store, user, &OrderFilter::default(), page).await?;
                raw(&page.rows.into_iter().map(OrderView::from).collect::<Vec<_>>())
            }
            Subject::Positions => {
                let mut items = Vec::new();
                for account in state.desk.accounts(user) {
                    items.extend(PositionView::all_of(&account.view()));
                }
                raw(&items)
            }
            Subject::Pnl => {
                let accounts = state.desk.accounts(user);
                raw(&accounts.iter().map(|a| AccountProfitView::from(&*a.view())).collect::<Vec<_>>())
            }
            Subject::Runs => {
                let live = state.desk.runs().live().into_iter().map(|run| run.record);
                let own = live.filter(|record| record.user == user).collect();
                raw(&views::runs::runs(state, own).await?)
            }
            Subject::Risk => risk_standing(state, user).await,
            Subject::Ticks(id) => {
                let quote = state.desk.market().quote(id);
                raw(&quote.map(|quote| TickView {
                    instrument: id.to_string(),
                    price: quote.last.into(),
                    time: quote.at.into(),
                    volume: 0,
                }))
            }
            Subject::Candles(id, frame) => {
                let span = Span::micros(frame.span().as_micros() * -CANDLES);
                // A bar is made of all of its minutes.
                let from: Timestamp = (state.desk.now() + span).day().start();
                let bars = state.desk.market().candles(id, *frame, from);
                let first = bars.len().saturating_sub(CANDLES as usize);
                raw(&bars.iter().skip(first).map(CandleView::from).collect::<Vec<_>>())
            }
        }
    }
}

pub(super) async fn risk_standing(state: &AppState, user: UserId) -> Result<Box<RawValue>, Problem> {
    let locks = state.desk.locks(user).await?.into_iter().map(LockView::from).collect();
    let page = PageRequest::first(PageRequest::MAX)?;
    let incidents = risk::incidents(state.access.store(), user, true, page).await?.rows;
    raw(&RiskStanding { locks, incidents: incidents.into_iter().map(IncidentView::from).collect() })
}

pub(super) fn raw(view: &impl Serialize) -> Result<Box<RawValue>, Problem> {
    serde_json::value::to_raw_value(view)
        .map_err(|why| Problem::internal(format!("a frame cannot be written: {why}")))
}
