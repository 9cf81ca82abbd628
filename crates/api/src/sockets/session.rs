//! One socket, from its first message to its end.

use std::collections::HashMap;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code};
use back_office::access::{Caller, Credential, Origin, Secret, Standing};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, interval, timeout};

use super::Kind;
use super::seats::Seat;
use super::subject::{Subject, Wanted};
use super::tell::{follow, follow_all};
use crate::views::Moment;
use crate::{AppState, Problem};

/// To say who one is.
const TO_ENTER: Duration = Duration::from_secs(5);
/// To take one frame.
const TO_TAKE: Duration = Duration::from_secs(10);
/// Between two looks at whether the session is still good; a revocation of this process is heard at once.
const LOOK_EVERY: Duration = Duration::from_secs(3);
const PING_EVERY: Duration = Duration::from_secs(20);
/// Without a sign of life.
const SILENT: Duration = Duration::from_mins(1);
/// Frames that wait for a slow reader.
const WAITING: usize = 256;
/// Subscriptions of one socket.
const MOST: usize = 300;

/// What a client says.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", deny_unknown_fields)]
enum Says {
    Subscribe {
        topic: String,
        instruments: Option<Vec<String>>,
        instrument: Option<String>,
        timeframe: Option<String>,
        /// The last number that it has.
        after: Option<u64>,
    },
    Unsubscribe {
        topic: String,
        instruments: Option<Vec<String>>,
        instrument: Option<String>,
        timeframe: Option<String>,
    },
    Ping,
}

/// The first message of either socket: only `/ws/live` leaves out the type.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Enters {
    #[serde(rename = "type")]
    kind: Option<String>,
    token: Secret,
}

type Out = SplitSink<WebSocket, Message>;

pub(super) async fn serve(socket: WebSocket, state: AppState, origin: Origin, kind: Kind) {
    let (mut out, mut inbox) = socket.split();
    let caller = match timeout(TO_ENTER, enter(&mut inbox, &state, origin, kind)).await {
        Ok(Ok(caller)) => caller,
        Ok(Err(problem)) => return refuse(&mut out, &problem).await,
        Err(_) => {
            let words =
                "nobody said who they are within 5 s; send {\"type\":\"auth\",\"token\":ACCESS} first";
            return refuse(&mut out, &Problem::unauthenticated(words)).await;
        }
    };
    let _seat = match Seat::take(&state.seats, caller.user) {
        Ok(seat) => seat,
        Err(problem) => return refuse(&mut out, &problem).await,
    };
    let (frames, waiting) = mpsc::channel(WAITING);
    let mut session =
        Session { state, caller, out, frames, following: JoinSet::new(), subscribed: HashMap::new() };
    let reason = session.run(inbox, waiting, kind).await;
    if let Some(reason) = reason {
        let told = json!({ "type": "closed", "reason": reason }).to_string();
        let _ = timeout(TO_TAKE, session.out.send(Message::Text(told.into()))).await;
        close(&mut session.out, close_code::POLICY, reason).await;
    }
}

async fn enter(
    inbox: &mut SplitStream<WebSocket>,
    state: &AppState,
    origin: Origin,
    kind: Kind,
) -> Result<Caller, Problem> {
    let expected = match kind {
        Kind::Topics => "{\"type\":\"auth\",\"token\":ACCESS}",
        Kind::Live => "{\"token\":ACCESS}",
    };
    let unread =
        || Problem::unauthenticated(format!("the first message does not say who comes; send {expected}"));
    let text = loop {
        match inbox.next().await {
            Some(Ok(Message::Text(text))) => break text,
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            _ => return Err(unread()),
        }
    };
    let said: Enters = serde_json::from_str(&text).map_err(|_| unread())?;
    if said.kind.as_deref().unwrap_or("auth") != "auth" || (kind == Kind::Topics && said.kind.is_none()) {
        return Err(unread());
    }
    if said.token.expose().starts_with("sauda_") {
        return Ok(state.access.by_api_key(&said.token, origin).await?);
    }
    Ok(state.access.by_access_token(&said.token, origin).await?)
}

/// Says why, and closes.
async fn refuse(out: &mut Out, problem: &Problem) {
    let _ = timeout(TO_TAKE, out.send(Message::Text(error_frame(problem)))).await;
    close(out, close_code::POLICY, problem.code()).await;
}

async fn close(out: &mut Out, code: u16, reason: &'static str) {
    let frame = CloseFrame { code, reason: Utf8Bytes::from_static(reason) };
    let _ = timeout(TO_TAKE, out.send(Message::Close(Some(frame)))).await;
}

fn error_frame(problem: &Problem) -> Utf8Bytes {
    json!({ "type": "error", "code": problem.code(), "detail": problem.detail() }).to_string().into()
}

struct Session {
    state: AppState,
    caller: Caller,
    out: Out,
    frames: mpsc::Sender<String>,
    /// One task for each subscription; all end with the session.
    following: JoinSet<()>,
    subscribed: HashMap<Subject, AbortHandle>,
}

