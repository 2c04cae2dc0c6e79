//! Where the benches find definitions.

use std::fs;
use std::path::{Path, PathBuf};

/// Every file below `root` that `is_input`, in path order.
pub fn files(root: &Path, is_input: impl Fn(&Path) -> bool) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if is_input(&path) {
                paths.push(path);
            }
        }
    }
    paths.sort();
    paths
}
