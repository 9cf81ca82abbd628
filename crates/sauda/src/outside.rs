//! What the process gets from its surroundings: folders, standard output, files.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// `$XDG_DATA_HOME/sauda`, else `~/.local/share/sauda`.
pub fn data_dir() -> Result<PathBuf, Failure> {
    let set = |name| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    set("XDG_DATA_HOME")
        .or_else(|| set("HOME").map(|home| home.join(".local/share")))
        .map(|base| base.join("sauda"))
        .ok_or_else(|| Failure::usage("no home folder is known; name a folder with --data-dir"))
}

/// Writes a whole file or nothing: to a neighbour first, then renamed. `-` is standard output.
pub fn write_whole(
    path: &Path,
    content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    let failed = |error: io::Error| Failure::failed(format!("cannot write {}: {error}", path.display()));
    if path == Path::new("-") {
        return ended(print(content)).map_err(failed);
    }
    let part = part(path);
    let written = (|| {
        let mut file = BufWriter::with_capacity(1 << 18, std::fs::File::create(&part)?);
        content(&mut file)?;
        file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        std::fs::rename(&part, path)
    })();
    written.map_err(|error| {
        let _ = std::fs::remove_file(&part);
        failed(error)
    })
}

/// The neighbour that becomes the file.
fn part(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    path.with_file_name(name)
}

/// Whether [`write_whole`] could write a file now, and why not. Leaves the file as it is.
pub fn check_writable(path: &Path) -> Result<(), String> {
    if path == Path::new("-") {
        return Ok(());
    }
    if path.file_name().is_none() || path.is_dir() {
        return Err(format!("`{}` is a folder; name a file in it", path.display()));
    }
    let part = part(path);
    let tried = std::fs::File::create(&part).and_then(|_| std::fs::remove_file(&part));
    tried.map_err(|error| {
        format!("cannot write {}: {error}; name a file in a folder that is there", path.display())
    })
}

/// Writes to standard output.
pub fn print(content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    content(&mut out)?;
    out.flush()
}

/// A reader that goes away (`| head`) is not a failure.
pub fn ended(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Prints lines for a person.
pub fn say(text: &str) -> Result<(), Failure> {
    ended(print(|out| out.write_all(text.as_bytes())))
        .map_err(|e| Failure::failed(format!("cannot print: {e}")))
}
