//! From the hub's changes to frames.

use std::time::Duration;

use back_office::access::{Caller, Permission};
use desk::hub::{Note, Topic};
use serde::Serialize;
use serde_json::json;
use serde_json::value::RawValue;
use store::UserId;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::subject::{Subject, TickView, raw, risk_standing};
use crate::views::market::CandleView;
use crate::views::orders::{OrderView, TradeView};
use crate::views::positions::{AccountProfitView, PositionView};
use crate::views::risk::RiskEventView;
use crate::views::runs::RunFiguresView;
use crate::{AppState, Problem, views};

/// Before a snapshot that failed is tried again.
const AGAIN_AFTER: Duration = Duration::from_secs(1);

/// A frame of a topic.
#[derive(Serialize)]
struct Frame<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    topic: &'static str,
    key: &'a str,
    seq: u64,
    data: Box<RawValue>,
}

/// What happens by itself, as it says.
#[derive(Serialize)]
struct EventFrame {
    event: RiskEventView,
}

/// Tells one subject until the socket ends: first how it stands (or what was missed after a number), then each change.
pub(super) async fn follow(
    state: AppState,
    user: UserId,
    subject: Subject,
    mut after: Option<u64>,
    frames: mpsc::Sender<String>,
) {
    let key = subject.key();
    // Candles are not kept while nobody watches: their numbers say nothing about what was missed.
    after = after.filter(|_| !matches!(subject, Subject::Candles(..)));
    let write = |kind, seq, data| {
        let frame = Frame { kind, topic: subject.name(), key: &key, seq, data };
        serde_json::to_string(&frame).unwrap_or_default()
    };
    'anew: loop {
        // First it listens, then it looks: a change that comes between is told twice, never not at all.
        let mut heard = state.desk.hub().subscribe(&subject.topic(user), after.take());
        match heard.missed.take() {
            Some(missed) => {
                for (seq, note) in missed {
                    let data = match change(&state, user, &subject, &note).await {
                        Ok(data) => data,
                        Err(problem) if report(&frames, &subject, &problem).await => continue 'anew,
                        Err(_) => return,
                    };
                    if frames.send(write("delta", seq, data)).await.is_err() {
                        return;
                    }
                }
            }
            None => match subject.snapshot(&state, user).await {
                Ok(data) => {
                    if frames.send(write("snapshot", heard.last, data)).await.is_err() {
                        return;
                    }
                }
                Err(problem) => {
                    if !report(&frames, &subject, &problem).await {
                        return;
                    }
                    continue;
                }
            },
        }
        loop {
            match heard.receiver.recv().await {
                Ok((seq, note)) => match change(&state, user, &subject, &note).await {
                    Ok(data) => {
                        if frames.send(write("delta", seq, data)).await.is_err() {
                            return;
                        }
                    }
                    Err(problem) => {
                        if !report(&frames, &subject, &problem).await {
                            return;
                        }
                        break;
                    }
                },
                // Too far behind to catch up: it begins anew with a snapshot.
                Err(RecvError::Lagged(_)) => break,
                Err(RecvError::Closed) => return,
            }
        }
    }
}

/// Says that something did not work, and waits; false if nobody is there any more.
async fn report(frames: &mpsc::Sender<String>, subject: &Subject, problem: &Problem) -> bool {
    if let Some(cause) = problem.cause() {
        tracing::error!(cause, "the topic {} cannot be told: {cause}", subject.name());
    }
    let frame = json!({
        "type": "error", "code": problem.code(), "detail": problem.detail(), "topic": subject.name(),
        "key": subject.key(),
    });
    let told = frames.send(frame.to_string()).await.is_ok();
    tokio::time::sleep(AGAIN_AFTER).await;
    told
}

async fn change(
    state: &AppState,
    user: UserId,
    subject: &Subject,
    note: &Note,
) -> Result<Box<RawValue>, Problem> {
    match note {
        Note::Order(order) => raw(&OrderView::from((**order).clone())),
        Note::Position(account, book) => raw(&PositionView::of(*account, book, state.desk.now())),
        Note::Pnl(standing) => raw(&AccountProfitView::from(&**standing)),
        Note::Trade(trade) => raw(&TradeView::from((**trade).clone())),
        Note::Run(run) => raw(&views::runs::run(state, (**run).clone()).await?),
        Note::RunMoved(run, standing) => raw(&RunFiguresView::of(*run, standing)),
        Note::Refused(_, refused) => {
            raw(&EventFrame { event: RiskEventView::of(None, refused.event.clone()) })
        }
        Note::RiskChanged => risk_standing(state, user).await,
        Note::Tick { price, volume, at } => raw(&TickView {
            instrument: subject.key(),
            price: (*price).into(),
            time: (*at).into(),
            volume: volume.raw(),
        }),
        Note::Candle(bar) => raw(&CandleView::from(*bar)),
    }
}

/// A message of `/ws/live`.
#[derive(Serialize)]
struct Live<T> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(flatten)]
    view: T,
}

#[derive(Serialize)]
struct LiveOrder {
    order: OrderView,
}

/// Tells everything that the caller may see.
pub(super) fn follow_all(
    following: &mut JoinSet<()>,
    state: &AppState,
    caller: &Caller,
    frames: &mpsc::Sender<String>,
) {
    let mut topics = Vec::new();
    if caller.needs(Permission::ReadDesk).is_ok() {
        topics.extend([
            Topic::Positions(caller.user),
            Topic::Orders(caller.user),
            Topic::Trades(caller.user),
        ]);
    }
    if caller.needs(Permission::ReadMarket).is_ok() {
        topics.extend(state.desk.market().listed().map(|l| Topic::Ticks(l.instrument.id.clone())));
    }
    for topic in topics {
        following.spawn(tell_live(state.clone(), topic, frames.clone()));
    }
}

async fn tell_live(state: AppState, topic: Topic, frames: mpsc::Sender<String>) {
    let mut changes = state.desk.hub().subscribe(&topic, None).receiver;
    loop {
        let note = match changes.recv().await {
            Ok((_, note)) => note,
            // What was lost is lost: this socket has no numbers.
            Err(RecvError::Lagged(_)) => continue,
            Err(RecvError::Closed) => return,
        };
        let text = match (&*note, &topic) {
            (Note::Tick { price, volume, at }, Topic::Ticks(id)) => {
                let view = TickView {
                    instrument: id.to_string(),
                    price: (*price).into(),
                    time: (*at).into(),
                    volume: volume.raw(),
                };
                serde_json::to_string(&Live { kind: "tick", view })
            }
            (Note::Position(account, book), _) => {
                let view = PositionView::of(*account, book, state.desk.now());
                serde_json::to_string(&Live { kind: "position", view })
            }
            // Its own `type` would stand beside the message's: the order is one level deeper.
            (Note::Order(order), _) => {
                let order = OrderView::from((**order).clone());
                serde_json::to_string(&Live { kind: "order", view: LiveOrder { order } })
            }
            (Note::Trade(trade), _) => {
                serde_json::to_string(&Live { kind: "trade", view: TradeView::from((**trade).clone()) })
            }
            _ => continue,
        };
        if let Ok(text) = text
            && frames.send(text).await.is_err()
        {
            return;
        }
    }
}
