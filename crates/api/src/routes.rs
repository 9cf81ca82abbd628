//! The routes, one file for each noun. [`api`] lists them all: what is not in it does not exist, and what is in it is in
//! the OpenAPI document and in the authorisation test.

mod accounts;
mod admin;
mod auth;
mod health;
mod market;
mod orders;
mod positions;
mod risk;
mod runs;
mod strategies;
mod user;

use std::future::ready;

use axum::Router;
use axum::http::{Method, Uri, header};
use axum::routing::get;
use utoipa_axum::router::OpenApiRouter;
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::pages::{self, Pages};
use crate::{AppState, layers, openapi, sockets};

/// All that the OpenAPI document describes.
pub(crate) fn api() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(openapi::frame())
        .merge(health::routes())
        .merge(auth::routes())
        .merge(user::routes())
        .merge(accounts::routes())
        .merge(market::routes())
        .merge(strategies::routes())
        .merge(runs::routes())
        .merge(orders::routes())
        .merge(positions::routes())
        .merge(risk::routes())
        .merge(admin::routes())
}

/// The whole server but its pages.
pub fn router(state: &AppState) -> Router {
    router_with(state, None)
}

/// The whole server.
pub fn router_with(state: &AppState, pages: Option<Pages>) -> Router {
    let (routes, document) = api().split_for_parts();
    let document: axum::body::Bytes = openapi::finish(document).into_bytes().into();
    let json = move || {
        let document = document.clone();
        async move { ([(header::CONTENT_TYPE, "application/json")], document) }
    };
    let docs = SwaggerUi::new("/api/docs").config(Config::from("/api/openapi.json").validator_url("none"));
    let routes = routes
        .route("/api/openapi.json", get(json))
        .merge(sockets::routes())
        .with_state(state.clone())
        .merge(docs)
        .fallback(move |method: Method, uri: Uri| ready(pages::serve(pages.as_ref(), &method, &uri)))
        .method_not_allowed_fallback(layers::other_method);
    layers::around(routes, state)
}
