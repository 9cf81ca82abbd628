//! One's sessions.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use store::SessionId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Allowed, Id, Paging, Query, may};
use crate::views::List;
use crate::views::access::SessionView;
use crate::{AppState, Problem};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list, end_all)).routes(routes!(end))
}

/// Where one is and was logged in.
#[utoipa::path(get, path = "/api/auth/sessions", tag = "auth", params(Paging),
    security(("bearer" = ["profile.read"]), ("apiKey" = ["profile.read"])),
    responses((status = OK, body = List<SessionView>))
)]
async fn list(
    State(state): State<AppState>,
    who: Allowed<may::ReadProfile>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<SessionView>>, Problem> {
    let page = state.access.sessions(&who, paging.request()?).await?;
    let current = who.session();
    Ok(Json(List::of(page, |record| SessionView::of(record, current))))
}

/// End all one's sessions, also this one.
#[utoipa::path(delete, path = "/api/auth/sessions", tag = "auth",
    security(("bearer" = ["credentials.write"])),
    responses((status = NO_CONTENT, description = "ended"))
)]
async fn end_all(
    State(state): State<AppState>,
    who: Allowed<may::ManageCredentials>,
) -> Result<StatusCode, Problem> {
    state.access.end_all_sessions(&who).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// End one of one's sessions.
#[utoipa::path(delete, path = "/api/auth/sessions/{id}", tag = "auth", params(("id" = i64, Path)),
    security(("bearer" = ["credentials.write"])),
    responses((status = NO_CONTENT, description = "ended"))
)]
async fn end(
    State(state): State<AppState>,
    who: Allowed<may::ManageCredentials>,
    Id(id): Id,
) -> Result<StatusCode, Problem> {
    state.access.end_session(&who, SessionId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
