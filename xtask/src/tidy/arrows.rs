//! Arrows between crates point down, and the pure crates use no library that could reach the world.
//!
//! ARCHITECTURE.md draws the picture; this table is what is held to.

use crate::finding::Report;
use crate::tree::Tree;

const RULE: &str = "arrows";

/// One crate of the workspace.
struct Row {
    name: &'static str,
    /// The crates of the workspace that it may use.
    uses: &'static [&'static str],
    /// Of a pure crate: the only outside libraries that it may use.
    pure: Option<&'static [&'static str]>,
}

/// From the bottom up.
const ROWS: &[Row] = &[
    Row { name: "domain", uses: &[], pure: Some(&["jiff", "serde", "thiserror", "toml"]) },
    Row { name: "indicators", uses: &[], pure: Some(&["ta-lib", "thiserror"]) },
    Row {
        name: "strategy",
        uses: &["domain", "indicators"],
        // Rule files are TOML or JSON text that is handed in.
        pure: Some(&["serde", "serde_json", "thiserror", "toml"]),
    },
    Row {
        name: "engine",
        uses: &["domain", "strategy"],
        // A snapshot is bytes that are handed out and in.
        pure: Some(&["serde", "serde_json", "thiserror"]),
    },
    Row { name: "exchange", uses: &["domain"], pure: Some(&["thiserror"]) },
    Row {
        name: "backtest",
        uses: &["domain", "indicators", "strategy", "engine", "exchange"],
        pure: Some(&["jiff", "thiserror"]),
    },
    Row { name: "history", uses: &["domain"], pure: None },
    Row { name: "broker", uses: &["domain"], pure: Some(&["serde", "thiserror"]) },
    Row { name: "brokers", uses: &["domain", "broker"], pure: None },
    // Written from the broker's documents, not from the adapter: a shared type would hide a shared mistake.
    Row { name: "broker-sim", uses: &["domain", "exchange"], pure: None },
    Row { name: "report", uses: &["domain"], pure: Some(&["jiff", "serde", "serde_json", "thiserror"]) },
    Row { name: "store", uses: &["domain"], pure: None },
    Row { name: "back-office", uses: &["domain", "store"], pure: None },
    Row {
        name: "desk",
        uses: &["domain", "strategy", "engine", "exchange", "backtest", "broker", "history", "store"],
        pure: None,
    },
    Row { name: "api", uses: &["domain", "strategy", "store", "desk", "back-office"], pure: None },
    Row {
        name: "sauda",
        uses: &[
            "domain",
            "indicators",
            "strategy",
            "engine",
            "exchange",
            "backtest",
            "history",
            "report",
            "broker",
            "brokers",
            "broker-sim",
            "store",
            "desk",
            "back-office",
            "api",
        ],
        pure: None,
    },
];

/// Crates that only the tests of another may use.
const FOR_TESTS: &[(&str, &[&str])] = &[
    // Adapters are held against their simulators; a replay on paper against the backtest.
    ("brokers", &["backtest", "broker-sim", "engine", "exchange", "strategy"]),
    ("api", &["broker", "broker-sim", "brokers"]),
    ("desk", &["broker-sim", "brokers"]),
];

pub fn is_pure(name: &str) -> bool {
    ROWS.iter().any(|row| row.name == name && row.pure.is_some())
}

pub fn check(tree: &Tree, report: &mut Report) {
    let crates = tree.crates();
    for name in &crates {
        let path = format!("crates/{name}/Cargo.toml");
        let Some(row) = ROWS.iter().find(|row| row.name == *name) else {
            let what = format!("crate `{name}` has no row in the table of arrows");
            let cure =
                "say in xtask/src/tidy/arrows.rs what it may use, and in ARCHITECTURE.md what it is for";
            report.add(RULE, &path, None, what, cure);
            continue;
        };
        for dependency in dependencies(tree.text(&path).unwrap_or_default()) {
            judge(row, &dependency, crates.contains(dependency.name.as_str()), &path, report);
        }
    }
}

