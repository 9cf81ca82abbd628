//! Coming in, and staying in.

mod enter;
mod fyers;
mod invites;
mod keys;
mod sessions;
mod totp;

use utoipa_axum::router::OpenApiRouter;

use crate::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .merge(enter::routes())
        .merge(sessions::routes())
        .merge(totp::routes())
        .merge(keys::routes())
        .merge(invites::routes())
        .merge(fyers::routes())
}
