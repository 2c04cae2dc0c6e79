//! Repositories as they shouldn't be: every fault is reported, in its place, and stops
//! nothing else. What rez makes of good ones is tested in `tests/python/test_scan.py`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rezload::version::VersionRange;
use rezload::{Repositories, ScanErrorKind, ScanResult, Selection, Warning};
use tempfile::TempDir;

/// A repository that is deleted with its value.
struct Repository {
    root: TempDir,
}

impl Repository {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        Repository { root }
    }

    fn path(&self) -> &Path {
        self.root.path()
    }

    /// A directory of a version.
    fn directory(&self, name: &str) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(&path).unwrap();
        path
    }

    fn write(&self, name: &str, text: &str) -> &Self {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    /// A good package.
    fn package(&self, family: &str, version: &str) -> &Self {
        self.write(
            &format!("{family}/{version}/package.py"),
            &format!("name = '{family}'\nversion = '{version}'\ntimestamp = 1\n"),
        )
    }

    fn scan(&self) -> Vec<ScanResult> {
        self.select(&Selection::new())
    }

    fn select(&self, selection: &Selection) -> Vec<ScanResult> {
        Repositories::new([self.path()]).scan(selection).collect()
    }
}

/// Items as `family version`, with the code of an error.
fn summary(items: &[ScanResult]) -> Vec<String> {
    let show = |item: &ScanResult| match item {
        Ok(package) => format!("{} {}", package.data.name, package.data.version),
        Err(error) => format!(
            "{} {}: {}",
            error.family().unwrap_or("-"),
            error.version().unwrap_or("-"),
            error.kind().code()
        ),
    };
    items.iter().map(show).collect()
}

#[test]
fn packages_come_by_name_and_ascending_version() {
    let repository = Repository::new();
    // on Windows `B` and `b` would be one
    let capital = if cfg!(windows) { "C" } else { "B" };
    for version in ["10.0", "9.1", "9.1.2", "alpha", "2-beta"] {
        repository.package("b", version);
    }
    repository
        .package("a", "1")
        .package(capital, "1")
        .package("b_c", "1");
    let items = summary(&repository.scan());
    assert_eq!(items[0], format!("{capital} 1"));
    assert_eq!(
        items[1..],
        ["a 1", "b alpha", "b 2-beta", "b 9.1", "b 9.1.2", "b 10.0", "b_c 1"]
    );
}

#[test]
fn a_family_in_parts_is_whole_and_in_order() {
    let repository = Repository::new();
    for version in 0..500 {
        repository.package("many", &version.to_string());
    }
    repository.package("a", "1").package("z", "1");
    let expected: Vec<String> = ["a 1".to_owned()]
        .into_iter()
        .chain((0..500).map(|version| format!("many {version}")))
        .chain(["z 1".to_owned()])
        .collect();
    for threads in [1, 2, 32] {
        let repositories = Repositories::new([repository.path()]).threads(threads);
        let items: Vec<_> = repositories.scan(&Selection::new()).collect();
        assert_eq!(summary(&items), expected, "{threads}");
        let family = repositories.load_family("many", None).unwrap();
        assert_eq!(summary(&family), expected[1..501], "{threads}");
    }
}

#[test]
fn batches_are_a_scan_in_parts() {
    let repository = Repository::new();
    for family in 0..100 {
        repository.package(&format!("f{family:02}"), "1");
    }
    for version in 0..400 {
        repository.package("f50", &version.to_string());
    }
    repository.write("f51/2/package.py", "requires = [");
    repository.write("f52/1.-2/package.py", "");
    let repositories = Repositories::new([Path::new("/nowhere"), repository.path()]).threads(2);
    let expected = summary(&repositories.scan(&Selection::new()).collect::<Vec<_>>());
    assert_eq!(expected.len(), 501);
    assert_eq!(expected[0], "- -: no-repository");
    let mut batches = repositories.batches(&Selection::new(), Vec::new);
    let batches: Vec<Vec<ScanResult>> = batches.by_ref().collect();
    assert!(batches.len() > 8, "{}", batches.len());
    assert!(batches.iter().all(|batch| batch.len() < 400));
    assert_eq!(
        summary(&batches.into_iter().flatten().collect::<Vec<_>>()),
        expected
    );
}

