//! Signing in with the credentials of a linked Fyers account, by the names of the source documents.

use axum::http::StatusCode;
use back_office::access::Secret;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::enter::EntryView;
use crate::extract::Body;
use crate::{AppState, Problem};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(log_in))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "app_id": "ABCD1234-100", "secret_key": "***", "redirect_uri": "http://127.0.0.1:8080/", "fy_id": "XA00001",
    "pin": "***", "totp_secret": "***"
}))]
#[expect(dead_code, reason = "no Fyers id can be linked yet; the shape is fixed by the source documents")]
struct FyersBody {
    app_id: String,
    #[schema(value_type = String)]
    secret_key: Secret,
    redirect_uri: String,
    fy_id: String,
    #[schema(value_type = String)]
    pin: Secret,
    #[schema(value_type = String)]
    totp_secret: Secret,
}

/// Sign in with a linked Fyers id.
#[utoipa::path(post, path = "/api/login", tag = "auth", request_body = FyersBody, responses(
    (status = OK, body = EntryView, description = "not before Fyers accounts can be linked")
))]
async fn log_in(Body(_body): Body<FyersBody>) -> Result<StatusCode, Problem> {
    Err(Problem::forbidden(
        "this Fyers id is linked to no user here, and none can be linked yet; log in by name and password at POST \
         /api/auth/login",
    )
    .with_field("fy_id"))
}
