//! Latin hypercubes.

use crate::engine::Key;

/// Returns `points` points as shares of the way along each of the `axes`: each range is cut into as many equal parts as there
/// are points, and every part holds one point, at a place of its own within it.
///
/// The draws are keyed by seed, name of the axis and part: another axis changes nothing of the others.
///
/// Source: McKay, Beckman, Conover, "A Comparison of Three Methods for Selecting Values of Input Variables in the Analysis
/// of Output from a Computer Code", Technometrics 21 (1979).
pub fn latin_hypercube(points: usize, axes: &[&str], seed: u64) -> Vec<Vec<f64>> {
    let columns: Vec<Vec<f64>> = axes.iter().map(|axis| column(points, axis, seed)).collect();
    (0..points)
        .map(|point| columns.iter().map(|column| column[point]).collect())
        .collect()
}

/// Returns the shares of one axis, in the order of the points.
fn column(points: usize, axis: &str, seed: u64) -> Vec<f64> {
    let order = Key::new(seed, "latin-hypercube-order").named(axis);
    let within = Key::new(seed, "latin-hypercube-place").named(axis);
    // Parts sorted by a random number each are in a random order.
    let mut parts: Vec<usize> = (0..points).collect();
    parts.sort_by_key(|part| (order.numbered(*part as u64).bits(), *part));
    let place = |part: usize| within.numbered(part as u64).draws().uniform();
    parts
        .into_iter()
        .map(|part| (part as f64 + place(part)) / points as f64)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_every_axis_holds_one_point() {
        let points = latin_hypercube(50, &["a", "b"], 7);
        for axis in 0..2 {
            let mut parts: Vec<usize> = points
                .iter()
                .map(|point| (point[axis] * 50.0) as usize)
                .collect();
            assert_ne!(parts, (0..50).collect::<Vec<_>>(), "it is shuffled");
            parts.sort_unstable();
            assert_eq!(parts, (0..50).collect::<Vec<_>>());
        }
    }

    #[test]
    fn an_axis_does_not_depend_on_the_others() {
        let both = latin_hypercube(9, &["a", "b"], 7);
        let one = latin_hypercube(9, &["b"], 7);
        assert!(both.iter().zip(&one).all(|(both, one)| both[1] == one[0]));
        assert_ne!(one, latin_hypercube(9, &["b"], 8));
    }
}
