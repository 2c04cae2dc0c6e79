//! The encoding of files that name none, as the Python that has rez takes it.

use std::env::var_os;
use std::sync::LazyLock;

/// Whether it is certain to be UTF-8: Python takes it from the environment, in which this process
/// is, too.
pub(crate) fn is_utf_8() -> bool {
    static IS_UTF_8: LazyLock<bool> = LazyLock::new(|| {
        let set = |name: &str| {
            let value = var_os(name).filter(|value| !value.is_empty());
            value.map(|value| value.to_string_lossy().into_owned())
        };
        !cfg!(windows) && is_utf_8_with(set)
    });
    *IS_UTF_8
}

/// [`is_utf_8`] in the environment in which `set` gives what isn't empty.
///
/// In `C` and `POSIX` CPython takes UTF-8 (PEP 540), and one of UTF-8 that isn't installed is `C`.
/// `PYTHONUTF8`, which rez's own tools don't see, may only say what the locale does.
fn is_utf_8_with(set: impl Fn(&str) -> Option<String>) -> bool {
    if set("PYTHONUTF8").is_some_and(|mode| mode != "1") {
        return false;
    }
    let Some(locale) = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set) else {
        return true;
    };
    let locale = locale.to_ascii_lowercase();
    let (name, codeset) = locale.split_once('.').unwrap_or((&locale, ""));
    let codeset = codeset.split('@').next().unwrap_or_default();
    match codeset {
        "" => ["c", "posix"].contains(&name),
        codeset => ["utf-8", "utf8"].contains(&codeset),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locale_says_the_encoding() {
        let with = |variables: &'static [(&str, &str)]| {
            is_utf_8_with(|name| {
                let found = variables.iter().find(|(set, _)| *set == name);
                found.map(|(_, value)| (*value).to_owned())
            })
        };
        assert!(with(&[]));
        for locale in ["C", "POSIX", "C.UTF-8", "en_US.utf8", "de_AT.UTF-8@euro"] {
            assert!(
                is_utf_8_with(|name| (name == "LANG").then(|| locale.to_owned())),
                "{locale}"
            );
        }
        for locale in [
            "en_US",
            "ja_JP.eucJP",
            "de_DE@euro",
            "de_DE.ISO-8859-1",
            "UTF-8",
        ] {
            assert!(
                !is_utf_8_with(|name| (name == "LC_ALL").then(|| locale.to_owned())),
                "{locale}"
            );
        }
        assert!(with(&[("LC_ALL", "C.UTF-8"), ("LANG", "en_US")]));
        assert!(!with(&[("LC_CTYPE", "en_US"), ("LANG", "C.UTF-8")]));
        assert!(with(&[("PYTHONUTF8", "1"), ("LANG", "C")]));
        assert!(!with(&[("PYTHONUTF8", "1"), ("LANG", "en_US")]));
        assert!(!with(&[("PYTHONUTF8", "0")]));
    }
}
