//! The audit chains, walked.

use std::path::Path;

use clap::Subcommand;

use super::user::block_on;
use crate::failure::Failure;
use crate::installation::Installation;
use crate::outside;
use crate::view::audit::{AuditView, first_broken, text};
use crate::view::json;

/// Check that no order event, risk event or activity was changed, put in or taken out
#[derive(clap::Args)]
#[command(
    after_help = "The chains are compared with the file audit-mirror beside the key, outside of the database. Exits with 1 when a link is broken."
)]
pub struct Args {
    #[command(subcommand)]
    what: What,
    /// sqlite:PATH, postgres://… or mysql://… [default: sauda.db in the data directory]
    #[arg(long, global = true, value_name = "URL", env = "SAUDA_DATABASE", hide_env_values = true)]
    database: Option<String>,
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum What {
    /// Walk every chain to its first broken link; changes nothing, also beside a running server
    Verify,
}

pub fn run(args: &Args, data_dir: &Path) -> Result<(), Failure> {
    let What::Verify = args.what;
    let installation = Installation::named(args.database.as_deref(), data_dir)?;
    let chains = block_on(async {
        let store = installation.look().await?;
        let chains = store::audit::verify(&store).await.map_err(Failure::failed)?;
        store.close().await.map_err(Failure::failed)?;
        Ok(chains)
    })?;
    if args.json {
        json::print(&AuditView::of(&chains))?;
    } else {
        outside::say(&text(&chains))?;
    }
    match first_broken(&chains) {
        Some(words) => Err(Failure::failed(words)),
        None => Ok(()),
    }
}
