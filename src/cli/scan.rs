//! `rezload scan`: all packages of repositories.

use std::collections::BTreeMap;
use std::io;

use super::args::ScanArgs;
use super::json;
use super::output::{printable, Output, BAD, GOOD, NAME};
use super::progress::Progress;
use crate::package::Tier;
use crate::repository::{Repositories, ScanError, ScanErrorKind, Selection};
use crate::rez_tier::RezTier;

/// What came of a scan.
pub(super) enum Finding {
    /// Every package was served.
    AllServed,
    /// Some package, family or repository wasn't.
    SomeFailed,
    /// There was no repository to look at.
    NoRepository,
}

pub(super) fn run(
    args: &ScanArgs,
    rez: Option<RezTier>,
    output: &mut Output,
) -> io::Result<Finding> {
    let mut repositories = Repositories::new(args.repositories())
        .threads(args.threads)
        .allow_unversioned(!args.no_unversioned)
        .check_definition_files(args.check_definition_files);
    if !args.package_filenames.is_empty() {
        repositories = repositories.package_filenames(&args.package_filenames);
    }
    #[cfg(feature = "vm")]
    {
        repositories = repositories.with_vm(crate::vm::VmTier::shared());
    }
    if let Some(rez) = rez {
        repositories = repositories.with_rez(rez);
    }
    let mut selection = Selection::new().latest(args.latest);
    for family in &args.families {
        selection = selection.family(family);
    }
    if let Some(range) = &args.range {
        selection = selection.range(range.clone());
    }

    let mut scan = repositories.scan(&selection);
    let mut summary = Summary::default();
    let progress = Progress::new();
    while let Some(item) = scan.next() {
        progress.show(scan.progress());
        if args.json {
            output.line(&json::scan_line(&item))?;
        }
        match item {
            Ok(package) => {
                summary.add(&package.data.name, package.tier);
                for warning in package.warnings.iter().filter(|_| !args.json) {
                    summary.warnings += 1;
                    progress.hide(|| {
                        let path = package.path().display();
                        output.warning(&format!("{path}: {warning}"));
                    });
                }
            }
            Err(error) => {
                summary.add_error(&error);
                if !args.json {
                    progress.hide(|| match error.kind() {
                        ScanErrorKind::Load(error) => output.load_error(error),
                        _ => output.error(&error.to_string()),
                    });
                }
            }
        }
    }
    progress.finish();
    if !args.json {
        summary.show(output)?;
    }
    Ok(if scan.is_without_repository() {
        Finding::NoRepository
    } else if summary.failed == 0 && summary.declined == 0 {
        Finding::AllServed
    } else {
        Finding::SomeFailed
    })
}

/// What is counted.
#[derive(Default)]
struct Summary {
    packages: usize,
    families: usize,
    family: String,
    tiers: BTreeMap<&'static str, usize>,
    declined: usize,
    failed: usize,
    warnings: usize,
}

impl Summary {
    fn add(&mut self, family: &str, tier: Tier) {
        self.packages += 1;
        *self.tiers.entry(tier.as_str()).or_default() += 1;
        // the packages of a family come together
        if self.families == 0 || self.family != family {
            self.families += 1;
            family.clone_into(&mut self.family);
        }
    }

    fn add_error(&mut self, error: &ScanError) {
        match error.kind() {
            ScanErrorKind::Load(_) if error.is_declined() => self.declined += 1,
            _ => self.failed += 1,
        }
    }

    fn show(&self, output: &mut Output) -> io::Result<()> {
        let families = if self.families == 1 {
            "family"
        } else {
            "families"
        };
        let packages = if self.packages == 1 {
            "package"
        } else {
            "packages"
        };
        output.line(&format!(
            "{NAME}{} {packages}{NAME:#} in {} {families}",
            self.packages, self.families
        ))?;
        for (tier, count) in &self.tiers {
            output.line(&format!("  {GOOD}{}{GOOD:#} {count}", printable(tier)))?;
        }
        for (what, count) in [("declined", self.declined), ("failed", self.failed)] {
            if count > 0 {
                output.line(&format!("  {BAD}{what}{BAD:#} {count}"))?;
            }
        }
        if self.warnings > 0 {
            output.line(&format!("  warnings {}", self.warnings))?;
        }
        Ok(())
    }
}
