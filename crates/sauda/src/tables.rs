//! The dated tables in force: those that ship, with the user's own rows on top.
//!
//! `tables/calendar.toml`, `tables/charges.toml` and `tables/instruments.toml` of the data directory are read where they
//! are; their form is that of the project's `data/`. A row that cannot be read stops the command: results with half of
//! what a user knows would be silently wrong.

use std::path::{Path, PathBuf};

use domain::calendar::Calendar;
use domain::charges::ChargesTable;
use domain::instrument::InstrumentTables;

use crate::failure::Failure;

pub struct Tables {
    pub calendar: Calendar,
    pub charges: ChargesTable,
    pub instruments: InstrumentTables,
    /// Those that have rows of the user's.
    pub own: Vec<&'static str>,
}

const NAMES: [&str; 3] = ["calendar", "charges", "instruments"];

impl Tables {
    pub fn read(data_dir: &Path) -> Result<Tables, Failure> {
        let [calendar, charges, instruments] = NAMES;
        Ok(Tables {
            own: NAMES.into_iter().filter(|name| path(data_dir, name).exists()).collect(),
            calendar: extended(data_dir, calendar, Calendar::builtin(), Calendar::extended)?,
            charges: extended(data_dir, charges, ChargesTable::builtin(), ChargesTable::extended)?,
            instruments: extended(
                data_dir,
                instruments,
                InstrumentTables::builtin(),
                InstrumentTables::extended,
            )?,
        })
    }
}

fn path(data_dir: &Path, name: &str) -> PathBuf {
    data_dir.join("tables").join(name).with_extension("toml")
}

fn extended<T: Clone, E: std::fmt::Display>(
    data_dir: &Path,
    name: &str,
    ours: &T,
    extend: impl Fn(&T, &str) -> Result<T, E>,
) -> Result<T, Failure> {
    let path = path(data_dir, name);
    let wrong = |why: &dyn std::fmt::Display| Failure::usage(format!("{}: {why}", path.display()));
    match std::fs::read_to_string(&path) {
        Ok(text) => extend(ours, &text).map_err(|error| wrong(&error)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(ours.clone()),
        Err(error) => Err(wrong(&error)),
    }
}
