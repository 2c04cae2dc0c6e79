//! Which Python has rez.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::error::RezError;
use super::settings::RezSettings;

/// The environment variable that names a Python with rez.
const VARIABLE: &str = "REZLOAD_PYTHON";

/// How much of a script is read to find its interpreter.
const HEAD: u64 = 4096;

/// A Python, and how it is started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Interpreter {
    pub program: PathBuf,
    /// What stands before `-c`: the flags that rez's own tools have.
    pub flags: Vec<OsString>,
}

impl Interpreter {
    fn plain(program: impl Into<PathBuf>) -> Self {
        Interpreter {
            program: program.into(),
            flags: Vec::new(),
        }
    }
}

/// The interpreter to use: the setting, the variable, the default, the one of `rez` on PATH.
///
/// What is named may be a `rez`, too: that is what `which rez` says.
pub(super) fn discover(settings: &RezSettings) -> Result<Interpreter, RezError> {
    let variable = env::var_os(VARIABLE)
        .filter(|value| !value.is_empty())
        .map(PathBuf::from);
    let named = settings.python.clone().or(variable);
    let path = env::var_os("PATH").unwrap_or_default();
    if let Some(program) = named.or_else(|| settings.default_python.clone()) {
        if is_rez(&program) && is_executable(&program) {
            return of_rez(&program, &path).map_err(|looked| RezError::NoInterpreter { looked });
        }
        return Ok(Interpreter::plain(program));
    }
    on_path(&path).map_err(|reason| RezError::NoInterpreter {
        looked: format!("{VARIABLE} isn't set, and {reason}"),
    })
}

/// The interpreter of the first `rez` in the directories of `path`, or why there is none.
fn on_path(path: &OsStr) -> Result<Interpreter, String> {
    let names: &[&str] = if cfg!(windows) {
        &["rez.exe", "rez"]
    } else {
        &["rez"]
    };
    let found = env::split_paths(path)
        .filter(|directory| !directory.as_os_str().is_empty())
        .flat_map(|directory| names.iter().map(move |name| directory.join(name)))
        .find(|candidate| is_executable(candidate));
    let Some(rez) = found else {
        return Err("there is no `rez` on PATH".to_owned());
    };
    of_rez(&rez, path)
}

/// Whether the name is that of rez's own command.
fn is_rez(program: &Path) -> bool {
    let name = program.file_name().and_then(OsStr::to_str);
    name.is_some_and(|name| name == "rez" || name.eq_ignore_ascii_case("rez.exe"))
}

/// The interpreter that rez's own command runs on, or why it isn't known.
fn of_rez(rez: &Path, path: &OsStr) -> Result<Interpreter, String> {
    of_script(rez, path)
        .or_else(|| beside(rez))
        .ok_or_else(|| format!("`{}` doesn't say which Python it runs on", rez.display()))
}

/// The interpreter that the first line of a script names.
fn of_script(script: &Path, path: &OsStr) -> Option<Interpreter> {
    let mut head = Vec::new();
    let file = File::open(script).ok()?;
    file.take(HEAD).read_to_end(&mut head).ok()?;
    let head = String::from_utf8(head.split(|byte| *byte == 0).next()?.to_vec()).ok()?;
    let mut lines = head.lines();
    let first = lines.next()?.strip_prefix("#!")?;
    let mut words = words(first).into_iter().peekable();
    let mut program = words.next()?;
    if base_name(&program) == "env" {
        // `env -S python3 -E`, and settings of variables that don't matter here
        words.next_if(|word| word == "-S");
        program = words.next()?;
    } else if base_name(&program) == "sh" {
        // pip's way around the limits of the first line: '''exec' "/long path/python" -E "$0"
        let exec = lines.next()?.strip_prefix("'''exec' ")?;
        let mut exec = self::words(exec).into_iter();
        program = exec.next()?;
        let flags = exec.take_while(|word| word.starts_with('-'));
        return interpreter(&program, flags, path);
    }
    interpreter(&program, words, path)
}

/// A Python, with the flags of the script.
fn interpreter(
    program: &str,
    flags: impl Iterator<Item = String>,
    path: &OsStr,
) -> Option<Interpreter> {
    if !base_name(program).starts_with("python") {
        return None;
    }
    let program = if Path::new(program).is_absolute() {
        PathBuf::from(program)
    } else {
        env::split_paths(path)
            .map(|directory| directory.join(program))
            .find(|candidate| is_executable(candidate))?
    };
    Some(Interpreter {
        program,
        flags: flags.map(OsString::from).collect(),
    })
}

/// The Python in the directory of `rez`, or in the one above: an installation by `install.py`
/// has `Scripts\rez\rez.exe` beside `Scripts\python.exe` (`bin/rez/rez`, `bin/python`), one by
/// pip `Scripts\rez.exe`. The first runs its tools with `-E`.
fn beside(rez: &Path) -> Option<Interpreter> {
    let real = rez.canonicalize().ok()?;
    let directory = real.parent()?;
    let production = directory.join(".rez_production_install").is_file();
    let name = if cfg!(windows) {
        "python.exe"
    } else {
        "python"
    };
    let program = [Some(directory), directory.parent()]
        .into_iter()
        .flatten()
        .map(|directory| directory.join(name))
        .find(|candidate| is_executable(candidate))?;
    let flags = if production {
        vec![OsString::from("-E")]
    } else {
        Vec::new()
    };
    Some(Interpreter { program, flags })
}

