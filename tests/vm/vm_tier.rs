//! The VM tier on the fixtures, against what rez said about each (`expected.json`), and what
//! hostile definitions can't do. Built with optimisation: see `check`.

#[path = "../common/mod.rs"]
mod common;

use std::fs;
use std::path::Path;
use std::time::Duration;

use common::{as_json, expected, fixtures, folder};
use rezload::vm::{Limits, Profile, VmTier};
use rezload::{PackageData, Reason};

/// The tier with little patience.
fn hasty() -> VmTier {
    let mut limits = Limits::default();
    limits.time = Duration::from_millis(300);
    // what the oldest Python refuses is among the fixtures
    VmTier::new(Profile::standalone((3, 8, 0)), limits)
}

fn reason(tier: &VmTier, source: &str) -> Reason {
    match tier.load(source.as_bytes()) {
        Ok(package) => panic!("served: {package:?}\n{source}"),
        Err(declined) => declined.declined.reason,
    }
}

fn load(tier: &VmTier, body: &str) -> PackageData {
    let source = format!("name = 'a'\nversion = '1'\n{body}");
    tier.load(source.as_bytes())
        .unwrap_or_else(|declined| panic!("{declined}\n{source}"))
}

/// Writes the gaps down, or compares them with those that are: with `REZLOAD_BLESS=1` a change
/// is made on purpose.
fn check_gaps(name: &str, gaps: &str) {
    let path = fixtures().join("../data").join(name);
    if std::env::var_os("REZLOAD_BLESS").is_some() {
        fs::write(&path, gaps).unwrap();
    }
    assert_eq!(
        gaps,
        fs::read_to_string(&path).unwrap(),
        "REZLOAD_BLESS=1 rewrites {name}"
    );
}

#[test]
fn what_is_served_is_what_rez_gives() {
    let expected = expected();
    let tier = VmTier::default();
    let mut gaps = String::new();
    for name in ["static", "dynamic"] {
        for (label, source) in folder(name) {
            match tier.load(&source) {
                Ok(package) => assert_eq!(as_json(&package), expected[&label]["view"], "{label}"),
                Err(declined) => {
                    gaps.push_str(&format!("{label}: {}\n", declined.declined.reason.code()));
                }
            }
        }
    }
    check_gaps("vm_gaps.txt", &gaps);
}

#[test]
fn what_rez_refuses_is_never_served() {
    let tier = hasty();
    for name in ["declined", "hostile"] {
        for (label, source) in folder(name) {
            if let Ok(package) = tier.load(&source) {
                panic!("{label}: {package:?}");
            }
        }
    }
    // and the next file is right all the same
    assert_eq!(load(&tier, "requires = ['b'] * 1").requires, ["b"]);
}

#[test]
fn limits_hold() {
    let tier = hasty();
    for (body, reasons) in [
        ("while True: pass", &[Reason::TimeLimit][..]),
        (
            "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
            &[Reason::TimeLimit],
        ),
        ("x = 'x' * 10**11", &[Reason::MemoryLimit, Reason::Raised]),
        ("x = [0] * 10**10", &[Reason::MemoryLimit, Reason::Raised]),
        ("x = 10**10**8", &[Reason::TimeLimit, Reason::MemoryLimit]),
        ("x = sum(range(10**11))", &[Reason::TimeLimit]),
        (
            "import itertools\nx = list(itertools.count())",
            &[Reason::MemoryLimit, Reason::TimeLimit],
        ),
        ("def f(): return f()\nf()", &[Reason::RecursionLimit]),
        (
            "x = '%100000000000d' % 1",
            &[Reason::MemoryLimit, Reason::Raised],
        ),
        (
            "x = ()\nfor i in range(10**6): x = (x,)\nx = 1",
            &[Reason::TimeLimit, Reason::MemoryLimit],
        ),
        ("while True: print('x' * 1000)", &[Reason::OutputLimit]),
        ("import sys\nsys.exit()", &[Reason::Raised]),
        ("import os\nos._exit(3)", &[Reason::Sandbox]),
        ("import os\nos.abort()", &[Reason::Sandbox]),
    ] {
        let got = reason(&tier, &format!("name = 'a'\nversion = '1'\n{body}\n"));
        assert!(reasons.contains(&got), "{got:?}\n{body}");
        assert_eq!(
            load(&tier, "requires = ['b'] * 1").requires,
            ["b"],
            "after {body}"
        );
    }
}

#[test]
fn a_regular_expression_that_never_ends_is_given_up() {
    let tier = hasty();
    let source = "import re\nname = 'a'\nversion = '1'\nre.match('(a*)*b', 'a' * 64)\n";
    assert_eq!(reason(&tier, source), Reason::TimeLimit);
    assert_eq!(load(&tier, "requires = ['b'] * 1").requires, ["b"]);
}

