//! What the README tells people to type exists: targets of make, commands and flags of the binary.
//!
//! Commands are held against the help of the newest built `sauda`. Without one, or with one older than its sources, that
//! part is skipped with a note: a build is not this check's business.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use crate::finding::Report;
use crate::tree::Tree;

const README: &str = "README.md";

/// A line to type, as it stands in a block of code.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Typed<'a> {
    line: usize,
    words: Vec<&'a str>,
}

pub fn check(tree: &Tree, root: &Path, report: &mut Report) {
    let typed = typed(tree.text(README).unwrap_or_default());
    check_make(tree, &typed, report);
    match binary(root) {
        Ok(binary) => check_commands(&typed, &|words| help(&binary, words), report),
        Err(why) => report.note(format!("{README}: commands are not checked: {why}")),
    }
}

/// The commands in the README's blocks of code; a line that ends in `\` goes on in the next.
fn typed(readme: &str) -> Vec<Typed<'_>> {
    let mut found: Vec<Typed<'_>> = Vec::new();
    let (mut inside, mut continues) = (false, false);
    for (i, line) in readme.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            (inside, continues) = (!inside, false);
            continue;
        }
        let text = line.split(" #").next().unwrap_or_default().trim().trim_start_matches("$ ");
        if !inside || text.is_empty() || text.starts_with('#') {
            continue;
        }
        let words = text.split_whitespace().filter(|word| *word != "\\");
        match found.last_mut().filter(|_| continues) {
            Some(last) => last.words.extend(words),
            None => found.push(Typed { line: i + 1, words: words.collect() }),
        }
        continues = text.ends_with('\\');
    }
    found
}

fn check_make(tree: &Tree, typed: &[Typed<'_>], report: &mut Report) {
    let makefile = tree.text("Makefile").unwrap_or_default();
    for command in typed.iter().filter(|command| command.words[0] == "make") {
        for target in command.words[1..].iter().filter(|word| !word.contains('=') && !word.starts_with('-')) {
            if !makefile.lines().any(|line| line.starts_with(&format!("{target}:"))) {
                let what = format!("`make {target}` is not a target of the Makefile");
                report.add(
                    "readme",
                    README,
                    Some(command.line),
                    what,
                    "correct the command, or add the target",
                );
            }
        }
    }
}

/// Holds what follows `sauda` against its help; `help` gives the text for a path of commands.
fn check_commands(typed: &[Typed<'_>], help: &dyn Fn(&[&str]) -> Option<String>, report: &mut Report) {
    let mut known: BTreeMap<Vec<&str>, Option<String>> = BTreeMap::new();
    for command in typed {
        let Some(at) = command.words.iter().position(|word| *word == "sauda" || word.ends_with("/sauda"))
        else {
            continue;
        };
        let mut path: Vec<&str> = Vec::new();
        for word in &command.words[at + 1..] {
            if matches!(*word, "|" | ">" | "&&" | ";") {
                break;
            }
            let text = known.entry(path.clone()).or_insert_with(|| help(&path)).clone().unwrap_or_default();
            if let Some(flag) = word.strip_prefix("--") {
                let flag = format!("--{}", flag.split('=').next().unwrap_or(flag));
                if !mentions(&text, &flag) {
                    let what = format!("`sauda {}` has no flag `{flag}`", path.join(" "));
                    report.add(
                        "readme",
                        README,
                        Some(command.line),
                        what,
                        "correct the README, or add the flag",
                    );
                }
            } else if is_command(&text, word) {
                path.push(word);
            } else if path.is_empty() && !word.starts_with('-') {
                let what = format!("`sauda` has no command `{word}`");
                report.add(
                    "readme",
                    README,
                    Some(command.line),
                    what,
                    "correct the README, or add the command",
                );
                break;
            }
        }
    }
}

/// Whether the help lists a command: below `Commands:`, at the start of an indented line.
fn is_command(help: &str, name: &str) -> bool {
    let listed = help.lines().skip_while(|line| !line.starts_with("Commands:")).skip(1);
    listed.take_while(|line| line.starts_with("  ")).any(|line| line.split_whitespace().next() == Some(name))
}

fn mentions(help: &str, flag: &str) -> bool {
    help.split(|c: char| !(c.is_alphanumeric() || c == '-')).any(|word| word == flag)
}

fn help(binary: &Path, path: &[&str]) -> Option<String> {
    let output = Command::new(binary).args(path).arg("--help").output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The newest built binary that is not older than its sources.
fn binary(root: &Path) -> Result<PathBuf, String> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let built = |profile: &str| {
        let path = target.join(profile).join("sauda");
        let at = path.metadata().and_then(|data| data.modified()).ok()?;
        Some((at, path))
    };
    let (at, path) = ["debug", "release"]
        .into_iter()
        .filter_map(built)
        .max()
        .ok_or("sauda is not built; try `cargo build`")?;
    let sources = newest(&root.join("crates/sauda/src")).ok_or("the sources of sauda are not there")?;
    if at < sources { Err(format!("{} is older than its sources", path.display())) } else { Ok(path) }
}

fn newest(folder: &Path) -> Option<SystemTime> {
    let of_entry = |entry: std::fs::DirEntry| {
        let path = entry.path();
        if path.is_dir() { newest(&path) } else { path.metadata().ok()?.modified().ok() }
    };
    std::fs::read_dir(folder).ok()?.filter_map(Result::ok).filter_map(of_entry).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "make nothing\n```sh\nmake run      # builds\nsauda backtest --stop pct=1 \\\n  --speed\nsauda fly\n./target/release/sauda data list --json | less\n```\nsauda talk\n";

    fn help(path: &[&str]) -> Option<String> {
        let text = match path {
            [] => "Usage\n\nCommands:\n  backtest  Runs\n  data      Stored\n\nOptions:\n  -h, --help\n",
            ["backtest"] => "Options:\n  --stop <DISTANCE>\n",
            ["data"] => "Commands:\n  list  Lists\n",
            ["data", "list"] => "Options:\n  --json\n",
            _ => return None,
        };
        Some(text.to_owned())
    }

    #[test]
    fn commands_are_read_from_blocks_of_code() {
        let typed = typed(PAGE);
        assert_eq!(
            typed.iter().map(|t| (t.line, t.words.len())).collect::<Vec<_>>(),
            [(3, 2), (4, 5), (6, 2), (7, 6)]
        );
    }

    #[test]
    fn unknown_commands_and_flags_are_found() {
        let mut report = Report::default();
        check_commands(&typed(PAGE), &help, &mut report);
        let found: Vec<_> = report.findings.iter().map(|f| (f.line, f.what.as_str())).collect();
        let expected =
            [(Some(4), "`sauda backtest` has no flag `--speed`"), (Some(6), "`sauda` has no command `fly`")];
        assert_eq!(found, expected);
    }

    #[test]
    fn targets_of_make_exist() {
        let mut report = Report::default();
        check_make(&Tree::of(&[("Makefile", "run: build\n")]), &typed(PAGE), &mut report);
        assert!(report.findings.is_empty());
        check_make(&Tree::of(&[("Makefile", "build:\n")]), &typed(PAGE), &mut report);
        assert_eq!(report.findings.len(), 1);
    }
}
