//! Whether the server is well.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::{Extensions, HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::{AppState, Problem, measure};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(alive)).routes(routes!(health)).routes(routes!(metrics))
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({ "status": "ok" }))]
struct Alive {
    status: &'static str,
}

/// How the server and its parts are.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "status": "ok", "version": "0.0.0", "mode": "paper", "parts": { "database": "ok", "feed": "ok" }
}))]
struct Health {
    /// ok, or degraded when a part is not.
    status: &'static str,
    version: &'static str,
    /// paper, replay or live.
    mode: &'static str,
    /// `ok`, or what is wrong with it.
    parts: BTreeMap<String, String>,
}

/// Whether the process answers.
#[utoipa::path(get, path = "/health", tag = "health", responses((status = OK, body = Alive)))]
async fn alive() -> Json<Alive> {
    Json(Alive { status: "ok" })
}

/// How the parts are.
#[utoipa::path(get, path = "/api/health", tag = "health", responses(
    (status = OK, body = Health), (status = SERVICE_UNAVAILABLE, body = Health, description = "a part is not well")
))]
async fn health(State(state): State<AppState>) -> Response {
    let database = match state.access.store().ping().await {
        // What the database says may name hosts: it is for the log.
        Err(why) => {
            tracing::error!(cause = %why, "the database does not answer: {why}");
            "does not answer".to_owned()
        }
        Ok(()) if state.access.store().mirror_fault().is_some() => {
            "the audit mirror cannot be written".to_owned()
        }
        Ok(()) => "ok".to_owned(),
    };
    let mut parts = BTreeMap::from([("database".to_owned(), database)]);
    for part in state.parts.health() {
        parts.insert(part.name, part.fault.unwrap_or_else(|| "ok".to_owned()));
    }
    let well = parts.values().all(|words| words == "ok");
    let (code, status) =
        if well { (StatusCode::OK, "ok") } else { (StatusCode::SERVICE_UNAVAILABLE, "degraded") };
    let health = Health { status, version: env!("CARGO_PKG_VERSION"), mode: state.desk.mode().name(), parts };
    (code, Json(health)).into_response()
}

/// Measurements in the format of Prometheus: for programs of this machine, or for who brings the configured token as
/// `Authorization: Bearer TOKEN`. They tell of no single user.
#[utoipa::path(get, path = "/metrics", tag = "health", responses(
    (status = OK, body = String, content_type = "text/plain")
))]
async fn metrics(
    State(state): State<AppState>,
    headers: HeaderMap,
    extensions: Extensions,
) -> Result<Response, Problem> {
    let Some(handle) = &state.metrics else {
        return Err(Problem::not_found("this server measures nothing; start it with `metrics = true`"));
    };
    measure::admit(&headers, &extensions, state.settings.metrics_token.as_ref())?;
    measure::look(&state).await;
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4")];
    Ok((kind, handle.render()).into_response())
}
