//! The command line as a user meets it: arguments, output, exit status.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

const LITERAL: &str = "tests/fixtures/api/literal/package.py";
const COMPUTED: &str = "tests/fixtures/api/computed/package.py";

/// What one run of `rezload` left behind.
struct Run {
    status: i32,
    stdout: String,
    stderr: String,
}

fn rezload(args: &[&str]) -> Run {
    run(command().args(args))
}

fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rezload"));
    command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        // no rez is found unless a test names one
        .env("PATH", "")
        .env_remove("REZLOAD_PYTHON")
        // the VM, where it is compiled in, has tests of its own
        .env("REZLOAD_VM", "0")
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR_FORCE");
    command
}

fn run(command: &mut Command) -> Run {
    let output = command.output().unwrap();
    Run {
        status: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

fn run_with_input(command: &mut Command, input: &[u8]) -> Run {
    use std::io::Write;

    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    Run {
        status: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A package.py with `source` in a directory of its own.
fn package(source: &[u8]) -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("package.py");
    fs::write(&path, source).unwrap();
    (dir, path)
}

fn json_lines(run: &Run) -> Vec<serde_json::Value> {
    run.stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn load_prints_the_four_fields() {
    let run = rezload(&["load", LITERAL]);
    assert_eq!(
        run.stdout,
        "literal 1.2.0 (static)\n  \
           requires: python-3.9+ openexr-3.1|3.2\n  \
           variant 0: platform-linux maya-2024\n  \
           variant 1: platform-windows maya-2025\n"
    );
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
}

#[test]
fn load_takes_a_directory() {
    let directory = Path::new(LITERAL).parent().unwrap().to_str().unwrap();
    let from_directory = rezload(&["load", "--json", directory]);
    assert_eq!(from_directory.status, 0);
    assert_eq!(
        json_lines(&from_directory)[0]["path"],
        Path::new(directory).join("package.py").to_str().unwrap()
    );
}

const DEFINITION: &str = "\
name = 'x'
text = 'a\\n\\'b\\' \"c\" \\x1b\\u202e'
numbers = [True, 1, 1.0, -0.0, 1e400, 2j, 0xffffffffffffffffff]
others = (b'\\x00\\'', ..., {1}, [{1: None}])
@include('m')
@late()
def tools():
    # why
    return ['a']
with scope('config') as c:
    c.a.b = ModifyList(append=['x'])
";

#[test]
fn load_definition_shows_all_attributes() {
    let (_dir, path) = package(DEFINITION.as_bytes());
    let run = rezload(&["load", "--definition", path.to_str().unwrap()]);
    let (header, rest) = run.stdout.split_once('\n').unwrap();
    assert_eq!(header, format!("# {} (static)", path.display()));
    assert_eq!(
        rest,
        "name = 'x'\n\
         text = 'a\\n\\'b\\' \"c\" \\x1b\\u{202e}'\n\
         numbers = [True, 1, 1.0, -0.0, inf, (0.0+2.0j), 4722366482869645213695]\n\
         others = (b'\\x00\\'', ..., {1}, [{1: None}])\n\
         @include('m')\n@late()\ndef tools():\n    # why\n    return ['a']\n\
         config = {'a': {'b': ModifyList(append=['x'])}}\n"
            .replace("\u{202e}", "\\u{202e}")
    );
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
}

#[test]
fn load_definition_json_keeps_types_that_json_lacks() {
    let (_dir, path) = package(DEFINITION.as_bytes());
    let args = [
        "load",
        "--definition",
        "--json",
        path.to_str().unwrap(),
        COMPUTED,
    ];
    let run = rezload(&args);
    assert_eq!((run.status, run.stderr.as_str()), (1, ""));
    let lines = json_lines(&run);
    assert_eq!(lines[0]["tier"], "static");
    let keys = "\"definition\":{\"name\":\"x\",\"text\":";
    assert!(run.stdout.contains(keys), "in rez's order: {}", run.stdout);
    assert!(run.stdout.contains("[true,1,1.0,-0.0,"), "{}", run.stdout);
    assert!(
        run.stdout.contains(",4722366482869645213695]"),
        "{}",
        run.stdout
    );
    let definition = &lines[0]["definition"];
    assert_eq!(
        definition["others"],
        serde_json::json!([
            {"$type": "bytes", "value": "b'\\x00\\''"},
            {"$type": "ellipsis", "value": "..."},
            {"$type": "set", "items": [1]},
            [{"$type": "dict", "items": [[1, null]]}],
        ])
    );
    assert_eq!(
        definition["tools"],
        serde_json::json!({
            "$type": "SourceCode",
            "source": "# why\nreturn ['a']",
            "funcname": "tools",
            "decorators": [{"name": "late"}, {"name": "include", "nargs": ["m"]}],
            "filepath": fs::canonicalize(&path).unwrap().to_str().unwrap().trim_start_matches(r"\\?\"),
            "eval_as_function": true,
        })
    );
    assert_eq!(
        definition["config"]["a"]["b"],
        serde_json::json!({"$type": "ModifyList", "append": ["x"], "prepend": null})
    );
    assert_eq!(lines[1]["error"]["code"], "top-level-loop");
    assert_eq!(lines[1]["path"], COMPUTED);
}

/// A delete, which no terminal shows, went missing on the way to a pipe.
#[test]
fn json_has_all_characters_of_a_string() {
    let (_dir, path) = package(
        b"name = 'x'\nversion = '1'\n\
          text = 'a\\x7fb \\x9b31m \\x1b[1m \\x00 \\u2028 \\ufeff \\x9d'\n",
    );
    let run = rezload(&["load", "--definition", "--json", path.to_str().unwrap()]);
    assert_eq!(
        json_lines(&run)[0]["definition"]["text"],
        "a\x7fb \u{9b}31m \x1b[1m \0 \u{2028} \u{feff} \u{9d}"
    );
    // nor from a path
    #[cfg(unix)]
    {
        let odd = path.with_file_name("a\x7f.py");
        fs::rename(&path, &odd).unwrap();
        let run = rezload(&["load", "--json", odd.to_str().unwrap()]);
        assert_eq!(json_lines(&run)[0]["path"], odd.to_str().unwrap());
    }
}

#[test]
fn load_definition_reads_standard_input() {
    let mut command = command();
    command.args(["load", "--definition", "--json", "-"]);
    let run = run_with_input(&mut command, b"def commands():\n    x\n");
    let lines = json_lines(&run);
    assert_eq!(lines[0]["definition"]["commands"]["filepath"], "-");
}

#[test]
fn load_json_is_one_object_a_line() {
    let run = rezload(&["load", "--json", LITERAL, COMPUTED, "no/such/package.py"]);
    assert_eq!((run.status, run.stderr.as_str()), (1, ""));
    let lines = json_lines(&run);
    assert_eq!(
        lines[0],
        serde_json::json!({
            "path": LITERAL,
            "tier": "static",
            "name": "literal",
            "version": "1.2.0",
            "requires": ["python-3.9+", "openexr-3.1|3.2"],
            "variants": [["platform-linux", "maya-2024"], ["platform-windows", "maya-2025"]],
            "declined": [],
        })
    );
    let error = &lines[1]["error"];
    assert_eq!(error["kind"], "declined");
    assert_eq!(error["tier"], "static");
    assert_eq!(error["code"], "top-level-loop");
    assert_eq!(error["line"], 4);
    assert_eq!(error["column"], 1);
    assert_eq!(error["offset"], 33);
    for field in ["reason", "hint"] {
        assert!(error[field].as_str().is_some_and(|text| !text.is_empty()));
    }
    assert_eq!(lines[1]["declined"][0]["code"], "top-level-loop");
    assert_eq!(lines[2]["path"], "no/such/package.py");
    assert_eq!(lines[2]["error"]["kind"], "read");
    assert_eq!(lines.len(), 3);
}

#[test]
fn a_bad_file_does_not_stop_the_others() {
    let run = rezload(&["load", "no/such/package.py", COMPUTED, LITERAL]);
    assert_eq!(run.status, 1);
    assert!(
        run.stdout.starts_with("literal 1.2.0 (static)\n"),
        "{}",
        run.stdout
    );
    // two errors, and how to have rez answer
    assert_eq!(run.stderr.lines().count(), 3, "{}", run.stderr);
    assert!(run.stderr.contains("no/such/package.py"), "{}", run.stderr);
    assert!(
        run.stderr.contains(&format!("{COMPUTED}:4:1: ")),
        "{}",
        run.stderr
    );
}

#[test]
fn explain_shows_the_construct_and_the_way_out() {
    let run = rezload(&["explain", "--fallback", "none", COMPUTED]);
    let reason = rezload::Reason::Loop;
    assert_eq!(
        run.stdout,
        format!(
            "{COMPUTED}:4:1: declined by the static tier: {} [top-level-loop]\n    |\n  4 | for request in (\"python>=3\", \"openexr-3\"):\n    \
             | ^\n  change: {}\n  next: the rez tier decides\n",
            reason.message(),
            reason.hint()
        )
    );
    assert_eq!((run.status, run.stderr.as_str()), (1, ""));
}

#[test]
fn without_rez_a_decline_says_how_to_get_it() {
    let run = rezload(&["load", COMPUTED, COMPUTED]);
    assert_eq!((run.status, run.stdout.as_str()), (1, ""));
    let lines: Vec<_> = run.stderr.lines().collect();
    let error = lines[0];
    assert!(error.contains(&format!("{COMPUTED}:4:1: ")), "{error}");
    assert!(error.contains("REZLOAD_PYTHON isn't set"), "{error}");
    assert!(lines[1].contains("--python"), "{}", lines[1]);
    // the hint comes once
    assert_eq!(lines[2..], lines[..1]);

    let run = rezload(&["load", "--json", COMPUTED]);
    let error = &json_lines(&run)[0]["error"];
    assert_eq!(
        (&error["kind"], &error["code"]),
        (&"declined".into(), &"top-level-loop".into())
    );
    assert_eq!(error["rez"]["code"], "no-interpreter");

    let run = rezload(&["explain", COMPUTED]);
    assert_eq!((run.status, run.stderr.as_str()), (1, ""));
    assert!(run.stdout.contains("[no-interpreter]"), "{}", run.stdout);

    let run = rezload(&["load", "--json", "--fallback", "none", COMPUTED]);
    assert_eq!(json_lines(&run)[0]["error"].get("rez"), None);
}

#[test]
fn explain_names_the_tier_that_serves() {
    let run = rezload(&["explain", LITERAL]);
    assert_eq!(
        run.stdout,
        format!("{LITERAL}: served by the static tier\n")
    );
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
}

#[test]
fn explain_json_is_the_line_of_load() {
    let paths = [LITERAL, COMPUTED];
    let load = rezload(&[&["load", "--json"], &paths[..]].concat());
    let explain = rezload(&[&["explain", "--json"], &paths[..]].concat());
    assert_eq!(load.stdout, explain.stdout);
    let paths = [&["--definition", "--json"], &paths[..]].concat();
    let load = rezload(&[&["load"], &paths[..]].concat());
    let explain = rezload(&[&["explain"], &paths[..]].concat());
    assert_eq!(load.stdout, explain.stdout);
}

#[cfg(feature = "vm")]
#[test]
fn explain_has_another_answer_for_a_whole_definition() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("package.py");
    // the solver doesn't read the field
    let text =
        "name = 'x'\nversion = '1'\nimport configparser\nini = configparser.ConfigParser()\n";
    fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap();
    let explain = |arguments: &[&str]| {
        let mut command = command();
        command
            .env("REZLOAD_VM", "1")
            .args(["explain", "--fallback", "none"]);
        run(command.args(arguments))
    };
    let (fields, whole) = (explain(&[path]), explain(&["--definition", path]));
    assert_eq!((fields.status, whole.status), (0, 1));
    assert!(
        fields.stdout.contains("served by the vm tier"),
        "{}",
        fields.stdout
    );
    assert!(whole.stdout.contains("`ini`"), "{}", whole.stdout);
}

#[test]
fn standard_input_and_yaml_are_no_folders_of_definitions() {
    for arguments in [["survey", "-", "--all"], ["diff", "-", "--all"]] {
        let run = rezload(&arguments);
        assert_eq!(run.status, 2);
        assert!(run.stderr.contains("standard input"), "{}", run.stderr);
    }
    let run = rezload(&["survey", "--name", "package.yaml", "."]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("`scan` loads YAML"), "{}", run.stderr);
    let run = rezload(&["scan", "--package-filename", "package.py", "."]);
    assert_eq!(run.status, 2);
    assert!(
        run.stderr.contains("without its extension"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_dash_is_standard_input() {
    let source = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(LITERAL)).unwrap();
    let run = run_with_input(command().args(["load", "--json", "-"]), &source);
    assert_eq!(run.status, 0);
    assert_eq!(json_lines(&run)[0]["name"], "literal");

    let run = run_with_input(command().args(["explain", "-"]), b"import studio\n");
    assert_eq!(run.status, 1);
    assert!(run.stdout.starts_with("-:1:1: declined"), "{}", run.stdout);
    assert!(run.stdout.contains("import studio"), "{}", run.stdout);
}

#[test]
fn a_directory_without_a_package_is_an_error_of_its_own() {
    let dir = tempfile::tempdir().unwrap();
    let run = rezload(&["load", dir.path().to_str().unwrap(), LITERAL]);
    assert_eq!(run.status, 1);
    assert!(run.stderr.contains("package.py"), "{}", run.stderr);
    assert!(run.stdout.starts_with("literal"), "{}", run.stdout);
}

#[test]
fn usage_errors_are_failures() {
    for args in [
        &[][..],
        &["load"],
        &["unload", "x"],
        &["load", "--colour", "x"],
    ] {
        let run = rezload(args);
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{args:?}");
        assert!(run.stderr.contains("Usage"), "{args:?}: {}", run.stderr);
    }
}

#[test]
fn help_and_version_are_data() {
    let version = rezload(&["--version"]);
    assert_eq!(
        version.stdout,
        format!("rezload {}\n", env!("CARGO_PKG_VERSION"))
    );
    assert_eq!(version.status, 0);
    let help = rezload(&["load", "--help"]);
    assert!(help.stdout.contains("Exit status"), "{}", help.stdout);
    assert_eq!((help.status, help.stderr.as_str()), (0, ""));
    #[cfg(target_os = "linux")]
    {
        let full = std::fs::File::create("/dev/full").unwrap();
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_rezload"));
        let status = command.arg("--help").stdout(full).status().unwrap();
        assert_eq!(status.code(), Some(2));
    }
}

#[test]
fn colour_is_for_terminals_unless_asked_for() {
    let coloured = |run: Run| run.stdout.contains('\x1b');
    assert!(!coloured(rezload(&["explain", LITERAL])));
    assert!(coloured(rezload(&[
        "explain", LITERAL, "--color", "always"
    ])));
    assert!(!coloured(rezload(&[
        "--color", "never", "explain", LITERAL
    ])));
    let forced = |command: &mut Command| run(command.env("CLICOLOR_FORCE", "1")).stdout;
    assert!(forced(command().args(["explain", LITERAL])).contains('\x1b'));
    assert!(!forced(command().args(["explain", LITERAL]).env("NO_COLOR", "1")).contains('\x1b'));
}

#[test]
fn a_terminal_obeys_nothing_in_the_file() {
    let (_dir, path) = package("import a # \x1b[2J\u{202e}\r\n".as_bytes());
    let run = rezload(&["explain", path.to_str().unwrap()]);
    assert_eq!(run.status, 1);
    assert!(
        run.stdout.contains("import a # \\x1b[2J\\u{202e}\n"),
        "{}",
        run.stdout
    );
    let unsafe_characters = |text: &str| text.chars().any(|c| c.is_control() && c != '\n');
    assert!(!unsafe_characters(&run.stdout));
}

#[test]
fn a_terminal_obeys_nothing_in_a_path() {
    for command in ["load", "explain"] {
        let run = rezload(&[command, "no\x1b[2Jsuch\nfile"]);
        assert_eq!(run.status, 1);
        assert!(!run.stderr.contains('\x1b'), "{}", run.stderr);
        assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    }
}

#[test]
fn files_are_shown_in_the_order_of_the_arguments() {
    let dir = tempfile::tempdir().unwrap();
    let paths: Vec<_> = (0..600)
        .map(|index| {
            let path = dir.path().join(format!("{index}.py"));
            fs::write(&path, format!("name = 'p{index}'\nversion = '1'\n")).unwrap();
            path
        })
        .collect();
    let run = run(command().args(["load", "--json"]).args(&paths));
    assert_eq!(run.status, 0);
    let names: Vec<_> = json_lines(&run)
        .iter()
        .map(|line| line["name"].clone())
        .collect();
    let expected: Vec<_> = (0..600).map(|index| format!("p{index}")).collect();
    assert_eq!(names, expected);
}

#[test]
fn a_closed_pipe_is_no_error() {
    let mut child = command()
        .args(["load", "--json"])
        .args(vec![LITERAL; 20_000])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    assert_eq!(output.status.code(), Some(0));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_a_failure() {
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let run = run_to(command().args(["load", LITERAL]), full);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("can't write"), "{}", run.stderr);

    fn run_to(command: &mut Command, stdout: fs::File) -> Run {
        let output = command
            .stdout(stdout)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let output = output.wait_with_output().unwrap();
        Run {
            status: output.status.code().unwrap(),
            stdout: String::new(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_path_that_is_not_utf8_keeps_its_bytes_in_json() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(OsStr::from_bytes(b"caf\xe9.py"));
    fs::write(&path, "name = 'a'\nversion = '1'\n").unwrap();
    let json = run(command().args(["load", "--json"]).arg(&path));
    assert_eq!(json.status, 0);
    assert!(json.stdout.contains("caf\\udce9.py\""), "{}", json.stdout);
    assert_eq!(run(command().arg("explain").arg(&path)).status, 0);
}

#[cfg(unix)]
#[test]
fn a_fifo_does_not_block() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("package.py");
    assert!(Command::new("mkfifo")
        .arg(&path)
        .status()
        .unwrap()
        .success());
    let run = rezload(&["load", path.to_str().unwrap()]);
    assert_eq!(run.status, 1);
    assert!(run.stderr.contains("not a regular file"), "{}", run.stderr);
}
