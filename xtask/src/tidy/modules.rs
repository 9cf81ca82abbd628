//! What every Rust file owes its reader: words at its top, a length that can be read, nothing left undone.

use crate::finding::Report;
use crate::source::{code, lines_with, without_tests};
use crate::tree::{Tree, crate_of_source, is_test_file};

/// Lines past which a file is worth a look for a seam.
const LONG: usize = 500;
/// Lines past which a file must say why.
const TOO_LONG: usize = 800;
/// What the module documentation says then, with the reason after it.
const EXCUSE: &str = "long on purpose:";

pub fn check(tree: &Tree, report: &mut Report) {
    for (path, text) in tree.rust() {
        if !is_test_file(path) {
            check_documentation(path, text, report);
            check_undone(path, text, report);
        }
        check_length(path, text, report);
    }
}

fn check_documentation(path: &str, text: &str, report: &mut Report) {
    let is_source = crate_of_source(path).is_some() || path.starts_with("xtask/src/");
    let documented = text.lines().find(|line| !line.is_empty()).is_some_and(|line| line.starts_with("//!"));
    if is_source && !documented {
        let cure = "begin with `//!`: what it is for, what it promises, what it never does";
        report.add("module-docs", path, Some(1), "the file does not say what it is for", cure);
    }
}

fn check_undone(path: &str, text: &str, report: &mut Report) {
    let code = without_tests(&code(text));
    for word in ["todo!", "unimplemented!", "dbg!"] {
        for line in lines_with(&code, word) {
            let cure = "finish it, or return an error that says what is missing";
            report.add("undone", path, Some(line), format!("`{word}` is left in the source"), cure);
        }
    }
}

fn check_length(path: &str, text: &str, report: &mut Report) {
    let lines = text.lines().count();
    let excused = text
        .lines()
        .take_while(|line| line.starts_with("//!"))
        .any(|line| line.to_ascii_lowercase().contains(EXCUSE));
    // A table of test cases may be as long as it has cases.
    if lines > TOO_LONG && !excused && !is_test_file(path) {
        let what = format!("{lines} lines, more than {TOO_LONG}");
        let cure = format!("find the seam and split it, or say why not in the module docs (`{EXCUSE} …`)");
        report.add("length", path, None, what, cure);
    } else if lines > LONG {
        report.note(format!("{path}: {lines} lines; is there a seam?"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::findings;

    #[test]
    fn a_file_says_what_it_is_for() {
        let files = [
            ("crates/engine/src/a.rs", "use b;"),
            ("crates/engine/src/b.rs", "//! B."),
            ("crates/engine/src/c/tests.rs", "use b;"),
            ("crates/engine/benches/d.rs", "use b;"),
        ];
        assert_eq!(findings(check, &files), ["crates/engine/src/a.rs:1 module-docs"]);
    }

    #[test]
    fn nothing_is_left_undone() {
        let source = "//! A.\nfn a() { todo!() }\n// todo!\n#[cfg(test)]\nfn b() { dbg!(1) }\nfn c() { unimplemented!(\"c\") }\n";
        let expected = ["crates/engine/src/a.rs:2 undone", "crates/engine/src/a.rs:6 undone"];
        assert_eq!(findings(check, &[("crates/engine/src/a.rs", source)]), expected);
    }

    #[test]
    fn a_long_file_says_why() {
        let body = "\n".repeat(801);
        let (plain, excused) =
            (format!("//! A.\n{body}"), format!("//! A table, long on purpose: one row a case.\n{body}"));
        assert_eq!(findings(check, &[("crates/engine/src/a.rs", &plain)]), ["crates/engine/src/a.rs length"]);
        assert!(findings(check, &[("crates/engine/src/a.rs", &excused)]).is_empty());
    }
}
