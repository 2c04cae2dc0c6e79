//! `rezload bench`: what it measures and writes. No time is judged.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

fn packages() -> TempDir {
    let root = tempfile::tempdir().unwrap();
    for index in 0..12 {
        let folder = root.path().join(format!("packages/family_{index}/1"));
        fs::create_dir_all(&folder).unwrap();
        let source = match index {
            // declined by the static tier
            3 => "name = 'c'\nversion = '1'\nrequires = [x for x in ['a']]\n".to_owned(),
            index => format!("name = 'f{index}'\nversion = '1'\nrequires = ['b>={index}']\n"),
        };
        fs::write(folder.join("package.py"), source).unwrap();
    }
    root
}

fn bench(root: &Path, more: &[&str]) -> (i32, String, String) {
    let out: &[&str] = if more.contains(&"-o") {
        &[]
    } else {
        &["-o", "out"]
    };
    let output = Command::new(env!("CARGO_BIN_EXE_rezload"))
        .args(["bench", "packages", "--rounds", "2", "--threads", "3"])
        .args(out)
        .args(more)
        .current_dir(root)
        .env_remove("CLICOLOR_FORCE")
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    )
}

fn written(root: &Path, extension: &str) -> Vec<String> {
    let mut texts = Vec::new();
    for entry in fs::read_dir(root.join("out")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|found| found == extension) {
            texts.push(fs::read_to_string(path).unwrap());
        }
    }
    texts
}

#[test]
fn a_record_says_what_was_measured_on_what() {
    let root = packages();
    let (status, stdout, stderr) = bench(root.path(), &["--fallback", "none"]);
    assert_eq!(status, 0, "{stderr}");
    assert!(
        stdout.contains("rez was not measured: it was not asked for"),
        "{stdout}"
    );
    let record: Value = serde_json::from_str(&written(root.path(), "json")[0]).unwrap();
    assert_eq!(record["inputs"]["files"], 12);
    assert_eq!(record["inputs"]["digest"].as_str().unwrap().len(), 16);
    let memory = record["memory"].as_array().unwrap();
    assert_eq!(memory[0]["name"], "static tier");
    assert_eq!(
        (&memory[0]["files"], &memory[0]["served"]),
        (&12.into(), &11.into())
    );
    for row in memory {
        let time = &row["time"];
        let value = |name: &str| time[name].as_f64().unwrap();
        assert_eq!(time["count"], 12);
        assert!(value("min") > 0.0 && value("min") <= value("median"));
        assert!(value("median") <= value("p95") && value("p95") <= value("max"));
        assert!(row["bytes_per_second"].as_f64().unwrap() > 0.0);
    }
    assert_eq!(memory[1]["tiers"]["static"], 11);
    // warm passes, and cold ones where the system has them
    let threads = record["threads"].as_array().unwrap();
    for count in [1, 2, 3] {
        for what in ["only reading", "rezload"] {
            assert!(threads.iter().any(|pass| pass["threads"] == count
                && pass["what"] == what
                && pass["cache"] == "warm"));
        }
    }
    assert!(record["settings"]["cold"].is_string() || record["settings"]["not_cold"].is_string());
    assert!(record["method"].as_array().unwrap().len() > 3);
    assert!(record["biases"].as_array().unwrap().len() > 3);
}

#[test]
fn a_report_stands_alone() {
    let root = packages();
    bench(root.path(), &["--fallback", "none"]);
    let html = &written(root.path(), "html")[0];
    assert!(html.starts_with("<!doctype html>"));
    assert!(
        html.matches("<svg").count() >= 4,
        "{}",
        html.matches("<svg").count()
    );
    assert!(!html.contains("can't be drawn"));
    assert!(html.trim_end().ends_with("</html>"));
    // nothing is fetched: the one address is the name of SVG
    let addresses = html.matches("http").count();
    assert_eq!(
        addresses,
        html.matches("http://www.w3.org/2000/svg").count()
    );
    assert!(!html.contains("src=") && !html.contains("<link"));
}

#[test]
fn an_earlier_record_is_kept() {
    let root = packages();
    bench(root.path(), &["--fallback", "none", "--cold", "off"]);
    bench(
        root.path(),
        &["--fallback", "none", "--cold", "off", "--json"],
    );
    assert_eq!(written(root.path(), "json").len(), 2);
    assert_eq!(written(root.path(), "html").len(), 2);
}

#[test]
fn the_same_files_have_the_same_digest() {
    let root = packages();
    let digest = || {
        let (_, stdout, _) = bench(
            root.path(),
            &["--fallback", "none", "--cold", "off", "--json"],
        );
        let record: Value = serde_json::from_str(&stdout).unwrap();
        record["inputs"]["digest"].as_str().unwrap().to_owned()
    };
    let before = digest();
    assert_eq!(digest(), before);
    fs::write(
        root.path().join("packages/family_0/1/package.py"),
        "name = 'x'\n",
    )
    .unwrap();
    assert_ne!(digest(), before);
}

#[test]
fn what_cannot_be_done_is_said() {
    let root = packages();
    let (status, stdout, _) = bench(
        root.path(),
        &["--python", "no-such-python", "--cold", "off"],
    );
    assert_eq!(status, 0);
    assert!(
        stdout.contains("rez was not measured: can't start `no-such-python`"),
        "{stdout}"
    );
    let (status, _, stderr) = bench(root.path(), &["--name", "nothing.py"]);
    assert_eq!(status, 2);
    assert!(stderr.contains("no definition"), "{stderr}");
    fs::write(root.path().join("file"), "").unwrap();
    let (status, _, stderr) = bench(
        root.path(),
        &["--fallback", "none", "--cold", "off", "-o", "file/x"],
    );
    assert_eq!(status, 2, "{stderr}");
}
