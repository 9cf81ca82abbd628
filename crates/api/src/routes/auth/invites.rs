//! Invites.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use store::InviteId;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Allowed, Body, Id, Paging, Query, may};
use crate::views::List;
use crate::views::access::{InviteView, IssuedInviteView};
use crate::views::users::RoleWord;
use crate::{AppState, Problem};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list, issue)).routes(routes!(revoke))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "role": "trader" }))]
struct InviteBody {
    /// What the invited person will be.
    role: RoleWord,
}

/// All invites, without their tokens.
#[utoipa::path(get, path = "/api/auth/invites", tag = "auth", params(Paging),
    security(("bearer" = ["users.write"])),
    responses((status = OK, body = List<InviteView>))
)]
async fn list(
    State(state): State<AppState>,
    who: Allowed<may::ManageUsers>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<InviteView>>, Problem> {
    let page = state.access.invites(&who, paging.request()?).await?;
    Ok(Json(List::of(page, InviteView::from)))
}

/// Invite somebody, for a week. The token is shown this once.
#[utoipa::path(post, path = "/api/auth/invites", tag = "auth", request_body = InviteBody,
    security(("bearer" = ["users.write"])),
    responses((status = CREATED, body = IssuedInviteView))
)]
async fn issue(
    State(state): State<AppState>,
    who: Allowed<may::ManageUsers>,
    Body(body): Body<InviteBody>,
) -> Result<(StatusCode, Json<IssuedInviteView>), Problem> {
    let issued = state.access.invite(&who, body.role.into()).await?;
    Ok((StatusCode::CREATED, Json(issued.into())))
}

/// Withdraw an invite that was not used.
#[utoipa::path(delete, path = "/api/auth/invites/{id}", tag = "auth", params(("id" = i64, Path)),
    security(("bearer" = ["users.write"])),
    responses((status = NO_CONTENT, description = "withdrawn"))
)]
async fn revoke(
    State(state): State<AppState>,
    who: Allowed<may::ManageUsers>,
    Id(id): Id,
) -> Result<StatusCode, Problem> {
    state.access.revoke_invite(&who, InviteId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