/// The words of a command; double quotes keep spaces.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quoted = false;
    for character in line.chars() {
        match character {
            '"' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            ' ' | '\t' if !quoted => words.extend(word.take()),
            _ => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    words
}

fn base_name(program: &str) -> &str {
    program.rsplit(['/', '\\']).next().unwrap_or(program)
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;

    path.metadata()
        .is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    path.is_file()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    fn executable(path: &Path, text: &str) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn found(script: &str) -> Option<(String, Vec<OsString>)> {
        let folder = tempfile::tempdir().unwrap();
        executable(&folder.path().join("rez"), script);
        executable(&folder.path().join("python3"), "");
        let found = on_path(folder.path().as_os_str()).ok()?;
        let prefix = folder.path().display().to_string();
        let program = found.program.display().to_string();
        Some((program.replace(&prefix, "BIN"), found.flags))
    }

    #[test]
    fn the_first_line_of_the_script_names_the_interpreter() {
        let flag = |text: &str| vec![OsString::from(text)];
        let tried = [
            (
                "#!/opt/rez/bin/python -E\nimport sys\n",
                "/opt/rez/bin/python",
                flag("-E"),
            ),
            (
                "#!/opt/rez/bin/python3.11\n",
                "/opt/rez/bin/python3.11",
                vec![],
            ),
            ("#! /opt/rez/bin/python\r\n", "/opt/rez/bin/python", vec![]),
            (
                "#!\"/opt/my rez/bin/python\" -E\n",
                "/opt/my rez/bin/python",
                flag("-E"),
            ),
            ("#!/usr/bin/env python3\n", "BIN/python3", vec![]),
            ("#!/usr/bin/env -S python3 -E\n", "BIN/python3", flag("-E")),
            (
                "#!/bin/sh\n'''exec' \"/a b/python\" -E \"$0\" \"$@\"\n' '''\n",
                "/a b/python",
                flag("-E"),
            ),
            (
                "#!/bin/sh\n'''exec' /a/python \"$0\" \"$@\"\n' '''\n",
                "/a/python",
                vec![],
            ),
        ];
        for (script, program, flags) in tried {
            assert_eq!(found(script), Some((program.to_owned(), flags)), "{script}");
        }
    }

    #[test]
    fn other_scripts_name_none() {
        for script in [
            "",
            "#!",
            "#!/bin/bash\nexec rez\n",
            "\0\0",
            "#!/usr/bin/env python9\n",
        ] {
            assert_eq!(found(script), None, "{script:?}");
        }
    }

    #[test]
    fn a_production_install_has_python_one_directory_up() {
        let folder = tempfile::tempdir().unwrap();
        let bin = folder.path().canonicalize().unwrap().join("bin");
        executable(&bin.join("rez/rez"), "\x7fELF");
        executable(&bin.join("python"), "");
        fs::write(bin.join("rez/.rez_production_install"), "3.4.0").unwrap();
        let path = bin.join("rez");
        let expected = Interpreter {
            program: bin.join("python"),
            flags: vec!["-E".into()],
        };
        assert_eq!(on_path(path.as_os_str()), Ok(expected));
    }

    #[test]
    fn a_rez_can_be_named_in_place_of_its_python() {
        let folder = tempfile::tempdir().unwrap();
        let rez = folder.path().join("rez");
        executable(&rez, "#!/opt/rez/bin/python -E\n");
        let named = |python: &Path| {
            discover(&RezSettings {
                python: Some(python.to_path_buf()),
                ..RezSettings::default()
            })
        };
        let expected = Interpreter {
            program: "/opt/rez/bin/python".into(),
            flags: vec!["-E".into()],
        };
        assert_eq!(named(&rez), Ok(expected));
        executable(&rez, "\x7fELF");
        let Err(RezError::NoInterpreter { looked }) = named(&rez) else {
            panic!("it says nothing of a Python");
        };
        assert!(looked.contains("doesn't say"), "{looked}");
        // a wrapper that is no rez, and what isn't there
        for name in ["mayapy", "rez-env"] {
            let program = folder.path().join(name);
            assert_eq!(named(&program), Ok(Interpreter::plain(program)));
        }
    }

    #[test]
    fn the_first_rez_on_path_counts() {
        let folder = tempfile::tempdir().unwrap();
        let (first, second) = (folder.path().join("1"), folder.path().join("2"));
        fs::create_dir(&first).unwrap();
        // neither a directory nor a file that can't be run
        fs::create_dir(first.join("rez")).unwrap();
        executable(&second.join("rez"), "#!/opt/python\n");
        let path = env::join_paths([&first, &second]).unwrap();
        assert_eq!(on_path(&path).unwrap().program, Path::new("/opt/python"));
        executable(&folder.path().join("0/rez"), "#!/bin/bash\n");
        let path = env::join_paths([&folder.path().join("0"), &second]).unwrap();
        let reason = on_path(&path).unwrap_err();
        assert!(reason.contains("0/rez"), "{reason}");
    }
}
