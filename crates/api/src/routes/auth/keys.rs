//! API keys.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use back_office::access::KeyRequest;
use serde::Deserialize;
use store::ApiKeyId;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Allowed, Body, Id, Paging, Query, may};
use crate::views::access::{IssuedKeyView, KeyView};
use crate::views::{List, Moment};
use crate::{AppState, Problem};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list, issue)).routes(routes!(revoke))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "name": "laptop", "scopes": ["market.read", "desk.read"], "expiresAt": null }))]
struct KeyBody {
    name: String,
    /// Permissions that the key has, of those that its user has.
    scopes: Vec<String>,
    /// Null: until it is revoked.
    expires_at: Option<Moment>,
}

/// One's API keys, without the keys themselves.
#[utoipa::path(get, path = "/api/auth/keys", tag = "auth", params(Paging),
    security(("bearer" = ["credentials.write"])),
    responses((status = OK, body = List<KeyView>))
)]
async fn list(
    State(state): State<AppState>,
    who: Allowed<may::ManageCredentials>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<KeyView>>, Problem> {
    let page = state.access.api_keys(&who, paging.request()?).await?;
    Ok(Json(List::of(page, KeyView::from)))
}

/// Make an API key. It is shown this once.
#[utoipa::path(post, path = "/api/auth/keys", tag = "auth", request_body = KeyBody,
    security(("bearer" = ["credentials.write"])),
    responses((status = CREATED, body = IssuedKeyView))
)]
async fn issue(
    State(state): State<AppState>,
    who: Allowed<may::ManageCredentials>,
    Body(body): Body<KeyBody>,
) -> Result<(StatusCode, Json<IssuedKeyView>), Problem> {
    let wish =
        KeyRequest { name: body.name, scopes: body.scopes, expires_at: body.expires_at.map(|at| at.0) };
    let issued = state.access.issue_api_key(&who, wish).await?;
    Ok((StatusCode::CREATED, Json(issued.into())))
}

/// Revoke an API key.
#[utoipa::path(delete, path = "/api/auth/keys/{id}", tag = "auth", params(("id" = i64, Path)),
    security(("bearer" = ["credentials.write"])),
    responses((status = NO_CONTENT, description = "revoked"))
)]
async fn revoke(
    State(state): State<AppState>,
    who: Allowed<may::ManageCredentials>,
    Id(id): Id,
) -> Result<StatusCode, Problem> {
    state.access.revoke_api_key(&who, ApiKeyId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