#[test]
fn batches_are_made_where_packages_are_read() {
    /// Names of threads.
    #[derive(Default)]
    struct Threads(Vec<String>);

    impl Extend<ScanResult> for Threads {
        fn extend<I: IntoIterator<Item = ScanResult>>(&mut self, items: I) {
            let name = || std::thread::current().name().unwrap_or("").to_owned();
            self.0.extend(items.into_iter().map(|_| name()));
        }
    }

    let repository = Repository::new();
    for family in 0..100 {
        repository.package(&format!("f{family:02}"), "1");
    }
    let repositories = Repositories::new([repository.path()]).threads(2);
    let batches = repositories.batches(&Selection::new(), Threads::default);
    let threads: Vec<String> = batches.flat_map(|batch| batch.0).collect();
    assert_eq!(threads.len(), 100);
    assert!(
        threads.iter().all(|name| name.starts_with("rezload-")),
        "{threads:?}"
    );
}

#[test]
fn a_selection_reads_nothing_else() {
    let repository = Repository::new();
    repository
        .package("maya", "2022.1")
        .package("maya", "2023.1")
        .package("maya_utils", "1")
        .write("maya/2024.1/package.py", "a syntax error")
        .write("other/1/package.py", "a syntax error");
    let select = |selection: Selection| summary(&repository.select(&selection));
    let range = |text| VersionRange::parse(text).unwrap();
    assert_eq!(
        select(Selection::new().family("maya*").range(range("<2024"))),
        ["maya 2022.1", "maya 2023.1", "maya_utils 1"]
    );
    assert_eq!(
        select(
            Selection::new()
                .family("maya")
                .range(range("<2024"))
                .latest(true)
        ),
        ["maya 2023.1"]
    );
    // the latest is the latest, whether it loads or not
    assert_eq!(
        select(Selection::new().family("maya").latest(true)),
        ["maya 2024.1: declined"]
    );
    assert_eq!(select(Selection::new().family("absent")), [""; 0]);
    assert_eq!(
        select(Selection::new().family("not a name")),
        ["not a name -: invalid-name"]
    );
}

