//! Builds the page's script and style sheet from `web/report` with Node, unless they were built elsewhere.
//!
//! Promises: nothing stale and nothing missing is ever embedded: without a bundle there is no binary, and the message
//! says what to install. Runs npm only when a source of the page changed, and installs packages only when the lock file
//! did. Writes to `OUT_DIR`, and packages to `web/report/node_modules`; never elsewhere.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs};

/// What the page is made of, and the hash that lets a browser run this script and no other.
const PARTS: [&str; 3] = ["report.js", "report.css", "report.sha256"];
const SOURCES: [&str; 5] = ["src", "package.json", "package-lock.json", "vite.config.ts", "tsconfig.json"];
/// A folder with the parts, for machines that build without Node.
const BUNDLE: &str = "SAUDA_REPORT_BUNDLE";

fn main() -> ExitCode {
    match build() {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            for line in why.lines() {
                println!("cargo::error={line}");
            }
            ExitCode::FAILURE
        }
    }
}

fn build() -> Result<(), String> {
    let web = folder("CARGO_MANIFEST_DIR")?.join("../../web/report");
    let out = folder("OUT_DIR")?;
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed={BUNDLE}");
    if let Some(built) = env::var_os(BUNDLE).map(PathBuf::from) {
        for part in PARTS {
            let from = built.join(part);
            println!("cargo::rerun-if-changed={}", from.display());
            fs::copy(&from, out.join(part)).map_err(|error| {
                format!("{BUNDLE} names a folder without {}: {error}; `make web` makes one", from.display())
            })?;
        }
        return Ok(());
    }
    for source in SOURCES {
        println!("cargo::rerun-if-changed={}", web.join(source).display());
    }
    if !installed(&web) {
        npm(&web, &["ci", "--include=dev", "--prefer-offline"])?;
    }
    let to = out.to_str().ok_or("the build folder's path is not UTF-8")?;
    npm(&web, &["run", "--silent", "build", "--", "--outDir", to])?;
    match PARTS.iter().find(|part| !out.join(part).exists()) {
        Some(part) => Err(format!("the build of web/report made no {part}")),
        None => Ok(()),
    }
}

fn folder(variable: &str) -> Result<PathBuf, String> {
    env::var_os(variable).map(PathBuf::from).ok_or(format!("cargo did not set {variable}"))
}

/// Whether the packages of the lock file are there: npm leaves its own copy of it when it is done.
fn installed(web: &Path) -> bool {
    let changed = |path: PathBuf| path.metadata().and_then(|data| data.modified()).ok();
    changed(web.join("node_modules/.package-lock.json")) >= changed(web.join("package-lock.json"))
}

fn npm(web: &Path, words: &[&str]) -> Result<(), String> {
    let name = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let line = format!("npm {}", words.join(" "));
    let ended = Command::new(name).args(words).current_dir(web).output().map_err(|error| {
        format!(
            "the report page is built with Node 20 or newer, and `npm` does not start ({error}); install Node, or set \
             {BUNDLE} to a folder that `make web` filled on another machine"
        )
    })?;
    if ended.status.success() {
        return Ok(());
    }
    let said = [ended.stdout, ended.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
    Err(format!("`{line}` failed in web/report:\n{said}"))
}
