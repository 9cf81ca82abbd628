//! The `sauda` binary: command line, composition. The only crate that knows everybody.

mod commands;
mod config;
mod failure;
mod installation;
mod outside;
mod pages;
mod progress;
mod tables;
mod view;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{ArgMatches, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use config::File;
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
    /// The configuration file [default: sauda.toml in the data directory, if it is there]
    #[arg(long, global = true, value_name = "FILE", env = "SAUDA_CONFIG")]
    config: Option<PathBuf>,
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
    Serve(Box<commands::serve::Args>),
    Config(Box<commands::config::Args>),
    User(commands::user::Args),
    Audit(commands::audit::Args),
}

/// Commands that the configuration file speaks to.
const CONFIGURED: [&str; 4] = ["serve", "config", "user", "audit"];

fn main() -> ExitCode {
    let line: Vec<OsString> = std::env::args_os().collect();
    let said = match Cli::command().try_get_matches_from(&line) {
        Ok(said) => said,
        // Help and version are answers, everything else is bad usage: clap knows which and exits with 0 or 2.
        Err(error) => error.exit(),
    };
    match run(line, &said) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

fn run(line: Vec<OsString>, before: &ArgMatches) -> Result<(), Failure> {
    let mut cli = Cli::from_arg_matches(before).unwrap_or_else(|error| error.exit());
    let data_dir = match &cli.data_dir {
        Some(dir) => dir.clone(),
        None => outside::data_dir()?,
    };
    let mut said = before.clone();
    let mut file = None;
    if let Some((name, of_command)) = before.subcommand().filter(|(name, _)| CONFIGURED.contains(name)) {
        config::refuse_open_secrets(of_command)?;
        file = File::read(cli.config.as_deref(), &data_dir)?;
        if let Some(file) = &file {
            let mut command = Cli::command();
            command.build();
            let flags = command.find_subcommand(name).map(|c| file.flags(c, of_command)).unwrap_or_default();
            // What comes after `--` is no flag.
            let end = line.iter().position(|word| word == "--").unwrap_or(line.len());
            let mut line = line;
            line.splice(end..end, flags.into_iter().map(OsString::from));
            said = Cli::command().try_get_matches_from(line).map_err(|error| file.wrong(&error))?;
            cli = Cli::from_arg_matches(&said).map_err(|error| file.wrong(&error))?;
        }
    }
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
        Command::Config(args) => {
            let of =
                |matches: &ArgMatches| matches.subcommand().map(|(_, of)| of.clone()).unwrap_or_default();
            commands::config::run(&args, &of(&said), &of(before), file.as_ref())
        }
        Command::User(args) => commands::user::run(&args, &data_dir),
        Command::Audit(args) => commands::audit::run(&args, &data_dir),
    }
}
