//! Distributions of times.

use serde::Serialize;

/// Nanoseconds.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Distribution {
    /// How many times there are.
    pub count: usize,
    /// The shortest.
    pub min: f64,
    /// Half of them are shorter.
    pub median: f64,
    /// The arithmetic mean.
    pub mean: f64,
    /// 95 of 100 are shorter.
    pub p95: f64,
    /// The longest.
    pub max: f64,
    /// Percentiles 0, 1, ... 100, for plots.
    pub percentiles: Vec<f64>,
}

impl Distribution {
    /// The distribution of `times`.
    pub fn of(mut times: Vec<f64>) -> Self {
        times.sort_unstable_by(f64::total_cmp);
        let Some(max) = times.last().copied() else {
            return Distribution::default();
        };
        Distribution {
            count: times.len(),
            min: times[0],
            median: quantile(&times, 0.5),
            mean: times.iter().sum::<f64>() / times.len() as f64,
            p95: quantile(&times, 0.95),
            max,
            percentiles: (0..=100)
                .map(|percent| quantile(&times, f64::from(percent) / 100.0).round())
                .collect(),
        }
    }
}

/// The `share` quantile of sorted values, linear between two of them.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let at = share * (sorted.len() - 1) as f64;
    let below = at.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (sorted[above] - sorted[below]) * (at - below as f64)
}

/// The median of a few values.
pub(super) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    if sorted.is_empty() {
        return 0.0;
    }
    quantile(&sorted, 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_as_in_numpy() {
        let found = Distribution::of(vec![4.0, 1.0, 3.0, 2.0]);
        assert_eq!((found.min, found.median, found.max), (1.0, 2.5, 4.0));
        assert!((found.p95 - 3.85).abs() < 1e-12);
        assert_eq!(found.percentiles.len(), 101);
        assert_eq!(Distribution::of(Vec::new()).count, 0);
        assert_eq!(median(&[3.0, 1.0]), 2.0);
        assert_eq!(median(&[]), 0.0);
    }
}
