//! The plots of a report, as SVG.

use plotters::coord::{CoordTranslate, Shift};
use plotters::prelude::*;

use super::record::{Row, Threads};

type Failed = Box<dyn std::error::Error>;

/// Colours that people with any colour vision tell apart (Okabe and Ito).
const COLOURS: [RGBColor; 8] = [
    RGBColor(0, 114, 178),
    RGBColor(230, 159, 0),
    RGBColor(0, 158, 115),
    RGBColor(213, 94, 0),
    RGBColor(204, 121, 167),
    RGBColor(86, 180, 233),
    RGBColor(120, 120, 120),
    RGBColor(60, 60, 60),
];

const FONT: &str = "sans-serif";

/// Sizes of text, larger than in the page: a plot is made smaller where the page is narrow.
const SMALL: u32 = 16;
const LARGE: u32 = 18;

const INK: RGBColor = RGBColor(40, 40, 40);
const GRID: RGBColor = RGBColor(225, 225, 225);

fn colour(index: usize) -> RGBColor {
    COLOURS[index % COLOURS.len()]
}

/// Median and 95th percentile of each row, on a logarithmic axis.
pub(super) fn bars(rows: &[&Row]) -> Result<String, Failed> {
    let height = 80 + 36 * rows.len() as u32;
    draw((900, height), |root| {
        let (low, high) = limits(rows.iter().flat_map(|row| [row.time.median, row.time.p95]));
        let count = rows.len() as f64;
        let mut chart = ChartBuilder::on(root)
            .margin(10)
            .margin_right(30)
            .x_label_area_size(54)
            .y_label_area_size(210)
            .build_cartesian_2d((low..high).log_scale(), 0.0..count)?;
        chart
            .configure_mesh()
            .disable_y_mesh()
            .disable_y_axis()
            .light_line_style(GRID)
            .bold_line_style(GRID)
            .axis_style(INK)
            .label_style((FONT, SMALL).into_font().color(&INK))
            .x_desc("time for a file: bar to the median, dot at the 95th percentile")
            .x_label_formatter(&|time| duration(*time))
            .draw()?;
        for (index, row) in rows.iter().enumerate() {
            let y = count - index as f64 - 0.5;
            let fill = colour(usize::from(!row.name.starts_with("rezload")));
            chart.draw_series([Rectangle::new(
                [(low, y - 0.3), (row.time.median, y + 0.3)],
                fill.mix(0.85).filled(),
            )])?;
            chart.draw_series([Circle::new((row.time.p95, y), 4, fill.filled())])?;
            chart.draw_series([PathElement::new(
                vec![(row.time.median, y), (row.time.p95, y)],
                fill.stroke_width(1),
            )])?;
            let (x, y) = chart.backend_coord(&(low, y));
            let style = TextStyle::from((FONT, LARGE).into_font()).color(&INK).pos(
                plotters::style::text_anchor::Pos::new(
                    plotters::style::text_anchor::HPos::Right,
                    plotters::style::text_anchor::VPos::Center,
                ),
            );
            root.draw(&Text::new(row.name.clone(), (x - 8, y), style))?;
        }
        Ok(())
    })
}

/// Which share of the files takes how long at most.
pub(super) fn curves(rows: &[&Row]) -> Result<String, Failed> {
    draw((900, 420), |root| {
        let (low, high) = limits(rows.iter().flat_map(|row| {
            let shares = &row.time.percentiles;
            [shares[0], shares[shares.len() - 1]]
        }));
        let mut chart = ChartBuilder::on(root)
            .margin(12)
            .margin_right(30)
            .x_label_area_size(54)
            .y_label_area_size(70)
            .build_cartesian_2d((low..high).log_scale(), 0.0..100.0)?;
        chart
            .configure_mesh()
            .light_line_style(GRID.mix(0.4))
            .bold_line_style(GRID)
            .axis_style(INK)
            .label_style((FONT, SMALL).into_font().color(&INK))
            .x_desc("time for a file")
            .y_desc("% of the files take at most so long")
            .x_label_formatter(&|time| duration(*time))
            .y_label_formatter(&|share| format!("{share:.0}"))
            .draw()?;
        for (index, row) in rows.iter().enumerate() {
            let points = row.time.percentiles.iter().enumerate();
            let points = points.map(|(share, time)| (time.max(low), share as f64));
            let style = colour(index).stroke_width(2);
            chart
                .draw_series(LineSeries::new(points, style))?
                .label(row.name.clone())
                .legend(move |(x, y)| PathElement::new(vec![(x, y), (x + 18, y)], style));
        }
        legend(&mut chart)
    })
}

