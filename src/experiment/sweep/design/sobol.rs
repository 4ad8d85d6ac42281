//! Sobol sequences.

/// A primitive polynomial and the first direction numbers of one dimension.
struct Direction {
    /// Degree of the polynomial.
    degree: usize,
    /// Its inner coefficients as bits.
    inner: u32,
    /// As many direction numbers as the degree.
    first: &'static [u32],
}

/// Bits of a coordinate.
const BITS: usize = 32;

/// The most dimensions that there are direction numbers for.
pub const MOST_DIMENSIONS: usize = DIRECTIONS.len() + 1;

const fn of(degree: usize, inner: u32, first: &'static [u32]) -> Direction {
    Direction {
        degree,
        inner,
        first,
    }
}

/// Dimensions 2 to 32; the first one needs none.
///
/// Source: S. Joe and F. Y. Kuo, "Constructing Sobol sequences with better two-dimensional projections", SIAM J. Sci. Comput.
/// 30 (2008), file `new-joe-kuo-6.21201` of the authors' page (search criterion D(6)), its first 31 lines.
const DIRECTIONS: [Direction; 31] = [
    of(1, 0, &[1]),
    of(2, 1, &[1, 3]),
    of(3, 1, &[1, 3, 1]),
    of(3, 2, &[1, 1, 1]),
    of(4, 1, &[1, 1, 3, 3]),
    of(4, 4, &[1, 3, 5, 13]),
    of(5, 2, &[1, 1, 5, 5, 17]),
    of(5, 4, &[1, 1, 5, 5, 5]),
    of(5, 7, &[1, 1, 7, 11, 19]),
    of(5, 11, &[1, 1, 5, 1, 1]),
    of(5, 13, &[1, 1, 1, 3, 11]),
    of(5, 14, &[1, 3, 5, 5, 31]),
    of(6, 1, &[1, 3, 3, 9, 7, 49]),
    of(6, 13, &[1, 1, 1, 15, 21, 21]),
    of(6, 16, &[1, 3, 1, 13, 27, 49]),
    of(6, 19, &[1, 1, 1, 15, 7, 5]),
    of(6, 22, &[1, 3, 1, 15, 13, 25]),
    of(6, 25, &[1, 1, 5, 5, 19, 61]),
    of(7, 1, &[1, 3, 7, 11, 23, 15, 103]),
    of(7, 4, &[1, 3, 7, 13, 13, 15, 69]),
    of(7, 7, &[1, 1, 3, 13, 7, 35, 63]),
    of(7, 8, &[1, 3, 5, 9, 1, 25, 53]),
    of(7, 14, &[1, 3, 1, 13, 9, 35, 107]),
    of(7, 19, &[1, 3, 1, 5, 27, 61, 31]),
    of(7, 21, &[1, 1, 5, 11, 19, 41, 61]),
    of(7, 28, &[1, 3, 5, 3, 3, 13, 69]),
    of(7, 31, &[1, 1, 7, 13, 1, 19, 1]),
    of(7, 32, &[1, 3, 7, 5, 13, 19, 59]),
    of(7, 37, &[1, 1, 3, 9, 25, 29, 41]),
    of(7, 41, &[1, 3, 5, 13, 23, 1, 55]),
    of(7, 42, &[1, 3, 7, 3, 13, 59, 17]),
];

/// Returns the first `points` points of the sequence in so many dimensions, as shares from 0 to below 1; the first is the
/// origin, and more points keep those before.
///
/// Every power of two of points, counted from the first, fills the ranges evenly: better take such a number of them.
/// Source: Antonov and Saleev, "An economic method of computing LPτ-sequences", USSR Comput. Math. Math. Phys. 19 (1979);
/// that the origin is kept: A. B. Owen, "On dropping the first Sobol' point" (2020).
///
/// # Panics
/// If there are more than [`MOST_DIMENSIONS`].
pub fn sobol(points: usize, dimensions: usize) -> Vec<Vec<f64>> {
    assert!(dimensions <= MOST_DIMENSIONS, "the caller has asked");
    let directions: Vec<[u32; BITS]> = (0..dimensions).map(directions).collect();
    let mut at = vec![0_u32; dimensions];
    let mut all = Vec::with_capacity(points);
    for point in 0..points {
        let shares = at.iter().map(|bits| f64::from(*bits) / 2_f64.powi(32));
        all.push(shares.collect());
        // Gray code: from one point to the next, one direction is added, that of the lowest bit that is 0.
        let bit = (!point).trailing_zeros() as usize;
        for (at, directions) in at.iter_mut().zip(&directions) {
            *at ^= directions[bit];
        }
    }
    all
}

/// Returns the direction numbers of a dimension, from 0, as binary fractions.
fn directions(dimension: usize) -> [u32; BITS] {
    let mut directions = [0; BITS];
    let Some(of) = dimension
        .checked_sub(1)
        .map(|dimension| &DIRECTIONS[dimension])
    else {
        for (bit, direction) in directions.iter_mut().enumerate() {
            *direction = 1 << (BITS - 1 - bit);
        }
        return directions;
    };
    for bit in 0..BITS {
        directions[bit] = match of.first.get(bit) {
            Some(first) => first << (BITS - 1 - bit),
            None => next(&directions, bit, of),
        };
    }
    directions
}

/// Returns the direction number that the recurrence of the polynomial gives.
fn next(before: &[u32; BITS], bit: usize, of: &Direction) -> u32 {
    let oldest = before[bit - of.degree];
    let inner = (1..of.degree).filter(|k| (of.inner >> (of.degree - 1 - k)) & 1 == 1);
    inner.fold(oldest ^ (oldest >> of.degree), |sum, k| {
        sum ^ before[bit - k]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_points_are_the_published_ones() {
        // Joe and Kuo's page, "sobol.cc", output of the first ten points in three dimensions.
        let expected = [
            [0.0, 0.0, 0.0],
            [0.5, 0.5, 0.5],
            [0.75, 0.25, 0.25],
            [0.25, 0.75, 0.75],
            [0.375, 0.375, 0.625],
            [0.875, 0.875, 0.125],
            [0.625, 0.125, 0.875],
            [0.125, 0.625, 0.375],
            [0.1875, 0.3125, 0.9375],
            [0.6875, 0.8125, 0.4375],
        ];
        assert_eq!(sobol(10, 3), expected);
    }

    #[test]
    fn every_dimension_fills_its_range_evenly() {
        // 256 points: one in each 256th of each axis; a wrong direction number would break that.
        let points = sobol(256, MOST_DIMENSIONS);
        for axis in 0..MOST_DIMENSIONS {
            let mut parts: Vec<usize> = points
                .iter()
                .map(|point| (point[axis] * 256.0) as usize)
                .collect();
            parts.sort_unstable();
            assert_eq!(parts, (0..256).collect::<Vec<_>>(), "axis {axis}");
        }
    }

    #[test]
    fn direction_numbers_are_odd_and_small_enough() {
        for of in &DIRECTIONS {
            assert_eq!(of.first.len(), of.degree);
            let right = of.first.iter().enumerate();
            assert!(
                right
                    .into_iter()
                    .all(|(bit, m)| m % 2 == 1 && *m < 2 << bit)
            );
        }
    }
}
