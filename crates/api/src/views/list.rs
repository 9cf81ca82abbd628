//! Lists in pages.

use serde::Serialize;
use store::Page;
use utoipa::ToSchema;

/// A page of a list.
#[derive(Serialize, ToSchema)]
pub struct List<T> {
    pub items: Vec<T>,
    /// The `cursor` of the next page; null at the end.
    pub next: Option<String>,
}

impl<T> List<T> {
    /// All there is, in one page.
    pub fn whole(items: Vec<T>) -> List<T> {
        List { items, next: None }
    }

    pub fn of<R>(page: Page<R>, shape: impl FnMut(R) -> T) -> List<T> {
        let next = page.next.map(|cursor| cursor.to_string());
        List { items: page.rows.into_iter().map(shape).collect(), next }
    }
}