#[test]
fn acts_on_the_host_are_refused() {
    let tier = VmTier::default();
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("written");
    let target = target.to_str().unwrap();
    for body in [
        format!("open({target:?}, 'w')"),
        format!("import io\nio.open({target:?}, 'a')"),
        format!("import os\nos.mkdir({target:?})"),
        format!("import os\nos.makedirs({target:?})"),
        format!("import os\nos.open({target:?}, os.O_RDWR)"),
        format!("import os\nos.system('touch {target}')"),
        format!("import os\ntry:\n    os.popen('touch {target}')\nexcept BaseException: pass"),
        format!("import subprocess\nsubprocess.call(['touch', {target:?}])"),
        format!("import subprocess\nsubprocess.Popen(['touch', {target:?}])"),
        "import os\nos.environ['REZLOAD_LEAK'] = '1'".to_owned(),
        "import os\nos.putenv('REZLOAD_LEAK', '1')".to_owned(),
        "import os\nos.chdir('/')".to_owned(),
        "import socket\nsocket.socket().connect(('127.0.0.1', 9))".to_owned(),
        "import ctypes\nctypes.CDLL(None).abort()".to_owned(),
        "import _thread\n_thread.start_new_thread(print, ())".to_owned(),
        "__import__('posix').mkdir('x')".to_owned(),
        "().__class__.__base__.__subclasses__()".to_owned(),
        format!("exec(\"open({target:?}, 'w')\")"),
        format!("eval(\"open({target:?}, 'w')\")"),
    ] {
        let source = format!("name = 'a'\nversion = '1'\n{body}\n");
        let _ = reason(&tier, &source);
        assert!(!Path::new(target).exists(), "{body}");
        assert!(std::env::var_os("REZLOAD_LEAK").is_none(), "{body}");
    }
}

/// One thread, so that the same interpreter has all of them.
/// rez copies the dict of its objects, and not the list that is one of them: what a function adds
/// stays there for the next one, and for the next file.
#[test]
fn a_change_of_what_rez_keeps_declines() {
    let early = |body: &str| {
        format!(
            "name = 'a'\nversion = '1'\n@early()\ndef requires():\n    {body}\n\
             @early()\ndef variants():\n    return [[r] for r in build_variant_requires]\n"
        )
    };
    let tier = hasty();
    for body in [
        "build_variant_requires.append('x')\n    return []",
        "found = build_variant_requires\n    found += ['x']\n    return found",
    ] {
        assert_eq!(reason(&tier, &early(body)), Reason::Sandbox, "{body}");
    }
    let unchanged = early("return ['a'] + build_variant_requires");
    let package = tier.load(unchanged.as_bytes()).unwrap();
    assert_eq!(package.requires, ["a"]);
    assert!(package.variants.is_empty());
}

#[test]
fn nothing_leaks_into_the_next_definition() {
    let tier = VmTier::default();
    for (first, second, requires) in [
        (
            "import os\nos.path.join = None",
            "import os\nrequires = [os.path.join('a')]",
            ["a"],
        ),
        (
            "import json\njson.dumps = None",
            "import json\nrequires = [json.loads('\"a\"')]",
            ["a"],
        ),
        (
            "import json\njson.JSONDecoder.decode = None",
            "import json\nrequires = [json.loads('\"a\"')]",
            ["a"],
        ),
        (
            "import string\nstring.digits = 'x'",
            "import string\nrequires = ['a' + string.digits]",
            ["a0123456789"],
        ),
        ("len = 1", "requires = ['a%d' % len('xy')]", ["a2"]),
        ("import builtins", "requires = ['a%d' % len('xy')]", ["a2"]),
        (
            "__builtins__['len'] = 1",
            "requires = ['a%d' % len('xy')]",
            ["a2"],
        ),
        (
            "import re\nre.compile = None",
            "import re\nrequires = [re.sub('x', 'a', 'x')]",
            ["a"],
        ),
        (
            "import platform\nplatform.system = 1",
            "import platform\nrequires = ['a' for _ in [platform.system()]]",
            ["a"],
        ),
        (
            "import string\nstring.Formatter.x = 1",
            "import string\nrequires = ['a%s' % hasattr(string.Formatter, 'x')]",
            ["aFalse"],
        ),
        (
            "ModifyList.apply = None",
            "requires = ModifyList(append=['a']).apply([])",
            ["a"],
        ),
        (
            "import sys\nsys.path = ['x']",
            "requires = ['a'] * 1",
            ["a"],
        ),
        (
            "early.x = 1",
            "requires = ['a%s' % hasattr(early, 'x')]",
            ["aFalse"],
        ),
        (
            "import collections\ncollections.OrderedDict.x = 1",
            "import collections\nrequires = ['a%s' % hasattr(collections.OrderedDict, 'x')]",
            ["aFalse"],
        ),
    ] {
        let _ = tier.load(format!("name = 'a'\nversion = '1'\n{first}\n").as_bytes());
        assert_eq!(load(&tier, second).requires, requires, "after {first}");
    }
}

