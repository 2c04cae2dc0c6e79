//! `rezload survey`: what it finds, counts and says.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rezload::survey::{constructs, look, Construct, Field, Files, Survey};
use rezload::{Loader, Tier};
use serde_json::Value;
use tempfile::TempDir;

fn tree(files: &[(&str, &str)]) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    for (path, source) in files {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, source).unwrap();
    }
    root
}

fn rezload(args: &[&str], root: &Path) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_rezload"))
        .args(args)
        .arg(root)
        .env_remove("CLICOLOR_FORCE")
        // the VM, where it is compiled in, has tests of its own
        .env("REZLOAD_VM", "0")
        .output()
        .unwrap();
    (
        output.status.code().unwrap(),
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

fn json(root: &Path) -> Value {
    let (status, stdout, stderr) = rezload(&["survey", "--json"], root);
    assert_eq!((status, stderr.as_str()), (0, ""));
    serde_json::from_str(&stdout).unwrap()
}

const LITERAL: &str = "name = 'a'\nversion = '1'\n";
const BRANCHES: &str = "import os\nname = 'b'\nversion = '1'\nif os.name == 'nt':\n    x = 1\n";
const EARLY: &str =
    "name = 'c'\nversion = '1'\n@early()\ndef requires():\n    import re\n    return []\n";
const BROKEN: &str = "name = 'd'\nversion = '1'\nprint 'python 2'\nclass A: pass\n";

fn mixed() -> TempDir {
    tree(&[
        ("a/1/package.py", LITERAL),
        ("b/1/package.py", BRANCHES),
        ("b/2/package.py", BRANCHES),
        ("c/package.py", EARLY),
        ("d/package.py", BROKEN),
        ("d/other.py", "not looked at"),
    ])
}

fn row<'a>(report: &'a Value, code: &str, detail: Option<&str>) -> Option<&'a Value> {
    let mut rows = report["constructs"].as_array().unwrap().iter();
    rows.find(|row| row["code"] == code && row["detail"].as_str() == detail)
}

