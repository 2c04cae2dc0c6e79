//! The rez tier with helpers that go wrong in every way: each is a shell script that stands for
//! the Python. Real rez is tested in `tests/python/test_helper.py`.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rezload::{
    Death, LoadError, Loader, Package, Reason, Repositories, RezError, RezSettings, RezTier, Tier,
    Value,
};
use tempfile::TempDir;

/// What every script begins with: it takes the program that it is to run, which is as many
/// bytes as its third argument says, notes that it was started, and has functions to answer.
const PRELUDE: &str = r#"#!/bin/sh
dir=$(dirname "$0")
echo $$ >> "$dir/started"
head -c "$3" > "$dir/program"
ready() { echo '{"ready": {"rez": "3.4.0", "python": "3.11.4", "isolated": false}}'; }
ask() { read -r line || exit 0; id=$(printf %s "$line" | sed 's/.*"id":\([0-9]*\).*/\1/'); }
good() { echo "{\"id\": $id, \"fields\": [\"good\", \"1\", [\"a-1+\"], [[\"b\"], []]]}"; }
"#;

/// A Python that isn't one, and definitions that need it.
struct Fake {
    dir: TempDir,
}

impl Fake {
    fn new(script: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let python = dir.path().join("python");
        fs::write(&python, format!("{PRELUDE}{script}")).unwrap();
        fs::set_permissions(&python, fs::Permissions::from_mode(0o755)).unwrap();
        Fake { dir }
    }

    fn settings(&self) -> RezSettings {
        RezSettings::new()
            .python(self.dir.path().join("python"))
            .helpers(1)
    }

    fn loader(&self) -> Loader {
        Loader::new().with_rez(RezTier::new(self.settings()))
    }

    /// A definition that the compiled tiers decline.
    fn file(&self, name: &str) -> PathBuf {
        let path = self.dir.path().join(format!("{name}.py"));
        fs::write(&path, "import studio\n").unwrap();
        path
    }

    /// The processes that were started.
    fn started(&self) -> Vec<String> {
        let started = fs::read_to_string(self.dir.path().join("started")).unwrap_or_default();
        started.lines().map(str::to_owned).collect()
    }

    fn error(&self, settings: RezSettings) -> RezError {
        let loader = Loader::new().with_rez(RezTier::new(settings));
        rez_error(loader.load(self.file("package")))
    }
}

fn rez_error(result: Result<Package, LoadError>) -> RezError {
    match result {
        Err(LoadError::Rez {
            error, declined, ..
        }) => {
            assert_eq!(declined[0].declined.reason, Reason::Import);
            *error
        }
        other => panic!("{other:?}"),
    }
}

fn assert_good(result: Result<Package, LoadError>) {
    let package = result.unwrap();
    assert_eq!(package.data.name, "good");
    assert_eq!(package.data.requires, ["a-1+"]);
    assert_eq!(package.data.variants, [vec!["b"], vec![]]);
    assert_eq!(package.tier, Tier::Rez);
    assert_eq!(package.declined[0].declined.reason, Reason::Import);
}