/// Literals and waiting functions aren't compiled; nothing may tell.
#[test]
fn what_is_handed_over_is_as_if_it_was_compiled() {
    let tier = VmTier::default();
    for (body, requires) in [
        // the second and the third load have the first one's bytecode
        ("requires = ['a']\nrequires.append('b')", &["a", "b"][..]),
        ("requires = ['a']\nrequires.append('b')", &["a", "b"]),
        ("requires = ['c']\nrequires.append('b')", &["c", "b"]),
        (
            "x = {'k': ['a']}\ny = x\ny['k'].append('b')\nrequires = x['k']",
            &["a", "b"],
        ),
        ("x = 'a'\nif x:\n    requires = [x]\nx = 'b'", &["a"]),
        ("x = [1] * 2\nrequires = ['a']\ndef requires(): pass", &[]),
        (
            "def requires(): pass\nrequires = ['a']\nx = len(requires)",
            &["a"],
        ),
        (
            "def helper(): return 'a'\nhelper = 'b'\nrequires = [helper]",
            &["b"],
        ),
        (
            "helper = 'b'\ndef helper(): return 'a'\nrequires = [helper()]",
            &["a"],
        ),
        (
            "@early()\n# why\n\ndef requires():\n    return [this.x]\nx = 'b'",
            &["b"],
        ),
        ("@early()\ndef requires(): return ['a']", &["a"]),
        (
            "early = lambda: lambda f: ['b']\n@early()\ndef requires():\n    return ['a']",
            &["b"],
        ),
        (
            "@early()\ndef requires(data):\n    return list(data)[:2]",
            &["name", "version"],
        ),
        (
            "def commands(): return 'a'\nrequires = [commands()]",
            &["a"],
        ),
        (
            "requires = sorted(n for n in globals() if n == 'commands')\ndef commands(): pass",
            &[],
        ),
        (
            "def commands(): pass\nrequires = sorted(n for n in globals() if n == 'commands')",
            &["commands"],
        ),
        ("'''text'''\nx = 1\nrequires = ['a%d' % x]", &["a1"]),
    ] {
        assert_eq!(load(&tier, body).requires, requires, "{body}");
    }
}

#[test]
fn what_only_rustpython_compiles_declines() {
    let tier = VmTier::default();
    for body in [
        "x = 1\nglobal x\nrequires = ['a'] * 1",
        "global x\nx = 1\nglobal x\nrequires = ['a'] * 1",
        "def f():\n    global x\n    x = 1\n    global x\nrequires = ['a'] * 1",
        // four and three spaces before a tab
        "def f():\n    if a:\n    \tb = 1\n   \tc = 2\nrequires = ['a'] * 1",
        "if True:\n \tx = 1\n  y = 2\nrequires = ['a'] * 1",
    ] {
        let source = format!("name = 'a'\nversion = '1'\n{body}\n");
        assert_eq!(reason(&tier, &source), Reason::VmSyntax, "{body}");
    }
}

/// Changes of what all definitions share, by every way to set an attribute.
#[test]
fn changes_of_what_is_shared_are_refused() {
    let tier = VmTier::default();
    let shared = "import configparser, json, string\n\
        c = configparser.ConfigParser()\n\
        c.read_string('[a]\\nb=yes')\n\
        requires = ['a%s' % c.getboolean('a', 'b'), string.Template('$x').substitute(x='b'),\n\
            json.loads(json.dumps('c'))]\n\
        if isinstance({}, __import__('collections').abc.Sequence): requires = []\n\
        del c";
    for change in [
        "import collections\ndef f(self): self.x = 1\nf(collections.Counter)",
        "import string\nlist(map(setattr, [string.Template], ['delimiter'], ['%']))",
        "import string, functools\nfunctools.partial(setattr, string.Template, 'delimiter', '%')()",
        "import string\nfor string.Template.delimiter in ['%']: pass",
        "import json, functools\nfunctools.wraps(len)(json.dumps)",
        "import collections\ncollections.abc.Sequence.register(dict)",
        "import configparser\nb = configparser.RawConfigParser.BOOLEAN_STATES\nb['yes'] = False",
        "ModifyList.apply = None",
        "early.x = 1",
        "b = globals()['_' + '_builtins_' + '_']\nb['sorted'] = len",
        "x = ('{0._' + '_globals_' + '_}').format(early)",
        "import operator\nx = operator.attrgetter('_' + '_globals_' + '_')(early)",
    ] {
        let _ = reason(&tier, &format!("name = 'a'\nversion = '1'\n{change}\n"));
        assert_eq!(
            load(&tier, shared).requires,
            ["aTrue", "b", "c"],
            "after {change}"
        );
    }
    // one that could be made is declined afterwards, and isn't seen by the next
    let update = "import configparser\nname = 'a'\nversion = '1'\n\
        dict.update(configparser.RawConfigParser.BOOLEAN_STATES, yes=False)\n";
    for _ in 0..3 {
        assert_eq!(reason(&tier, update), Reason::Sandbox);
        assert_eq!(load(&tier, shared).requires, ["aTrue", "b", "c"]);
    }
}

