//! `Idempotency-Key`: the same request again gets the first answer again.
//!
//! The key is taken in a unit of its own before the work, and the answer kept in one after it: the work has units of its
//! own and may take long. What was refused (4xx) did nothing and frees the key. What ended otherwise (5xx, a crash)
//! keeps it: whoever repeats it is told to look first.

use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};
use store::UserId;
use store::idempotency::{self, Claim};
use utoipa::IntoParams;

use super::body;
use crate::{AppState, Problem};

const HEADER: &str = "idempotency-key";
/// Characters of a key.
const LONGEST: usize = 128;

/// For the documents of a route: `params(IdempotencyKey)`.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes a header")]
pub struct IdempotencyKey {
    /// Any text of at most 128 visible characters, new for each new request. The same request under the same key is
    /// answered as it was the first time, for two days; another request under it is refused with 409.
    #[param(rename = "Idempotency-Key", required = false)]
    key: Option<String>,
}

/// A JSON body that may come with an `Idempotency-Key`.
pub struct Idempotent<T> {
    pub body: T,
    key: Option<String>,
    fingerprint: String,
}

impl<T: DeserializeOwned> FromRequest<AppState> for Idempotent<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &AppState) -> Result<Idempotent<T>, Problem> {
        let key = key(request.headers())?;
        let mut hash = Sha256::new();
        hash.update(request.method().as_str());
        hash.update(b" ");
        hash.update(request.uri().path_and_query().map_or("", |path| path.as_str()));
        hash.update(b"\n");
        let bytes = body::json_or_nothing(request, state).await?;
        hash.update(&bytes);
        Ok(Idempotent {
            body: body::read(&bytes)?,
            key,
            fingerprint: format!("{:x}", HexBytes(&hash.finalize())),
        })
    }
}

impl<T: Send + 'static> Idempotent<T> {
    /// Does the work once for this key. It runs to its end even if the client goes away: an order that is half placed
    /// helps nobody.
    pub async fn once<V, F>(
        self,
        state: &AppState,
        user: UserId,
        work: impl FnOnce(T) -> F + Send + 'static,
    ) -> Result<Response, Problem>
    where
        V: Serialize + Send,
        F: Future<Output = Result<(StatusCode, V), Problem>> + Send + 'static,
    {
        let Idempotent { body, key, fingerprint } = self;
        let state = state.clone();
        let done = tokio::spawn(async move {
            if let Some(key) = &key
                && let Some(earlier) = claim(&state, user, key, &fingerprint).await?
            {
                return Ok(earlier);
            }
            let outcome = work(body).await;
            let (status, json) = match outcome {
                Ok((status, view)) => {
                    let json = serde_json::to_string(&view)
                        .map_err(|why| Problem::internal(format!("an answer cannot be written: {why}")))?;
                    (status, json)
                }
                Err(problem) => {
                    if let Some(key) = key.filter(|_| problem.status().is_client_error()) {
                        let unit = state.access.store().begin().await?;
                        idempotency::release(&unit, user, &key).await?;
                        unit.commit().await?;
                    }
                    return Err(problem);
                }
            };
            if let Some(key) = key {
                let kept = keep(&state, user, &key, status, &json).await;
                // The work is done: its answer goes out; the key stays taken, so that it is not done again.
                if let Err(why) = kept {
                    tracing::error!(cause = ?why.cause(), "the answer to an idempotent request was not kept");
                }
            }
            Ok(answer(status, json))
        });
        done.await.map_err(|why| Problem::internal(format!("the work broke off: {why}")))?
    }
}

struct HexBytes<'a>(&'a [u8]);

impl std::fmt::LowerHex for HexBytes<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

async fn claim(
    state: &AppState,
    user: UserId,
    key: &str,
    fingerprint: &str,
) -> Result<Option<Response>, Problem> {
    match idempotency::claim(state.access.store(), user, key, fingerprint, state.access.now()).await? {
        Claim::New => Ok(None),
        Claim::Answered { status, answer: json } => {
            let status = u16::try_from(status).ok().and_then(|s| StatusCode::from_u16(s).ok());
            let mut response = answer(status.unwrap_or(StatusCode::OK), json);
            response.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
            Ok(Some(response))
        }
        Claim::InProgress => Err(Problem::conflict(
            "a request under this Idempotency-Key has not been answered yet, or ended in doubt; look whether it was \
             done, and use another key for another request",
        )
        .with_field("Idempotency-Key")),
        Claim::Other => Err(Problem::conflict(
            "this Idempotency-Key was used for another request; use a new key for a new request",
        )
        .with_field("Idempotency-Key")),
    }
}

async fn keep(
    state: &AppState,
    user: UserId,
    key: &str,
    status: StatusCode,
    json: &str,
) -> Result<(), Problem> {
    let unit = state.access.store().begin().await?;
    idempotency::answer(&unit, user, key, i64::from(status.as_u16()), json).await?;
    Ok(unit.commit().await?)
}

fn answer(status: StatusCode, json: String) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], json).into_response()
}

fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get(HEADER) else { return Ok(None) };
    let text = value
        .to_str()
        .ok()
        .filter(|t| (1..=LONGEST).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_graphic()));
    match text {
        Some(text) => Ok(Some(text.to_owned())),
        None => Err(Problem::validation(
            "Idempotency-Key",
            "the Idempotency-Key is not 1 to 128 visible ASCII characters; a UUID is a good one",
        )),
    }
}
