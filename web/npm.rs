//! What the build scripts of `crates/report` and `crates/sauda` share: a page of `web/`, built with Node unless it was
//! built elsewhere.
//!
//! Promises: nothing stale and nothing missing is embedded: without the page there is no binary, and the message says
//! what to install. Runs npm only when a source changed, and installs packages only when the lock file did. Writes to
//! `OUT_DIR`, and packages to the page's `node_modules`; never elsewhere.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs};

/// A folder of `web/` that npm builds.
pub struct Page {
    /// Below `web/`.
    pub folder: &'static str,
    /// What a reader of an error knows it as.
    pub name: &'static str,
    /// Names a folder with the built files, for machines that build without Node.
    pub bundle: &'static str,
    /// What it is made of.
    pub sources: &'static [&'static str],
}

/// A build script as a whole: what is wrong is shown as cargo shows errors.
pub fn main(build: impl FnOnce() -> Result<(), String>) -> ExitCode {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=../../web/npm.rs");
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

/// `OUT_DIR`.
pub fn out() -> Result<PathBuf, String> {
    variable("OUT_DIR")
}

/// A failure of a file or folder, in words.
pub fn at(path: &Path) -> impl FnOnce(std::io::Error) -> String {
    move |why| format!("{}: {why}", path.display())
}

impl Page {
    /// The folder of the built files, which holds all of `parts`.
    pub fn built(&self, parts: &[&str]) -> Result<PathBuf, String> {
        println!("cargo::rerun-if-env-changed={}", self.bundle);
        let built = match env::var_os(self.bundle).map(PathBuf::from) {
            Some(built) => {
                println!("cargo::rerun-if-changed={}", built.display());
                built
            }
            None => self.build()?,
        };
        match parts.iter().find(|part| !built.join(part).exists()) {
            Some(part) => Err(format!(
                "{} has no {part}; `make web` makes web/{}/dist, which {} may name",
                built.display(),
                self.folder,
                self.bundle
            )),
            None => built.canonicalize().map_err(at(&built)),
        }
    }

    fn build(&self) -> Result<PathBuf, String> {
        let web = variable("CARGO_MANIFEST_DIR")?.join("../../web").join(self.folder);
        for source in self.sources {
            println!("cargo::rerun-if-changed={}", web.join(source).display());
        }
        if !installed(&web) {
            self.npm(&web, &["ci", "--include=dev", "--prefer-offline"])?;
        }
        let built = out()?.join(self.folder);
        fs::create_dir_all(&built).map_err(at(&built))?;
        let to = built.to_str().ok_or("the build folder's path is not UTF-8")?;
        self.npm(&web, &["run", "--silent", "build", "--", "--outDir", to, "--emptyOutDir"])?;
        Ok(built)
    }

    fn npm(&self, web: &Path, words: &[&str]) -> Result<(), String> {
        let program = if cfg!(windows) { "npm.cmd" } else { "npm" };
        let ended = Command::new(program).args(words).current_dir(web).output().map_err(|error| {
            format!(
                "{} is built with Node 20.19 or newer, and `npm` does not start ({error}); install Node, or set {} to \
                 a folder that holds a build of another machine",
                self.name, self.bundle
            )
        })?;
        if ended.status.success() {
            return Ok(());
        }
        let said =
            [ended.stdout, ended.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
        Err(format!("`npm {}` failed in web/{}:\n{said}", words.join(" "), self.folder))
    }
}

/// Whether the packages of the lock file are there: npm leaves its own copy of it when it is done.
fn installed(web: &Path) -> bool {
    let changed = |path: PathBuf| path.metadata().and_then(|data| data.modified()).ok();
    changed(web.join("node_modules/.package-lock.json")) >= changed(web.join("package-lock.json"))
}

fn variable(name: &str) -> Result<PathBuf, String> {
    env::var_os(name).map(PathBuf::from).ok_or(format!("cargo did not set {name}"))
}
