//! What administrators do: users and the audit.

use axum::Json;
use axum::extract::State;
use back_office::access::UserChange;
use serde::{Deserialize, Serialize};
use store::UserId;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Allowed, Body, Id, Paging, Query, may};
use crate::views::List;
use crate::views::access::ChainView;
use crate::views::users::{MemberView, RoleWord};
use crate::{AppState, Problem};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(users)).routes(routes!(change_user)).routes(routes!(audit))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "role": "viewer", "disabled": false }))]
struct UserChangeBody {
    role: Option<RoleWord>,
    /// Whether the user is shut out.
    disabled: Option<bool>,
}

/// What the audit came to.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({ "whole": true, "chains": [
    { "table": "activity", "accountId": 0, "rows": 12, "whole": true, "verdict": "whole" }
] }))]
struct AuditView {
    /// Whether no row of any chain was changed, taken out or put in.
    whole: bool,
    chains: Vec<ChainView>,
}

/// All users, the newest first.
#[utoipa::path(get, path = "/api/admin/users", tag = "admin", params(Paging),
    security(("bearer" = ["users.write"])),
    responses((status = OK, body = List<MemberView>))
)]
async fn users(
    State(state): State<AppState>,
    who: Allowed<may::ManageUsers>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<MemberView>>, Problem> {
    let page = state.access.users(&who, paging.request()?).await?;
    Ok(Json(List::of(page, MemberView::from)))
}

/// Give another user another role, shut them out, or let them in again. Their sessions end.
#[utoipa::path(patch, path = "/api/admin/users/{id}", tag = "admin", params(("id" = i64, Path)),
    request_body = UserChangeBody,
    security(("bearer" = ["users.write"])),
    responses((status = OK, body = MemberView))
)]
async fn change_user(
    State(state): State<AppState>,
    who: Allowed<may::ManageUsers>,
    Id(id): Id,
    Body(body): Body<UserChangeBody>,
) -> Result<Json<MemberView>, Problem> {
    if body.role.is_none() && body.disabled.is_none() {
        return Err(Problem::validation("role", "nothing is to be changed; send `role`, `disabled` or both"));
    }
    let change = UserChange { role: body.role.map(Into::into), disabled: body.disabled };
    Ok(Json(state.access.change_user(&who, UserId(id), change).await?.into()))
}

/// Walk the audit chains to their first broken links.
#[utoipa::path(get, path = "/api/admin/audit", tag = "admin",
    security(("bearer" = ["audit.read"]), ("apiKey" = ["audit.read"])),
    responses((status = OK, body = AuditView))
)]
async fn audit(
    State(state): State<AppState>,
    who: Allowed<may::ReadAudit>,
) -> Result<Json<AuditView>, Problem> {
    let chains = state.access.verify_audit(&who).await?;
    let whole = chains.iter().all(store::audit::ChainReport::is_whole);
    Ok(Json(AuditView { whole, chains: chains.into_iter().map(ChainView::from).collect() }))
}