/// What the library's own functions import is no change.
#[test]
fn imports_of_imports_change_nothing() {
    let tier = VmTier::default();
    for imports in [
        "import os\nc = 1",
        "import functools, os, types, re\nc = 1",
        "import functools\nc = functools.singledispatch(lambda a: 1)\nc.register(int, len)",
    ] {
        let body = format!("class C: pass\nC.x = 'b'\n{imports}\nrequires = [C.x]\ndel C, c");
        assert_eq!(load(&tier, &body).requires, ["b"], "{imports}");
    }
}

#[test]
fn a_field_that_is_wrong_says_where_it_is_bound() {
    let tier = VmTier::new(Profile::default(), Limits::default());
    for (source, line, column) in [
        ("import os\nname = os.sep + 'a b'\nversion = '1'\n", 2, 1),
        // a later binding counts, what isn't one doesn't
        (
            "name = 'a'\nversion = '1'\nfor version in '12':\n    version = version + '%'\n\
             assert version == '2%'\n",
            4,
            5,
        ),
        (
            "name = 'a'\nversion = '1'\n@late()\ndef variants():\n    return []\n# variants\n",
            4,
            5,
        ),
        (
            "\u{feff}import os\r\nname = 'a'\r\nversion = 1 + len(os.sep)\r\n",
            3,
            1,
        ),
        (
            "name = 'a'\nversion = '1'\nglobals()['requires'] = {}\n",
            3,
            12,
        ),
        ("name = 'a'\nif name:\n    pass\n", 1, 1),
    ] {
        let declined = tier.load(source.as_bytes()).unwrap_err();
        let place = (declined.position.line, declined.position.column);
        assert_eq!(place, (line, column), "{source}: {declined}");
    }
}

#[test]
fn definitions_run_in_parallel() {
    let tier = VmTier::default();
    std::thread::scope(|scope| {
        for at in 0..4 {
            let tier = &tier;
            scope.spawn(move || {
                for round in 0..20 {
                    let body = format!("requires = ['a%d' % ({at} * 100 + {round})]");
                    assert_eq!(
                        load(tier, &body).requires,
                        [format!("a{}", at * 100 + round)]
                    );
                }
            });
        }
    });
}

#[test]
fn the_profile_decides_what_builtins_have() {
    for (body, first) in [
        ("requires = ['a%d' % (5).bit_count()]", 10),
        ("requires = ['a' for _ in zip('a', 'b', strict=True)]", 10),
        ("requires = ['a%d' % isinstance(1, int | str)]", 10),
        ("requires = ['a' + (5).to_bytes().hex()]", 11),
        ("requires = ['a' + '{:z.0f}'.format(0.0)]", 11),
        ("requires = ['a%d' % (5).is_integer()]", 12),
        ("requires = ['aXX'.replace('X', '', count=2)]", 13),
    ] {
        let source = format!("name = 'a'\nversion = '1'\n{body}\n");
        for minor in [first - 1, first] {
            let tier = VmTier::new(Profile::standalone((3, minor, 0)), Limits::default());
            let served = tier.load(source.as_bytes()).is_ok();
            assert_eq!(served, minor == first, "{body} for 3.{minor}");
        }
    }
    // sums of floats are compensated from 3.12 on
    let source = b"name = 'a'\nversion = '1'\nrequires = ['a%r' % (sum([0.1] * 10) == 1)]\n";
    let at = |minor| VmTier::new(Profile::standalone((3, minor, 0)), Limits::default());
    assert_eq!(at(11).load(source).unwrap().requires, ["aFalse"]);
    assert!(at(12).load(source).is_err());
}

