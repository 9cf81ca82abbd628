//! The strategies that there are, and what they take.

use crate::failure::Failure;
use crate::outside;
use crate::view::catalogue::{strategies_json, strategies_text};
use crate::view::json;

/// List every strategy with its parameters, defaults and ranges
#[derive(clap::Args)]
#[command(after_help = "Example:\n  sauda strategies --json")]
pub struct Args {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub fn run(args: &Args) -> Result<(), Failure> {
    let all = strategy::registry();
    if args.json { json::print(&strategies_json(all)) } else { outside::say(&strategies_text(all)) }
}
