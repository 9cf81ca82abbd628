//! The promises that no lint can keep, one module each.
//!
//! A rule looks at the [`Tree`] and adds findings, each with the file, the line, the rule and the cure. It is also a
//! test (below), so that it cannot be forgotten.

mod arrows;
mod documents;
mod modules;
mod names;
mod purity;
mod readme;

use std::path::Path;

use crate::finding::Report;
use crate::tree::Tree;

/// The rules, in the order in which their findings are shown. `root` is for what must be run: the built binary.
pub fn check(tree: &Tree, root: &Path) -> Report {
    let mut report = Report::default();
    arrows::check(tree, &mut report);
    purity::check(tree, &mut report);
    names::check(tree, &mut report);
    modules::check(tree, &mut report);
    documents::check(tree, &mut report);
    readme::check(tree, root, &mut report);
    report
}

/// Runs one rule over a small made-up workspace: the findings as `path:line rule`.
#[cfg(test)]
fn findings(rule: fn(&Tree, &mut Report), files: &[(&str, &str)]) -> Vec<String> {
    let mut report = Report::default();
    rule(&Tree::of(files), &mut report);
    let place = |line: Option<usize>| line.map_or(String::new(), |line| format!(":{line}"));
    report.findings.iter().map(|f| format!("{}{} {}", f.path, place(f.line), f.rule)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_is_tidy() {
        let root = crate::root();
        let tree = Tree::read(&root).expect("the workspace can be read");
        assert!(tree.len() > 50, "only {} files were found below {}", tree.len(), root.display());
        let findings: Vec<String> = check(&tree, &root).findings.iter().map(ToString::to_string).collect();
        assert!(findings.is_empty(), "\n{}", findings.join("\n"));
    }
}
