//! Ids in the path.

use axum::RequestPartsExt as _;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;

use crate::Problem;

/// The one parameter of the path as the id of a row.
pub struct Id(pub i64);

/// The one parameter of the path as text.
pub struct PathText(pub String);

impl<S: Send + Sync> FromRequestParts<S> for PathText {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<PathText, Problem> {
        let path = parts.extract::<Path<String>>().await;
        let Path(text) =
            path.map_err(|_| Problem::bad_request("the path is not UTF-8 text; encode it so"))?;
        Ok(PathText(text))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Id, Problem> {
        let PathText(text) = PathText::from_request_parts(parts, state).await?;
        match text.parse() {
            Ok(id) if id > 0 && text.bytes().all(|b| b.is_ascii_digit()) => Ok(Id(id)),
            _ => {
                let shown: String = text.chars().take(40).collect();
                Err(Problem::validation(
                    "id",
                    format!("`{shown}` is not an id; ids are whole numbers above 0"),
                ))
            }
        }
    }
}
