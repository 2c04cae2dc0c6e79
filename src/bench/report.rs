//! A record as an HTML page that needs nothing else.

use std::fmt::Write;

use super::charts::{bars, curves, duration, thousands, threads};
use super::record::{Record, Row};

const STYLE: &str = "
:root { color-scheme: light dark; --ink: #282828; --paper: #fff; --faint: #666; --line: #e1e1e1;
        --wrong: #b00020; --right: #00664f; --warn: #fff4e0; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #ddd; --paper: #1a1a1a; --faint: #a0a0a0; --line: #3a3a3a; --wrong: #ff8a95;
          --right: #5fd3b0; --warn: #3d3018; }
  /* the plots are drawn on white */
  svg { filter: invert(.9) hue-rotate(180deg); }
}
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
       max-width: 960px; margin: 2em auto; padding: 0 1em; overflow-wrap: break-word; }
h1 { font-size: 1.7em; margin-bottom: 0; } h2 { margin-top: 2em; font-size: 1.25em; }
table { border-collapse: collapse; width: 100%; font-size: .88em; font-variant-numeric: tabular-nums; }
th, td { padding: .3em .6em; border-bottom: 1px solid var(--line); text-align: right;
         vertical-align: top; white-space: nowrap; }
th { font-weight: 600; }
th:first-child, td:first-child { text-align: left; white-space: normal; min-width: 11em; }
td small { display: block; color: var(--faint); white-space: normal; font-weight: 400; }
td small.left { overflow-wrap: anywhere; }
.scroll { overflow-x: auto; } figure { margin: 1em 0; }
svg { width: 100%; min-width: 640px; height: auto; }
.wrong { color: var(--wrong); font-weight: 600; } .right { color: var(--right); }
.facts { color: var(--faint); } .warn { background: var(--warn); padding: .6em 1em; }
code { font-size: .95em; } li { margin: .3em 0; } pre { overflow-x: auto; font-size: .75em; }
@media print {
  body { max-width: none; margin: 0; font-size: 11pt; } details { display: none; }
  figure, tr, li { break-inside: avoid; } h2, h3 { break-after: avoid; }
  svg { min-width: 0; } .scroll { overflow: visible; } th, td { padding: .2em .35em; }
}
";

/// The page. A plot that can't be drawn is left out with the reason.
pub fn report(record: &Record) -> String {
    let mut page = Page::default();
    page.head(record);
    page.summary(record);
    page.sample(record);
    page.memory(record);
    page.threads(record);
    page.list("How it was measured", &record.method);
    page.list("What to keep in mind", &record.biases);
    page.foot(record);
    page.html
}

#[derive(Default)]
struct Page {
    html: String,
}

impl Page {
    fn add(&mut self, html: &str) {
        self.html.push_str(html);
        self.html.push('\n');
    }

