//! Developer commands: `cargo xtask tidy` checks the promises that no lint can keep, `cargo xtask openapi` writes the
//! API's document.
//!
//! No dependencies, so that it builds in a moment and cannot break with the rest.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command for people")]

mod finding;
mod source;
mod tidy;
mod tree;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use tree::Tree;

const USAGE: &str = "usage: cargo xtask tidy | openapi

  tidy      arrows between crates, purity, names, file sizes, module docs, documents
            exit code 0: tidy, 1: not, 2: bad usage
  openapi   writes crates/api/openapi.json from the routes";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["tidy"] => tidy(),
        ["openapi"] => openapi(),
        ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            ExitCode::SUCCESS
        }
        _ => {
            eprintln!("error: unknown command `{}`\n\n{USAGE}", args.join(" "));
            ExitCode::from(2)
        }
    }
}

fn tidy() -> ExitCode {
    let root = root();
    let tree = match Tree::read(&root) {
        Ok(tree) => tree,
        Err(error) => {
            eprintln!("error: cannot read {}: {error}", root.display());
            return ExitCode::FAILURE;
        }
    };
    let report = tidy::check(&tree, &root);
    for note in &report.notes {
        println!("note: {note}");
    }
    for finding in &report.findings {
        println!("{finding}");
    }
    println!("tidy: {} files, {} findings", tree.len(), report.findings.len());
    if report.findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The test that holds the file to the routes also writes it.
fn openapi() -> ExitCode {
    let test = "openapi::the_file_in_the_repository_is_up_to_date";
    let status = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        // The whole workspace: for one package alone cargo unifies features anew, and compiles half the world again.
        .args(["test", "--quiet", "--workspace", "--test", "it", "--", "--exact", test])
        .env("SAUDA_WRITE_GOLDEN", "1")
        .current_dir(root())
        .status();
    match status {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: cannot run cargo: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The workspace's folder. Cargo says it at run time; what was compiled in may be another checkout that shares the target
/// folder.
fn root() -> PathBuf {
    let manifest =
        std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    Path::new(&manifest).parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}
