//! Every error that leaves: problem details (RFC 9457), and how the errors of other crates become them.
//!
//! `detail` names the value and a way out. What the outside cannot mend says `internal` and no more: the words go to the
//! log under the request's id.

use std::borrow::Cow;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use back_office::access::AccessError;
use desk::DeskError;
use domain::Timestamp;
use serde::Serialize;
use store::StoreError;
use utoipa::ToSchema;

/// What went wrong, by what a program does about it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Code {
    BadRequest,
    UnknownField,
    Validation,
    Unauthenticated,
    TotpRequired,
    Forbidden,
    NotFound,
    Conflict,
    Locked,
    RiskRefused,
    TooManyRequests,
    PayloadTooLarge,
    Timeout,
    Internal,
    Unavailable,
}

impl Code {
    /// Word, title and status.
    const fn facts(self) -> (&'static str, &'static str, StatusCode) {
        match self {
            Code::BadRequest => ("bad_request", "The request cannot be read", StatusCode::BAD_REQUEST),
            Code::UnknownField => {
                ("unknown_field", "A field is not known here", StatusCode::UNPROCESSABLE_ENTITY)
            }
            Code::Validation => ("validation", "A value is not acceptable", StatusCode::UNPROCESSABLE_ENTITY),
            Code::Unauthenticated => ("unauthenticated", "Log in first", StatusCode::UNAUTHORIZED),
            Code::TotpRequired => ("totp_required", "A code is needed too", StatusCode::UNAUTHORIZED),
            Code::Forbidden => ("forbidden", "Not allowed", StatusCode::FORBIDDEN),
            Code::NotFound => ("not_found", "There is no such thing", StatusCode::NOT_FOUND),
            Code::Conflict => ("conflict", "It does not fit what is there", StatusCode::CONFLICT),
            Code::Locked => ("locked", "Trading is locked", StatusCode::LOCKED),
            Code::RiskRefused => ("risk_refused", "Risk says no", StatusCode::UNPROCESSABLE_ENTITY),
            Code::TooManyRequests => {
                ("too_many_requests", "Too many requests", StatusCode::TOO_MANY_REQUESTS)
            }
            Code::PayloadTooLarge => {
                ("payload_too_large", "The request is too large", StatusCode::PAYLOAD_TOO_LARGE)
            }
            Code::Timeout => ("timeout", "It took too long", StatusCode::GATEWAY_TIMEOUT),
            Code::Internal => ("internal", "Something went wrong here", StatusCode::INTERNAL_SERVER_ERROR),
            Code::Unavailable => ("unavailable", "Not possible just now", StatusCode::SERVICE_UNAVAILABLE),
        }
    }
}

/// An error as it leaves.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    code: Code,
    status: StatusCode,
    detail: Cow<'static, str>,
    field: Option<String>,
    /// The rule of risk that said no.
    rule: Option<String>,
    /// Seconds after which to try again.
    retry_after: Option<i64>,
    /// For the log alone.
    cause: Option<String>,
}

/// The body of every error.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Problem, example = json!({
    "type": "/api/docs#validation",
    "title": "A value is not acceptable",
    "status": 422,
    "code": "validation",
    "detail": "limit 5000 is not between 1 and 500",
    "field": "limit",
    "requestId": "5f0c1d2a9b7e4c31"
}))]
pub struct ProblemView<'a> {
    /// Where this kind is explained.
    #[serde(rename = "type")]
    kind: String,
    title: &'a str,
    /// The HTTP status again.
    status: u16,
    /// One of bad_request, unknown_field, validation, unauthenticated, totp_required, forbidden, not_found, conflict,
    /// locked, risk_refused, too_many_requests, payload_too_large, timeout, internal, unavailable.
    code: &'a str,
    /// What was wrong with which value, and what would be right.
    detail: &'a str,
    /// The field to blame, as a path: `orders[2].quantity`.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    /// Of what risk refuses and locks: the rule that said no, as `maxPosition` or `killSwitch`.
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'a str>,
    /// What the log has it under.
    request_id: &'a str,
}

impl Problem {
    pub fn new(code: Code, detail: impl Into<Cow<'static, str>>) -> Problem {
        let (_, _, status) = code.facts();
        Problem {
            code,
            status,
            detail: detail.into(),
            field: None,
            rule: None,
            retry_after: None,
            cause: None,
        }
    }

    pub fn bad_request(detail: impl Into<Cow<'static, str>>) -> Problem {
        Problem::new(Code::BadRequest, detail)
    }

    pub fn validation(field: impl Into<String>, detail: impl Into<Cow<'static, str>>) -> Problem {
        Problem::new(Code::Validation, detail).with_field(field)
    }

    pub fn forbidden(detail: impl Into<Cow<'static, str>>) -> Problem {
        Problem::new(Code::Forbidden, detail)
    }

    pub fn unauthenticated(detail: impl Into<Cow<'static, str>>) -> Problem {
        Problem::new(Code::Unauthenticated, detail)
    }

    pub fn not_found(detail: impl Into<Cow<'static, str>>) -> Problem {
        Problem::new(Code::NotFound, detail)
    }

    pub fn conflict(detail: impl Into<Cow<'static, str>>) -> Problem {
        Problem::new(Code::Conflict, detail)
    }

    /// `cause` goes to the log.
    pub fn internal(cause: impl Into<String>) -> Problem {
        let detail = "the server could not do it; nothing can be mended from outside: give the requestId to its operator";
        Problem { cause: Some(cause.into()), ..Problem::new(Code::Internal, detail) }
    }

