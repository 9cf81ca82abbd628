//! What every request passes on its way in and out.

pub(crate) mod address;
mod headers;
mod identify;
mod observe;
pub(crate) mod origin;
pub(crate) mod rate;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::{from_fn, from_fn_with_state};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::{AppState, Problem};

/// Lays the layers around the routes; the last is the outermost.
pub(crate) fn around(routes: Router, state: &AppState) -> Router {
    routes
        .layer(DefaultBodyLimit::max(state.settings.body_limit))
        .layer(from_fn_with_state(state.clone(), identify::identify))
        .layer(from_fn_with_state(state.clone(), observe::limit_time))
        .layer(CatchPanicLayer::custom(observe::panicked))
        .layer(cors(&state.settings.cors_origins))
        .layer(from_fn(headers::secure))
        .layer(from_fn(observe::observe))
        .layer(CompressionLayer::new())
}

fn cors(origins: &[String]) -> CorsLayer {
    let origins: Vec<HeaderValue> = origins.iter().filter_map(|origin| origin.parse().ok()).collect();
    let named = |name: &'static str| HeaderName::from_static(name);
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            named("x-api-key"),
            named("idempotency-key"),
            named("x-request-id"),
        ])
        .expose_headers([named("x-request-id"), header::RETRY_AFTER])
        .allow_credentials(true)
}

/// What is answered where there is nothing.
pub(crate) fn nothing_here() -> Problem {
    Problem::not_found("there is nothing under this path; /api/docs lists what there is")
}

/// What is answered to a method that a path does not have.
pub(crate) async fn other_method() -> Problem {
    Problem::bad_request("this path has no such method; /api/docs lists what there is")
        .with_status(axum::http::StatusCode::METHOD_NOT_ALLOWED)
}
