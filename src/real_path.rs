//! Paths with their links resolved, in Python's spelling.

use std::io;
use std::path::{Path, PathBuf};

/// `os.path.realpath` of what exists.
#[cfg(not(windows))]
pub(crate) fn real_path(path: &Path) -> io::Result<PathBuf> {
    path.canonicalize()
}

/// `os.path.realpath` of what exists (`ntpath.py`): Windows gives the path with the prefix of
/// verbatim ones, which stays only where the path had it before, or where without it another file
/// is meant.
#[cfg(windows)]
pub(crate) fn real_path(path: &Path) -> io::Result<PathBuf> {
    use std::path::{Component, Prefix};

    let real = path.canonicalize()?;
    let verbatim = |path: &Path| match path.components().next() {
        Some(Component::Prefix(prefix)) => prefix.kind().is_verbatim(),
        _ => false,
    };
    let Some(Component::Prefix(prefix)) = real.components().next() else {
        return Ok(real);
    };
    let Some(text) = real.to_str().filter(|_| !verbatim(path)) else {
        return Ok(real);
    };
    let plain = match prefix.kind() {
        Prefix::VerbatimUNC(..) => format!(r"\\{}", &text[r"\\?\UNC\".len()..]),
        Prefix::VerbatimDisk(_) => text[r"\\?\".len()..].to_owned(),
        _ => return Ok(real),
    };
    let plain = PathBuf::from(plain);
    Ok(match plain.canonicalize() {
        Ok(same) if same == real => plain,
        _ => real,
    })
}

#[cfg(all(test, windows))]
mod tests {
    use super::*;

    #[test]
    fn what_had_no_prefix_gets_none() {
        let folder = std::env::temp_dir();
        let real = real_path(&folder).unwrap();
        assert!(!real.to_str().unwrap().starts_with(r"\\?\"), "{real:?}");
        assert_eq!(real.canonicalize().unwrap(), folder.canonicalize().unwrap());
        let verbatim = folder.canonicalize().unwrap();
        assert_eq!(real_path(&verbatim).unwrap(), verbatim);
    }
}