#[test]
fn the_directories_name_and_version_count() {
    let repository = Repository::new();
    repository.write("fam/2/package.py", "name = 'other'\nversion = '1'\n");
    let items = repository.scan();
    assert_eq!(summary(&items), ["fam 2"]);
    let expected = [
        Warning::NameMismatch {
            stated: "other".to_owned(),
        },
        Warning::VersionMismatch {
            stated: "1".to_owned(),
        },
    ];
    assert_eq!(items[0].as_ref().unwrap().warnings, expected);
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_no_definition() {
    use std::os::unix::fs::symlink;

    let repository = Repository::new();
    let directory = |version: &str| repository.directory(&format!("fam/{version}"));
    let fifo = directory("1").join("package.py");
    assert!(Command::new("mkfifo")
        .arg(&fifo)
        .status()
        .unwrap()
        .success());
    symlink("/dev/zero", directory("2").join("package.py")).unwrap();
    symlink("/dev/null", directory("3").join("package.py")).unwrap();
    symlink("nowhere", directory("4").join("package.py")).unwrap();
    symlink("package.py", directory("5").join("package.py")).unwrap();
    fs::create_dir(directory("6").join("package.py")).unwrap();
    let socket = directory("7").join("package.py");
    let _listener = std::os::unix::net::UnixListener::bind(socket).unwrap();
    directory("8");
    // where the first name is none, the next counts
    symlink("/dev/zero", directory("9").join("package.py")).unwrap();
    repository.write("fam/9/package.yaml", "requires: [a]\n");
    let items = repository.scan();
    let mut expected: Vec<_> = (1..=8).map(|v| format!("fam {v}: no-definition")).collect();
    expected.push("fam 9".to_owned());
    assert_eq!(summary(&items), expected);
}

#[cfg(unix)]
#[test]
fn links_that_lead_nowhere_or_in_circles_are_no_versions() {
    use std::os::unix::fs::symlink;

    let repository = Repository::new();
    repository.package("fam", "1");
    let fam = repository.path().join("fam");
    symlink("1", fam.join("2")).unwrap();
    symlink("3", fam.join("3")).unwrap();
    symlink("nowhere", fam.join("4")).unwrap();
    symlink("..", fam.join("5")).unwrap();
    symlink("fam", repository.path().join("linked")).unwrap();
    symlink("loop", repository.path().join("loop")).unwrap();
    symlink("nowhere", repository.path().join("broken.py")).unwrap();
    assert_eq!(
        summary(&repository.scan()),
        [
            "broken -: not-a-file",
            "fam 1",
            "fam 2",
            "fam 5: no-definition",
            "linked 1",
            "linked 2",
            "linked 5: no-definition",
        ]
    );
}

#[test]
fn a_huge_definition_is_declined_without_being_held() {
    let repository = Repository::new();
    repository.package("fam", "1").package("fam", "3");
    let directory = repository.directory("fam/2");
    for name in ["package.py", "package.yaml"] {
        let file = fs::File::create(directory.join(name)).unwrap();
        // sparse: it takes no space
        file.set_len(1 << 30).unwrap();
        let started = Instant::now();
        let items = repository.scan();
        assert_eq!(summary(&items), ["fam 1", "fam 2: declined", "fam 3"]);
        assert!(started.elapsed() < Duration::from_secs(20));
        drop(file);
        fs::remove_file(directory.join(name)).unwrap();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_not_utf8_are_reported_where_they_may_count() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let repository = Repository::new();
    repository.package("fam", "1").package("good", "1");
    let odd = OsStr::from_bytes(b"caf\xe9");
    // no name of a family, for rez neither
    fs::create_dir(repository.path().join(odd)).unwrap();
    assert_eq!(summary(&repository.scan()), ["fam 1", "good 1"]);
    // as a version rez may take it or refuse the family
    fs::create_dir(repository.path().join("fam").join(odd)).unwrap();
    assert_eq!(summary(&repository.scan()), ["fam -: not-utf8", "good 1"]);
    // where it looks into directories, rez leaves out one without a definition
    let checked = Repositories::new([repository.path()]).check_definition_files(true);
    let items: Vec<_> = checked.scan(&Selection::new()).collect();
    assert_eq!(summary(&items), ["fam 1", "good 1"]);
    // and a repository's path isn't a string
    let root = repository.path().join(odd);
    let items: Vec<_> = Repositories::new([root]).scan(&Selection::new()).collect();
    assert_eq!(summary(&items), ["- -: not-utf8"]);
}

#[test]
fn a_missing_repository_is_reported_and_the_others_go_on() {
    let repository = Repository::new();
    repository.package("fam", "1").write("a_file", "");
    let file = repository.path().join("a_file");
    let paths = [
        Path::new("/nonexistent/repository"),
        repository.path(),
        &file,
    ];
    let repositories = Repositories::new(paths);
    let expected = ["- -: no-repository", "- -: no-repository", "fam 1"];
    let mut scan = repositories.scan(&Selection::new());
    let items: Vec<_> = scan.by_ref().collect();
    assert_eq!(summary(&items), expected);
    assert!(!scan.is_without_repository());
    let items: Vec<_> = repositories.scan(&Selection::new().family("fam")).collect();
    assert_eq!(summary(&items), expected);
    let family = repositories.load_family("fam", None).unwrap();
    assert_eq!(summary(&family), ["fam 1"]);
    for selection in [Selection::new(), Selection::new().family("fam")] {
        let messages: Vec<String> = repositories
            .scan(&selection)
            .filter_map(|item| item.err().map(|error| error.kind().message()))
            .collect();
        assert_eq!(messages, ["no such directory", "not a directory"]);
    }

    let mut scan = Repositories::new(["/nonexistent"]).scan(&Selection::new());
    assert_eq!(
        summary(&scan.by_ref().collect::<Vec<_>>()),
        ["- -: no-repository"]
    );
    assert!(scan.is_without_repository());
}

/// Whatever vanishes or appears meanwhile, a scan ends, and what it gives is right.
#[test]
fn directories_may_vanish_while_they_are_read() {
    let repository = Repository::new();
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                for family in ["a", "b", "c"] {
                    for version in ["1", "2", "3", "4"] {
                        repository.package(family, version);
                    }
                }
                for family in ["a", "b", "c"] {
                    let _ = fs::remove_dir_all(repository.path().join(family));
                }
            }
        });
        let started = Instant::now();
        let mut served = 0;
        while served < 100 || started.elapsed() < Duration::from_millis(500) {
            for item in repository.scan() {
                match item {
                    Ok(package) => {
                        served += 1;
                        assert!(package.data.requires.is_empty());
                    }
                    Err(error) => assert!(
                        matches!(
                            error.kind(),
                            ScanErrorKind::NoDefinition | ScanErrorKind::List(_)
                        ),
                        "{error}"
                    ),
                }
            }
            assert!(started.elapsed() < Duration::from_secs(60));
        }
        stop.store(true, Ordering::Relaxed);
    });
}

