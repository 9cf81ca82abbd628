//! Each request has an id, one line in the log, its place in the metrics and an end in time.

use std::any::Any;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use tracing::Instrument as _;

use crate::problem::Code;
use crate::{AppState, Problem};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Gives the request its id, writes problems with it, logs and counts. Neither query nor headers are logged: they can
/// hold secrets.
pub(super) async fn observe(request: Request, next: Next) -> Response {
    let id = request_id(request.headers());
    let method = request.method().clone();
    let path =
        request.extensions().get::<MatchedPath>().map_or_else(|| "-".to_owned(), |p| p.as_str().to_owned());
    let span = tracing::info_span!("request", request.id = %id, user.id = tracing::field::Empty);
    let began = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let status = response.status();
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        let mut written = problem.render(&id);
        for (name, value) in response.headers() {
            written.headers_mut().entry(name).or_insert_with(|| value.clone());
        }
        written.headers_mut().remove("content-length");
        if let Some(cause) = problem.cause() {
            let _in = span.enter();
            tracing::error!(code = problem.code(), cause, "{method} {path} failed: {cause}");
        }
        response = written;
    }
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    let elapsed = began.elapsed();
    // Anybody can make up a method; each would be a row of the metrics for ever.
    let known = match method.as_str() {
        usual @ ("GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS") => usual,
        _ => "other",
    };
    let labels =
        [("method", known.to_owned()), ("route", path.clone()), ("status", status.as_u16().to_string())];
    metrics::counter!("sauda_http_requests_total", &labels).increment(1);
    metrics::histogram!("sauda_http_request_duration_seconds", &labels[..2]).record(elapsed.as_secs_f64());
    let _in = span.enter();
    let latency_ms = elapsed.as_secs_f64() * 1_000.0;
    tracing::debug!(status = status.as_u16(), latency_ms, "{method} {path} {}", status.as_u16());
    response
}

/// Ends a request that takes too long. What moves money goes on in a task of its own.
pub(super) async fn limit_time(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if let Ok(response) = tokio::time::timeout(state.settings.timeout, next.run(request)).await {
        response
    } else {
        let seconds = state.settings.timeout.as_secs();
        let words =
            format!("it was not done within {seconds} s, and may still be; look before you repeat it");
        Problem::new(Code::Timeout, words).into_response()
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the layer hands the box over")]
pub(super) fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let words = panic.downcast_ref::<String>().map(String::as_str);
    let words = words.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no words");
    Problem::internal(format!("a handler panicked: {words}")).into_response()
}

/// The client's own id where it is harmless, else a new one: start of the process and a counter.
fn request_id(headers: &HeaderMap) -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    static STARTED: std::sync::OnceLock<u64> = std::sync::OnceLock::new();
    let given = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok());
    let harmless = |id: &&str| {
        (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    if let Some(id) = given.filter(harmless) {
        return id.to_owned();
    }
    let started = STARTED
        .get_or_init(|| SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()));
    format!("{started:08x}{:08x}", NEXT.fetch_add(1, Ordering::Relaxed))
}
