//! Folders and files are named for what is in them.

use std::collections::BTreeSet;

use crate::finding::Report;
use crate::tree::Tree;

const RULE: &str = "names";

/// A name that says nothing holds anything: the thing is in the wrong place.
const BANNED: [&str; 9] =
    ["util", "utils", "common", "helper", "helpers", "manager", "managers", "misc", "miscellaneous"];

pub fn check(tree: &Tree, report: &mut Report) {
    let mut seen = BTreeSet::new();
    for (path, _) in tree.files() {
        let mut end = 0;
        for part in path.split('/') {
            end += part.len();
            let place = &path[..end];
            end += 1;
            if !seen.insert(place.to_owned()) {
                continue;
            }
            let stem = part.split('.').find(|s| !s.is_empty()).unwrap_or(part).to_ascii_lowercase();
            if let Some(word) = stem.split(['_', '-']).find(|word| BANNED.contains(word)) {
                let cure = "name it for what is in it, or move each part to the subject it belongs to";
                report.add(RULE, place, None, format!("`{word}` says nothing"), cure);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::findings;

    #[test]
    fn names_that_say_nothing_are_found_once() {
        let files = [
            ("crates/engine/src/utils/a.rs", ""),
            ("crates/engine/src/utils/b.rs", ""),
            ("crates/engine/src/order_manager.rs", ""),
            ("crates/engine/src/utility_company.rs", ""),
        ];
        let expected = ["crates/engine/src/order_manager.rs names", "crates/engine/src/utils names"];
        assert_eq!(findings(check, &files), expected);
    }
}
