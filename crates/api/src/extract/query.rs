//! The query after the `?`, and which page of a list it asks for.

use axum::extract::{FromRequestParts, Query as AxumQuery};
use axum::http::request::Parts;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use store::{Cursor, PageRequest};
use utoipa::IntoParams;

use super::body::printable;
use super::complaint::complaint;
use crate::Problem;
use crate::problem::Code;

/// Rows of a page that asks for no number.
const USUAL: u64 = 100;

/// A query. Types that are read by it deny unknown fields.
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Query<T>, Problem> {
        let query = parts.uri.query().unwrap_or_default();
        // An address has them in percent only.
        if query.contains('%') {
            let pairs = AxumQuery::<Vec<(String, String)>>::try_from_uri(&parts.uri);
            for (name, value) in pairs.map(|AxumQuery(pairs)| pairs).unwrap_or_default() {
                printable(&value, &name)?;
            }
        }
        match AxumQuery::<T>::try_from_uri(&parts.uri) {
            Ok(AxumQuery(value)) => Ok(Query(value)),
            Err(why) => {
                let words = why.body_text();
                let words = words.strip_prefix("Failed to deserialize query string: ").unwrap_or(&words);
                let (path, words) =
                    words.split_once(": ").filter(|(p, _)| !p.contains(' ')).unwrap_or((".", words));
                Err(complaint(path, words))
            }
        }
    }
}

/// Which page of a list. A query with filters beside has the same two fields and calls [`page_of`].
#[derive(Deserialize, IntoParams, Default)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// Rows of the page, 1 to 500; 100 unless said.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u64>,
    /// `next` of the page before.
    cursor: Option<String>,
}

impl Paging {
    pub fn request(&self) -> Result<PageRequest, Problem> {
        page_of(self.limit, self.cursor.as_deref())
    }
}

/// The page that `limit` and `cursor` ask for.
pub fn page_of(limit: Option<u64>, cursor: Option<&str>) -> Result<PageRequest, Problem> {
    let first = PageRequest::first(limit.unwrap_or(USUAL))
        .map_err(|why| Problem::validation("limit", format!("{why}; leave it out for {USUAL}")))?;
    let cursor = cursor.map(str::parse::<Cursor>).transpose();
    let cursor =
        cursor.map_err(|why| Problem::new(Code::Validation, why.to_string()).with_field("cursor"))?;
    Ok(first.after_any(cursor))
}
