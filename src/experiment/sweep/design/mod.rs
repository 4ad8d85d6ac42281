//! Which points a design has, as plain numbers: places in lists of values, or shares of the way along ranges.

mod latin;
mod sobol;

pub use latin::latin_hypercube;
pub use sobol::{MOST_DIMENSIONS, sobol};

/// A point: for each axis the place of its value in the list of the axis.
pub type Row = Box<[u32]>;

/// Returns how many points a grid has; `None` if that does not fit.
pub fn grid_size(sizes: &[usize]) -> Option<usize> {
    sizes
        .iter()
        .try_fold(1_usize, |product, size| product.checked_mul(*size))
}

/// Returns every combination; the last axis varies fastest.
pub fn grid(sizes: &[usize]) -> impl Iterator<Item = Row> {
    let count = grid_size(sizes).expect("the caller has asked whether it fits");
    let sizes = sizes.to_vec();
    (0..count).map(move |point| {
        let mut rest = point;
        let mut row: Row = vec![0; sizes.len()].into();
        for (place, size) in row.iter_mut().zip(&sizes).rev() {
            *place = (rest % size) as u32;
            rest /= size;
        }
        row
    })
}

/// Returns the first value of each axis, then the second of each, up to the `count`-th.
pub fn zipped(axes: usize, count: usize) -> impl Iterator<Item = Row> {
    (0..count).map(move |point| vec![point as u32; axes].into())
}

/// Returns the first value of each axis, then each other value of each axis beside the first of all others.
pub fn one_at_a_time(sizes: &[usize]) -> impl Iterator<Item = Row> {
    let axes = sizes.len();
    let base: Row = vec![0; axes].into();
    let one = move |axis: usize, place: usize| {
        let mut row = vec![0; axes];
        row[axis] = place as u32;
        Row::from(row)
    };
    let others = sizes.iter().copied().enumerate();
    let others = others.flat_map(move |(axis, size)| (1..size).map(move |place| one(axis, place)));
    std::iter::once(base).chain(others)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(rows: impl Iterator<Item = Row>) -> Vec<Vec<u32>> {
        rows.map(|row| row.to_vec()).collect()
    }

    #[test]
    fn grid_varies_the_last_axis_fastest() {
        let expected = [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2]];
        assert_eq!(rows(grid(&[2, 3])), expected);
        assert_eq!(grid_size(&[usize::MAX, 2]), None);
    }

    #[test]
    fn a_list_is_zipped() {
        assert_eq!(rows(zipped(3, 2)), [[0, 0, 0], [1, 1, 1]]);
    }

    #[test]
    fn one_at_a_time_leaves_the_others_as_they_are() {
        let expected = [[0, 0], [1, 0], [2, 0], [0, 1]];
        assert_eq!(rows(one_at_a_time(&[3, 2])), expected);
    }
}
