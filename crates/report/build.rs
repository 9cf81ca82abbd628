//! Builds the page's script and style sheet from `web/report`, and puts them where the library includes them.

#[path = "../../web/npm.rs"]
mod npm;

use std::fs;
use std::process::ExitCode;

/// What the page is made of, and the hash that lets a browser run this script and no other.
const PARTS: [&str; 3] = ["report.js", "report.css", "report.sha256"];
const PAGE: npm::Page = npm::Page {
    folder: "report",
    name: "the report page",
    bundle: "SAUDA_REPORT_BUNDLE",
    sources: &["src", "package.json", "package-lock.json", "vite.config.ts", "tsconfig.json"],
};

fn main() -> ExitCode {
    npm::main(|| {
        let (built, out) = (PAGE.built(&PARTS)?, npm::out()?);
        for part in PARTS {
            fs::copy(built.join(part), out.join(part)).map_err(npm::at(&built.join(part)))?;
        }
        Ok(())
    })
}
