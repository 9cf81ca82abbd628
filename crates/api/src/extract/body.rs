//! The JSON body.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderValue, StatusCode, header};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::complaint::complaint;
use crate::Problem;
use crate::problem::Code;

/// A JSON body. Types that are read by it deny unknown fields.
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Body<T>, Problem> {
        let bytes = json_bytes(request, state).await?;
        read(&bytes).map(Body)
    }
}

/// The bytes of a body that says that it is JSON.
pub(super) async fn json_bytes<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Problem> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if kind != "application/json" {
        let shown: String = kind.chars().take(60).collect();
        return Err(Problem::bad_request(format!(
            "content type `{shown}` is not read here; send `Content-Type: application/json`"
        ))
        .with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    }
    Bytes::from_request(request, state).await.map_err(|why| {
        if why.status() == StatusCode::PAYLOAD_TOO_LARGE {
            Problem::new(Code::PayloadTooLarge, "the body is larger than 1 MiB; send less at a time")
        } else {
            Problem::bad_request("the body broke off; send it again")
        }
    })
}

/// The same where all fields may be left out: no body at all means no fields.
pub(super) async fn json_or_nothing<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Problem> {
    let says_nothing = !request.headers().contains_key(header::CONTENT_TYPE);
    let length = request.headers().get(header::CONTENT_LENGTH).map(HeaderValue::as_bytes);
    let has_length = length.is_some_and(|length| length != b"0");
    if says_nothing && !has_length && !request.headers().contains_key(header::TRANSFER_ENCODING) {
        return Ok(Bytes::from_static(b"{}"));
    }
    json_bytes(request, state).await
}

pub(super) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    // serde would take a list for the fields of an object in their order: nobody means that.
    if bytes.trim_ascii_start().first() == Some(&b'[') {
        return Err(Problem::bad_request("the body is a JSON list; send one JSON object"));
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let inner = error.inner();
        if inner.is_data() {
            return complaint(&error.path().to_string(), &inner.to_string());
        }
        if serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok() {
            // It is JSON: serde_json takes anything but a text for a fault of syntax where one of some words belongs.
            let path = error.path().to_string();
            let detail = format!("`{path}` is not a text; send one of its words, which /api/docs lists");
            return Problem::validation(path, detail);
        }
        not_json(inner)
    })?;
    json.end().map_err(|error| not_json(&error))?;
    refuse_control_characters(bytes)?;
    Ok(value)
}

/// No text of a request holds characters that nobody sees: PostgreSQL stores no NUL, and in a log or on a terminal the
/// others pass for what was not said. Rule files need line ends and tabs.
fn refuse_control_characters(bytes: &[u8]) -> Result<(), Problem> {
    // JSON has them behind a backslash only, all but DEL: most bodies have neither, and are not read again.
    if !bytes.iter().any(|byte| matches!(byte, b'\\' | 0x7f)) {
        return Ok(());
    }
    let value: Value = serde_json::from_slice(bytes).map_err(|error| not_json(&error))?;
    look_into(&value, "")
}

fn look_into(value: &Value, place: &str) -> Result<(), Problem> {
    match value {
        Value::String(text) => printable(text, place),
        Value::Array(all) => {
            all.iter().enumerate().try_for_each(|(i, one)| look_into(one, &format!("{place}[{i}]")))
        }
        Value::Object(fields) => fields.iter().try_for_each(|(name, value)| {
            // The name is not repeated: it is what holds the character.
            printable(name, place)?;
            let inside = if place.is_empty() { name.clone() } else { format!("{place}.{name}") };
            look_into(value, &inside)
        }),
        _ => Ok(()),
    }
}

/// Whether a text has no control characters but tabs and line ends.
pub(super) fn printable(text: &str, field: &str) -> Result<(), Problem> {
    let found = text.chars().find(|c| c.is_ascii_control() && !matches!(c, '\t' | '\n' | '\r'));
    let Some(found) = found else { return Ok(()) };
    let words = format!(
        "the control character U+{:04X} is in the text; send it without: of these only tabs and line ends are taken",
        u32::from(found)
    );
    Err(Problem::validation(field, words))
}

fn not_json(error: &serde_json::Error) -> Problem {
    Problem::bad_request(format!(
        "the body is not JSON from line {} column {} on; send one JSON object",
        error.line(),
        error.column()
    ))
}
