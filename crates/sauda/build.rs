//! Builds the web application from `web/app` with Node, unless it was built elsewhere, and lists its files for the binary.
//!
//! Promises: nothing stale and nothing missing is embedded: without the application there is no binary, and the message
//! says what to install. Runs npm only when a source changed. Writes to `OUT_DIR`, and packages to
//! `web/app/node_modules`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs};

const SOURCES: [&str; 7] =
    ["src", "public", "index.html", "package.json", "package-lock.json", "vite.config.ts", "tsconfig.json"];
/// A folder with the built files, for machines that build without Node.
const BUNDLE: &str = "SAUDA_APP_BUNDLE";

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
    let web = folder("CARGO_MANIFEST_DIR")?.join("../../web/app");
    let out = folder("OUT_DIR")?;
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed={BUNDLE}");
    let built = if let Some(built) = env::var_os(BUNDLE).map(PathBuf::from) {
        println!("cargo::rerun-if-changed={}", built.display());
        built
    } else {
        for source in SOURCES {
            println!("cargo::rerun-if-changed={}", web.join(source).display());
        }
        if !installed(&web) {
            npm(&web, &["ci", "--include=dev", "--prefer-offline"])?;
        }
        let built = out.join("app");
        let to = built.to_str().ok_or("the build folder's path is not UTF-8")?;
        npm(&web, &["run", "--silent", "build", "--", "--outDir", to, "--emptyOutDir"])?;
        built
    };
    let built = built.canonicalize().map_err(|why| format!("{}: {why}", built.display()))?;
    let mut files = Vec::new();
    collect(&built, &built, &mut files)?;
    if !files.iter().any(|(name, _)| name == "index.html") {
        return Err(format!("{} has no index.html; `make web` makes one", built.display()));
    }
    files.sort();
    let mut list =
        String::from("/// Path and content of each file.\npub const FILES: &[(&str, &[u8])] = &[\n");
    for (name, path) in files {
        let _ = writeln!(list, "    ({name:?}, include_bytes!({path:?})),");
    }
    list.push_str("];\n");
    fs::write(out.join("app_files.rs"), list).map_err(|why| format!("the list of files: {why}"))
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, String)>) -> Result<(), String> {
    let failed = |why: std::io::Error| format!("{}: {why}", folder.display());
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            collect(root, &path, files)?;
            continue;
        }
        let name = path.strip_prefix(root).map_err(|why| why.to_string())?;
        let text = |path: &Path| path.to_str().map(str::to_owned).ok_or("a file's name is not UTF-8");
        files.push((text(name)?.replace('\\', "/"), text(&path)?));
    }
    Ok(())
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
            "the web application is built with Node 20 or newer, and `npm` does not start ({error}); install Node, or \
             set {BUNDLE} to a folder that holds a build of another machine"
        )
    })?;
    if ended.status.success() {
        return Ok(());
    }
    let said = [ended.stdout, ended.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
    Err(format!("`{line}` failed in web/app:\n{said}"))
}
