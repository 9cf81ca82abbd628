//! The web application's files: whatever path is not the API's is the application's, which has its own routes.

use std::sync::Arc;

use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};

use crate::layers;

/// A built file of the application.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    pub bytes: &'static [u8],
    pub mime: &'static str,
    /// Its name changes with its content.
    pub immutable: bool,
}

/// Finds a file by its path without the leading slash; the application's entry is `index.html`.
pub type Pages = Arc<dyn Fn(&str) -> Option<Page> + Send + Sync>;

/// Paths that never belong to the application.
const SERVER: [&str; 5] = ["/api", "/ws", "/health", "/metrics", "/assets"];

pub(crate) fn serve(pages: Option<&Pages>, method: &Method, uri: &Uri) -> Response {
    let path = uri.path();
    let server =
        SERVER.iter().any(|own| path == *own || path.strip_prefix(own).is_some_and(|r| r.starts_with('/')));
    let found = pages.filter(|_| method == Method::GET || method == Method::HEAD).and_then(|pages| {
        let file = path.trim_start_matches('/');
        pages(file).or_else(|| if server { None } else { pages("index.html") })
    });
    match found {
        Some(page) => {
            let cache = if page.immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
            let headers = [
                (header::CONTENT_TYPE, HeaderValue::from_static(page.mime)),
                (header::CACHE_CONTROL, HeaderValue::from_static(cache)),
            ];
            (StatusCode::OK, headers, page.bytes).into_response()
        }
        None => layers::nothing_here().into_response(),
    }
}
