//! The fixtures, and what rez says of them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rezload::{CompactString, PackageData};

pub fn fixtures() -> PathBuf {
    // this package's, or that of the VM tier's tests
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = ["tests/fixtures", "../fixtures"].map(|folder| package.join(folder));
    folders.into_iter().find(|folder| folder.is_dir()).unwrap()
}

/// The files of a folder of fixtures, by `folder/name.py`.
pub fn folder(name: &str) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(fixtures().join(name)).unwrap();
    let files = entries.map(|entry| {
        let path = entry.unwrap().path();
        let label = format!("{name}/{}", path.file_name().unwrap().to_str().unwrap());
        (label, fs::read(path).unwrap())
    });
    files.collect()
}

/// What rez says of each, by the same labels.
pub fn expected() -> serde_json::Value {
    let text = fs::read_to_string(fixtures().join("expected.json")).unwrap();
    // one line a fixture; those with lone surrogates, which only Python's JSON has, are left out
    let mut all = serde_json::Map::new();
    for line in text.lines() {
        let line = line.trim().strip_suffix(',').unwrap_or(line.trim());
        if let Ok(serde_json::Value::Object(entry)) = serde_json::from_str(&format!("{{{line}}}")) {
            all.extend(entry);
        }
    }
    all.into()
}

pub fn as_json(package: &PackageData) -> serde_json::Value {
    let list =
        |list: &[CompactString]| -> Vec<String> { list.iter().map(ToString::to_string).collect() };
    let variants: Vec<_> = package.variants.iter().map(|v| list(v)).collect();
    serde_json::json!({
        "name": package.name.as_str(),
        "version": package.version.as_str(),
        "requires": list(&package.requires),
        "variants": variants,
    })
}
