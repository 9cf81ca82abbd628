//! The configuration file: `sauda.toml` in the data directory, or what `--config` names.
//!
//! A key of the file is a flag of `sauda serve` without its dashes, and its value goes where the flag's would: so each
//! key has one name, one check and one default. What the environment says is stronger than the file, what the command
//! line says is stronger than both. Secrets are taken from the file and the environment alone.

use std::path::{Path, PathBuf};

use back_office::access::MasterKey;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Args as _, Command};
use toml::{Table, Value};

use crate::commands::serve;
use crate::failure::Failure;

/// The file that is read when none is named, if it is there.
pub const FILE: &str = "sauda.toml";
/// Flags that are no keys: what a file must not decide by itself.
const NOT_KEYS: [&str; 4] = ["demo", "config", "data-dir", "json"];
/// Variables that are no keys.
const OTHER_VARIABLES: [&str; 3] = ["SAUDA_CONFIG", "SAUDA_DATA_DIR", MasterKey::VARIABLE];
/// Keys whose values are shown to nobody.
pub const SECRETS: [&str; 1] = ["metrics-token"];

/// A configuration file that was read.
pub struct File {
    pub path: PathBuf,
    table: Table,
}

/// Every key there is, as the flag of the same name.
pub fn keys() -> Vec<Arg> {
    let command = serve::Args::augment_args(Command::new("serve"));
    let is_key = |arg: &&Arg| arg.get_long().is_some_and(|name| !NOT_KEYS.contains(&name));
    command.get_arguments().filter(is_key).cloned().collect()
}

/// Says which variables of the environment are nearly settings: a slip of the pen would go unseen. Others of that
/// beginning may be somebody else's.
pub fn warn_of_unknown_variables() {
    let known: Vec<String> = keys()
        .iter()
        .filter_map(|arg| arg.get_env().map(|name| name.to_string_lossy().into_owned()))
        .chain(OTHER_VARIABLES.map(str::to_owned))
        .collect();
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if let Some(meant) = nearly(&name, &known) {
            tracing::warn!("{name} in the environment is no setting and changes nothing; {meant} is one");
        }
    }
}

fn nearly<'k>(name: &str, known: &'k [String]) -> Option<&'k str> {
    if !name.starts_with("SAUDA_") || known.iter().any(|one| one == name) {
        return None;
    }
    known.iter().map(String::as_str).find(|one| distance(name, one) <= 2)
}

impl File {
    /// Reads the named file, or the usual one if it is there.
    pub fn read(named: Option<&Path>, data_dir: &Path) -> Result<Option<File>, Failure> {
        let path = named.map_or_else(|| data_dir.join(FILE), Path::to_owned);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(why) if why.kind() == std::io::ErrorKind::NotFound && named.is_none() => return Ok(None),
            Err(why) => {
                return Err(Failure::usage(format!(
                    "--config: {} cannot be read: {why}; name a file that is there, or leave it out",
                    path.display()
                )));
            }
        };
        let table: Table = toml::from_str(&text).map_err(|why| not_toml(&path, &text, &why))?;
        let file = File { path, table };
        file.check()?;
        Ok(Some(file))
    }

    pub fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// The keys that this command has too and that nobody said more strongly, as flags.
    pub fn flags(&self, command: &Command, said: &ArgMatches) -> Vec<String> {
        let takes = |key: &str| command.get_arguments().find(|arg| arg.get_long() == Some(key));
        let mut flags = Vec::new();
        for (key, value) in &self.table {
            let Some(arg) = takes(key) else { continue };
            let source = said.value_source(arg.get_id().as_str());
            if matches!(source, Some(ValueSource::CommandLine | ValueSource::EnvVariable)) {
                continue;
            }
            flags.extend(texts(value).into_iter().flatten().map(|text| format!("--{key}={text}")));
        }
        flags
    }

    /// An error that came from a value of this file.
    pub fn wrong(&self, error: &clap::Error) -> Failure {
        let words = error.to_string();
        let words = words.split("\n\n").next().unwrap_or_default().trim_start_matches("error: ");
        Failure::usage(format!("{}: {words}", self.path.display()))
    }

    fn check(&self) -> Result<(), Failure> {
        let keys = keys();
        let wrong = |words: String| Failure::usage(format!("{}: {words}", self.path.display()));
        for (key, value) in &self.table {
            let Some(arg) = keys.iter().find(|arg| arg.get_long() == Some(key)) else {
                return Err(wrong(unknown(key, value, &keys)));
            };
            let Some(texts) = texts(value) else {
                let words =
                    format!("key `{key}` is {}; write a text, a number, true or false", value.type_str());
                return Err(wrong(words));
            };
            if texts.len() != 1 && !matches!(arg.get_action(), ArgAction::Append) {
                return Err(wrong(format!("key `{key}` is a list; it takes one value")));
            }
        }
        self.keep_secrets()
    }

    /// A file with a secret in it is its owner's alone.
    fn keep_secrets(&self) -> Result<(), Failure> {
        let secret = self.table.iter().find(|(key, value)| {
            SECRETS.contains(&key.as_str())
                || key.as_str() == "database" && value.as_str().is_some_and(has_password)
        });
        let Some((key, _)) = secret else { return Ok(()) };
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(&self.path).map_or(0, |file| file.permissions().mode() & 0o777);
            if mode & 0o077 != 0 {
                let path = self.path.display();
                return Err(Failure::usage(format!(
                    "{path}: `{key}` holds a secret, and others can read the file (mode {mode:03o}); run `chmod 600 {path}`"
                )));
            }
        }
        Ok(())
    }
}