/// Whether a process is there and no zombie; waits for one that is about to go.
fn is_left(pid: &str) -> bool {
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_secs(20) {
        match fs::read_to_string(format!("/proc/{pid}/stat")) {
            Ok(stat) if !stat.contains(") Z ") => {}
            _ => return false,
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    true
}

#[test]
fn one_helper_is_started_late_and_serves_all_files() {
    let fake = Fake::new("ready; while :; do ask; good; done");
    let loader = fake.loader();
    let literal = fake.dir.path().join("literal.py");
    fs::write(&literal, "name = 'a'\nversion = '1'\n").unwrap();
    assert_eq!(loader.load(&literal).unwrap().tier, Tier::Static);
    assert!(fake.started().is_empty());
    for name in ["a", "b", "c"] {
        let path = fake.file(name);
        let package = loader.load(&path);
        assert_eq!(package.as_ref().unwrap().path, path);
        assert_good(package);
    }
    let started = fake.started();
    assert_eq!(started.len(), 1);
    drop(loader);
    assert!(!is_left(&started[0]));
}

#[test]
fn the_program_comes_from_the_binary() {
    let fake = Fake::new("ready; ask; good");
    assert_good(fake.loader().load(fake.file("a")));
    let program = fs::read(fake.dir.path().join("program")).unwrap();
    let modules: serde_json::Value = serde_json::from_slice(&program).unwrap();
    for (name, source) in modules.as_object().unwrap() {
        let file = format!("{}/python/rezload/{name}.py", env!("CARGO_MANIFEST_DIR"));
        assert_eq!(source, &fs::read_to_string(file).unwrap());
    }
    assert_eq!(modules.as_object().unwrap().len(), 4);
}

#[test]
fn there_are_no_more_helpers_than_allowed() {
    let fake = Fake::new("ready; while :; do ask; sleep 0.02; good; done");
    let loader = Loader::new().with_rez(RezTier::new(fake.settings().helpers(2)));
    let paths: Vec<_> = (0..40).map(|index| fake.file(&index.to_string())).collect();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(8).build();
    for result in pool.unwrap().install(|| loader.load_many(&paths)) {
        assert_good(result);
    }
    assert_eq!(fake.started().len(), 2);
}

#[test]
fn an_interpreter_that_is_not_there() {
    let settings = RezSettings::new().python("/no/such/python");
    let fake = Fake::new("");
    match fake.error(settings) {
        RezError::NotStarted { python, .. } => assert_eq!(python, Path::new("/no/such/python")),
        error => panic!("{error:?}"),
    }
}

#[test]
fn one_that_dies_at_the_start() {
    let fake = Fake::new("echo 'no locale' >&2; exit 7");
    let error = fake.error(fake.settings());
    assert_eq!(error.code(), "not-started");
    assert_eq!(error.stderr(), "no locale");
    assert!(error.to_string().contains("exit status 7"), "{error}");
}

#[test]
fn one_that_never_gets_ready() {
    let fake = Fake::new("sleep 1000");
    let settings = fake.settings().start_timeout(Duration::from_millis(300));
    assert_eq!(fake.error(settings).code(), "not-started");
    assert!(!is_left(&fake.started()[0]));
}

#[test]
fn one_that_greets_with_something_else() {
    for script in [
        "echo hello; sleep 1000",
        "echo '{\"failed\": \"config\"}'; sleep 1000",
        "exec >&-; sleep 1000",
    ] {
        let fake = Fake::new(script);
        assert_eq!(
            fake.error(fake.settings()).code(),
            "not-started",
            "{script}"
        );
        assert!(!is_left(&fake.started()[0]), "{script}");
    }
}

#[test]
fn one_without_rez_is_asked_once() {
    let fake = Fake::new("echo '{\"missing\": \"No module named rez\"}'");
    let loader = fake.loader();
    for name in ["a", "b", "c"] {
        let result = loader.load(fake.file(name));
        let error = result.as_ref().unwrap_err();
        assert!(error.is_declined());
        assert_eq!(error.kind(), "declined");
        match rez_error(result) {
            RezError::RezMissing { reason, .. } => assert_eq!(reason, "No module named rez"),
            error => panic!("{error:?}"),
        }
    }
    assert_eq!(fake.started().len(), 1);
}

#[test]
fn one_that_never_starts_is_given_up() {
    let fake = Fake::new("exit 1");
    let loader = fake.loader();
    for index in 0..10 {
        let result = loader.load(fake.file(&index.to_string()));
        assert_eq!(rez_error(result).code(), "not-started");
    }
    assert_eq!(fake.started().len(), 3);
}

#[test]
fn one_that_dies_in_a_request_takes_only_that_file_along() {
    let fake = Fake::new(
        "ready; while :; do ask; case $line in
           *exit*) echo 'last words' >&2; exit 5;;
           *signal*) kill -9 $$;;
           *half*) printf '{\"id\": %s, \"fie' $id; exit 5;;
           *) good;;
         esac; done",
    );
    let loader = fake.loader();
    let tried = [
        ("exit", Death::Exit(5), "last words"),
        ("signal", Death::Signal(9), ""),
        ("half", Death::Exit(5), ""),
    ];
    for (name, expected, words) in tried {
        assert_good(loader.load(fake.file("before")));
        match rez_error(loader.load(fake.file(name))) {
            RezError::Died { death, stderr } => {
                assert_eq!((death, stderr.as_str()), (expected, words), "{name}");
            }
            error => panic!("{name}: {error:?}"),
        }
    }
    assert_good(loader.load(fake.file("after")));
    assert_eq!(fake.started().len(), 4);
}

