//! What the VM tier tells definitions of their Python: that of the one that rez runs on, whose
//! answers count.

use std::path::PathBuf;

use super::args::RezChoice;
use crate::rez_tier::{RezError, RezTier};
use crate::vm::{Limits, Profile, VmTier};

/// Makes the VM tier of this command, with the Python that `args` name, or that is found; `own`
/// is the one that this command runs in, if that has rez, and `share_own` takes it as it is. No
/// Python is started before a definition has to run.
pub(super) fn share(args: Option<&RezChoice>, own: Option<&PathBuf>, share_own: Option<fn()>) {
    if let Some(version) = args.and_then(|args| args.python_version) {
        VmTier::share(|| VmTier::new(Profile::standalone(version), Limits::default()));
        return;
    }
    let rez = RezTier::new(match args {
        Some(args) => args.settings(own),
        None => RezChoice::default_settings(own),
    });
    if let Some(share_own) = share_own {
        // without rez anywhere, this Python is as good as any
        let found = rez.interpreter();
        if found.is_err() || found.is_ok_and(|(program, _)| Some(&program) == own) {
            return share_own();
        }
    }
    VmTier::share(|| VmTier::asking(move || profile(&rez), Limits::default()));
}

/// The Python's own version and modules, with what the operating system tells; the default where
/// there is no Python with rez.
fn profile(rez: &RezTier) -> Result<Profile, String> {
    let facts = match rez.facts() {
        Ok(facts) => facts,
        Err(RezError::NoInterpreter { .. }) => return Ok(Profile::default()),
        Err(error) => return Err(error.to_string()),
    };
    let mut profile = Profile::standalone(facts.version);
    // where rez is configured, it may look for modules elsewhere
    if profile.facts.contains_key("modules.missing") {
        profile.set_names("modules.missing", &facts.missing);
    }
    match facts.rez {
        // where rez is configured its version isn't known either
        Some(version) if profile.facts.contains_key("rez.version") => {
            profile.set("rez.version", &version);
        }
        Some(_) => {}
        None => {
            profile.facts.remove("rez.version");
        }
    }
    Ok(profile)
}