fn judge(row: &Row, dependency: &Dependency, internal: bool, path: &str, report: &mut Report) {
    let (name, line) = (&dependency.name, Some(dependency.line));
    if !dependency.from_workspace {
        let what = format!("`{name}` does not take its version from the workspace");
        let cure = format!("put it in [workspace.dependencies] and write `{name}.workspace = true`");
        report.add(RULE, path, line, what, cure);
    }
    if internal {
        let tested = |of: &(&str, &[&str])| of.0 == row.name && of.1.contains(&name.as_str());
        let for_tests = dependency.for_tests && FOR_TESTS.iter().any(tested);
        if !row.uses.contains(&name.as_str()) && !for_tests {
            let uses = if row.uses.is_empty() { "no crate of ours".to_owned() } else { row.uses.join(", ") };
            let what = format!("`{}` must not use `{name}`: it may use {uses}", row.name);
            let cure = "move the code to the crate that may know both, or hand the value in";
            report.add(RULE, path, line, what, cure);
        }
    } else if let Some(allowed) = row.pure
        && !dependency.for_tests
        && !allowed.contains(&name.as_str())
    {
        let what =
            format!("pure crate `{}` must not use `{name}`: it may use {}", row.name, allowed.join(", "));
        let cure = "use it at the edge; if it reaches no clock, file, socket or randomness, add it to this table in \
                    xtask/src/tidy/arrows.rs and say so in the commit";
        report.add(RULE, path, line, what, cure);
    }
}

/// A line of a manifest that names a library.
#[derive(PartialEq, Eq, Debug)]
struct Dependency {
    name: String,
    line: usize,
    for_tests: bool,
    from_workspace: bool,
}

/// Reads the dependency tables of a manifest, in the forms that this workspace writes.
fn dependencies(manifest: &str) -> Vec<Dependency> {
    let mut found = Vec::new();
    let mut table = String::new();
    for (i, line) in manifest.lines().enumerate() {
        let line = line.trim();
        if let Some(header) = line.strip_prefix('[') {
            header.trim_end_matches(']').clone_into(&mut table);
            // [dependencies.name]: its keys follow on lines of their own.
            if let Some((kind, name)) =
                table.rsplit_once('.').filter(|(kind, _)| kind.ends_with("dependencies"))
            {
                let keys = manifest.lines().skip(i + 1).take_while(|l| !l.trim_start().starts_with('['));
                let from_workspace = keys.into_iter().any(|l| l.replace(' ', "") == "workspace=true");
                let for_tests = kind.ends_with("dev-dependencies");
                found.push(Dependency { name: name.to_owned(), line: i + 1, for_tests, from_workspace });
            }
        } else if table.ends_with("dependencies") {
            let Some((key, value)) = line.split_once('=').filter(|_| !line.starts_with('#')) else {
                continue;
            };
            let name = key.trim().trim_end_matches(".workspace").trim_matches('"').to_owned();
            let from_workspace =
                key.contains(".workspace") || value.replace(' ', "").contains("workspace=true");
            let for_tests = table.ends_with("dev-dependencies");
            found.push(Dependency { name, line: i + 1, for_tests, from_workspace });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::findings;

    #[test]
    fn an_arrow_that_points_up_is_found() {
        let files = [
            ("crates/domain/Cargo.toml", "[dependencies]\nengine.workspace = true\n"),
            ("crates/engine/Cargo.toml", "[dependencies]\ndomain.workspace = true\n"),
        ];
        assert_eq!(findings(check, &files), ["crates/domain/Cargo.toml:2 arrows"]);
    }

    #[test]
    fn a_pure_crate_uses_only_what_is_listed() {
        let manifest = "[dependencies]\nthiserror.workspace = true\ntokio = { workspace = true }\n[dev-dependencies]\ntempfile.workspace = true\n";
        assert_eq!(
            findings(check, &[("crates/engine/Cargo.toml", manifest)]),
            ["crates/engine/Cargo.toml:3 arrows"]
        );
        assert!(findings(check, &[("crates/history/Cargo.toml", manifest)]).is_empty());
    }

    #[test]
    fn versions_live_in_the_workspace() {
        let manifest = "[dependencies]\ncsv = \"1\"\n\n[dependencies.parquet]\nworkspace = true\n";
        assert_eq!(
            findings(check, &[("crates/history/Cargo.toml", manifest)]),
            ["crates/history/Cargo.toml:2 arrows"]
        );
    }

    #[test]
    fn a_new_crate_wants_a_row() {
        assert_eq!(
            findings(check, &[("crates/newcomer/Cargo.toml", "")]),
            ["crates/newcomer/Cargo.toml arrows"]
        );
    }

    #[test]
    fn rows_use_only_rows_below_them() {
        for (i, row) in ROWS.iter().enumerate() {
            for used in row.uses {
                assert!(ROWS[..i].iter().any(|below| below.name == *used), "{} uses {used}", row.name);
            }
        }
    }
}
