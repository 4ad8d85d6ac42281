//! A log-linear histogram of integers: bits of the integer choose the bucket, no logarithm is taken.

/// Counts (or times) of integers in buckets no wider than 1/512 of their lower bound, read at their middle: under 0.1 %.
///
/// Numbers under 1024 have a bucket each. Chunks of 512 buckets, one per power of two, are made when first met.
#[derive(Clone, Debug)]
pub struct Histogram {
    /// Numbers under [`Self::CHUNK`]: most levels are such, and take the short way.
    small: Vec<u64>,
    /// The others, one chunk per power of two: as many as there may be, so that none lies outside.
    chunks: [Option<Box<[u64; Self::CHUNK]>>; Self::CHUNKS],
    total: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self {
            small: Vec::new(),
            chunks: [const { None }; Self::CHUNKS],
            total: 0,
        }
    }
}

impl Histogram {
    const BITS: u32 = 9;
    const CHUNK: usize = 1 << Self::BITS;
    const CHUNKS: usize = u64::BITS as usize;

    /// Adds `weight` to the bucket of `number`.
    #[inline]
    pub fn add(&mut self, number: u64, weight: u64) {
        self.total += weight;
        match self.place(number) {
            Some(sum) => *sum += weight,
            None => self.make_place(number, weight),
        }
    }

    /// Counts many numbers, each once.
    #[inline]
    pub fn count(&mut self, numbers: impl ExactSizeIterator<Item = u64>) {
        self.total += numbers.len() as u64;
        for number in numbers {
            match self.place(number) {
                Some(sum) => *sum += 1,
                None => self.make_place(number, 1),
            }
        }
    }

    /// Returns the sum of a number's bucket, if it is made.
    #[inline]
    fn place(&mut self, number: u64) -> Option<&mut u64> {
        if number < Self::CHUNK as u64 {
            return self.small.get_mut(number as usize);
        }
        let (chunk, place) = Self::bucket(number);
        let sums = self.chunks[chunk].as_mut()?;
        Some(&mut sums[place])
    }

    #[cold]
    #[inline(never)]
    fn make_place(&mut self, number: u64, weight: u64) {
        if number < Self::CHUNK as u64 {
            self.small
                .resize((number as usize + 1).next_power_of_two(), 0);
            self.small[number as usize] += weight;
            return;
        }
        let (chunk, place) = Self::bucket(number);
        self.chunks[chunk].get_or_insert_with(|| Box::new([0; Self::CHUNK]))[place] += weight;
    }

    /// Adds all that `other` holds.
    pub fn merge(&mut self, other: &Self) {
        self.small
            .resize(self.small.len().max(other.small.len()), 0);
        self.small
            .iter_mut()
            .zip(&other.small)
            .for_each(|(sum, weight)| *sum += weight);
        for (mine, theirs) in self.chunks.iter_mut().zip(&other.chunks) {
            let Some(theirs) = theirs else { continue };
            let mine = mine.get_or_insert_with(|| Box::new([0; Self::CHUNK]));
            mine.iter_mut()
                .zip(theirs.iter())
                .for_each(|(sum, weight)| *sum += weight);
        }
        self.total += other.total;
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Returns the sum of all weights.
    pub const fn total(&self) -> u64 {
        self.total
    }

    /// Returns the number at nearest rank `numerator / denominator`, to half a bucket; `None` when empty.
    pub fn quantile(&self, numerator: u64, denominator: u64) -> Option<u64> {
        let rank = rank(self.total, numerator, denominator);
        let mut below = 0;
        let mut buckets = self.buckets();
        buckets.find_map(|(low, high, weight)| {
            below += weight;
            (below >= rank).then(|| low + (high - low) / 2)
        })
    }

    /// Returns every bucket with a weight: its least and greatest number and its weight, rising.
    pub fn buckets(&self) -> impl Iterator<Item = (u64, u64, u64)> {
        let small = self
            .small
            .iter()
            .enumerate()
            .filter(|&(_, &weight)| weight > 0);
        let small = small.map(|(number, &weight)| (number as u64, number as u64, weight));
        let chunks = self.chunks.iter().enumerate();
        let made =
            chunks.filter_map(|(chunk, weights)| weights.as_ref().map(|weights| (chunk, weights)));
        small.chain(made.flat_map(|(chunk, weights)| {
            let filled = weights
                .iter()
                .enumerate()
                .filter(|&(_, &weight)| weight > 0);
            filled.map(move |(place, &weight)| {
                let (low, high) = Self::bounds(chunk, place);
                (low, high, weight)
            })
        }))
    }

    /// Returns chunk and place of a number that is not small.
    const fn bucket(number: u64) -> (usize, usize) {
        let shift = number.ilog2() - Self::BITS;
        // The highest bit says which chunk: the place is in the next ones.
        let place = (number >> shift) as usize % Self::CHUNK;
        (shift as usize % Self::CHUNKS, place)
    }

    const fn bounds(chunk: usize, place: usize) -> (u64, u64) {
        let low = ((Self::CHUNK + place) as u64) << chunk;
        (low, low + ((1 << chunk) - 1))
    }
}

/// Returns the nearest rank of a quantile among `total`, from 1.
pub fn rank(total: u64, numerator: u64, denominator: u64) -> u64 {
    let rank = (u128::from(total) * u128::from(numerator)).div_ceil(u128::from(denominator));
    u64::try_from(rank)
        .expect("a rank is at most the total")
        .max(1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn small_numbers_are_exact() {
        let mut histogram = Histogram::default();
        (1..=100).for_each(|number| histogram.add(number, 1));
        assert_eq!(histogram.quantile(1, 2), Some(50));
        assert_eq!(histogram.quantile(99, 100), Some(99));
        assert_eq!(histogram.quantile(999, 1000), Some(100));
        assert_eq!(Histogram::default().quantile(1, 2), None);
    }

    proptest! {
        #[test]
        fn quantiles_are_within_a_thousandth_of_nearest_rank(
            numbers in prop::collection::vec(any::<u64>().prop_map(|n| n >> (n % 50)), 1..200),
            permille in 1_u64..=1000,
        ) {
            let mut histogram = Histogram::default();
            numbers.iter().for_each(|&number| histogram.add(number, 1));
            let mut sorted = numbers;
            sorted.sort_unstable();
            let exact = sorted[(sorted.len() as u64 * permille).div_ceil(1000) as usize - 1];
            let found = histogram.quantile(permille, 1000).expect("not empty");
            prop_assert!(found.abs_diff(exact) as f64 <= exact as f64 * 0.001, "{found} for {exact}");
        }

        #[test]
        fn every_number_lies_in_its_bucket(number in any::<u64>()) {
            let mut histogram = Histogram::default();
            histogram.add(number, 3);
            let buckets: Vec<_> = histogram.buckets().collect();
            prop_assert_eq!(buckets.len(), 1);
            prop_assert!(buckets[0].0 <= number && number <= buckets[0].1 && buckets[0].2 == 3);
        }
    }
}
