//! `sauda check`: whether a rule file is right, and what it says.

use std::path::PathBuf;

use clap::ValueEnum;
use strategy::Description;
use strategy::rules::Rules;

use super::rules_file;
use crate::failure::Failure;
use crate::outside;
use crate::view::check::{Refused, Summary};
use crate::view::json;

const EXAMPLES: &str = "\
Examples:
  sauda check my-rules.toml
  sauda check my-rules.toml --print json > my-rules.json

A mistake is shown with its line, a mark under it and the way out; the exit code is then 2. docs/rules.md is the
reference of the language.";

/// Check a rule file, and say what it asks for
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Rule file, TOML or JSON
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Print JSON: the summary, or the mistakes with their places
    #[arg(long, conflicts_with = "print")]
    json: bool,
    /// Print the rules themselves: expressions as text (toml) or as trees (json); comments are not kept
    #[arg(long, value_name = "FORM")]
    print: Option<Form>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Form {
    Toml,
    Json,
}

pub fn run(args: &Args) -> Result<(), Failure> {
    let (text, name) = (rules_file::text(&args.file)?, args.file.display().to_string());
    let rules = match Rules::read(&text, &name) {
        Ok(rules) => rules,
        Err(errors) => {
            if args.json {
                json::print(&Refused::new(&errors))?;
            }
            return Err(Failure::usage(errors));
        }
    };
    match args.print {
        Some(Form::Toml) => return outside::say(&rules.to_toml()),
        Some(Form::Json) => return outside::say(&(rules.to_json() + "\n")),
        None => {}
    }
    let description = Description::of_rules(rules.into());
    let summary = Summary::new(&name, &description).map_err(Failure::usage)?;
    if args.json { json::print(&summary) } else { outside::say(&summary.text()) }
}
