//! Opens a file, sees through gzip, and hands out lines within bounds.
//!
//! Never holds more than one line; a line of more than 1 MiB, and text that swells beyond what market data does,
//! are refused, so that a small hostile file cannot exhaust memory or time.

use std::cell::Cell;
use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use flate2::bufread::MultiGzDecoder;

use super::error::ImportError;

/// Far beyond the widest row of any feed (a UDiFF row has 400 bytes).
pub(super) const MAX_LINE: usize = 1 << 20;
/// Deflate reaches 1032; flat index ticks about 60. Judged once [`RATIO_FROM`] bytes came out.
const MAX_RATIO: u64 = 400;
const RATIO_FROM: u64 = 64 << 20;
/// About 250 million rows.
const MAX_TEXT: u64 = 16 << 30;

/// What a file's first bytes say it is.
pub(super) enum Content {
    Text(Lines),
    Parquet(File),
}

/// Counts the bytes read from disk.
struct Counted {
    inner: File,
    read: Rc<Cell<u64>>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.read.set(self.read.get() + n as u64);
        Ok(n)
    }
}

/// Lines of a text, counted from 1, without their line ends.
pub(super) struct Lines {
    path: PathBuf,
    reader: Box<dyn BufRead>,
    compressed: bool,
    /// Bytes read from disk so far.
    read: Rc<Cell<u64>>,
    text: u64,
    line: u64,
    put_back: VecDeque<(u64, Vec<u8>)>,
}

/// Opens a file of market data.
pub(super) fn open(path: &Path) -> Result<Content, ImportError> {
    let io_error = |e| ImportError::io(path, e);
    let file = File::open(path).map_err(io_error)?;
    let meta = file.metadata().map_err(io_error)?;
    if meta.is_dir() {
        return Err(ImportError::layout(path, None, "is a folder; name the files in it"));
    }
    let read = Rc::new(Cell::new(0));
    let mut reader = BufReader::with_capacity(1 << 16, Counted { inner: file, read: Rc::clone(&read) });
    let head = reader.fill_buf().map_err(io_error)?;
    if head.is_empty() {
        return Err(ImportError::layout(path, None, "is empty"));
    }
    if head.starts_with(b"PAR1") {
        return Ok(Content::Parquet(File::open(path).map_err(io_error)?));
    }
    let compressed = head.starts_with(&[0x1f, 0x8b]);
    let reader: Box<dyn BufRead> = if compressed {
        Box::new(BufReader::with_capacity(1 << 16, MultiGzDecoder::new(reader)))
    } else {
        Box::new(reader)
    };
    let mut lines = Lines {
        path: path.to_owned(),
        reader,
        compressed,
        read,
        text: 0,
        line: 0,
        put_back: VecDeque::new(),
    };
    lines.look_at_head()?;
    Ok(Content::Text(lines))
}

impl Lines {
    /// Refuses what is not text, with the cure for what it is; skips a byte order mark.
    fn look_at_head(&mut self) -> Result<(), ImportError> {
        let layout = |what: &str| ImportError::layout(&self.path, None, what);
        let head = match self.reader.fill_buf() {
            Ok(head) => head,
            Err(e) => return Err(self.broken(&e)),
        };
        if head.is_empty() {
            return Err(layout("is empty inside its gzip"));
        }
        let refusal = match head {
            [b'P', b'K', 3, 4, ..] => "is a zip archive (or an Excel workbook); unpack it, or save it as CSV",
            [0xd0, 0xcf, 0x11, 0xe0, ..] => "is an old Excel workbook; save it as CSV",
            [0x28, 0xb5, 0x2f, 0xfd, ..] => "is compressed with zstd; unpack it, or use gzip",
            [b'B', b'Z', b'h', ..] => "is compressed with bzip2; unpack it, or use gzip",
            [0xfd, b'7', b'z', ..] => "is compressed with xz; unpack it, or use gzip",
            [b'P', b'A', b'R', b'1', ..] => "is Parquet inside gzip; unpack it first",
            [0x1f, 0x8b, ..] => "is compressed twice; unpack it once",
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "is UTF-16 text; save it as UTF-8",
            _ if head.iter().take(4096).any(|&b| b == 0) => {
                "is binary, not a table of text; give CSV or Parquet"
            }
            _ => {
                let start = head.trim_ascii_start();
                let is =
                    |tag: &[u8]| start.len() >= tag.len() && start[..tag.len()].eq_ignore_ascii_case(tag);
                if is(b"<!doctype") || is(b"<html") || is(b"<?xml") {
                    "is a web page, not data; the download failed or needs a log-in"
                } else if start.starts_with(b"{") || start.starts_with(b"[") {
                    "is JSON; give CSV or Parquet"
                } else {
                    ""
                }
            }
        };
        if !refusal.is_empty() {
            return Err(layout(refusal));
        }
        if head.starts_with(&[0xef, 0xbb, 0xbf]) {
            self.reader.consume(3);
        }
        Ok(())
    }

    /// The next line into `line`, with its number; `None` at the end.
    pub(super) fn next(&mut self, line: &mut Vec<u8>) -> Result<Option<u64>, ImportError> {
        if let Some((number, text)) = self.put_back.pop_front() {
            *line = text;
            return Ok(Some(number));
        }
        line.clear();
        let mut limited = (&mut self.reader).take(MAX_LINE as u64 + 1);
        let n = match limited.read_until(b'\n', line) {
            Ok(n) => n,
            Err(e) => return Err(self.broken(&e)),
        };
        if n == 0 {
            return Ok(None);
        }
        self.line += 1;
        self.text += n as u64;
        if n > MAX_LINE {
            let what = "the line is longer than 1 MiB: this is no table of prices";
            return Err(ImportError::damaged(&self.path, Some(self.line), what));
        }
        let swollen = self.compressed && self.text > RATIO_FROM && self.text / MAX_RATIO > self.read.get();
        if swollen || self.text > MAX_TEXT {
            let what = format!(
                "the text grows beyond {} MiB out of {} KiB: not market data; split the file if it is",
                self.text >> 20,
                self.read.get() >> 10
            );
            return Err(ImportError::damaged(&self.path, Some(self.line), what));
        }
        while let [.., b'\n' | b'\r'] = line[..] {
            line.pop();
        }
        Ok(Some(self.line))
    }

    /// Returns lines to the front, in order, to be read again.
    pub(super) fn put_back(&mut self, lines: Vec<(u64, Vec<u8>)>) {
        for line in lines.into_iter().rev() {
            self.put_back.push_front(line);
        }
    }

    /// Bytes read from disk so far.
    pub(super) fn bytes_read(&self) -> u64 {
        self.read.get()
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    fn broken(&self, e: &io::Error) -> ImportError {
        let what = match e.kind() {
            _ if !self.compressed => format!("cannot be read on: {e}"),
            io::ErrorKind::UnexpectedEof => "the gzip file is cut off; fetch it again".to_owned(),
            _ => format!("the gzip file is damaged ({e}); fetch it again"),
        };
        ImportError::damaged(&self.path, Some(self.line + 1), what)
    }
}
