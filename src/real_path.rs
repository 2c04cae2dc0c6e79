//! Paths with their links resolved, in Python's spelling.

use std::io;
use std::path::{Path, PathBuf};

/// `os.path.realpath` of what exists.
#[cfg(any(target_os = "linux", not(any(unix, windows))))]
pub(crate) fn real_path(path: &Path) -> io::Result<PathBuf> {
    path.canonicalize()
}

/// `os.path.realpath` of what exists.
#[cfg(all(unix, not(target_os = "linux")))]
pub(crate) fn real_path(path: &Path) -> io::Result<PathBuf> {
    link_by_link(path, |_| Ok(()))
}

/// As `posixpath.py` does it: names that are no links stay as they are written, where the system's
/// own `realpath` may put them in the case that they have on the disk, as on macOS.
///
/// `step` sees each path on the way, links too, and may end it.
#[cfg(all(unix, any(test, feature = "vm", not(target_os = "linux"))))]
pub(crate) fn link_by_link(
    path: &Path,
    mut step: impl FnMut(&Path) -> io::Result<()>,
) -> io::Result<PathBuf> {
    /// As many as the kernels follow, more or less.
    const MAX_LINKS: usize = 40;

    let names = |path: &Path| -> Vec<_> {
        let names = path.components().rev();
        names.map(|name| name.as_os_str().to_owned()).collect()
    };
    let mut links = 0;
    let mut real = PathBuf::new();
    let mut rest = names(&std::env::current_dir()?.join(path));
    while let Some(name) = rest.pop() {
        if name == ".." {
            real.pop();
            continue;
        }
        // the root takes the place of what is before it
        let next = real.join(name);
        step(&next)?;
        if !next.symlink_metadata()?.is_symlink() {
            real = next;
            continue;
        }
        links += 1;
        if links > MAX_LINKS {
            return Err(io::Error::from_raw_os_error(libc::ELOOP));
        }
        rest.extend(names(&next.read_link()?));
    }
    Ok(real)
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

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::fs::{create_dir_all, write};
    use std::os::unix::fs::symlink;

    fn resolved(path: &Path) -> io::Result<PathBuf> {
        link_by_link(path, |_| Ok(()))
    }

    #[test]
    fn links_lead_where_the_system_says() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        create_dir_all(root.join("a/b")).unwrap();
        write(root.join("a/b/file"), "").unwrap();
        symlink("a/b", root.join("relative")).unwrap();
        symlink(root.join("a"), root.join("absolute")).unwrap();
        symlink("../../relative/../b/./file", root.join("a/b/back")).unwrap();
        symlink("again", root.join("again")).unwrap();
        for path in [
            "",
            ".",
            "a/../a/b/file",
            "relative/file",
            "relative/../b",
            "absolute/b/back",
            "relative/back",
            "a//b/",
            "a/b/file",
            "absolute/../a",
            "..",
        ] {
            let path = root.join(path);
            let real = path.canonicalize().unwrap();
            assert_eq!(resolved(&path).unwrap(), real, "{path:?}");
        }
        for path in ["none", "again", "again/file", "a/none/b", "absolute/none"] {
            let path = root.join(path);
            assert!(
                path.canonicalize().is_err() && resolved(&path).is_err(),
                "{path:?}"
            );
        }
        let here = std::env::current_dir().unwrap();
        assert_eq!(
            resolved(Path::new("src")).unwrap(),
            here.canonicalize().unwrap().join("src")
        );
    }
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