    fn head(&mut self, record: &Record) {
        let date = record.date.get(..10).unwrap_or(&record.date);
        let machine = &record.machine;
        let processor = machine.processor.as_deref().unwrap_or("unknown processor");
        self.add("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">");
        self.add("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
        self.add(&format!("<title>rezload bench, {date}</title>"));
        self.add(&format!("<style>{STYLE}</style></head><body>"));
        self.add(&format!(
            "<h1>rezload {} on {} definitions</h1>",
            escape(&record.rezload.version),
            thousands(record.inputs.files as u64)
        ));
        let load = machine.load.map_or(String::new(), |[before, after]| {
            format!(", load average {before:.1} before and {after:.1} after")
        });
        self.add(&format!(
            "<p class=\"facts\">{} · {} · {}, {} cores{load} · tiers: {} · {} bytes in {}, digest \
             <code>{}</code></p>",
            escape(&record.date),
            escape(&machine.system),
            escape(processor),
            machine.cores,
            escape(&record.rezload.tiers.join(", ")),
            thousands(record.inputs.bytes),
            escape(&record.inputs.roots.join(", ")),
            escape(&record.inputs.digest),
        ));
        if !record.rezload.optimised {
            self.warn("This build of rezload isn't optimised: none of its times count.");
        }
        if machine
            .load
            .is_some_and(|load| load[0] > machine.cores as f64)
        {
            self.warn(
                "The machine was busy with other things when this began: times with several \
                 threads are too long.",
            );
        }
        if record.inputs.unread > 0 {
            self.warn(&format!("{} files couldn't be read.", record.inputs.unread));
        }
    }

    fn warn(&mut self, text: &str) {
        self.add(&format!("<p class=\"warn\">{}</p>", escape(text)));
    }

    fn summary(&mut self, record: &Record) {
        self.add("<h2>In short</h2><ul>");
        if let Some(ladder) = record
            .memory
            .iter()
            .find(|row| row.name == "ladder, first pass")
        {
            let mix: Vec<String> = mix(ladder)
                .map(|(tier, files)| format!("{tier} {}", share(files, ladder.files)))
                .collect();
            self.add(&format!(
                "<li>{} of the definitions are served without Python ({}).</li>",
                share(ladder.served, ladder.files),
                escape(&mix.join(", "))
            ));
        }
        for ratio in record
            .ratios
            .iter()
            .filter(|ratio| ratio.rezload.ends_with("first pass"))
        {
            self.add(&format!(
                "<li>{} takes {} times as long as rezload's first pass for the median of the {} \
                 files that both serve, and {} times as long for all of these{}.</li>",
                escape(&ratio.other),
                round(ratio.of_medians),
                ratio.files,
                round(ratio.of_totals),
                ratio.with_rez.map_or(String::new(), |whole| format!(
                    "; for all that rez serves, with rez for what rezload declines, {} times",
                    round(whole)
                ))
            ));
        }
        let wrong: Vec<&Row> = record
            .sample
            .iter()
            .filter(|row| {
                row.answers
                    .as_ref()
                    .is_some_and(|answers| answers.is_wrong())
            })
            .collect();
        if record.python.is_some() {
            if wrong.is_empty() {
                self.add("<li>All answers are those of rez's repository package.</li>");
            }
            for (row, answers) in wrong
                .iter()
                .filter_map(|row| Some((row, row.answers.as_ref()?)))
            {
                let mut what = Vec::new();
                if answers.different > 0 {
                    what.push(format!(
                        "gives another answer than rez's repository package for {} of {} files",
                        answers.different, answers.compared
                    ));
                }
                if answers.refused_by_rez > 0 {
                    what.push(format!(
                        "serves {} that rez's repository package refuses",
                        answers.refused_by_rez
                    ));
                }
                self.add(&format!(
                    "<li class=\"wrong\">{} {}.</li>",
                    escape(&row.name),
                    what.join(", and ")
                ));
            }
        }
        if let Some(reason) = &record.without_python {
            self.add(&format!(
                "<li>rez was not measured: {}.</li>",
                escape(reason)
            ));
        }
        self.add("</ul>");
    }

    fn sample(&mut self, record: &Record) {
        self.add("<h2>The sample: rezload and rez on the same files</h2>");
        if let Some(python) = &record.python {
            let packages: Vec<String> = python
                .packages
                .iter()
                .map(|(name, version)| format!("{name} {version}"))
                .collect();
            let missing: Vec<&str> = python.missing.keys().map(String::as_str).collect();
            self.add(&format!(
                "<p>rez {} on Python {}{}{}.</p>",
                escape(&python.rez),
                escape(&python.python),
                if packages.is_empty() {
                    String::new()
                } else {
                    format!(", {}", escape(&packages.join(", ")))
                },
                if missing.is_empty() {
                    String::new()
                } else {
                    format!("; not installed: {}", escape(&missing.join(", ")))
                },
            ));
            for lost in &python.lost {
                self.warn(&format!(
                    "Python died or hung at {lost}; the file counts for nobody."
                ));
            }
        }
        let rows: Vec<&Row> = record.sample.iter().collect();
        // who serves nothing has no times worth a look
        let plotted: Vec<&Row> = rows.iter().copied().filter(|row| row.served > 0).collect();
        self.plot(bars(&plotted));
        self.plot(curves(&plotted));
        self.table(&rows);
        if record.python.is_some() {
            self.answers(&rows);
        }
        if !record.ratios.is_empty() {
            self.add("<h3>How many times faster</h3><div class=\"scroll\"><table><tr><th>than</th><th>which pass</th><th>files</th><th>by medians</th><th>by totals</th><th>with rez</th></tr>");
            for ratio in &record.ratios {
                self.add(&format!(
                    "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
                    escape(&ratio.other),
                    escape(ratio.rezload.trim_start_matches("rezload, ")),
                    ratio.files,
                    round(ratio.of_medians),
                    round(ratio.of_totals),
                    ratio.with_rez.map_or(String::new(), round),
                ));
            }
            self.add("</table></div>");
        }
    }

    fn memory(&mut self, record: &Record) {
        self.add("<h2>All files, in memory, one thread</h2>");
        let rows: Vec<&Row> = record.memory.iter().collect();
        self.plot(curves(&rows));
        self.table(&rows);
        self.add("<h3>The ladder, by the tier that had the last word</h3>");
        self.table(&record.by_tier.iter().collect::<Vec<_>>());
    }

    fn threads(&mut self, record: &Record) {
        self.add("<h2>All files, from disk, by threads</h2>");
        match (&record.settings.cold, &record.settings.not_cold) {
            (Some(how), _) => self.add(&format!("<p>Cold cache: {}.</p>", escape(how))),
            (None, Some(why)) => self.add(&format!("<p>No cold cache: {}.</p>", escape(why))),
            (None, None) => {}
        }
        self.plot(threads(&record.threads));
        self.add("<div class=\"scroll\"><table><tr><th>what</th><th>cache</th><th>threads</th><th>seconds</th><th>fastest</th><th>slowest</th><th>files/s</th><th>MiB/s</th></tr>");
        for pass in &record.threads {
            self.add(&format!(
                "<tr><td>{}</td><td>{}</td><td>{}</td><td>{:.4}</td><td>{:.4}</td><td>{:.4}</td><td>{}</td><td>{:.1}</td></tr>",
                escape(&pass.what),
                escape(&pass.cache),
                pass.threads,
                pass.seconds,
                pass.range[0],
                pass.range[1],
                thousands(pass.files_per_second as u64),
                pass.bytes_per_second / f64::from(1 << 20)
            ));
        }
        self.add("</table></div>");
    }

    fn table(&mut self, rows: &[&Row]) {
        self.add("<div class=\"scroll\"><table><tr><th>who</th><th>files</th><th>served</th><th>median</th><th>p95</th><th>mean</th><th>max</th><th>total</th><th>MiB/s</th></tr>");
        for row in rows {
            let mix: Vec<String> = mix(row)
                .map(|(tier, files)| format!("{tier} {}", thousands(files as u64)))
                .collect();
            let _ = writeln!(
                self.html,
                "<tr><td><b>{}</b><small>{}</small></td><td>{}</td><td>{} ({}){}</td><td>{}</td>\
                 <td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{:.1}</td></tr>",
                escape(&row.name),
                escape(&row.what),
                thousands(row.files as u64),
                thousands(row.served as u64),
                share(row.served, row.files),
                if mix.is_empty() {
                    String::new()
                } else {
                    format!("<small>{}</small>", escape(&mix.join(", ")))
                },
                duration(row.time.median),
                duration(row.time.p95),
                duration(row.time.mean),
                duration(row.time.max),
                duration(row.seconds * 1e9),
                row.bytes_per_second / f64::from(1 << 20)
            );
        }
        self.add("</table></div>");
    }

    /// Whose answers are rez's.
    fn answers(&mut self, rows: &[&Row]) {
        self.add("<h3>Answers, against those of rez's repository package</h3>");
        self.add("<div class=\"scroll\"><table><tr><th>who</th><th>served</th><th>compared</th><th>different</th><th>refused by rez</th><th>digest</th><th>rez's digest</th></tr>");
        for row in rows {
            let Some(answers) = &row.answers else {
                continue;
            };
            let class = if answers.is_wrong() { "wrong" } else { "right" };
            let examples = answers.examples.iter().map(|path| escape(path));
            let examples = examples.collect::<Vec<_>>().join("<br>");
            let _ = writeln!(
                self.html,
                "<tr class=\"{class}\"><td><b>{}</b><small class=\"left\">{examples}</small></td>\
                 <td>{}</td><td>{}</td><td>{}</td><td>{}</td><td><code>{}</code></td>\
                 <td><code>{}</code></td></tr>",
                escape(&row.name),
                thousands(row.served as u64),
                thousands(answers.compared as u64),
                thousands(answers.different as u64),
                thousands(answers.refused_by_rez as u64),
                answers.digest,
                answers.rez_digest,
            );
        }
        self.add("</table></div>");
    }

    fn plot(&mut self, svg: Result<String, Box<dyn std::error::Error>>) {
        match svg {
            Ok(svg) => self.add(&format!("<figure class=\"scroll\">{svg}</figure>")),
            Err(error) => self.warn(&format!("a plot can't be drawn: {error}")),
        }
    }

    fn list(&mut self, title: &str, items: &[String]) {
        self.add(&format!("<h2>{}</h2><ul>", escape(title)));
        for item in items {
            self.add(&format!("<li>{}</li>", escape(item)));
        }
        self.add("</ul>");
    }

    fn foot(&mut self, record: &Record) {
        let json = serde_json::to_string_pretty(record).unwrap_or_default();
        self.add("<h2>The record</h2><details><summary>as JSON</summary>");
        self.add(&format!(
            "<pre>{}</pre></details></body></html>",
            escape(&json)
        ));
    }
}

/// Served files by tier, in ladder order, and declined ones.
fn mix(row: &Row) -> impl Iterator<Item = (&'static str, usize)> + '_ {
    ["static", "vm", "rez", "declined"]
        .into_iter()
        .filter_map(|tier| Some((tier, *row.tiers.get(tier)?)))
}

fn share(part: usize, whole: usize) -> String {
    format!("{:.1}%", part as f64 * 100.0 / whole.max(1) as f64)
}

/// Two digits that count, or all of a large number.
fn round(number: f64) -> String {
    if number >= 100.0 {
        thousands(number.round() as u64)
    } else if number >= 10.0 {
        format!("{number:.0}")
    } else {
        format!("{number:.1}")
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
