//! The host's facts that a definition may ask for: those of a CPython, not of RustPython.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt::Debug;
use std::sync::Arc;

#[cfg(target_os = "linux")]
use crate::encoding::is_utf_8;

/// Where facts come from that a [`Profile`] doesn't hold itself.
///
/// Asked on the threads of the VM tier, and only for what a definition asks for.
pub trait Host: Debug + Send + Sync {
    /// The fact `name`, as a Python literal; `None` when it isn't known.
    fn fact(&self, name: &str) -> Option<String>;

    /// Whether `fact` may give something else for `name` later; what doesn't change is asked for
    /// once by each interpreter. By default, only what rez is configured with may.
    fn may_change(&self, name: &str) -> bool {
        name.starts_with("rez.")
    }

    /// The environment variable `name`; `None` when it isn't set.
    fn variable(&self, name: &str) -> Option<OsString>;

    /// The environment.
    fn environment(&self) -> Vec<(OsString, OsString)>;
}

/// What the VM tier tells a definition about its interpreter, platform and environment.
///
/// A definition that asks for a fact that isn't known is declined, never answered with a
/// guess. Inside CPython the profile is that interpreter's; [`Profile::standalone`] is what
/// the loader uses without one.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Profile {
    /// `sys.version_info[:3]`: also decides which syntax is served.
    pub python: (u8, u8, u8),
    /// Facts by name, as Python literals: `"platform.system"` is `"'Linux'"`. They go before
    /// those of `host`.
    pub facts: BTreeMap<String, String>,
    /// Where other facts and the environment come from; `None` is this process's environment
    /// and no further facts.
    pub host: Option<Arc<dyn Host>>,
}

/// Modules of Python 2 that a CPython 3 with rez alone can't import, as a Python literal.
const MISSING: &str = "('ConfigParser', 'Queue', 'StringIO', '__builtin__', 'cPickle', \
    'cStringIO', 'commands', 'exceptions', 'httplib', 'urllib2', 'urlparse')";

impl Profile {
    /// A CPython of version `python` on this host, of which nothing is known but the version
    /// and what the operating system tells.
    pub fn standalone(python: (u8, u8, u8)) -> Profile {
        let (sys_platform, system, os_name) = match std::env::consts::OS {
            "macos" => ("darwin", "Darwin", "posix"),
            "windows" => ("win32", "Windows", "nt"),
            _ => ("linux", "Linux", "posix"),
        };
        let mut profile = Profile {
            python,
            facts: BTreeMap::new(),
            host: None,
        };
        profile.set("sys.platform", sys_platform);
        profile.set("platform.system", system);
        profile.set("os.name", os_name);
        if is_rez_by_default() {
            let facts = [
                ("rez.version", "'3.4.0'"),
                ("rez.config.platform_map", "{}"),
                // a studio may have put some where rez looks first
                ("modules.missing", MISSING),
            ];
            let facts = facts.map(|(name, value)| (name.to_owned(), value.to_owned()));
            profile.facts.extend(facts);
        }
        profile.ask_the_system();
        profile
    }

    /// Sets the fact `name` to the string `value`.
    pub fn set(&mut self, name: &str, value: &str) {
        self.facts.insert(name.to_owned(), literal(value));
    }

    /// Sets the fact `name` to the tuple `values`.
    #[cfg(feature = "cli")]
    pub(crate) fn set_names(&mut self, name: &str, values: &[String]) {
        let items: String = values.iter().map(|value| literal(value) + ", ").collect();
        self.facts.insert(name.to_owned(), format!("({items})"));
    }

    #[cfg(target_os = "linux")]
    fn ask_the_system(&mut self) {
        let uname = rustix::system::uname();
        for (name, value) in [
            ("platform.machine", uname.machine()),
            ("platform.node", uname.nodename()),
            ("platform.release", uname.release()),
            ("platform.version", uname.version()),
        ] {
            if let Ok(value) = value.to_str() {
                self.set(name, value);
            }
        }
        if is_utf_8() {
            self.set("locale.encoding", "utf-8");
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn ask_the_system(&mut self) {}
}

/// Whether nobody has configured rez, as far as the environment and the home folder tell:
/// `_create_main_config` of `rez/config.py`.
fn is_rez_by_default() -> bool {
    let set = |name: &str| std::env::var_os(name).is_some();
    let variables = [
        "REZ_CONFIG_FILE",
        "REZ_PLATFORM_MAP",
        "REZ_PLATFORM_MAP_JSON",
        "REZ_PACKAGE_DEFINITION_BUILD_PYTHON_PATHS",
        "REZ_PACKAGE_DEFINITION_BUILD_PYTHON_PATHS_JSON",
    ];
    let home = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
    let configured = std::env::var_os(home).is_none_or(|home| {
        let file = |name: &str| std::path::Path::new(&home).join(name).exists();
        file(".rezconfig") || file(".rezconfig.py")
    });
    !configured && !variables.iter().any(|name| set(name))
}

/// CPython 3.11 on this host: the version that the VFX reference platform of 2025 and 2026
/// names.
impl Default for Profile {
    fn default() -> Self {
        Profile::standalone((3, 11, 0))
    }
}

/// `text` as a Python literal.
fn literal(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push('\'');
    for c in text.chars() {
        match c {
            '\\' | '\'' => {
                literal.push('\\');
                literal.push(c);
            }
            c if c < ' ' => literal.push_str(&format!("\\x{:02x}", u32::from(c))),
            c => literal.push(c),
        }
    }
    literal.push('\'');
    literal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_literals() {
        assert_eq!(literal("a'\\\n"), r"'a\'\\\x0a'");
    }
}
