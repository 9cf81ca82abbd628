//! What no importer should trust: each gets a message that names file, line and cure.

use super::*;

fn refused(content: impl AsRef<[u8]>) -> String {
    match import_text(content, &options("NSE:SBIN-EQ", "1m")) {
        Ok(imported) => panic!("{}", imported.report),
        Err(e) => e.to_string(),
    }
}

fn ends(content: impl AsRef<[u8]>, message: &str) {
    let error = refused(content);
    assert!(error.contains("data.csv") && error.contains(message), "{error}");
}

const HEADER: &str = "date,open,high,low,close,volume\n";

#[test]
fn nothing_to_read() {
    ends("", "is empty");
    ends("\n\r\n  \n", "holds blank lines only");
    ends(HEADER, "has a header but no rows");
    ends(format!("{HEADER}\n\n* footnote\n"), "has a header but no rows");
    ends(gzip(""), "is empty inside its gzip");
    let error = import(&["/no/such/file.csv"], &options("NSE:SBIN-EQ", "1m")).unwrap_err().to_string();
    assert!(error.starts_with("/no/such/file.csv: "), "{error}");
    let folder = tempfile::tempdir().unwrap();
    let error = import(&[folder.path()], &options("NSE:SBIN-EQ", "1m")).unwrap_err().to_string();
    assert!(error.ends_with("is a folder; name the files in it"), "{error}");
}

#[test]
fn no_table_of_prices() {
    ends("2024-01-01 09:15,1,1,1,1\n", "no header found; the first line must name the columns");
    ends("date,open,high,close\n2024-01-01 09:15,1,1,1\n", "the header has no column `low`");
    ends("open,high,low,close\n1,1,1,1\n", "no column for the date; name one `date`");
    ends("date,open,high,low,close,close\n", "two columns are named `close`");
    ends("Price,Close,High,Low,Open\nTicker,A,A,B,B\nDatetime,,,,\n", "the columns belong to 2 tickers");
    ends("<!DOCTYPE html><html>", "is a web page, not data");
    ends("{\"s\":\"ok\"}", "is JSON");
    ends([b'P', b'K', 3, 4, 0, 0], "is a zip archive (or an Excel workbook)");
    ends([0xff, 0xfe, b'd', 0], "is UTF-16 text; save it as UTF-8");
    ends([1, 0, 2, 0, 3], "is binary, not a table of text");
}

#[test]
fn damaged_files() {
    let good = format!("{HEADER}2024-01-01 09:15,1,1,1,1,1\n").repeat(50);
    let packed = gzip(&good);
    ends(&packed[..packed.len() / 2], "the gzip file is cut off; fetch it again");
    let mut torn = packed.clone();
    let checksum = torn.len() - 6;
    torn[checksum] ^= 0xff;
    ends(torn, "the gzip file is damaged");
    ends(b"PAR1", "the Parquet file is cut off or damaged");
    ends(b"PAR1 and then nothing of the kind PAR1", "the Parquet file is cut off or damaged");
    ends(gzip(&packed), "is compressed twice");
}

#[test]
fn bombs_are_refused_early() {
    // 2 MiB of one line, in 2 KiB.
    ends(
        gzip([HEADER.as_bytes(), &vec![b'7'; 2 << 20]].concat()),
        "data.csv:2: the line is longer than 1 MiB",
    );
    // 128 MiB of blank lines, in 130 KiB.
    ends(gzip([HEADER.as_bytes(), &vec![b'\n'; 128 << 20]].concat()), "the text grows beyond 64 MiB out of");
}

#[test]
fn dates_that_can_be_misread() {
    let text = format!("{HEADER}01/02/2024 09:15,1,1,1,1,1\n01/13/2024 09:15,1,1,1,1,1\n");
    ends(
        &text,
        "data.csv:3: date `01/13/2024 09:15` has the month first, so other dates of this file would be misread",
    );
    ends(format!("{HEADER}01-02-24 09:15,1,1,1,1,1\n"), "has a two-digit year; write YYYY-MM-DD");
}

#[test]
fn rows_that_are_all_bad_say_why() {
    let error = refused(format!("{HEADER}2024-01-01 09:15,x,1,1,1,1\nx,1,1,1,1,1\n"));
    assert!(error.contains("none of its 2 rows can be used: 1 unreadable date or time (line 3: `x` is not a date or time), 1 unreadable number (line 2: open `x` is not a number)"), "{error}");
    let bytes = [HEADER.as_bytes(), b"2024-01-01 09:15,\xff\xfe,1,1,1,1\n"].concat();
    assert!(refused(bytes).contains("1 unreadable number (line 2: open `\u{fffd}\u{fffd}` is not a number)"));
    // A long cell is not repeated in full.
    assert!(refused(format!("{HEADER}2024-01-01 09:15,{},1,1,1,1\n", "x".repeat(5000))).len() < 400);
}

#[test]
fn volume_of_each_tick_is_not_cumulative() {
    let ticks: Vec<String> = (0..120)
        .map(|i| format!("2024-01-01 09:{:02}:{:02},100,{}\n", 15 + i / 60, i % 60, [5, 100][i % 2]))
        .collect();
    let text = format!("timestamp,ltp,volume\n{}", ticks.concat());
    ends(&text, "is not the day's volume so far but each trade's; give cumulative volume, or bars");
}

#[test]
fn options_that_contradict() {
    let both = ImportOptions { all: true, ..options("NSE:SBIN-EQ", "1m") };
    assert!(import_text(HEADER, &both).unwrap_err().to_string().contains("exclude each other"));
    let none: [&str; 0] = [];
    assert!(import(&none, &options("all", "1m")).unwrap_err().to_string().contains("name at least one"));
}

#[test]
fn one_row_is_a_series() {
    let imported =
        import_text(format!("{HEADER}2024-01-01 09:15,1,1,1,1,1"), &options("NSE:SBIN-EQ", "1m")).unwrap();
    assert_eq!(bars(&imported).len(), 1);
}
