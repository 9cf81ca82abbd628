//! Which pages may speak with us by cookie or socket, where no header of theirs proves it.

use axum::http::{HeaderMap, header};

/// Whether the page that a request comes from is our own or one of the configured. Without an `Origin` it is no page.
pub fn origin_is_allowed(headers: &HeaderMap, others: &[String]) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let Ok(origin) = origin.to_str() else { return false };
    let own = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let host = origin.split_once("://").map(|(_, host)| host);
    (host.is_some() && host == own) || others.iter().any(|other| other == origin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_foreign_page_is_known_by_its_origin() {
        let others = ["https://desk.example".to_owned()];
        for (origin, allowed) in [
            (None, true),
            (Some("http://127.0.0.1:8080"), true),
            (Some("https://desk.example"), true),
            (Some("http://evil.example"), false),
            (Some("http://127.0.0.1:8081"), false),
            (Some("null"), false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, "127.0.0.1:8080".parse().unwrap());
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, origin.parse().unwrap());
            }
            assert_eq!(origin_is_allowed(&headers, &others), allowed, "{origin:?}");
        }
    }
}