#[test]
fn each_file_counts_in_all_its_buckets() {
    let root = mixed();
    let report = json(root.path());
    assert_eq!(report["files"], 5);
    assert_eq!(report["served"], 1);
    assert_eq!(report["tiers"][0]["tier"], "static");
    assert_eq!(report["tiers"][0]["percent"], 20.0);
    let count = |code, detail| {
        let row = row(&report, code, detail);
        row.map_or(0, |row| row["files"].as_u64().unwrap())
    };
    assert_eq!(count("top-level-if", None), 2);
    assert_eq!(count("import", Some("os")), 2);
    assert_eq!(count("early", Some("requires")), 1);
    assert_eq!(count("early-import", Some("re")), 1);
    assert_eq!(count("syntax-error", None), 1);
    // behind the error, too
    assert_eq!(count("class", None), 1);
    assert_eq!(count("missing-name", None), 0);
    let reasons: Vec<_> = report["reasons"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|reason| reason["tier"] == "static")
        .map(|reason| {
            (
                reason["code"].as_str().unwrap(),
                reason["files"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(reasons[0], ("top-level-if", 2));
    assert_eq!(reasons.iter().map(|(_, files)| files).sum::<u64>(), 4);
    let example = row(&report, "top-level-if", None).unwrap()["examples"][0].clone();
    assert!(Path::new(example.as_str().unwrap()).ends_with("b/1/package.py"));
}

#[test]
fn the_verdict_names_the_change_that_clears_most_files() {
    let root = mixed();
    let report = json(root.path());
    let verdict = &report["verdict"];
    assert_eq!(verdict["without_running"], 1);
    // importing `os` is no obstacle
    assert_eq!(verdict["steps"][0]["code"], "top-level-if");
    assert_eq!(verdict["steps"][0]["cleared"], 2);
    let cleared = verdict["steps"].as_array().unwrap().last().unwrap()["cleared"].clone();
    assert!(cleared.as_u64().unwrap() <= 4);
}

#[test]
fn a_file_that_only_lacks_its_version_counts_as_one_of_a_repository() {
    let root = tree(&[
        ("a/1/package.py", "requires = ['b>=1']\n"),
        ("b/1/package.py", "name = 'b'\nrequires = 'no list'\n"),
        ("c/1/package.py", LITERAL),
    ]);
    let verdict = &json(root.path())["verdict"];
    assert_eq!(verdict["without_python"], 1);
    assert_eq!(verdict["without_python_in_repository"], 2);
    let (_, stdout, _) = rezload(&["survey"], root.path());
    assert!(
        stdout.contains("whose directories give name and version, 66.7% never need one"),
        "{stdout}"
    );
}

#[test]
fn a_folder_that_cannot_be_listed_is_in_the_json() {
    let root = tree(&[("a/package.py", LITERAL)]);
    let output = Command::new(env!("CARGO_BIN_EXE_rezload"))
        .args(["survey", "--json"])
        .args([root.path(), &root.path().join("missing")])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(report["unlisted"][0].as_str().unwrap().contains("missing"));
}

#[test]
fn the_table_says_the_same() {
    let root = mixed();
    let (status, stdout, stderr) = rezload(&["survey"], root.path());
    assert_eq!((status, stderr.as_str()), (0, ""));
    assert!(stdout.starts_with("5 definitions, "), "{stdout}");
    let mut lines = stdout.lines();
    assert!(lines.any(|line| line.trim_start().starts_with("static") && line.contains("20.0%")));
    assert!(stdout.contains("top-level if"), "{stdout}");
    assert!(stdout.contains("1. top-level if in 2 files"), "{stdout}");
}

#[test]
fn files_are_found_once_in_order_and_by_name() {
    let root = mixed();
    let roots = [
        root.path().join("b"),
        root.path().to_path_buf(),
        root.path().join("d/other.py"),
    ];
    let (paths, errors) = Files::new().find(&roots);
    let names: Vec<_> = paths
        .iter()
        .map(|path| {
            path.strip_prefix(root.path())
                .unwrap()
                .to_str()
                .unwrap()
                .replace('\\', "/")
        })
        .collect();
    // a file that is named counts, whatever it is called
    let expected = [
        "a/1/package.py",
        "b/1/package.py",
        "b/2/package.py",
        "c/package.py",
        "d/other.py",
        "d/package.py",
    ];
    assert_eq!(names, expected);
    assert_eq!(errors, []);
    let (paths, _) = Files::new().name("o*.py").unwrap().find(&roots[1..2]);
    assert_eq!(paths, [root.path().join("d/other.py")]);
    assert!(Files::new().name("[").is_err());
}

#[test]
fn a_payload_can_be_left_out() {
    let root = tree(&[
        ("a/1/package.py", LITERAL),
        ("a/1/python/lib/package.py", LITERAL),
        ("b/package.py", LITERAL),
    ]);
    let roots = [root.path().to_path_buf()];
    assert_eq!(Files::new().find(&roots).0.len(), 3);
    assert_eq!(Files::new().prune(true).find(&roots).0.len(), 2);
    assert_eq!(
        Files::new()
            .prune(true)
            .name("p*.py")
            .unwrap()
            .find(&roots)
            .0
            .len(),
        2
    );
}

#[cfg(unix)]
#[test]
fn links_are_followed_on_demand_and_their_loops_noticed() {
    let root = tree(&[("real/1/package.py", LITERAL)]);
    std::os::unix::fs::symlink(root.path().join("real"), root.path().join("link")).unwrap();
    std::os::unix::fs::symlink(root.path(), root.path().join("real/1/up")).unwrap();
    let roots = [root.path().to_path_buf()];
    assert_eq!(Files::new().find(&roots).0.len(), 1);
    let (paths, errors) = Files::new().follow_links(true).find(&roots);
    assert_eq!(paths.len(), 2, "{paths:?}");
    assert!(errors[0].message.contains("loop"), "{errors:?}");
}

#[test]
fn what_cannot_be_read_is_reported_and_the_rest_goes_on() {
    let root = tree(&[("a/package.py", LITERAL)]);
    let missing = root.path().join("missing");
    let output = Command::new(env!("CARGO_BIN_EXE_rezload"))
        .args([Path::new("survey"), root.path(), &missing])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("missing"));
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("1 definition,"));
    let (status, _, stderr) = rezload(&["survey", "--name", "nothing.py"], root.path());
    assert_eq!(status, 2);
    assert!(stderr.contains("no definition"), "{stderr}");
}

#[test]
fn deep_files_neither_overflow_the_stack_nor_stop_the_survey() {
    let levels = 1 << 17;
    let sources = [
        format!("x = {}1\n", "-".repeat(levels)),
        format!("x = {}\n", "(".repeat(levels)),
        format!("x = 1{}\n", "+1".repeat(levels / 2)),
        format!("x = {}\n", "[".repeat(levels)),
        format!("x = {}1\n", "not ".repeat(levels / 4)),
        format!("x = {}1\n", "lambda:".repeat(levels / 7)),
        format!("x = a{}\n", ".a".repeat(levels / 2)),
        format!("x = a{}\n", "()".repeat(levels / 2)),
        format!("x = {}1\n", "1 if 1 else ".repeat(levels / 12)),
        format!("{}pass\n", "if 1:".repeat(levels / 5)),
        (0..700)
            .map(|depth| format!("{}if 1:\n", " ".repeat(depth)))
            .collect(),
        format!("{}\n", "f'{".repeat(levels / 3)),
    ];
    let mut survey = Survey::default();
    for source in &sources {
        survey.add(look(
            &Loader::new(),
            Path::new("package.py"),
            source.as_bytes(),
        ));
    }
    assert_eq!(survey.files(), sources.len());
    assert_eq!(survey.tiers().collect::<Vec<(Tier, usize)>>(), []);
}

#[test]
fn constructs_are_found_in_files_of_any_bytes() {
    let found = |source: &[u8]| constructs(source).into_iter().collect::<Vec<_>>();
    assert_eq!(found(b"name = '\xff'\n"), [Construct::Encoding]);
    assert_eq!(found(&vec![b'\n'; (256 << 10) + 1]), [Construct::TooLarge]);
    assert_eq!(
        found(b""),
        [Construct::MissingName, Construct::MissingVersion]
    );
    assert_eq!(found(b"\xef\xbb\xbfname = version = '1'\r\n"), []);
    assert_eq!(
        found(b"with scope('requires') as r:\n    r.x = 1\nname, version = 'a', '1'\n"),
        [Construct::ComputedTarget, Construct::Scope(Field::Requires)]
    );
    // a function without a decorator is stripped
    assert_eq!(
        found(b"def version():\n    return '1'\nname = 'a'\n"),
        [Construct::MissingVersion]
    );
    for at in 0..EARLY.len() {
        constructs(&EARLY.as_bytes()[..at]);
    }
}

#[test]
fn a_survey_of_the_dynamic_fixtures_explains_every_decline() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/dynamic");
    let (status, stdout, _) = rezload(&["survey", "--json", "--name", "*.py"], &root);
    assert_eq!(status, 0);
    let report: Value = serde_json::from_str(&stdout).unwrap();
    let files = fs::read_dir(&root).unwrap().count() as u64;
    assert_eq!(report["files"], files);
    let reasons = report["reasons"].as_array().unwrap().iter();
    let by_static: u64 = reasons
        .filter(|reason| reason["tier"] == "static")
        .map(|reason| reason["files"].as_u64().unwrap())
        .sum();
    let served = report["verdict"]["without_running"].as_u64().unwrap();
    assert_eq!(by_static + served, files);
}
