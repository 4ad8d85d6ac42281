//! Prices that fall with the quantity.

use serde::Deserialize;

/// A range of the month's quantity that has one price.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub struct Tier {
    /// Where it ends, in GB of the month, counted from the first; `None` means nowhere.
    #[serde(rename = "tier_upper_gb")]
    pub upper_gb: Option<f64>,
    /// US dollars per GB within it.
    pub usd_per_gb: f64,
}

/// Returns what `quantity_gb` of one month costs, in US dollars: each tier's part at that tier's price.
///
/// `None` if a part of it lies above the last known tier.
///
/// # Panics
/// If the quantity is negative or no number: a quantity is a sum of bytes.
pub fn tiered_cost(tiers: &[Tier], quantity_gb: f64) -> Option<f64> {
    assert!(
        quantity_gb >= 0.0,
        "a quantity is a sum of bytes: {quantity_gb}"
    );
    let (mut usd, mut lower_gb) = (0.0, 0.0);
    for tier in tiers {
        let upper_gb = tier.upper_gb.unwrap_or(f64::INFINITY);
        usd += (quantity_gb.min(upper_gb) - lower_gb) * tier.usd_per_gb;
        if quantity_gb <= upper_gb {
            return Some(usd);
        }
        lower_gb = upper_gb;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::PriceTable;

    fn usd(region: &str, quantity_gb: f64) -> Option<f64> {
        tiered_cost(PriceTable::aws_2026().internet(region)?, quantity_gb)
    }

    /// Dollars to a millionth of a cent, for hand-computed values.
    #[track_caller]
    fn assert_usd(found: Option<f64>, by_hand: f64) {
        let found = found.expect("the quantity has a price");
        assert!((found - by_hand).abs() < 1e-8, "{found} is not {by_hand}");
    }

    #[test]
    fn first_tier_alone() {
        assert_usd(usd("us-east-1", 0.0), 0.0);
        // AWS's own example: 10 TB = 10,240 GB x 0.09.
        assert_usd(usd("us-east-1", 10_240.0), 921.60);
    }

    #[test]
    fn each_part_has_its_own_price() {
        // 10,240 x 0.09 + 1 x 0.085
        assert_usd(usd("us-east-1", 10_241.0), 921.685);
        // 921.60 + 40,960 x 0.085 = 921.60 + 3,481.60
        assert_usd(usd("us-east-1", 51_200.0), 4_403.20);
        // 4,403.20 + 102,400 x 0.07 = 4,403.20 + 7,168
        assert_usd(usd("us-east-1", 153_600.0), 11_571.20);
        // 11,571.20 + 46,400 x 0.05 = 11,571.20 + 2,320
        assert_usd(usd("us-east-1", 200_000.0), 13_891.20);
    }

    #[test]
    fn above_the_known_tiers_there_is_no_price() {
        // Only the first tier of eu-central-2 is known.
        assert_usd(usd("eu-central-2", 10_240.0), 921.60);
        assert_eq!(usd("eu-central-2", 10_241.0), None);
    }

    #[test]
    #[should_panic(expected = "a quantity is a sum of bytes")]
    fn quantity_that_is_no_number_is_a_bug() {
        usd("us-east-1", f64::NAN);
    }
}
