//! Every series of the store, one a line.

use std::path::Path;

use history::store::Store;

use crate::failure::Failure;
use crate::outside;
use crate::view::json;
use crate::view::market_data::{SeriesView, series_table};

/// List every stored series
#[derive(clap::Args)]
#[command(after_help = "Example:\n  sauda data list --json")]
pub struct Args {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub fn run(args: &Args, data_dir: &Path) -> Result<(), Failure> {
    let all = Store::open(data_dir)?.list()?;
    if args.json {
        return json::print(&all.iter().map(SeriesView::of).collect::<Vec<_>>());
    }
    if all.is_empty() {
        let dir = data_dir.display();
        return outside::say(&format!(
            "nothing is stored in {dir} yet; import a file with `sauda import`, or run `sauda demo`\n"
        ));
    }
    outside::say(&series_table(&all))
}