/// A release tool renames the new definition over the old one: either is read, whole. Windows
/// doesn't let it while the old one is open.
#[cfg(unix)]
#[test]
fn a_file_that_is_replaced_is_read_whole() {
    let repository = Repository::new();
    let text = |count: usize| {
        let requires: Vec<_> = (0..count).map(|n| format!("'r{n}'")).collect();
        format!("timestamp = 1\nrequires = [{}]\n", requires.join(", "))
    };
    let texts = [text(3), text(20_000)];
    repository.write("fam/1/package.py", &texts[0]);
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let path = repository.path().join("fam/1/package.py");
            for count in 0.. {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                let new = repository.path().join("fam/1/.new");
                fs::write(&new, &texts[count % 2]).unwrap();
                fs::rename(new, &path).unwrap();
            }
        });
        let mut seen = std::collections::HashMap::new();
        let started = Instant::now();
        while seen.len() < 2 || started.elapsed() < Duration::from_millis(300) {
            for item in repository.scan() {
                let count = item.unwrap().data.requires.len();
                assert!(count == 3 || count == 20_000, "{count}");
                *seen.entry(count).or_insert(0) += 1;
            }
            assert!(started.elapsed() < Duration::from_secs(60));
        }
        stop.store(true, Ordering::Relaxed);
    });
}

#[test]
fn many_families_are_given_as_they_are_read() {
    let repository = Repository::new();
    for family in 0..5_000 {
        repository.package(&format!("f{family:05}"), "1");
    }
    let repositories = Repositories::new([repository.path()]).threads(2);
    let mut scan = repositories.scan(&Selection::new());
    assert_eq!(scan.next().unwrap().unwrap().data.name, "f00000");
    let (done, total) = scan.progress();
    assert_eq!(total, 5_000);
    assert!(done < 1_000, "{done}");
    assert_eq!(scan.count(), 4_999);
}

#[test]
fn a_scan_that_is_dropped_stops() {
    let repository = Repository::new();
    for family in 0..200 {
        repository.package(&format!("f{family}"), "1");
    }
    let repositories = Repositories::new([repository.path()]);
    for _ in 0..50 {
        assert!(repositories.scan(&Selection::new()).next().is_some());
    }
    assert_eq!(repositories.scan(&Selection::new()).count(), 200);
}

// ---- the command

fn rezload() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rezload"));
    // no rez is found
    command.env("PATH", "").env_remove("REZLOAD_PYTHON");
    // the VM, where it is compiled in, has tests of its own
    command.env("REZLOAD_VM", "0");
    command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
    command
}