/// What nobody may say on the command line: everybody on the machine reads it there.
pub fn refuse_open_secrets(said: &ArgMatches) -> Result<(), Failure> {
    let on_line = |id: &str| {
        // A command without the argument has not said it.
        matches!(said.try_contains_id(id), Ok(true))
            && said.value_source(id) == Some(ValueSource::CommandLine)
    };
    let cure = |key: &str| {
        Failure::usage(format!(
            "--{key}: everybody on this machine can read a secret on the command line; set SAUDA_{} instead, or `{key}` in {FILE}",
            key.replace('-', "_").to_uppercase()
        ))
    };
    for key in SECRETS {
        if on_line(&key.replace('-', "_")) {
            return Err(cure(key));
        }
    }
    if on_line("database") && said.get_one::<String>("database").is_some_and(|url| has_password(url)) {
        return Err(cure("database"));
    }
    Ok(())
}

/// Whether the address of a database names a password.
pub fn has_password(url: &str) -> bool {
    let Some((_, rest)) = url.split_once("://") else { return false };
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    authority.rsplit_once('@').is_some_and(|(user, _)| user.contains(':')) || rest.contains("password=")
}

/// The values of a key as flags would have them; `None` for what no flag can be.
fn texts(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(text) => Some(vec![text.clone()]),
        Value::Integer(number) => Some(vec![number.to_string()]),
        Value::Float(number) => Some(vec![number.to_string()]),
        Value::Boolean(yes) => Some(vec![yes.to_string()]),
        Value::Datetime(time) => Some(vec![time.to_string()]),
        Value::Array(all) => {
            let texts = all.iter().map(|one| match one {
                Value::String(text) => Some(text.clone()),
                _ => None,
            });
            texts.collect()
        }
        Value::Table(_) => None,
    }
}

fn unknown(key: &str, value: &Value, keys: &[Arg]) -> String {
    let names: Vec<&str> = keys.iter().filter_map(Arg::get_long).collect();
    let near = names
        .iter()
        .map(|name| (distance(key, name), *name))
        .min()
        .filter(|(far, _)| *far <= 3.max(key.len() / 3));
    let shown = if is_near_a_secret(near.map(|(_, name)| name), key, value) {
        "…".to_owned()
    } else {
        value.to_string().chars().take(60).collect()
    };
    let cure = match near {
        _ if NOT_KEYS.contains(&key) => format!("it can only be said on the command line, as --{key}"),
        Some((_, name)) => format!("did you mean `{name}`?"),
        None => format!("there are: {}", names.join(", ")),
    };
    format!("unknown key `{key}` (= {shown}); {cure}")
}

/// Whether a key that is not known may have been meant to hold a secret, whose value no message repeats.
fn is_near_a_secret(near: Option<&str>, key: &str, value: &Value) -> bool {
    let meant = near.is_some_and(|name| SECRETS.contains(&name) || name == "database");
    meant
        || ["password", "secret", "token", "key"].iter().any(|word| key.contains(word))
        || holds_secret(value)
}

fn holds_secret(value: &Value) -> bool {
    match value {
        Value::String(text) => has_password(text),
        Value::Array(all) => all.iter().any(holds_secret),
        Value::Table(table) => table.iter().any(|(key, value)| is_near_a_secret(None, key, value)),
        _ => false,
    }
}

/// How many letters differ (Levenshtein 1966).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let cost = corner + usize::from(x != *y);
            corner = row[j + 1];
            row[j + 1] = cost.min(corner + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

fn not_toml(path: &Path, text: &str, why: &toml::de::Error) -> Failure {
    let at = why.span().map_or(0, |span| span.start);
    let line = text.get(..at).unwrap_or_default().lines().count().max(1);
    // Never the line itself: it may hold a secret.
    Failure::usage(format!(
        "{}: line {line} is not TOML: {}; write for example `timeout-s = 30`",
        path.display(),
        why.message()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_seen_in_addresses() {
        for (url, has) in [
            ("sqlite:/tmp/a:b@c.db", false),
            ("postgres://sauda@localhost/sauda", false),
            ("postgres://sauda:word@localhost/sauda", true),
            ("postgres://localhost/sauda?user=a&password=b", true),
            ("mysql://a:b@h", true),
        ] {
            assert_eq!(has_password(url), has, "{url}");
        }
    }

    #[test]
    fn a_slip_in_a_key_does_not_print_a_secret() {
        for text in [
            "metric-token = \"s3cret\"",
            "databse = \"postgres://sauda@10.0.0.1/s3cret\"",
            "url = \"postgres://sauda:s3cret@localhost/sauda\"",
            "urls = [\"x\", \"mysql://a:s3cret@h\"]",
            "api-password = \"s3cret\"",
            "[proxy]\ntoken = \"s3cret\"",
        ] {
            let table: toml::Table = toml::from_str(text).unwrap();
            let (key, value) = table.iter().next().unwrap();
            let told = unknown(key, value, &keys());
            assert!(told.contains(&format!("unknown key `{key}`")) && !told.contains("s3cret"), "{told}");
        }
    }

    #[test]
    fn a_slip_in_a_variable_is_seen() {
        let known = ["SAUDA_LISTEN".to_owned(), "SAUDA_SPEED".to_owned()];
        assert_eq!(super::nearly("SAUDA_LISTN", &known), Some("SAUDA_LISTEN"));
        for name in ["SAUDA_SPEED", "SAUDA_SHOTS", "LISTEN", "SAUDA_"] {
            assert_eq!(super::nearly(name, &known), None, "{name}");
        }
    }

    #[test]
    fn letters_that_differ_are_counted() {
        assert_eq!(
            [distance("lisen", "listen"), distance("a", ""), distance("kitten", "sitting")],
            [1, 1, 3]
        );
    }
}
