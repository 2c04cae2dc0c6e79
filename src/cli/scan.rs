//! `rezload scan`: all packages of repositories.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use compact_str::CompactString;

use super::args::ScanArgs;
use super::json;
use super::output::{printable, Output, BAD, GOOD, NAME};
use super::progress::Progress;
use crate::repository::{Repositories, ScanError, ScanErrorKind, ScanResult, Selection};
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
    alone: bool,
    output: &mut Output,
) -> io::Result<Finding> {
    let repositories = args.repositories();
    if repositories.is_empty() {
        output.error("no repository: the list of `--paths` is empty");
        return Ok(Finding::NoRepository);
    }
    let mut repositories = Repositories::new(repositories)
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

    let json = args.json;
    let asked: Arc<[Selection]> = args
        .families
        .iter()
        .map(|family| Selection::new().family(family))
        .collect();
    let mut batches = repositories.batches(&selection, {
        let asked = Arc::clone(&asked);
        move || Batch::new(json, Arc::clone(&asked))
    });
    // in Python the VM asks the interpreter for variables, which may run anything
    if alone {
        // SAFETY: a batch is nothing but memory
        batches = unsafe { batches.apart() };
    }
    let mut summary = Summary::new(asked.len());
    let progress = Progress::new();
    while let Some(batch) = batches.next() {
        progress.show(batches.progress());
        output.data(&batch.lines)?;
        for message in &batch.messages {
            progress.hide(|| message.show(output));
        }
        summary.add(batch.summary);
    }
    progress.finish();
    let is_sound = summary.failed == 0 && summary.declined == 0;
    // a mistyped name or folder would pass for one that is well
    if is_sound && !batches.is_without_repository() {
        for (family, found) in args.families.iter().zip(&summary.found) {
            if !found {
                output.warning(&format!("no package found of `{family}`"));
            }
        }
        if summary.packages == 0 && args.families.is_empty() {
            output.warning("no package found");
        }
    }
    if !json {
        summary.show(output)?;
    }
    Ok(if batches.is_without_repository() {
        Finding::NoRepository
    } else if is_sound {
        Finding::AllServed
    } else {
        Finding::SomeFailed
    })
}

/// What the command makes of some packages in a row, on the thread that read them.
struct Batch {
    json: bool,
    /// The families that were asked for, each by itself.
    asked: Arc<[Selection]>,
    /// Lines of JSON.
    lines: Vec<u8>,
    /// What people are told, in order.
    messages: Vec<Message>,
    summary: Summary,
}

enum Message {
    Warning(String),
    Error(ScanError),
}

impl Batch {
    fn new(json: bool, asked: Arc<[Selection]>) -> Self {
        Batch {
            json,
            lines: Vec::new(),
            messages: Vec::new(),
            summary: Summary::new(asked.len()),
            asked,
        }
    }
}

impl Extend<ScanResult> for Batch {
    fn extend<I: IntoIterator<Item = ScanResult>>(&mut self, items: I) {
        for item in items {
            self.summary.count(&item, &self.asked);
            if self.json {
                json::scan_line(&mut self.lines, &item);
                continue;
            }
            match item {
                Ok(package) => {
                    let path = package.path().display();
                    let warnings = package.warnings.iter();
                    let messages = warnings.map(|warning| format!("{path}: {warning}"));
                    self.messages.extend(messages.map(Message::Warning));
                }
                Err(error) => self.messages.push(Message::Error(error)),
            }
        }
    }
}

impl Message {
    fn show(&self, output: &Output) {
        match self {
            Message::Warning(message) => output.warning(message),
            Message::Error(error) => match error.kind() {
                ScanErrorKind::Load(error) => output.load_error(error),
                _ => output.error(&error.to_string()),
            },
        }
    }
}

/// What is counted, of packages in a row.
#[derive(Default)]
struct Summary {
    packages: usize,
    families: usize,
    /// The first family and the last; the packages of one come together.
    ends: Option<(CompactString, CompactString)>,
    tiers: BTreeMap<&'static str, usize>,
    declined: usize,
    failed: usize,
    warnings: usize,
    /// Whether there is a package, of each family that was asked for.
    found: Vec<bool>,
}

impl Summary {
    fn new(asked: usize) -> Self {
        Summary {
            found: vec![false; asked],
            ..Summary::default()
        }
    }

    fn count(&mut self, item: &ScanResult, asked: &[Selection]) {
        match item {
            Ok(package) => {
                self.packages += 1;
                *self.tiers.entry(package.tier.as_str()).or_default() += 1;
                self.warnings += package.warnings.len();
                let family = &package.data.name;
                for (found, asked) in self.found.iter_mut().zip(asked) {
                    *found = *found || asked.has_family(family);
                }
                match &mut self.ends {
                    Some((_, last)) if last == family => {}
                    Some((_, last)) => {
                        self.families += 1;
                        last.clone_from(family);
                    }
                    ends => {
                        self.families = 1;
                        *ends = Some((family.clone(), family.clone()));
                    }
                }
            }
            Err(error) if error.is_declined() => self.declined += 1,
            Err(_) => self.failed += 1,
        }
    }

    /// Adds what comes next.
    fn add(&mut self, next: Summary) {
        self.packages += next.packages;
        self.families += next.families;
        self.declined += next.declined;
        self.failed += next.failed;
        self.warnings += next.warnings;
        for (found, next) in self.found.iter_mut().zip(next.found) {
            *found |= next;
        }
        for (tier, count) in next.tiers {
            *self.tiers.entry(tier).or_default() += count;
        }
        self.ends = match (self.ends.take(), next.ends) {
            (Some((first, last)), Some((next, end))) => {
                if last == next {
                    // its packages are in both
                    self.families -= 1;
                }
                Some((first, end))
            }
            (ends, next) => ends.or(next),
        };
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