/// Files a second by the number of threads, on a logarithmic axis.
pub(super) fn threads(passes: &[Threads]) -> Result<String, Failed> {
    draw((900, 420), |root| {
        let most = passes.iter().map(|pass| pass.threads).max().unwrap_or(1) as f64;
        let (low, high) = limits(passes.iter().map(|pass| pass.files_per_second));
        let mut chart = ChartBuilder::on(root)
            .margin(12)
            .margin_right(30)
            .x_label_area_size(54)
            .y_label_area_size(96)
            .build_cartesian_2d(0.5..most * 1.6 + 0.5, (low..high).log_scale())?;
        chart
            .configure_mesh()
            .light_line_style(WHITE)
            .bold_line_style(GRID)
            .axis_style(INK)
            .label_style((FONT, SMALL).into_font().color(&INK))
            .x_labels((most * 1.5).min(24.0) as usize + 2)
            .x_desc("threads")
            .y_desc("files a second")
            .x_label_formatter(&|threads| {
                // the legend stands to the right of the last number
                if threads.fract().abs() < 0.01 && *threads <= most {
                    format!("{threads:.0}")
                } else {
                    String::new()
                }
            })
            .y_label_formatter(&|rate| thousands(*rate as u64))
            .draw()?;
        let mut names: Vec<(&str, &str)> = Vec::new();
        for pass in passes {
            if !names.contains(&(&pass.what, &pass.cache)) {
                names.push((&pass.what, &pass.cache));
            }
        }
        for (index, (what, cache)) in names.into_iter().enumerate() {
            let points: Vec<(f64, f64)> = passes
                .iter()
                .filter(|pass| pass.what == what && pass.cache == cache)
                .map(|pass| (pass.threads as f64, pass.files_per_second))
                .collect();
            let colour = colour(index);
            let style = colour.stroke_width(2);
            chart
                .draw_series(LineSeries::new(points.clone(), style))?
                .label(format!("{what}, {cache} cache"))
                .legend(move |(x, y)| PathElement::new(vec![(x, y), (x + 18, y)], style));
            chart.draw_series(
                points
                    .into_iter()
                    .map(|point| Circle::new(point, 4, colour.filled())),
            )?;
        }
        legend(&mut chart)
    })
}

/// The names of the series, in the lower right corner.
fn legend<'a, T: CoordTranslate>(
    chart: &mut ChartContext<'a, SVGBackend<'a>, T>,
) -> Result<(), Failed> {
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::LowerRight)
        .background_style(WHITE.mix(0.85))
        .border_style(GRID)
        .label_font((FONT, SMALL).into_font().color(&INK))
        .draw()?;
    Ok(())
}

fn draw(
    size: (u32, u32),
    plot: impl FnOnce(&DrawingArea<SVGBackend, Shift>) -> Result<(), Failed>,
) -> Result<String, Failed> {
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        root.fill(&WHITE)?;
        plot(&root)?;
        root.present()?;
    }
    Ok(svg)
}

/// Powers of ten around all `times`.
fn limits(times: impl Iterator<Item = f64>) -> (f64, f64) {
    let (mut low, mut high) = (f64::INFINITY, 1.0_f64);
    for time in times.filter(|time| *time > 0.0) {
        low = low.min(time);
        high = high.max(time);
    }
    if !low.is_finite() {
        low = 1.0;
    }
    (
        10_f64.powf(low.log10().floor()),
        10_f64.powf(high.log10().ceil().max(low.log10().floor() + 1.0)),
    )
}

/// Nanoseconds for people.
pub(super) fn duration(nanoseconds: f64) -> String {
    let (value, unit) = match nanoseconds {
        ns if ns < 1e3 => (ns, "ns"),
        ns if ns < 1e6 => (ns / 1e3, "µs"),
        ns if ns < 1e9 => (ns / 1e6, "ms"),
        ns => (ns / 1e9, "s"),
    };
    let decimals = match value {
        value if value < 10.0 && value.fract() > 1e-9 => 2,
        value if value < 100.0 && value.fract() > 1e-9 => 1,
        _ => 0,
    };
    format!("{value:.decimals$} {unit}")
}

/// `12,345`.
pub(super) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_for_people() {
        assert_eq!(duration(999.0), "999 ns");
        assert_eq!(duration(1_234.0), "1.23 µs");
        assert_eq!(duration(45_678_000.0), "45.7 ms");
        assert_eq!(duration(1e9), "1 s");
        assert_eq!(thousands(0), "0");
        assert_eq!(thousands(1_234_567), "1,234,567");
        assert_eq!(limits([2.0, 350.0].into_iter()), (1.0, 1000.0));
    }
}
