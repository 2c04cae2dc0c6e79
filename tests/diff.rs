//! `rezload diff` with a rez that answers as it is told: a shell script that stands for the
//! Python. Real rez is in `tests/python/test_diff.py`.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

/// Says its versions, or takes the program and answers by the name of the file that is asked for.
const SCRIPT: &str = r#"#!/bin/sh
dir=$(dirname "$0")
if [ $# -eq 2 ]; then echo "a line of a configuration"; echo "rezload-about $(cat "$dir/versions")"; exit; fi
head -c "$3" > /dev/null
echo '{"ready": {"rez": "3.4.0", "python": "3.11.4", "isolated": false}}'
while read -r line; do
    id=$(printf %s "$line" | sed 's/.*"id":\([0-9]*\).*/\1/')
    echo "$line" >> "$dir/asked"
    case "$line" in
    */no/*) answer='"refused": {"class": "rez.exceptions.ResourceError", "message": "bad", "line": 1, "traceback": ""}' ;;
    */wrong/*) answer='"fields": ["a", "1", ["b-2"], [["c"]]]' ;;
    */refused/*) answer='"refused": {"class": "rez.exceptions.PackageMetadataError", "message": "no", "line": 1, "traceback": ""}' ;;
    */died/*) answer='"died": {"signal": 11}' ;;
    *'"definition"'*/order/*) answer='"definition": [["version", "1"], ["name", "a"], ["requires", ["list", "b-1+"]]]' ;;
    *'"definition"'*) answer='"definition": [["name", "a"], ["version", "1"], ["requires", ["list", "b>=1"]]]' ;;
    *) answer='"fields": ["a", "1", ["b-1+"], []]' ;;
    esac
    echo "{\"id\": $id, $answer}"
done
"#;

const SOURCE: &str = "name = 'a'\nversion = '1'\nrequires = ['b>=1']\n";

struct Studio {
    root: TempDir,
}

impl Studio {
    fn new(families: &[&str]) -> Self {
        let root = tempfile::tempdir().unwrap();
        let studio = Studio { root };
        studio.write("python", SCRIPT);
        studio.versions("3.4.0 3.11.4");
        let python = studio.path("python");
        fs::set_permissions(python, fs::Permissions::from_mode(0o755)).unwrap();
        for family in families {
            studio.package(family, SOURCE);
        }
        studio
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn package(&self, family: &str, source: &str) {
        self.write(&format!("packages/{family}/1/package.py"), source);
    }

    fn versions(&self, text: &str) {
        self.write("versions", text);
    }

    /// How many questions rez was asked since the last call.
    fn asked(&self) -> usize {
        let asked = fs::read_to_string(self.path("asked")).unwrap_or_default();
        let _ = fs::remove_file(self.path("asked"));
        asked.lines().count()
    }

    fn diff(&self, more: &[&str]) -> (i32, String, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_rezload"))
            .args([Path::new("diff"), &self.path("packages")])
            .arg("--python")
            .arg(self.path("python"))
            .args(["--helpers", "1"])
            .args(more)
            .current_dir(self.root.path())
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
}

#[test]
fn what_is_equal_is_counted() {
    let studio = Studio::new(&["a", "b"]);
    studio.package("c", "import studio\n");
    let (status, stdout, stderr) = studio.diff(&[]);
    assert_eq!((status, stderr.as_str()), (0, ""));
    let expected = format!(
        "3 definitions, rezload {} with rez 3.4.0 on Python 3.11.4, solver fields, tiers ",
        env!("CARGO_PKG_VERSION")
    );
    assert!(stdout.starts_with(&expected), "{stdout}");
    assert!(
        stdout.contains("equal 2, served by the static tier\n"),
        "{stdout}"
    );
    assert!(stdout.contains("declined 1:"), "{stdout}");
    // a file that no tier serves isn't run
    assert_eq!(studio.asked(), 2);
}

#[test]
fn each_difference_is_listed_and_fails() {
    let studio = Studio::new(&["a", "refused", "wrong"]);
    let (status, stdout, _) = studio.diff(&[]);
    assert_eq!(status, 1);
    assert!(
        stdout.contains("wrong/1/package.py: the static tier is different\n"),
        "{stdout}"
    );
    assert!(
        stdout.contains("  requires\n    rezload [\"b-1+\"]\n    rez     [\"b-2\"]\n"),
        "{stdout}"
    );
    assert!(
        stdout.contains("  variants\n    rezload []\n    rez     [[\"c\"]]\n"),
        "{stdout}"
    );
    assert!(!stdout.contains("  name\n"), "{stdout}");
    assert!(
        stdout.contains("rez refuses it: rez.exceptions.PackageMetadataError: no\n"),
        "{stdout}"
    );
    assert!(stdout.contains("  different 1\n"), "{stdout}");
    assert_eq!(studio.asked(), 3);
}

#[test]
fn what_rez_gives_no_answer_for_is_no_match() {
    let studio = Studio::new(&["a", "died"]);
    let (status, stdout, stderr) = studio.diff(&["--state", "state"]);
    assert_eq!(status, 1);
    assert!(stdout.contains("not compared 1\n"), "{stdout}");
    assert!(stderr.contains("signal 11"), "{stderr}");
    studio.asked();
    // and is asked for again
    assert_eq!(studio.diff(&["--state", "state"]).0, 1);
    assert_eq!(studio.asked(), 1);
}

#[test]
fn rez_is_asked_about_declined_files_on_demand() {
    let studio = Studio::new(&["a"]);
    for family in ["died", "no", "yes"] {
        studio.package(family, "import studio\n");
    }
    let args = &["--declined", "--state", "state"];
    let (status, stdout, stderr) = studio.diff(args);
    // nothing that a tier serves is wrong
    assert_eq!((status, stderr.as_str()), (0, ""));
    for line in [
        "no/1/package.py: no tier serves it, rez refuses it, too: rez.exceptions.ResourceError: bad\n",
        "declined 3: no compiled tier serves them, rez answers\n",
        "    rez loads 1\n",
        "    rez refuses 1\n",
        "    rez gave no answer for 1\n",
        "  33.3% of the 3 that rez loads never need Python\n",
    ] {
        assert!(stdout.contains(line), "{line} in {stdout}");
    }
    assert!(
        stdout.contains("died/1/package.py: no tier serves it, rez gave no answer:"),
        "{stdout}"
    );
    assert_eq!(studio.asked(), 4);
    // only the one without an answer is asked about again
    studio.diff(args);
    assert_eq!(studio.asked(), 1);
}

#[test]
fn a_state_without_declined_files_is_completed() {
    let studio = Studio::new(&["a"]);
    studio.package("yes", "import studio\n");
    studio.diff(&["--state", "state"]);
    assert_eq!(studio.asked(), 1);
    let (_, stdout, _) = studio.diff(&["--state", "state", "--declined", "--json"]);
    assert_eq!(studio.asked(), 1);
    let last: Value = serde_json::from_str(stdout.lines().last().unwrap()).unwrap();
    assert_eq!(last["outcome"], "declined");
    assert_eq!(last["rez"], "loads");
    // and what is known stays known
    studio.diff(&["--state", "state"]);
    assert_eq!(studio.asked(), 0);
}

#[test]
fn every_file_is_listed_on_demand() {
    let studio = Studio::new(&["a", "wrong"]);
    studio.package("c", "import studio\n");
    let (_, stdout, _) = studio.diff(&["--all"]);
    assert!(
        stdout.contains("a/1/package.py: equal, served by the static tier\n"),
        "{stdout}"
    );
    assert!(
        stdout.contains("wrong/1/package.py: the static tier is different\n"),
        "{stdout}"
    );
    assert!(
        stdout.contains("c/1/package.py: no tier serves it, rez wasn't asked ("),
        "{stdout}"
    );
}

#[test]
fn another_configuration_of_rez_is_another_comparison() {
    let studio = Studio::new(&["a"]);
    studio.versions("3.4.0 3.11.4 1111");
    studio.diff(&["--state", "state"]);
    assert_eq!(studio.asked(), 1);
    studio.diff(&["--state", "state"]);
    assert_eq!(studio.asked(), 0);
    studio.versions("3.4.0 3.11.4 2222");
    studio.diff(&["--state", "state"]);
    assert_eq!(studio.asked(), 1);
}

#[test]
fn json_is_one_object_a_file() {
    let studio = Studio::new(&["a", "wrong"]);
    let (status, stdout, _) = studio.diff(&["--json"]);
    assert_eq!(status, 1);
    let lines: Vec<Value> = stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["outcome"], "match");
    assert_eq!(lines[0]["tier"], "static");
    assert!(lines[1]["path"]
        .as_str()
        .unwrap()
        .ends_with("wrong/1/package.py"));
    assert_eq!(lines[1]["differences"][0]["field"], "requires");
    assert_eq!(lines[1]["differences"][0]["rez"][0], "b-2");
}

#[test]
fn definitions_are_compared_whole() {
    let studio = Studio::new(&["a"]);
    let (status, stdout, _) = studio.diff(&["--definition"]);
    assert_eq!(status, 0, "{stdout}");
    studio.package("order", SOURCE);
    let (status, stdout, _) = studio.diff(&["--definition"]);
    assert_eq!(status, 1);
    assert!(stdout.contains("rez     [\"list\",\"b-1+\"]"), "{stdout}");
}

#[test]
fn a_comparison_goes_on_where_it_was() {
    let studio = Studio::new(&["a", "b", "wrong"]);
    let state = &["--state", "state"];
    let first = studio.diff(state);
    assert_eq!((first.0, studio.asked()), (1, 3));
    let again = studio.diff(state);
    assert_eq!((again.0, studio.asked()), (1, 0));
    assert!(again.1.contains("3 from an earlier run"), "{}", again.1);
    assert!(again.1.contains("different 1"), "{}", again.1);

    // a file that has changed, and one that is new
    studio.package("b", "name = 'a'\nversion = '1'\nrequires = ['b-1+']\n");
    studio.package("c", SOURCE);
    studio.diff(state);
    assert_eq!(studio.asked(), 2);

    // a cut line, as an interrupt may leave it
    let text = fs::read_to_string(studio.path("state")).unwrap();
    fs::write(studio.path("state"), &text[..text.len() - 20]).unwrap();
    studio.diff(state);
    assert_eq!(studio.asked(), 1);
    studio.diff(state);
    assert_eq!(studio.asked(), 0);

    // another rez
    studio.versions("3.5.0 3.11.4");
    studio.diff(state);
    assert_eq!(studio.asked(), 4);
}

#[test]
fn a_file_that_is_no_state_is_kept() {
    let studio = Studio::new(&["a"]);
    studio.write("precious", "my notes\n");
    let (status, _, stderr) = studio.diff(&["--state", "precious"]);
    assert_eq!(status, 2);
    assert!(stderr.contains("isn't a state file"), "{stderr}");
    assert_eq!(
        fs::read_to_string(studio.path("precious")).unwrap(),
        "my notes\n"
    );
    let (status, _, stderr) = studio.diff(&["--state", "no/such/folder"]);
    assert_eq!(status, 2);
    assert!(stderr.contains("can't use the state file"), "{stderr}");
}

#[test]
fn a_python_without_rez_fails() {
    let studio = Studio::new(&["a"]);
    studio.write(
        "python",
        "#!/bin/sh\necho 'ModuleNotFoundError: rez' >&2; exit 1\n",
    );
    let (status, stdout, stderr) = studio.diff(&[]);
    assert_eq!((status, stdout.as_str()), (2, ""));
    assert!(
        stderr.contains("can't import rez: ModuleNotFoundError"),
        "{stderr}"
    );
    let (status, _, stderr) = studio.diff(&["--fallback", "none"]);
    assert_eq!(status, 2);
    assert!(stderr.contains("nothing to compare with"), "{stderr}");
}