/// Status, standard output and standard error of `rezload scan`.
fn scan(args: &[&str]) -> (i32, String, String) {
    let output = rezload().arg("scan").args(args).output().unwrap();
    (
        output.status.code().unwrap(),
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A path as it is shown.
fn joined<const N: usize>(parts: [&str; N]) -> String {
    parts.join(std::path::MAIN_SEPARATOR_STR)
}

#[test]
fn the_summary_counts_tiers_and_what_is_not_served() {
    let repository = Repository::new();
    repository
        .package("fam", "1")
        .package("fam", "2")
        .package("other", "1");
    let root = text(repository.path());
    let (status, stdout, stderr) = scan(&[root]);
    assert_eq!((status, stderr.as_str()), (0, ""));
    assert_eq!(stdout, "3 packages in 2 families\n  static 3\n");

    repository.write("fam/3/package.py", "requires = computed()\n");
    repository.write("fam/4/package.py", "name = 'other'\n");
    repository.directory("fam/5");
    let (status, stdout, stderr) = scan(&["--fallback", "none", root]);
    assert_eq!(status, 1);
    assert_eq!(
        stdout,
        "4 packages in 2 families\n  static 4\n  declined 1\n  failed 1\n  warnings 1\n"
    );
    let lines: Vec<_> = stderr.lines().collect();
    let unknown = joined([
        "fam",
        "3",
        "package.py:1:12: a name whose value isn't known",
    ]);
    assert!(lines[0].ends_with(&unknown), "{stderr}");
    assert!(lines[1].contains("`rezload explain`"), "{stderr}");
    assert!(lines[2].starts_with("warning: "), "{stderr}");
    let nothing = joined(["fam", "5`: no package definition"]);
    assert!(lines[3].ends_with(&nothing), "{stderr}");
    // with nobody to ask it is declined as well, and says so
    let (status, with_rez, stderr) = scan(&[root]);
    assert_eq!((status, with_rez), (1, stdout));
    assert!(stderr.contains("there is no Python with rez"), "{stderr}");
}

#[test]
fn the_summary_counts_a_family_once_in_however_many_batches() {
    let repository = Repository::new();
    for family in 0..100 {
        repository.package(&format!("f{family:02}"), "1");
    }
    for version in 0..200 {
        repository.package("f50", &version.to_string());
    }
    let (status, stdout, _) = scan(&["--threads", "2", text(repository.path())]);
    assert_eq!(status, 0);
    assert_eq!(stdout, "299 packages in 100 families\n  static 299\n");
}

#[test]
fn json_is_one_object_a_line() {
    let repository = Repository::new();
    repository
        .write(
            "fam/1/package.py",
            "requires = ['a>=1']\nvariants = [['b']]\n",
        )
        .write("combined.yaml", "versions: ['1.0']\n");
    repository.directory("fam/2");
    let (status, stdout, stderr) = scan(&["--json", text(repository.path())]);
    assert_eq!((status, stderr.as_str()), (1, ""));
    let lines: Vec<serde_json::Value> = stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 3);
    let root = lines[0]["repository"].as_str().unwrap();
    if cfg!(unix) {
        assert_eq!(Path::new(root), repository.path().canonicalize().unwrap());
    }
    let combined = joined([root, "combined.yaml"]);
    assert_eq!(lines[0]["uri"], format!("{combined}<1.0>"));
    assert_eq!(lines[0]["path"], combined);
    assert_eq!(lines[1]["name"], "fam");
    assert_eq!(lines[1]["version"], "1");
    assert_eq!(lines[1]["requires"], serde_json::json!(["a-1+"]));
    assert_eq!(lines[1]["variants"], serde_json::json!([["b"]]));
    assert_eq!(lines[1]["tier"], "static");
    assert_eq!(lines[1]["repository"], root);
    assert_eq!(lines[2]["error"]["kind"], "no-definition");
}

#[test]
fn flags_select() {
    let repository = Repository::new();
    for version in ["1.0", "1.1", "2.0"] {
        repository.package("fam", version);
    }
    repository.package("other", "1");
    let root = text(repository.path());
    let (status, stdout, _) = scan(&[
        "--paths", root, "--family", "f*", "--range", "1", "--latest",
    ]);
    assert_eq!(status, 0);
    assert_eq!(stdout, "1 package in 1 family\n  static 1\n");
    assert_eq!(
        scan(&[root, "--threads", "7", "--latest"]).1.lines().next(),
        Some("2 packages in 2 families")
    );
    assert_eq!(scan(&[]).0, 2);
    assert_eq!(scan(&[root, "--range", "1+<"]).0, 2);
    assert_eq!(scan(&[root, "--threads", "x"]).0, 2);
    assert_eq!(scan(&[root, "--package-filename", "a/b"]).0, 2);
    assert_eq!(scan(&["/nonexistent"]).0, 2);
    assert_eq!(scan(&["/nonexistent", root]).0, 1);
    assert_eq!(scan(&["memory@1"]).0, 2);
}

#[test]
fn what_finds_nothing_says_so() {
    let repository = Repository::new();
    let root = text(repository.path());
    let (status, stdout, stderr) = scan(&[root]);
    assert_eq!(status, 0);
    assert_eq!(stdout, "0 packages in 0 families\n");
    assert_eq!(stderr, "warning: no package found\n");

    repository.package("fam", "1");
    let arguments = [root, "--json", "--family", "f*", "--family", "mistyped"];
    let (status, stdout, stderr) = scan(&arguments);
    assert_eq!((status, stdout.lines().count()), (0, 1));
    assert_eq!(stderr, "warning: no package found of `mistyped`\n");
    let (_, _, stderr) = scan(&[root, "--family", "fam", "--range", "2+"]);
    assert_eq!(stderr, "warning: no package found of `fam`\n");

    // what is wrong is said already
    repository.write("broken/1/package.py", "requires = computed()\n");
    let (status, _, stderr) = scan(&["--fallback", "none", "--family", "broken", root]);
    assert_eq!(status, 1);
    assert!(!stderr.contains("warning"), "{stderr}");

    let (status, stdout, stderr) = scan(&["--paths", ""]);
    assert_eq!((status, stdout.as_str()), (2, ""));
    assert!(stderr.contains("`--paths` is empty"), "{stderr}");
}

#[test]
fn a_closed_pipe_is_no_error() {
    let repository = Repository::new();
    for family in 0..2_000 {
        repository.package(&format!("f{family}"), "1");
    }
    let mut child = rezload()
        .args(["scan", "--json", text(repository.path())])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(output.stderr, b"");
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_the_command() {
    use std::os::unix::process::{CommandExt, ExitStatusExt};

    let repository = Repository::new();
    for family in 0..2_000 {
        repository.package(&format!("f{family}"), "1");
    }
    // nobody reads the pipe, so the command is stuck in the middle
    let mut command = rezload();
    command
        .args(["scan", "--json", text(repository.path())])
        .stdout(Stdio::piped());
    // SAFETY: `signal` may be called between fork and exec. A shell ignores interrupts for what
    // it runs in the background, and a child inherits that.
    unsafe {
        command.pre_exec(|| {
            libc::signal(libc::SIGINT, libc::SIG_DFL);
            Ok(())
        });
    }
    let mut child = command.spawn().unwrap();
    std::thread::sleep(Duration::from_millis(300));
    assert!(child.try_wait().unwrap().is_none());
    let kill = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(kill.unwrap().success());
    let status = child.wait().unwrap();
    assert_eq!(status.signal(), Some(2));
}

/// The command, as a user who may not read everything.
#[cfg(unix)]
#[test]
fn what_may_not_be_read_is_reported() {
    use std::os::unix::fs::{symlink, MetadataExt, PermissionsExt};
    use std::os::unix::process::CommandExt;

    let repository = Repository::new();
    let chmod = |name: &str, mode: u32| {
        let permissions = fs::Permissions::from_mode(mode);
        fs::set_permissions(repository.path().join(name), permissions).unwrap();
    };
    for family in ["file", "family", "version", "z"] {
        repository.package(family, "1");
    }
    symlink("family", repository.path().join("link")).unwrap();
    // the command where anyone may run it
    let command = repository.path().join("rezload");
    fs::copy(env!("CARGO_BIN_EXE_rezload"), &command).unwrap();
    chmod("", 0o755);
    chmod("file/1/package.py", 0);
    chmod("family", 0);
    chmod("version/1", 0);
    let mut scan = Command::new(command);
    scan.args(["scan", "--json"]).arg(repository.path());
    if fs::metadata(repository.path()).unwrap().uid() == 0 {
        scan.uid(65_534).gid(65_534);
    }
    let output = scan.output();
    for (name, mode) in [("family", 0o755), ("version/1", 0o755)] {
        chmod(name, mode);
    }
    let output = output.unwrap();
    let found: Vec<(String, String)> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            let kind = line["error"]["kind"].as_str().unwrap_or("served");
            (line["name"].as_str().unwrap().to_owned(), kind.to_owned())
        })
        .collect();
    let expected = [
        ("family", "list"),
        ("file", "read"),
        ("link", "list"),
        ("version", "read"),
        ("z", "served"),
    ];
    let expected = expected.map(|(name, kind)| (name.to_owned(), kind.to_owned()));
    assert_eq!(found, expected);
    assert_eq!(output.status.code(), Some(1));
}

