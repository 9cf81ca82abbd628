//! The rows as the databases hold them: integers, text and bytes. Private: callers see records of domain types.

/// An entity from its columns; there are no relations: joins are written where they are needed.
macro_rules! entity {
    ($module:ident, $table:literal, { $($(#[$attribute:meta])* $field:ident: $type:ty,)* }) => {
        pub(crate) mod $module {
            use sea_orm::entity::prelude::*;

            #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
            #[sea_orm(table_name = $table)]
            pub struct Model {
                $($(#[$attribute])* pub $field: $type,)*
            }

            #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
            pub enum Relation {}

            impl ActiveModelBehavior for ActiveModel {}
        }
    };
}

mod access;
mod audit;
mod books;
mod orders;
mod risk;
mod strategies;

pub(crate) use access::*;
pub(crate) use audit::*;
pub(crate) use books::*;
pub(crate) use orders::*;
pub(crate) use risk::*;
pub(crate) use strategies::*;
