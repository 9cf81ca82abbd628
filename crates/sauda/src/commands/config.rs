//! The configuration as it would be used: each key, its value, and who said it.

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches};

use super::serve;
use crate::config::{self, File};
use crate::failure::Failure;
use crate::outside;
use crate::view::config::{KeyView, text};
use crate::view::json;

/// Show the configuration: every key, its value, and where it comes from
// Its group would have the name of `serve`'s.
#[derive(clap::Args)]
#[group(skip)]
#[command(
    after_help = "Takes the flags of `serve`. The file is sauda.toml in the data directory, or --config FILE."
)]
pub struct Args {
    #[command(flatten)]
    pub serve: serve::Args,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `said` knows who said what; of a value from the file it knows only that it was no default.
pub fn run(args: &Args, said: &ArgMatches, before: &ArgMatches, file: Option<&File>) -> Result<(), Failure> {
    let keys = config::keys();
    let views: Vec<KeyView> = keys.iter().map(|key| view(key, said, before, file)).collect();
    if args.json {
        return json::print(&views);
    }
    outside::say(&text(&views, file.map(|file| file.path.as_path())))
}

fn view(key: &Arg, said: &ArgMatches, before: &ArgMatches, file: Option<&File>) -> KeyView {
    let (id, name) = (key.get_id().as_str(), key.get_long().unwrap_or_default());
    let value = said.get_raw(id).map(|all| {
        let texts: Vec<String> = all.map(|text| text.to_string_lossy().into_owned()).collect();
        texts.join(",")
    });
    let is_secret = config::SECRETS.contains(&name) || value.as_deref().is_some_and(config::has_password);
    let from = match before.value_source(id) {
        Some(ValueSource::CommandLine) => "flag",
        Some(ValueSource::EnvVariable) => "environment",
        _ if file.is_some_and(|file| file.has(name)) => "file",
        _ => "default",
    };
    let default: Vec<String> =
        key.get_default_values().iter().map(|text| text.to_string_lossy().into_owned()).collect();
    KeyView {
        key: name.to_owned(),
        value: if is_secret { value.map(|_| "***".to_owned()) } else { value },
        from,
        default: (!default.is_empty()).then(|| default.join(",")),
        unit: key.get_value_names().and_then(|names| names.first()).map(|name| name.to_lowercase()),
        environment: key.get_env().map(|name| name.to_string_lossy().into_owned()),
    }
}
