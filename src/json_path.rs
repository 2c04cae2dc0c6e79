//! Paths in JSON.

use std::fmt::Write;
use std::path::Path;

#[cfg(feature = "cli")]
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

/// [`path_value`] in a JSON document; most paths are text, which needs nothing of its own.
#[cfg(feature = "cli")]
pub(crate) struct PathValue<'a>(pub &'a Path);

#[cfg(feature = "cli")]
impl Serialize for PathValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.to_str() {
            Some(text) => serializer.serialize_str(text),
            None => path_value(self.0).serialize(serializer),
        }
    }
}

/// A path as Python's `json.dumps(os.fsdecode(path))` writes it: what isn't Unicode is a
/// lone surrogate, so that `os.fsencode(json.loads(line)["path"])` is the file's name.
pub(crate) fn path_value(path: &Path) -> Box<RawValue> {
    let mut json = String::from("\"");
    push_os_str(&mut json, path);
    json.push('"');
    RawValue::from_string(json).expect("an escaped string is JSON")
}

#[cfg(unix)]
fn push_os_str(json: &mut String, path: &Path) {
    use std::os::unix::ffi::OsStrExt;

    for chunk in path.as_os_str().as_bytes().utf8_chunks() {
        push_text(json, chunk.valid());
        for byte in chunk.invalid() {
            // PEP 383
            let _ = write!(json, "\\udc{byte:02x}");
        }
    }
}

#[cfg(windows)]
fn push_os_str(json: &mut String, path: &Path) {
    use std::os::windows::ffi::OsStrExt;

    for unit in char::decode_utf16(path.as_os_str().encode_wide()) {
        match unit {
            Ok(character) => push_text(json, character.encode_utf8(&mut [0; 4])),
            Err(surrogate) => {
                let _ = write!(json, "\\u{:04x}", surrogate.unpaired_surrogate());
            }
        }
    }
}

#[cfg(not(any(unix, windows)))]
fn push_os_str(json: &mut String, path: &Path) {
    push_text(json, &path.to_string_lossy());
}

fn push_text(json: &mut String, text: &str) {
    let quoted = serde_json::to_string(text).expect("a string always serialises");
    json.push_str(&quoted[1..quoted.len() - 1]);
}
