//! The OpenAPI document is what stands in the repository. `cargo xtask openapi` writes it.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

const FILE: &str = "openapi.json";

#[test]
fn the_file_in_the_repository_is_up_to_date() {
    let manifest =
        std::env::var("CARGO_MANIFEST_DIR").unwrap_or_else(|_| env!("CARGO_MANIFEST_DIR").to_owned());
    let path = Path::new(&manifest).join(FILE);
    let document = api::document();
    if std::env::var_os("SAUDA_WRITE_GOLDEN").is_some() {
        std::fs::write(&path, &document).unwrap();
        return;
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    if kept != document {
        let line = kept.lines().zip(document.lines()).position(|(a, b)| a != b).unwrap_or(0) + 1;
        panic!(
            "crates/api/{FILE} is stale from line {line} on; run `cargo xtask openapi` and review the difference"
        );
    }
}

/// Each operation has a tag, words, an error schema; each reference leads somewhere; each body has an example.
#[test]
fn the_document_is_whole() {
    let document: Value = serde_json::from_str(&api::document()).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    let mut faults = Vec::new();
    let mut ids = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let mut need = |what: &str, there: bool| {
                if !there {
                    faults.push(format!("{method} {path} has no {what}"));
                }
            };
            need("tag", operation["tags"][0].is_string());
            need("summary", operation["summary"].is_string());
            need("error schema", operation["responses"]["default"]["content"].is_object());
            need("id of its own", ids.insert(operation["operationId"].as_str().unwrap().to_owned()));
            let words = |response: &Value| response["description"].as_str().is_some_and(|d| !d.is_empty());
            need("words for a response", operation["responses"].as_object().unwrap().values().all(words));
            if operation["requestBody"].is_object() {
                let reference = &operation["requestBody"]["content"]["application/json"]["schema"]["$ref"];
                let schema = document.pointer(reference.as_str().unwrap().trim_start_matches('#')).unwrap();
                need("example of its body", !schema["example"].is_null() || !schema["examples"].is_null());
                need("closed body", schema["additionalProperties"] == false);
            }
            need("success", operation["responses"].as_object().unwrap().keys().any(|s| s.starts_with('2')));
        }
    }
    references(&document, &mut |reference| {
        let place = reference.trim_start_matches('#');
        if document.pointer(place).is_none() {
            faults.push(format!("{reference} leads nowhere"));
        }
    });
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn references(value: &Value, found: &mut impl FnMut(&str)) {
    match value {
        Value::Object(map) => {
            if let Some(Value::String(reference)) = map.get("$ref") {
                found(reference);
            }
            map.values().for_each(|v| references(v, found));
        }
        Value::Array(list) => list.iter().for_each(|v| references(v, found)),
        _ => {}
    }
}