#[test]
fn one_that_is_killed_while_idle_is_replaced() {
    let fake = Fake::new("ready; while :; do ask; good; done");
    let loader = fake.loader();
    assert_good(loader.load(fake.file("a")));
    let pid = fake.started().remove(0);
    let kill = std::process::Command::new("kill")
        .args(["-9", &pid])
        .status();
    assert!(kill.unwrap().success());
    assert!(!is_left(&pid));
    assert_good(loader.load(fake.file("b")));
    assert_eq!(fake.started().len(), 2);
}

#[test]
fn one_that_hangs_is_killed_with_all_that_it_has_started() {
    let fake = Fake::new(
        "ready; while :; do ask; case $line in
           *hang*) sleep 1000 & echo $! >> \"$dir/children\"
                   setsid sleep 1000 & echo $! >> \"$dir/children\"
                   echo 'still here' >&2; wait;;
           *) good;;
         esac; done",
    );
    // long enough for the good ones
    let settings = fake.settings().timeout(Duration::from_secs(2));
    let loader = Loader::new().with_rez(RezTier::new(settings));
    assert_good(loader.load(fake.file("before")));
    let error = rez_error(loader.load(fake.file("hang")));
    assert_eq!(error.code(), "timed-out");
    assert_eq!(error.stderr(), "still here");
    assert_good(loader.load(fake.file("after")));
    let children = fs::read_to_string(fake.dir.path().join("children")).unwrap();
    assert_eq!(children.lines().count(), 2);
    assert!(children.lines().all(|pid| !is_left(pid)));
    assert!(!is_left(&fake.started()[0]));
}

#[test]
fn bad_replies_are_errors_of_one_file() {
    let bad = [
        ("words", "echo hello"),
        ("empty", "echo"),
        ("nothing", "echo '{}'"),
        ("unanswered", "echo \"{\\\"id\\\": $id}\""),
        ("number", "echo \"{\\\"id\\\": $id, \\\"fields\\\": 3}\""),
        ("kind", "echo \"{\\\"id\\\": $id, \\\"package\\\": [[\\\"a\\\", \\\"\\\", [], []], \\\"u\\\", \\\"p\\\", \\\"r\\\"]}\""),
        ("other", "id=99; good"),
        ("bytes", "printf '\\377\\n'"),
        ("closed", "exec >&-; sleep 1000"),
    ];
    for (name, script) in bad {
        let script =
            format!("ready; while :; do ask; case $line in *bad*) {script};; *) good;; esac; done");
        let fake = Fake::new(&script);
        let loader = fake.loader();
        assert_good(loader.load(fake.file("before")));
        let error = rez_error(loader.load(fake.file("bad")));
        assert_eq!(error.code(), "bad-reply", "{name}: {error}");
        assert_good(loader.load(fake.file("after")));
        drop(loader);
        assert!(fake.started().iter().all(|pid| !is_left(pid)), "{name}");
    }
}

#[test]
fn a_reply_without_end_is_cut() {
    let fake = Fake::new("ready; ask; yes | tr -d '\\n'");
    let error = fake.error(fake.settings());
    assert_eq!(error.code(), "bad-reply");
    assert!(!is_left(&fake.started()[0]));
}

#[test]
fn standard_error_is_kept_only_at_its_end() {
    let fake =
        Fake::new("ready; ask; head -c 1000000 /dev/zero | tr '\\0' x >&2; echo end >&2; exit 1");
    let error = fake.error(fake.settings());
    assert_eq!(error.code(), "died");
    assert!(error.stderr().ends_with("xend"));
    assert!(error.stderr().len() <= 8192, "{}", error.stderr().len());
}

#[test]
fn words_that_nobody_asked_for_don_t_become_the_next_answer() {
    let fake = Fake::new("ready; while :; do ask; good; good; done");
    let loader = fake.loader();
    for name in ["a", "b", "c"] {
        // whether the second answer is there when the next question is asked is up to chance
        match loader.load(fake.file(name)) {
            Err(error) => assert_eq!(error.kind(), "rez"),
            good => assert_good(good),
        }
    }
}

