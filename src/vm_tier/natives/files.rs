//! Files, read and never written.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Read};
use std::path::{Component, Path, Prefix};

use rustpython_vm::builtins::{PyModule, PyStrRef};
use rustpython_vm::convert::ToPyObject;
use rustpython_vm::{Py, PyResult, VirtualMachine};

use super::super::state;
use super::facts::check_text;
use super::{decline, host_text, natives};
use crate::decline::Reason;

pub(super) fn add(module: &Py<PyModule>, vm: &VirtualMachine) -> PyResult<()> {
    natives!(module, vm, access, getcwd, listdir, read, readlink, stat);
    Ok(())
}

/// Folders whose contents tell of the process that reads them, and devices.
const OF_THE_HOST: [&str; 3] = ["/proc", "/dev", "/sys"];

/// Whether the contents of what is at `path` may be others for other processes.
fn tells_of_the_host(path: &Path) -> bool {
    OF_THE_HOST.iter().any(|folder| path.starts_with(folder))
}

/// Whether what is at `path` may be there for one process only.
fn is_of_a_process(path: &Path) -> bool {
    let mut names = path.strip_prefix("/proc").into_iter().flatten();
    names.next().is_some_and(|name| {
        let is_number = name.as_encoded_bytes().iter().all(u8::is_ascii_digit);
        is_number || name == "self" || name == "thread-self"
    })
}

/// Declines a path that leads, over links and `..`, to where it `is_odd`.
fn refuse(path: &Path, is_odd: fn(&Path) -> bool, vm: &VirtualMachine) -> PyResult<()> {
    #[cfg(unix)]
    let odd = {
        use crate::real_path::link_by_link;

        let mut odd = false;
        // what isn't there is nothing odd
        let _ = link_by_link(path, |next| {
            odd = is_odd(next);
            match odd {
                true => Err(io::ErrorKind::Other.into()),
                false => Ok(()),
            }
        });
        odd
    };
    #[cfg(not(unix))]
    let odd = std::path::absolute(path).is_ok_and(|path| is_odd(&path));
    if odd {
        let detail = format!("what {} tells", path.display());
        return Err(decline(vm, Reason::Unordered, detail));
    }
    Ok(())
}

/// A path of the definition's as the host has it, whose contents are read.
fn content_path(path: &PyStrRef, vm: &VirtualMachine) -> PyResult<OsString> {
    let host = host_path(path, vm)?;
    refuse(Path::new(&host), tells_of_the_host, vm)?;
    let full = std::path::absolute(&host).unwrap_or_else(|_| host.clone().into());
    // `NUL` and `con.txt` are such on Windows, wherever they are said to be
    if let Some(Component::Prefix(prefix)) = full.components().next() {
        if matches!(prefix.kind(), Prefix::DeviceNS(_) | Prefix::Verbatim(_)) {
            return Err(decline(vm, Reason::HostFact, "a device"));
        }
    }
    Ok(host)
}

/// A path of the definition's as the host has it, which is asked whether something is there.
fn place(path: &PyStrRef, vm: &VirtualMachine) -> PyResult<OsString> {
    let host = host_path(path, vm)?;
    refuse(Path::new(&host), is_of_a_process, vm)?;
    Ok(host)
}

/// A path of the definition's as the host has it.
fn host_path(path: &PyStrRef, vm: &VirtualMachine) -> PyResult<OsString> {
    match path.to_str() {
        Some(path) if path.contains('\0') => {
            Err(vm.new_value_error("embedded null byte".to_owned()))
        }
        Some(path) => {
            check_text(path, vm)?;
            Ok(OsString::from(path))
        }
        None => Err(decline(vm, Reason::HostFact, "a path that isn't UTF-8")),
    }
}

/// `(errno, strerror)`, which the facade raises as an `OSError`.
///
/// Windows' own codes aren't errno's, CPython has the texts of some from Windows and of others
/// from C, and which it is depends on the function: there it declines.
fn failed(error: &io::Error, vm: &VirtualMachine) -> PyResult {
    if cfg!(windows) {
        return Err(decline(vm, Reason::HostFact, "a file that Windows refuses"));
    }
    let text = error.to_string();
    let words = text
        .split(" (os error ")
        .next()
        .unwrap_or_default()
        .to_owned();
    Ok((error.raw_os_error().unwrap_or(5), words).to_pyobject(vm))
}

fn getcwd(vm: &VirtualMachine) -> PyResult {
    match std::env::current_dir() {
        Ok(path) => host_text(path.as_os_str(), vm),
        Err(error) => failed(&error, vm),
    }
}

fn metadata(
    path: &PyStrRef,
    follow: bool,
    vm: &VirtualMachine,
) -> PyResult<io::Result<fs::Metadata>> {
    let path = place(path, vm)?;
    Ok(if follow {
        fs::metadata(&path)
    } else {
        fs::symlink_metadata(&path)
    })
}