/// 50,000 and 200,000 packages, in many families or in few: the time is linear and the memory
/// doesn't grow with the packages.
///
///     cargo test --release --features cli --test scan -- --ignored --nocapture
#[cfg(target_os = "linux")]
#[test]
#[ignore = "writes 250,000 files, twice"]
fn two_hundred_thousand_packages() {
    for versions in [1, 50, 10_000] {
        let mut seconds = Vec::new();
        let mut kilobytes = Vec::new();
        for packages in [50_000, 200_000] {
            let repository = Repository::new();
            for family in 0..packages / versions {
                for version in 0..versions {
                    let text = format!(
                        "name = 'family_{family}'\nversion = '1.{version}'\n\
                         requires = ['python-3.9+<4', 'family_{}-1', '~qt-5.15']\n\
                         variants = [['platform-linux', 'maya-2022'], ['platform-windows']]\n\
                         timestamp = 1600000000\n",
                        family / 2
                    );
                    repository.write(&format!("family_{family}/1.{version}/package.py"), &text);
                }
            }
            let run = |count: usize| {
                let mut child = rezload()
                    .args(["scan", "--json", text(repository.path())])
                    .stdout(Stdio::piped())
                    .spawn()
                    .unwrap();
                let started = Instant::now();
                let lines = std::io::BufRead::split(
                    std::io::BufReader::new(child.stdout.take().unwrap()),
                    b'\n',
                );
                // while it lives: the memory is gone once it has ended
                let mut peak = 0;
                let mut lines_seen = 0;
                for _ in lines {
                    lines_seen += 1;
                    if lines_seen % 1_000 == 0 {
                        let status = fs::read_to_string(format!("/proc/{}/status", child.id()));
                        let status = status.unwrap_or_default();
                        let line = status.lines().find(|line| line.starts_with("VmHWM"));
                        let kilobytes = line.and_then(|line| line.split_whitespace().nth(1));
                        peak = peak.max(kilobytes.map_or(0, |number| number.parse().unwrap()));
                    }
                }
                assert_eq!(lines_seen, count);
                assert_eq!(child.wait().unwrap().code(), Some(0));
                (started.elapsed().as_secs_f64(), peak)
            };
            // the first run fills the cache
            run(packages);
            let (time, peak) = run(packages);
            eprintln!("{packages} packages, {versions} a family: {time:.2} s, {peak} kB");
            seconds.push(time);
            kilobytes.push(peak);
        }
        assert!(seconds[1] < 4.0 * 1.5 * seconds[0], "{seconds:?}");
        // the names of all families are held, and the versions of one
        assert!(kilobytes[1] < kilobytes[0] + 40_000, "{kilobytes:?}");
    }
}
