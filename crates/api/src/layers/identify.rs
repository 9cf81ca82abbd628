//! Finds out who asks, once for each request, and holds them to their rate.

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use back_office::access::{Caller, Origin, Secret};

use super::address::{client_address, neighbourhood};
use crate::extract::{Identity, origin};
use crate::{AppState, Problem};

/// Paths at which secrets are tried.
const ENTRIES: [&str; 4] = ["/api/auth/login", "/api/auth/register", "/api/auth/refresh", "/api/login"];

pub(super) async fn identify(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let settings = &state.settings;
    let address = client_address(request.headers(), request.extensions(), settings.behind_proxy);
    let area = neighbourhood(address);
    let path = request.uri().path();
    let limited = state
        .limiters
        .address(area)
        .and_then(|()| if ENTRIES.contains(&path) { state.limiters.entry(area) } else { Ok(()) });
    if let Err(problem) = limited {
        return problem.into_response();
    }
    let origin = origin(request.headers(), request.extensions(), &state);
    let identity = who(request.headers(), &state, origin).await;
    if let Some(Ok(caller)) = &identity {
        if let Err(problem) = state.limiters.user(caller.user) {
            return problem.into_response();
        }
        tracing::Span::current().record("user.id", caller.user.0);
    }
    request.extensions_mut().insert(Identity(identity));
    next.run(request).await
}

/// `None`: nobody says who they are.
async fn who(headers: &HeaderMap, state: &AppState, origin: Origin) -> Option<Result<Caller, Problem>> {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let bearer = text("authorization").and_then(|text| {
        let (scheme, token) = text.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
    });
    let outcome = match (bearer, text("x-api-key")) {
        (Some(_), Some(_)) => {
            return Some(Err(Problem::bad_request(
                "the request carries an access token and an API key; send one of them",
            )));
        }
        (Some(token), None) => state.access.by_access_token(&Secret::new(token), origin).await,
        (None, Some(key)) => state.access.by_api_key(&Secret::new(key.trim()), origin).await,
        (None, None) => return None,
    };
    Some(outcome.map_err(Problem::from))
}
