//! Pure crates reach no file, socket, clock, environment, thread or randomness: the same inputs give the same outcome.
//!
//! Tests may: they read golden files. `backtest` may spread work over scoped threads, which end before it answers.

use crate::finding::Report;
use crate::source::{code, lines_with, std_paths, without_tests};
use crate::tidy::arrows::is_pure;
use crate::tree::{Tree, crate_of_source, is_test_file};

const RULE: &str = "purity";

/// What begins like this is not for pure crates, and why; `except` is.
struct Ban {
    path: &'static str,
    what: &'static str,
    except: &'static [&'static str],
}

const BANS: &[Ban] = &[
    Ban { path: "std::fs", what: "reads or writes files", except: &[] },
    Ban { path: "std::net", what: "opens sockets", except: &[] },
    Ban { path: "std::env", what: "reads the environment", except: &[] },
    Ban { path: "std::process", what: "reaches other processes", except: &[] },
    Ban { path: "std::time", what: "reads the clock", except: &["std::time::Duration"] },
    Ban { path: "std::thread", what: "starts or stops threads", except: &[] },
    Ban { path: "std::hash::RandomState", what: "is seeded by chance", except: &[] },
    Ban { path: "std::collections::HashMap", what: "has an order of chance", except: &[] },
    Ban { path: "std::collections::HashSet", what: "has an order of chance", except: &[] },
    Ban { path: "std::collections::hash_map", what: "has an order of chance", except: &[] },
    Ban { path: "std::collections::hash_set", what: "has an order of chance", except: &[] },
];

/// Words that are not for pure crates wherever they come from.
const WORDS: &[(&str, &str)] = &[
    ("async", "waits for the world"),
    ("::now(", "reads the clock"),
    ("TimeZone::system", "reads the machine's settings"),
    ("rand::", "draws random numbers"),
    ("thread::sleep", "waits"),
];

/// Where scoped threads may be used: they end before the call returns, and their results have a fixed order.
const MAY_SCOPE_THREADS: [&str; 2] = ["engine", "backtest"];

pub fn check(tree: &Tree, report: &mut Report) {
    for (path, text) in tree.rust() {
        let Some(name) = crate_of_source(path).filter(|name| is_pure(name)) else { continue };
        if is_test_file(path) {
            continue;
        }
        let code = without_tests(&code(text));
        for (line, used) in std_paths(&code) {
            if MAY_SCOPE_THREADS.contains(&name) && used == "std::thread::scope" {
                continue;
            }
            let Some(ban) = BANS.iter().find(|ban| within(&used, ban.path)) else { continue };
            if !ban.except.iter().any(|allowed| within(&used, allowed)) {
                add(report, path, line, name, &used, ban.what);
            }
        }
        for (word, what) in WORDS {
            for line in lines_with(&code, word) {
                add(report, path, line, name, word, what);
            }
        }
    }
}

fn within(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

fn add(report: &mut Report, path: &str, line: usize, name: &str, used: &str, what: &str) {
    let what = format!("pure crate `{name}` uses `{used}`, which {what}");
    report.add(RULE, path, Some(line), what, "do it at the edge (history, sauda) and hand the value in");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::findings;

    #[test]
    fn clocks_files_and_chance_are_found() {
        let source = "//! x\nuse std::{collections::HashMap, fs};\nfn now() { jiff::Timestamp::now() }\nuse std::time::{Duration, Instant};\nasync fn wait() {}\n";
        let expected = ["2 purity", "2 purity", "4 purity", "5 purity", "3 purity"]
            .map(|f| format!("crates/engine/src/a.rs:{f}"));
        assert_eq!(findings(check, &[("crates/engine/src/a.rs", source)]), expected);
        assert!(findings(check, &[("crates/history/src/a.rs", source)]).is_empty());
    }

    #[test]
    fn tests_and_comments_may_speak_of_them() {
        let source = "// std::fs\n#[cfg(test)]\nmod tests { use std::fs; }\nconst A: &str = \"std::fs\";\n";
        let files = [("crates/domain/src/a.rs", source), ("crates/domain/src/a/tests.rs", "use std::fs;")];
        assert!(findings(check, &files).is_empty());
    }

    #[test]
    fn only_the_backtest_may_spread_work() {
        let source = "fn a() { std::thread::scope(|s| s.spawn(b)) }";
        assert!(findings(check, &[("crates/backtest/src/a.rs", source)]).is_empty());
        assert_eq!(findings(check, &[("crates/domain/src/a.rs", source)]).len(), 1);
        assert_eq!(findings(check, &[("crates/backtest/src/a.rs", "std::thread::spawn(b)")]).len(), 1);
    }
}