#[cfg(unix)]
fn stat(path: PyStrRef, follow: bool, vm: &VirtualMachine) -> PyResult {
    use std::os::unix::fs::MetadataExt;
    Ok(match metadata(&path, follow, vm)? {
        Ok(m) => {
            let ns = |s: i64, n: i64| {
                vm.ctx
                    .new_int(i128::from(s) * 1_000_000_000 + i128::from(n))
                    .into()
            };
            vm.ctx
                .new_tuple(vec![
                    vm.ctx.new_int(m.mode()).into(),
                    vm.ctx.new_int(m.ino()).into(),
                    vm.ctx.new_int(m.dev()).into(),
                    vm.ctx.new_int(m.nlink()).into(),
                    vm.ctx.new_int(m.uid()).into(),
                    vm.ctx.new_int(m.gid()).into(),
                    vm.ctx.new_int(m.size()).into(),
                    ns(m.atime(), m.atime_nsec()),
                    ns(m.mtime(), m.mtime_nsec()),
                    ns(m.ctime(), m.ctime_nsec()),
                ])
                .into()
        }
        Err(error) => failed(&error, vm)?,
    })
}

/// On Windows only the kind of file and its size are CPython's; the rest declines.
#[cfg(not(unix))]
fn stat(path: PyStrRef, follow: bool, vm: &VirtualMachine) -> PyResult {
    match metadata(&path, follow, vm)? {
        Ok(m) => {
            let kind = if m.is_dir() {
                0o040_777
            } else if m.is_symlink() {
                0o120_777
            } else if m.permissions().readonly() {
                0o100_444
            } else {
                0o100_666
            };
            let zero = || vm.ctx.new_int(0).into();
            Ok(vm
                .ctx
                .new_tuple(vec![
                    vm.ctx.new_int(kind).into(),
                    zero(),
                    zero(),
                    zero(),
                    zero(),
                    zero(),
                    vm.ctx.new_int(m.len()).into(),
                    zero(),
                    zero(),
                    zero(),
                ])
                .into())
        }
        // nothing is there, which the facade may answer but not raise
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok((2, "").to_pyobject(vm)),
        Err(error) => failed(&error, vm),
    }
}

fn listdir(path: PyStrRef, vm: &VirtualMachine) -> PyResult {
    let path = content_path(&path, vm)?;
    let entries = match fs::read_dir(&path) {
        Ok(entries) => entries,
        Err(error) => return failed(&error, vm),
    };
    let mut list = Vec::new();
    for entry in entries {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => return failed(&error, vm),
        };
        let kind = match entry.file_type() {
            Ok(kind) if kind.is_symlink() => "link",
            Ok(kind) if kind.is_dir() => "dir",
            Ok(kind) if kind.is_file() => "file",
            _ => "other",
        };
        let name = host_text(&entry.file_name(), vm)?;
        list.push(
            vm.ctx
                .new_tuple(vec![name, vm.ctx.new_str(kind).into()])
                .into(),
        );
    }
    Ok(vm.ctx.new_list(list).into())
}

fn readlink(path: PyStrRef, vm: &VirtualMachine) -> PyResult {
    match fs::read_link(content_path(&path, vm)?) {
        Ok(target) => host_text(target.as_os_str(), vm),
        Err(error) => failed(&error, vm),
    }
}

#[cfg(unix)]
fn access(path: PyStrRef, mode: i32, vm: &VirtualMachine) -> PyResult<bool> {
    use std::os::unix::ffi::OsStrExt;
    let path = place(&path, vm)?;
    let Ok(path) = std::ffi::CString::new(path.as_bytes()) else {
        return Ok(false);
    };
    // SAFETY: the path ends with a NUL, and `access` only reads it.
    Ok(unsafe { libc::access(path.as_ptr(), mode) } == 0)
}

#[cfg(not(unix))]
fn access(_path: PyStrRef, _mode: i32, vm: &VirtualMachine) -> PyResult<bool> {
    Err(decline(vm, Reason::HostFact, "os.access"))
}

/// The bytes of a regular file.
fn read(path: PyStrRef, vm: &VirtualMachine) -> PyResult {
    let path = content_path(&path, vm)?;
    let left = state::with(|run| run.limits.read.saturating_sub(run.read)).unwrap_or(0);
    match read_file(Path::new(&path), left) {
        Ok(Some(bytes)) => {
            state::with(|run| run.read += bytes.len());
            Ok(vm.ctx.new_bytes(bytes).into())
        }
        Ok(None) => Err(decline(
            vm,
            Reason::HostFact,
            "a file that is too big, or none to read to its end",
        )),
        Err(error) => failed(&error, vm),
    }
}

/// The bytes of the file, `None` if they are more than `limit` or it isn't a regular file.
fn read_file(path: &Path, limit: usize) -> io::Result<Option<Vec<u8>>> {
    // a FIFO would block: its kind is asked first
    if fs::metadata(path)?.is_dir() {
        return Err(io::Error::from_raw_os_error(21));
    }
    if !fs::metadata(path)?.is_file() {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    fs::File::open(path)?
        .take(limit as u64 + 1)
        .read_to_end(&mut bytes)?;
    Ok((bytes.len() <= limit).then_some(bytes))
}
