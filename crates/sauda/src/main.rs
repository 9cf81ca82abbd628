//! The `sauda` binary: command line, composition. The only crate that knows everybody.

mod commands;
mod failure;
mod installation;
mod outside;
mod pages;
mod progress;
mod tables;
mod view;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use failure::Failure;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Algorithmic trading for Indian markets: prove a strategy on history, then run it.
#[derive(Parser)]
#[command(name = "sauda", version, propagate_version = true, arg_required_else_help = true)]
struct Cli {
    /// Where history and results live [default: the platform's data directory]
    #[arg(long, global = true, value_name = "DIR", env = "SAUDA_DATA_DIR")]
    data_dir: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Import(commands::import::Args),
    Data(commands::data::Args),
    Indicators(commands::indicators::Args),
    Strategies(commands::strategies::Args),
    Check(commands::check::Args),
    Backtest(Box<commands::backtest::Args>),
    Sweep(Box<commands::sweep::Args>),
    WalkForward(Box<commands::walk_forward::Args>),
    Report(commands::report::Args),
    Demo(commands::demo::Args),
    Sim(commands::sim::Args),
    Serve(commands::serve::Args),
    User(commands::user::Args),
    Audit(commands::audit::Args),
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        // Help and version are answers, everything else is bad usage: clap knows which and exits with 0 or 2.
        Err(error) => error.exit(),
    };
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

fn run(cli: Cli) -> Result<(), Failure> {
    let data_dir = match cli.data_dir {
        Some(dir) => dir,
        None => outside::data_dir()?,
    };
    match cli.command {
        Command::Import(args) => commands::import::run(&args, &data_dir),
        Command::Data(args) => commands::data::run(&args, &data_dir),
        Command::Indicators(args) => commands::indicators::run(&args, &data_dir),
        Command::Strategies(args) => commands::strategies::run(&args),
        Command::Check(args) => commands::check::run(&args),
        Command::Backtest(args) => commands::backtest::run(&args, &data_dir),
        Command::Sweep(args) => commands::sweep::run(&args, &data_dir),
        Command::WalkForward(args) => commands::walk_forward::run(&args, &data_dir),
        Command::Report(args) => commands::report::run(&args, &data_dir),
        Command::Demo(args) => commands::demo::run(&args, &data_dir),
        Command::Sim(args) => commands::sim::run(&args, &data_dir),
        Command::Serve(args) => commands::serve::run(&args, &data_dir),
        Command::User(args) => commands::user::run(&args, &data_dir),
        Command::Audit(args) => commands::audit::run(&args, &data_dir),
    }
}
