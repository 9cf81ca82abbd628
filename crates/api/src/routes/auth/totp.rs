//! The second factor.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use back_office::access::Secret;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Allowed, Body, may};
use crate::{AppState, Problem};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(begin, remove)).routes(routes!(confirm))
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "secret": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
    "uri": "otpauth://totp/Sauda:asha?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Sauda"
}))]
struct SecondFactorView {
    /// Base 32, to be typed into an authenticator app.
    secret: String,
    /// To be shown as a QR code.
    uri: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "code": "287082" }))]
struct CodeBody {
    /// The six digits that the app shows now.
    #[schema(value_type = String)]
    code: Secret,
}

/// Begin a second factor. It is in force once a code of it was confirmed, within ten minutes.
#[utoipa::path(post, path = "/api/auth/totp", tag = "auth", security(("bearer" = ["credentials.write"])),
    responses((status = OK, body = SecondFactorView))
)]
async fn begin(
    State(state): State<AppState>,
    who: Allowed<may::ManageCredentials>,
) -> Result<Json<SecondFactorView>, Problem> {
    let new = state.access.begin_second_factor(&who).await?;
    Ok(Json(SecondFactorView { secret: new.secret.expose().to_owned(), uri: new.uri.expose().to_owned() }))
}

/// Put the second factor in force with its first code.
#[utoipa::path(post, path = "/api/auth/totp/confirm", tag = "auth", request_body = CodeBody,
    security(("bearer" = ["credentials.write"])),
    responses((status = NO_CONTENT, description = "in force"))
)]
async fn confirm(
    State(state): State<AppState>,
    who: Allowed<may::ManageCredentials>,
    Body(body): Body<CodeBody>,
) -> Result<StatusCode, Problem> {
    state.access.confirm_second_factor(&who, &body.code).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take the second factor away, with a code of it.
#[utoipa::path(delete, path = "/api/auth/totp", tag = "auth", request_body = CodeBody,
    security(("bearer" = ["credentials.write"])),
    responses((status = NO_CONTENT, description = "taken away"))
)]
async fn remove(
    State(state): State<AppState>,
    who: Allowed<may::ManageCredentials>,
    Body(body): Body<CodeBody>,
) -> Result<StatusCode, Problem> {
    state.access.remove_second_factor(&who, &body.code).await?;
    Ok(StatusCode::NO_CONTENT)
}