impl Session {
    /// Goes on until the client leaves (`None`) or must.
    async fn run(
        &mut self,
        mut inbox: SplitStream<WebSocket>,
        mut waiting: mpsc::Receiver<String>,
        kind: Kind,
    ) -> Option<&'static str> {
        let ready = json!({
            "type": "ready",
            "serverTime": Moment(self.state.desk.now()),
            "mode": self.state.desk.mode().name(),
        });
        if !self.send(Message::Text(ready.to_string().into())).await {
            return None;
        }
        if kind == Kind::Live {
            follow_all(&mut self.following, &self.state, &self.caller, &self.frames);
        }
        let mut revoked = self.state.access.revocations();
        let (mut look, mut ping) = (interval(LOOK_EVERY), interval(PING_EVERY));
        let mut alive = Instant::now();
        loop {
            let goes_on = tokio::select! {
                Some(frame) = waiting.recv() => self.send(Message::Text(frame.into())).await,
                heard = inbox.next() => match heard {
                    None | Some(Err(_) | Ok(Message::Close(_))) => return None,
                    Some(Ok(message)) => {
                        alive = Instant::now();
                        match message {
                            Message::Text(text) => {
                                if let Some(reason) = self.must_go().await {
                                    return Some(reason);
                                }
                                self.hear(&text, kind).await
                            }
                            // Pings are answered by the library.
                            _ => true,
                        }
                    }
                },
                told = revoked.recv() => match (told, self.caller.credential) {
                    (Ok(session), Credential::Session(own)) if session == own => return Some("revoked"),
                    (Err(RecvError::Lagged(_)), _) => match self.must_go().await {
                        Some(reason) => return Some(reason),
                        None => true,
                    },
                    _ => true,
                },
                _ = look.tick() => {
                    if let Some(reason) = self.must_go().await {
                        return Some(reason);
                    }
                    true
                }
                _ = ping.tick() => {
                    if alive.elapsed() > SILENT {
                        return Some("silent");
                    }
                    self.send(Message::Ping(axum::body::Bytes::new())).await
                }
                Some(_) = self.following.join_next() => true,
            };
            if !goes_on {
                return None;
            }
        }
    }

    /// Why the socket is closed now, if it is.
    async fn must_go(&self) -> Option<&'static str> {
        match self.state.access.standing(&self.caller).await {
            Ok(Standing::Good) => None,
            Ok(Standing::Expired) => Some("expired"),
            Ok(Standing::Revoked) => Some("revoked"),
            Err(why) => {
                // The list is kept for a while when the database is away; past that nobody is let on.
                tracing::warn!("a socket's session cannot be checked: {why}");
                Some("revoked")
            }
        }
    }

    /// Whether the client took it in time.
    async fn send(&mut self, message: Message) -> bool {
        matches!(timeout(TO_TAKE, self.out.send(message)).await, Ok(Ok(())))
    }

    async fn hear(&mut self, text: &str, kind: Kind) -> bool {
        match self.obey(text, kind) {
            Ok(()) => true,
            Err(problem) => self.send(Message::Text(error_frame(&problem))).await,
        }
    }

    fn obey(&mut self, text: &str, kind: Kind) -> Result<(), Problem> {
        let says: Says = serde_json::from_str(text).map_err(|why| {
            let words: String = why.to_string().chars().take(160).collect();
            Problem::bad_request(format!(
                "the message cannot be read ({words}); send subscribe or unsubscribe"
            ))
        })?;
        if kind == Kind::Live {
            return match says {
                Says::Ping => Ok(()),
                _ => Err(Problem::bad_request("/ws/live tells everything; topics are at /api/ws/")),
            };
        }
        match says {
            Says::Ping => Ok(()),
            Says::Subscribe { topic, instruments, instrument, timeframe, after } => {
                let wanted = Wanted { topic, instruments, instrument, timeframe };
                let subjects = wanted.subjects(&self.state, &self.caller)?;
                let more = subjects.iter().filter(|s| !self.subscribed.contains_key(s)).count();
                if self.subscribed.len() + more > MOST {
                    let words =
                        format!("{MOST} subscriptions are the most of one socket; unsubscribe from some");
                    return Err(Problem::conflict(words));
                }
                // A number belongs to one subject.
                let after = after.filter(|_| subjects.len() == 1);
                for subject in subjects {
                    let task = follow(
                        self.state.clone(),
                        self.caller.user,
                        subject.clone(),
                        after,
                        self.frames.clone(),
                    );
                    let handle = self.following.spawn(task);
                    if let Some(before) = self.subscribed.insert(subject, handle) {
                        before.abort();
                    }
                }
                Ok(())
            }
            Says::Unsubscribe { topic, instruments, instrument, timeframe } => {
                let wanted = Wanted { topic, instruments, instrument, timeframe };
                for subject in wanted.subjects(&self.state, &self.caller)? {
                    if let Some(task) = self.subscribed.remove(&subject) {
                        task.abort();
                    }
                }
                Ok(())
            }
        }
    }
}
