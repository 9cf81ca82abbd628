//! Sockets: what changes is told as it happens.
//!
//! `/api/ws/` has topics, each with a snapshot and numbered changes; `/ws/live` tells everything without being asked.
//! Who comes says in the first message who they are, within seconds. Who must go is told `{"type":"closed","reason":…}`
//! and closed:
//!
//! | reason | what it means, and what the client does |
//! |---|---|
//! | `expired` | the access token or API key that it came with is too old: come again with a new one, asking on with `after` |
//! | `revoked` | the session was ended, the key taken back or the user shut out: log in again |
//! | `silent` | nothing was heard of the client for a minute: come again |
//!
//! Bounded: frames wait in a queue of fixed length for a slow reader; behind it the hub's own queues overflow, and the
//! topic begins anew with a snapshot. A reader that takes nothing at all is closed.

mod seats;
mod session;
mod subject;
mod tell;

pub(crate) use seats::Seats;

use axum::Router;
use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::any;
use back_office::access::Origin;

use crate::extract::FromWhere;
use crate::{AppState, Problem, origin_is_allowed};

/// Bytes of a message that a client sends.
const LONGEST_MESSAGE: usize = 64 << 10;

/// Which socket.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Topics,
    Live,
}

pub(crate) fn routes() -> Router<AppState> {
    Router::new().route("/api/ws", any(topics)).route("/api/ws/", any(topics)).route("/ws/live", any(live))
}

type Upgrade = Result<WebSocketUpgrade, WebSocketUpgradeRejection>;

async fn topics(
    State(state): State<AppState>,
    headers: HeaderMap,
    FromWhere(origin): FromWhere,
    upgrade: Upgrade,
) -> Result<Response, Problem> {
    open(state, &headers, origin, upgrade, Kind::Topics)
}

async fn live(
    State(state): State<AppState>,
    headers: HeaderMap,
    FromWhere(origin): FromWhere,
    upgrade: Upgrade,
) -> Result<Response, Problem> {
    open(state, &headers, origin, upgrade, Kind::Live)
}

fn open(
    state: AppState,
    headers: &HeaderMap,
    origin: Origin,
    upgrade: Upgrade,
    kind: Kind,
) -> Result<Response, Problem> {
    if !origin_is_allowed(headers, &state.settings.cors_origins) {
        return Err(Problem::forbidden(
            "a page of another origin opens no socket here; serve it from here, or name its origin in the settings",
        ));
    }
    let upgrade = upgrade.map_err(|_| {
        Problem::bad_request("this path is a web socket; send `Connection: upgrade` and `Upgrade: websocket`")
    })?;
    let upgrade = upgrade.max_message_size(LONGEST_MESSAGE).max_frame_size(LONGEST_MESSAGE);
    Ok(upgrade.on_upgrade(move |socket| session::serve(socket, state, origin, kind)))
}
