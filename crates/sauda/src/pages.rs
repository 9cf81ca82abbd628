//! The web application's files, as they were built into the binary.

use std::sync::Arc;

use api::{Page, Pages};

include!(concat!(env!("OUT_DIR"), "/app_files.rs"));

pub fn pages() -> Pages {
    Arc::new(|path| {
        let at = FILES.binary_search_by_key(&path, |(name, _)| name).ok()?;
        let (name, bytes) = FILES[at];
        Some(Page { bytes, mime: mime(name), immutable: name.starts_with("assets/") })
    })
}

fn mime(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("json" | "webmanifest" | "map") => "application/json",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_entry_is_there_and_names_scripts_that_are_too() {
        let pages = pages();
        let entry = pages("index.html").unwrap();
        let text = std::str::from_utf8(entry.bytes).unwrap();
        let scripts: Vec<&str> = text
            .split('"')
            .filter(|word| word.contains("assets/") && mime(word).starts_with("text/javascript"))
            .collect();
        assert!(!scripts.is_empty(), "{text}");
        for script in scripts {
            assert!(pages(script.trim_start_matches('/')).is_some(), "{script}");
        }
        assert!(pages("no/such/file").is_none());
    }
}
