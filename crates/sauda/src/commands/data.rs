//! What the store holds: list it, look into it, check it, give it out, take it out.

mod export;
mod list;
mod remove;
mod show;
mod verify;

use std::path::Path;

use crate::failure::Failure;

/// Look into the store: list, show, verify, export, remove
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "Examples:
  sauda data list
  sauda data show NSE:SBIN-EQ
  sauda data verify NSE:SBIN-EQ --timeframe 1m
  sauda data export NSE:SBIN-EQ --timeframe 5m --to sbin.csv";

#[derive(clap::Subcommand)]
enum Command {
    List(list::Args),
    Show(show::Args),
    Verify(verify::Args),
    Export(export::Args),
    Remove(remove::Args),
}

pub fn run(args: &Args, data_dir: &Path) -> Result<(), Failure> {
    match &args.command {
        Command::List(args) => list::run(args, data_dir),
        Command::Show(args) => show::run(args, data_dir),
        Command::Verify(args) => verify::run(args, data_dir),
        Command::Export(args) => export::run(args, data_dir),
        Command::Remove(args) => remove::run(args, data_dir),
    }
}