#[test]
fn a_batch_survives_all_of_them() {
    let fake = Fake::new(
        "ready; while :; do ask; case $line in
           *die*) exit 3;; *kill*) kill -9 $$;; *hang*) sleep 1000;; *garble*) echo x;;
           *close*) exec >&-; sleep 1000;; *) good;;
         esac; done",
    );
    let settings = fake.settings().helpers(3).timeout(Duration::from_secs(3));
    let loader = Loader::new().with_rez(RezTier::new(settings));
    let kinds = [
        "ok", "die", "ok", "kill", "ok", "hang", "ok", "garble", "ok", "close",
    ];
    let paths: Vec<_> = (0..40)
        .map(|index| fake.file(&format!("{}{index}", kinds[index % kinds.len()])))
        .collect();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(6).build();
    let results = pool.unwrap().install(|| loader.load_many(&paths));
    for (index, result) in results.into_iter().enumerate() {
        let code = match kinds[index % kinds.len()] {
            "die" | "kill" => "died",
            "hang" => "timed-out",
            "garble" | "close" => "bad-reply",
            _ => {
                assert_good(result);
                continue;
            }
        };
        assert_eq!(rez_error(result).code(), code, "{index}");
    }
    drop(loader);
    assert!(fake.started().iter().all(|pid| !is_left(pid)));
}

