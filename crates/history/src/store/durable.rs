//! Files that are whole or absent: written beside their place, flushed, then renamed into it.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The stages of putting one file in place, for callers that interrupt them in tests.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Stage {
    Written,
    Flushed,
    Renamed,
}

/// The name under which a file waits to be renamed. It does not end in `.parquet` or `.csv`: a tool that reads
/// all such files of a folder never meets half of one.
pub(crate) fn waiting_name(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(".tmp");
    path.with_file_name(name)
}

/// Replaces `path` by a file of `bytes`: whoever opens it sees the old one or the new one, whole. The folder's own
/// entry is flushed by [`flush_folder`], once for many files.
pub(crate) fn put(
    path: &Path,
    bytes: &[u8],
    mut after: impl FnMut(Stage) -> io::Result<()>,
) -> io::Result<()> {
    let waiting = waiting_name(path);
    let mut file = File::create(&waiting)?;
    file.write_all(bytes)?;
    after(Stage::Written)?;
    file.sync_all()?;
    after(Stage::Flushed)?;
    drop(file);
    fs::rename(&waiting, path)?;
    after(Stage::Renamed)
}

/// Makes the names in a folder survive a power cut.
pub(crate) fn flush_folder(folder: &Path) -> io::Result<()> {
    // Windows cannot open a folder as a file; it orders renames itself.
    if cfg!(windows) {
        return Ok(());
    }
    File::open(folder)?.sync_all()
}

/// Makes `folder` and whatever is missing above it; gives the folders that got an entry and want flushing.
pub(crate) fn make_folders(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut missing: Vec<&Path> =
        folder.ancestors().take_while(|f| !f.as_os_str().is_empty() && !f.is_dir()).collect();
    missing.reverse();
    let mut grown = Vec::with_capacity(missing.len());
    for new in missing {
        if let Err(e) = fs::create_dir(new)
            && e.kind() != io::ErrorKind::AlreadyExists
        {
            return Err(e);
        }
        grown.push(match new.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
            _ => PathBuf::from("."),
        });
    }
    Ok(grown)
}
