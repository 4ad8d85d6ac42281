//! A line of any number of points becomes one of bounded size that looks the same: extremes stay.

/// Points of a line, in order of x.
pub type Points = Vec<(f64, f64)>;

/// Returns the first, lowest, highest and last point of each of `columns` columns between `from` and `to`.
pub fn thinned(points: &[(f64, f64)], from: f64, to: f64, columns: usize) -> Points {
    let width = (to - from) / columns as f64;
    let column = |x: f64| ((x - from) / width).floor();
    let mut thin = Points::new();
    for together in points.chunk_by(|a, b| column(a.0) == column(b.0)) {
        let last = together.len() - 1;
        let extreme = |sign: f64| {
            (0..=last)
                .min_by(|&a, &b| (sign * together[a].1).total_cmp(&(sign * together[b].1)))
                .unwrap_or(last)
        };
        let mut places = [0, extreme(1.0), extreme(-1.0), last];
        places.sort_unstable();
        let mut previous = None;
        for place in places {
            if previous != Some(place) {
                thin.push(together[place]);
            }
            previous = Some(place);
        }
    }
    thin
}

/// Cuts a line where neighbours are more than `gap` apart.
pub fn cut_at_gaps(points: &[(f64, f64)], gap: f64) -> Vec<&[(f64, f64)]> {
    points.chunk_by(|a, b| b.0 - a.0 <= gap).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peak_of_one_point_stays() {
        let mut points: Points = (0..100_000).map(|x| (f64::from(x), 1.0)).collect();
        points[31_415].1 = 9.0;
        points[27_182].1 = -9.0;
        let thin = thinned(&points, 0.0, 100_000.0, 400);
        assert!(thin.len() <= 4 * 400);
        assert!(thin.contains(&(31_415.0, 9.0)) && thin.contains(&(27_182.0, -9.0)));
        assert_eq!((thin[0], thin[thin.len() - 1]), (points[0], points[99_999]));
        assert!(thin.is_sorted_by(|a, b| a.0 < b.0));
    }

    #[test]
    fn few_points_stay_as_they_are() {
        let points = [(0.0, 3.0), (1.0, 2.0), (2.0, 5.0)];
        assert_eq!(thinned(&points, 0.0, 2.0, 100), points);
        assert!(thinned(&[], 0.0, 1.0, 100).is_empty());
    }

    #[test]
    fn a_gap_cuts() {
        let points = [(0.0, 1.0), (1.0, 1.0), (9.0, 1.0)];
        assert_eq!(cut_at_gaps(&points, 2.0), [&points[..2], &points[2..]]);
    }
}
