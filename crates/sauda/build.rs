//! Builds the web application from `web/app`, and lists its files for the binary.

#[path = "../../web/npm.rs"]
mod npm;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

const PAGE: npm::Page = npm::Page {
    folder: "app",
    name: "the web application",
    bundle: "SAUDA_APP_BUNDLE",
    sources: &[
        "src",
        "public",
        "index.html",
        "package.json",
        "package-lock.json",
        "vite.config.ts",
        "tsconfig.json",
    ],
};

fn main() -> ExitCode {
    npm::main(|| {
        let built = PAGE.built(&["index.html"])?;
        let mut files = Vec::new();
        collect(&built, &built, &mut files)?;
        files.sort();
        let mut list =
            String::from("/// Path and content of each file.\npub const FILES: &[(&str, &[u8])] = &[\n");
        for (name, path) in files {
            let _ = writeln!(list, "    ({name:?}, include_bytes!({path:?})),");
        }
        list.push_str("];\n");
        let to = npm::out()?.join("app_files.rs");
        fs::write(&to, list).map_err(npm::at(&to))
    })
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, String)>) -> Result<(), String> {
    for entry in fs::read_dir(folder).map_err(npm::at(folder))? {
        let path = entry.map_err(npm::at(folder))?.path();
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
