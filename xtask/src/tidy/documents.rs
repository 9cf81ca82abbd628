//! Documents tell the truth of today: the map names every crate, the changelog has room, links lead somewhere.

use crate::finding::Report;
use crate::tree::Tree;

/// The headings that a release of the changelog may have, in this order.
const CHANGES: [&str; 5] = ["Trading", "Money and risk", "Interface", "Fixes", "Under the hood"];

pub fn check(tree: &Tree, report: &mut Report) {
    check_map(tree, report);
    check_changelog(tree, report);
    for (path, text) in tree.of_kind("md") {
        check_links(tree, path, text, report);
    }
}

fn check_map(tree: &Tree, report: &mut Report) {
    const MAP: &str = "ARCHITECTURE.md";
    let map = tree.text(MAP).unwrap_or_default();
    for name in tree.crates() {
        if !map.contains(&format!("crates/{name}`")) {
            let cure = format!(
                "add a section on `crates/{name}`: its job, its invariant, what it deliberately lacks"
            );
            report.add("map", MAP, None, format!("crate `{name}` is not on the map"), cure);
        }
    }
    for (i, line) in map.lines().enumerate() {
        for folder in line.split('`').filter(|part| part.starts_with("crates/") && !part.contains(['<', '*']))
        {
            if !tree.has(folder.trim_end_matches('/')) {
                let what = format!("`{folder}` is on the map and not in the workspace");
                report.add("map", MAP, Some(i + 1), what, "correct the name, or take it off the map");
            }
        }
    }
}

fn check_changelog(tree: &Tree, report: &mut Report) {
    const LOG: &str = "CHANGELOG.md";
    let log = tree.text(LOG).unwrap_or_default();
    if !log.lines().any(|line| line == "## Unreleased") {
        let cure = "add `## Unreleased` above the newest release and write what a trader would notice";
        report.add("changelog", LOG, None, "there is no section for what is not released", cure);
    }
    for (i, line) in log.lines().enumerate() {
        if let Some(heading) = line.strip_prefix("### ").filter(|heading| !CHANGES.contains(heading)) {
            let cure = format!("use {}", CHANGES.join(", "));
            report.add("changelog", LOG, Some(i + 1), format!("`{heading}` is not a heading here"), cure);
        }
    }
}

/// Relative links in Markdown lead to a file or folder of the workspace.
fn check_links(tree: &Tree, path: &str, text: &str, report: &mut Report) {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    for (i, line) in text.lines().enumerate() {
        for (at, _) in line.match_indices("](") {
            let Some((link, _)) = line[at + 2..].split_once(')') else { continue };
            let target = link.split('#').next().unwrap_or_default();
            if target.is_empty() || target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            if !tree.has(&resolve(folder, target)) {
                let what = format!("link to `{link}` leads nowhere");
                report.add("links", path, Some(i + 1), what, "correct the path; it is relative to this file");
            }
        }
    }
}

fn resolve(folder: &str, link: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in link.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::findings;

    const LOG: (&str, &str) = ("CHANGELOG.md", "## Unreleased\n### Trading\n");

    #[test]
    fn the_map_and_the_crates_agree() {
        let map = ("ARCHITECTURE.md", "### `crates/engine`\n### `crates/gone`\n`crates/<name>/src`\n");
        let files = [map, LOG, ("crates/engine/Cargo.toml", ""), ("crates/desk/Cargo.toml", "")];
        assert_eq!(findings(check, &files), ["ARCHITECTURE.md map", "ARCHITECTURE.md:2 map"]);
    }

    #[test]
    fn the_changelog_has_room_and_known_headings() {
        assert_eq!(
            findings(check, &[("CHANGELOG.md", "## 1.0\n### Stuff\n")]),
            ["CHANGELOG.md changelog", "CHANGELOG.md:2 changelog"]
        );
        assert!(findings(check, &[LOG]).is_empty());
    }

    #[test]
    fn links_lead_somewhere() {
        let page =
            ("docs/a/b.md", "[up](../c.md#part) [web](https://example.org) [here](#x)\n[gone](c.md)\n");
        assert_eq!(findings(check, &[LOG, page, ("docs/c.md", "")]), ["docs/a/b.md:2 links"]);
    }
}