    pub fn unavailable(detail: impl Into<Cow<'static, str>>, cause: impl Into<String>) -> Problem {
        let problem = Problem::new(Code::Unavailable, detail);
        Problem { cause: Some(cause.into()), retry_after: Some(1), ..problem }
    }

    /// A rule of risk said no.
    pub fn refused(rule: &str, why: String) -> Problem {
        let code = if LOCKS.contains(&rule) { Code::Locked } else { Code::RiskRefused };
        let field = if rule == "quantity" { "quantity" } else { "" };
        Problem::new(code, why).with_rule(rule).with_field(field)
    }

    #[must_use]
    pub fn with_field(self, field: impl Into<String>) -> Problem {
        Problem { field: Some(field.into()).filter(|f| !f.is_empty()), ..self }
    }

    #[must_use]
    pub fn with_rule(self, rule: impl Into<String>) -> Problem {
        Problem { rule: Some(rule.into()), ..self }
    }

    /// The same one level deeper: `quantity` of `orders[2]` is `orders[2].quantity`.
    #[must_use]
    pub fn within(self, place: &str) -> Problem {
        let field =
            self.field.as_deref().map_or_else(|| place.to_owned(), |field| format!("{place}.{field}"));
        self.with_field(field)
    }

    /// Another status than the code's usual one.
    #[must_use]
    pub fn with_status(self, status: StatusCode) -> Problem {
        Problem { status, ..self }
    }

    #[must_use]
    pub fn retry_after(self, seconds: i64) -> Problem {
        Problem { retry_after: Some(seconds.max(1)), ..self }
    }

    pub fn code(&self) -> &'static str {
        self.code.facts().0
    }

    pub fn detail(&self) -> &str {
        &self.detail
    }

    pub fn field(&self) -> Option<&str> {
        self.field.as_deref()
    }

    pub fn rule(&self) -> Option<&str> {
        self.rule.as_deref()
    }

    pub fn status(&self) -> StatusCode {
        self.status
    }

    pub fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }

    /// The answer, with the id under which the log has the request.
    pub(crate) fn render(&self, request_id: &str) -> Response {
        let (code, title, _) = self.code.facts();
        let view = ProblemView {
            kind: format!("/api/docs#{code}"),
            title,
            status: self.status.as_u16(),
            code,
            detail: &self.detail,
            field: self.field.as_deref(),
            rule: self.rule.as_deref(),
            request_id,
        };
        let body = serde_json::to_vec(&view).unwrap_or_default();
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl IntoResponse for Problem {
    /// The outer layer knows the request's id and writes the body: see `layers::observe`.
    fn into_response(self) -> Response {
        let mut response = self.render("");
        response.extensions_mut().insert(self);
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Problem {
        let words = error.to_string();
        match error {
            StoreError::NotFound { what } => {
                Problem::not_found(format!("there is no such {what} of yours; look at the list for its id"))
            }
            StoreError::Taken { what } => {
                let problem = Problem::conflict(format!("{what} is already taken; use another"));
                if what.ends_with("name") { problem.with_field("name") } else { problem }
            }
            StoreError::Stale { .. } => Problem::conflict(words),
            StoreError::Unfit(_) => Problem::new(Code::Validation, words),
            StoreError::Busy | StoreError::Unreachable(_) => {
                Problem::unavailable("the database is busy or away; nothing was done, try again", words)
            }
            StoreError::InDoubt(_) => Problem::unavailable(
                "the database did not say whether it was done; look before you repeat it",
                words,
            ),
            StoreError::Setting(_) | StoreError::Damaged { .. } | StoreError::Refused(_) => {
                Problem::internal(words)
            }
        }
    }
}

impl From<AccessError> for Problem {
    fn from(error: AccessError) -> Problem {
        match error {
            AccessError::Unauthenticated(words) => Problem::unauthenticated(words),
            AccessError::TotpRequired(words) => Problem::new(Code::TotpRequired, words).with_field("totp"),
            AccessError::Forbidden(_) => Problem::forbidden(error.to_string()),
            AccessError::Refused(words) => Problem::forbidden(words),
            AccessError::Conflict(words) => Problem::conflict(words),
            AccessError::LockedOut { until, now } => locked_out(until, now),
            AccessError::Field { field, detail } => Problem::validation(field, detail),
            AccessError::Store(error) => error.into(),
            AccessError::Internal(words) | AccessError::Setting(words) => Problem::internal(words),
        }
    }
}

/// Rules that stand until a person or the next day lifts them: trading is locked.
const LOCKS: [&str; 3] = ["killSwitch", "maxDailyLoss", "maxDrawdown"];

impl From<DeskError> for Problem {
    fn from(error: DeskError) -> Problem {
        match error {
            DeskError::Invalid { field, why } => Problem::validation(field, why),
            DeskError::NotFound { what } => StoreError::NotFound { what }.into(),
            DeskError::Refused { rule, why } => Problem::refused(&rule, why),
            DeskError::Conflict(why) => Problem::conflict(why),
            DeskError::Unavailable(why) => Problem::unavailable(why.clone(), why),
            DeskError::Store(error) => error.into(),
            DeskError::Journal(error) => Problem::internal(error.to_string()),
        }
    }
}

fn locked_out(until: Timestamp, now: Timestamp) -> Problem {
    let words = format!("too many failed attempts; the next one is looked at after {until}");
    // A whole second more than is left, so that who waits so long is in time.
    Problem::new(Code::TooManyRequests, words).retry_after((until - now).as_seconds() + 1)
}
