//! Where a request came from.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, header};
use back_office::access::Origin;

use crate::AppState;
use crate::layers::address::client_address;

/// Address and program of whoever asks, also when nobody is logged in.
pub struct FromWhere(pub Origin);

impl FromRequestParts<AppState> for FromWhere {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<FromWhere, Infallible> {
        Ok(FromWhere(origin(&parts.headers, &parts.extensions, state)))
    }
}

pub(crate) fn origin(headers: &HeaderMap, extensions: &Extensions, state: &AppState) -> Origin {
    let address = client_address(headers, extensions, state.settings.behind_proxy);
    let agent = headers.get(header::USER_AGENT).map(|v| String::from_utf8_lossy(v.as_bytes()).into_owned());
    Origin { address: address.to_string(), agent: agent.unwrap_or_default() }
}