/// What `ntpath` of CPython 3.8 to 3.13 gives alike is served on Windows, and nothing else of it.
#[test]
fn paths_on_windows_are_what_all_pythons_agree_on() {
    let mut profile = Profile::standalone((3, 11, 0));
    profile.set("os.name", "nt");
    let tier = VmTier::new(profile, Limits::default());
    let source = |expression: &str| {
        format!("import os\nname = 'a'\nversion = '1'\nrequires = ['a%s' % ({expression})]\n")
    };
    for (expression, value) in [
        (r"os.path.join('c:/a', 'b', 'c.py')", r"'c:/a\\b\\c.py'"),
        (r"os.path.join('/', 'a', 'd:x')", r"'d:x'"),
        (r"os.path.normpath('C:/a/b/')", r"'C:\\a\\b'"),
        (r"os.path.splitdrive('c:/x')", r"('c:', '/x')"),
        (r"os.path.basename('c:\\a\\b')", "'b'"),
        (r"os.path.dirname('a/b\\c')", "'a/b'"),
        (
            r"os.path.isabs('c:/a'), os.path.isabs('c:a')",
            "(True, False)",
        ),
        (
            r"os.path.exists('/nothing'), os.path.isdir('.')",
            "(False, True)",
        ),
    ] {
        let compared = source(&format!("({expression}) == {value}"));
        let fields = tier.load(compared.as_bytes());
        assert_eq!(fields.unwrap().requires, ["aTrue"], "{expression}");
    }
    for expression in [
        r"os.path.isabs('/a')",
        r"os.path.join('//srv/x', 'b')",
        r"os.path.split('c://')",
        r"os.path.normpath('a/../b')",
        r"os.path.normpath('c:.')",
        r"os.path.normcase('\u0130')",
        r"os.path.exists(0)",
        r"os.path.basename(p='a')",
        r"os.path.abspath('a')",
        r"os.path.realpath('a')",
        r"os.path.islink('a')",
        r"os.stat('.').st_mode",
        r"list(os.walk('.'))",
    ] {
        let served = tier.load(source(expression).as_bytes());
        assert!(served.is_err(), "{expression}: {served:?}");
    }
}

#[test]
fn what_some_python_does_not_compile_is_not_served() {
    for body in [
        "match 1:\n    case 1: requires = ['b']",
        "with (open('a') as a, open('b') as b):\n    pass",
        "def helper():\n    a.b = *c",
        "def helper():\n    yield @a",
        "def helper():\n    return a[b := 1]",
        "def helper():\n    return f'{a!r :5}'",
        "def helper():\n    \\\n    pass",
        "def helper(a: (b := 1)):\n    pass",
        "def helper():\n    try: pass\n    except* a: pass",
        "helper = [a := b for b in []]",
        "if 1:\n    from __future__ import division",
        "from os import *\nfrom __future__ import division",
        "class Helper:\n    return 1",
        "class Helper(a for a in b):\n    pass",
        "type helper = int",
        "for a in *b, c:\n    pass",
        "helper[*a] = 1",
        "*a = [1]",
        "*a, *b = [1]",
        "try:\n    pass",
    ] {
        let source = format!("name = 'a'\nversion = '1'\nrequires = [str(1)]\n{body}\n");
        for minor in [8, 11, 14] {
            let tier = VmTier::new(Profile::standalone((3, minor, 0)), Limits::default());
            let declined = tier.load(source.as_bytes()).unwrap_err().declined;
            assert_eq!(declined.reason, Reason::VmSyntax, "3.{minor}: {body}");
        }
    }
}

#[test]
fn what_every_python_compiles_is_served() {
    let tier = VmTier::default();
    for (body, requires) in [
        (
            "class Of(object):\n    def a(self):\n        return 'x'\nrequires = [Of().a()]",
            "x",
        ),
        (
            "class Of(object, metaclass=type):\n    a = 'x'\nrequires = [Of.a]",
            "x",
        ),
        (
            "if (found := 'ab'.find('b')) > 0:\n    requires = [f'x{found}']",
            "x1",
        ),
        ("first, *rest = 'xyz'\nrequires = [rest[-1]]", "z"),
        ("*_, last = 'xyz'\nrequires = [last]", "z"),
    ] {
        assert_eq!(load(&tier, body).requires, [requires], "{body}");
    }
    let source = b"'doc'\nfrom __future__ import division, print_function\nname = 'a'\nversion = '1'\nrequires = [str(len('xy') // 2) + 'x']\n";
    assert_eq!(tier.load(source).unwrap().requires, ["1x"]);
}