#[test]
fn what_rez_says_is_kept() {
    let fake = Fake::new(
        "ready; ask; echo \"{\\\"id\\\": $id, \\\"refused\\\": {\\\"class\\\": \\\"E\\\", \
         \\\"message\\\": \\\"no\\\", \\\"line\\\": 2, \\\"traceback\\\": \\\"Traceback\\\"}}\"",
    );
    match fake.loader().load(fake.file("a")) {
        Err(error @ LoadError::Refused { .. }) => {
            assert_eq!(error.kind(), "refused");
            assert_eq!(error.position().unwrap().line, 2);
            assert_eq!(error.declined().len(), 1);
            let LoadError::Refused { refusal, .. } = error else {
                unreachable!()
            };
            assert_eq!(refusal.to_string(), "E: no");
            assert_eq!(refusal.traceback, "Traceback");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn whole_definitions_are_asked_for() {
    let fake = Fake::new(
        "ready; while :; do ask; case $line in
           *'\"kind\":\"definition\"'*bad*) echo \"{\\\"id\\\": $id, \\\"definition\\\": [[\\\"a\\\", {}]]}\";;
           *'\"kind\":\"definition\"'*) echo \"{\\\"id\\\": $id, \\\"definition\\\": \
             [[\\\"name\\\", \\\"b\\\"], [\\\"a\\\", [\\\"list\\\", 1]]]}\";;
         esac; done",
    );
    let loaded = fake.loader().definition(fake.file("a")).unwrap();
    let items: Vec<_> = loaded.definition.iter().collect();
    let (name, list) = (Value::Str("b".into()), Value::List(vec![Value::Int(1)]));
    assert_eq!(items, [("name", &name), ("a", &list)]);
    assert_eq!(loaded.tier, Tier::Rez);
    assert_eq!(loaded.declined.len(), 1);
    match fake.loader().definition(fake.file("bad")) {
        Err(LoadError::Rez { error, .. }) => assert_eq!(error.code(), "bad-reply"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn whole_definitions_go_wrong_as_fields_do() {
    let fake = Fake::new(
        "ready; while :; do ask; case $line in
           *die*) exit 3;; *hang*) sleep 1000;; *garble*) echo x;;
           *refuse*) echo \"{\\\"id\\\": $id, \\\"refused\\\": {\\\"class\\\": \\\"E\\\", \
             \\\"message\\\": \\\"no\\\", \\\"line\\\": 2, \\\"traceback\\\": \\\"T\\\"}}\";;
           *object*) echo \"{\\\"id\\\": $id, \\\"declined\\\": \\\"vm-value\\\"}\";;
           *) echo \"{\\\"id\\\": $id, \\\"definition\\\": []}\";;
         esac; done",
    );
    let settings = fake.settings().timeout(Duration::from_secs(2));
    let loader = Loader::new().with_rez(RezTier::new(settings));
    for (name, code) in [
        ("die", "died"),
        ("hang", "timed-out"),
        ("garble", "bad-reply"),
        ("refuse", "E: no"),
        ("object", "vm-value"),
    ] {
        let found = match loader.definition(fake.file(name)) {
            Err(LoadError::Rez { error, .. }) => error.code().to_owned(),
            Err(LoadError::Refused { refusal, .. }) => refusal.to_string(),
            Err(LoadError::Declined { declined, .. }) => declined[1].declined.reason.code().into(),
            other => panic!("{name}: {other:?}"),
        };
        assert_eq!(found, code, "{name}");
        assert!(loader
            .definition(fake.file("good"))
            .unwrap()
            .definition
            .is_empty());
    }
    drop(loader);
    assert!(fake.started().iter().all(|pid| !is_left(pid)));
    let without = Loader::new().with_rez(RezTier::new(RezSettings::new().python("/no/python")));
    match without.definition(fake.file("good")) {
        Err(LoadError::Rez { error, .. }) => assert_eq!(error.code(), "not-started"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn untrusted_files_are_declined_and_nothing_is_started() {
    let fake = Fake::new("ready; while :; do ask; good; done");
    let trusted = fake.dir.path().join("trusted");
    fs::create_dir(&trusted).unwrap();
    fs::write(trusted.join("a.py"), "import studio\n").unwrap();
    let beside = fake.dir.path().join("trusted-not");
    fs::create_dir(&beside).unwrap();
    fs::write(beside.join("a.py"), "import studio\n").unwrap();
    std::os::unix::fs::symlink(beside.join("a.py"), trusted.join("link.py")).unwrap();

    let loader = Loader::new().with_rez(RezTier::new(fake.settings().trusted([&trusted])));
    for path in [
        beside.join("a.py"),
        trusted.join("link.py"),
        trusted.join("../trusted-not/a.py"),
    ] {
        match loader.load(&path) {
            Err(LoadError::Declined { declined, .. }) => {
                assert_eq!(declined[0].declined.reason, Reason::Import);
                assert_eq!(declined[1].tier, Tier::Rez);
                assert_eq!(declined[1].declined.reason, Reason::Untrusted);
                assert_eq!(declined[1].position, declined[0].position);
            }
            other => panic!("{}: {other:?}", path.display()),
        }
    }
    assert!(fake.started().is_empty());
    assert_good(loader.load(trusted.join("a.py")));
    // no directory at all is trusted
    let nothing = fake.settings().trusted(Vec::<PathBuf>::new());
    let loader = Loader::new().with_rez(RezTier::new(nothing));
    assert!(loader.load(trusted.join("a.py")).is_err());
    assert_eq!(fake.started().len(), 1);
}

#[test]
fn a_scan_asks_for_versions() {
    let fake = Fake::new(
        "ready; while :; do ask; case $line in
           *2.0*) exit 4;;
           *) echo \"{\\\"id\\\": $id, \\\"package\\\": [[\\\"a\\\", \\\"1.0\\\", [\\\"b\\\"], []], \
              \\\"/r/a/1.0/package.py\\\", \\\"/r/a/1.0/package.py\\\", \\\"/r\\\"]}\";;
         esac; done",
    );
    let root = fake.dir.path().join("repository");
    for version in ["1.0", "2.0"] {
        let directory = root.join("a").join(version);
        fs::create_dir_all(&directory).unwrap();
        fs::write(directory.join("package.py"), "import studio\n").unwrap();
    }
    let repositories = Repositories::new([&root]).with_rez(RezTier::new(fake.settings()));
    let items = repositories.load_family("a", None).unwrap();
    let package = items[0].as_ref().unwrap();
    assert_eq!((package.tier, &*package.repository), (Tier::Rez, "/r"));
    assert_eq!(package.path(), Path::new("/r/a/1.0/package.py"));
    assert_eq!(package.declined.len(), 1);
    let error = items[1].as_ref().unwrap_err();
    assert_eq!((error.version(), error.kind().code()), (Some("2.0"), "rez"));
    assert!(!error.is_declined());
    assert_eq!(repositories.scan(&rezload::Selection::new()).count(), 2);
}
