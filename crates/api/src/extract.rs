//! What handlers take from a request. Each refuses with a [`Problem`](crate::Problem) that names the field.

mod allowed;
mod body;
mod complaint;
mod id;
mod idempotent;
mod origin;
mod query;

pub use allowed::{Allowed, Identity, Needs, SignedIn, may};
pub use body::Body;
pub use id::{Id, PathText};
pub use idempotent::{IdempotencyKey, Idempotent};
pub use origin::FromWhere;
pub(crate) use origin::origin;
pub use query::{Paging, Query, page_of};
