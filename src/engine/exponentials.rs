//! The exponential function of several numbers at once.

/// How many numbers are taken at once.
pub(super) const AT_ONCE: usize = 4;

/// A number that is taken the quick way, for places without one.
pub(super) const USUAL: f64 = 2.0;

/// Returns e to the power of each number, the very bits of `libm::exp`.
///
/// That function takes longest in waiting for its own results; here the steps of one number fill the waits of the others,
/// and the compiler takes two in one instruction. Logarithms of durations in nanoseconds and of bytes are in the range
/// where its steps need no case of their own: fdlibm's e_exp.c, "argument reduction" and "primary range".
pub(super) fn exponentials(numbers: [f64; AT_ONCE]) -> [f64; AT_ONCE] {
    let is_usual = |x: &f64| (USUAL..700.0).contains(x);
    if numbers.iter().all(is_usual) {
        usual(numbers)
    } else {
        numbers.map(libm::exp)
    }
}

/// The same of numbers from [`USUAL`] to 700.
#[inline]
fn usual(numbers: [f64; AT_ONCE]) -> [f64; AT_ONCE] {
    // fdlibm's constants: the logarithm of 2 in two parts, one over it, and the coefficients of its polynomial.
    const LN2_HIGH: f64 = f64::from_bits(0x3fe6_2e42_fee0_0000);
    const LN2_LOW: f64 = f64::from_bits(0x3dea_39ef_3579_3c76);
    const INVERSE_LN2: f64 = f64::from_bits(0x3ff7_1547_652b_82fe);
    const P1: f64 = f64::from_bits(0x3fc5_5555_5555_553e);
    const P2: f64 = f64::from_bits(0xbf66_c16c_16be_bd93);
    const P3: f64 = f64::from_bits(0x3f11_566a_af25_de2c);
    const P4: f64 = f64::from_bits(0xbebb_bd41_c5d2_6bf1);
    const P5: f64 = f64::from_bits(0x3e66_3769_72be_a4d0);
    /// Numbers from here on have no fraction: adding it rounds to a whole number, which then stands in the low bits.
    const WHOLE: f64 = (1_u64 << 52) as f64;
    numbers.map(|x| {
        let quotient = INVERSE_LN2 * x + 0.5;
        // Rounded down in fdlibm: the nearest to half less lies not above, but for a whole number it may be one too low.
        let below = (quotient - 0.5 + WHOLE) - WHOLE;
        let k = if quotient - below >= 1.0 {
            below + 1.0
        } else {
            below
        };
        let (high, low) = (x - k * LN2_HIGH, k * LN2_LOW);
        let x = high - low;
        let xx = x * x;
        let c = x - xx * (P1 + xx * (P2 + xx * (P3 + xx * (P4 + xx * P5))));
        let y = 1.0 + (x * c / (2.0 - c) - low + high);
        let exponent = ((k + WHOLE).to_bits() & 0xfff) + 1023;
        y * f64::from_bits(exponent << 52)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn assert_same(numbers: [f64; AT_ONCE]) {
        let bits = |numbers: [f64; AT_ONCE]| numbers.map(f64::to_bits);
        let one_by_one = numbers.map(libm::exp);
        assert_eq!(
            bits(exponentials(numbers)),
            bits(one_by_one),
            "of {numbers:?}"
        );
    }

    #[test]
    fn halves_and_wholes_of_ln_2_round_alike() {
        for k in 3..1_009_u32 {
            for half in [0.0, 0.5] {
                let x = (f64::from(k) + half) * std::f64::consts::LN_2;
                let near = |steps: i64| f64::from_bits(x.to_bits().wrapping_add_signed(steps));
                assert_same([near(-2), near(-1), near(0), near(1)]);
            }
        }
    }

    #[test]
    fn numbers_outside_of_the_usual_range_take_the_long_way() {
        assert_same([0.0, -0.0, 1e-300, -5.0]);
        assert_same([1.999, 700.0, 709.9, 5.0]);
        // The power of 2 that it is a multiple of is beyond a double.
        assert_same([709.7, 5.0, 6.0, 7.0]);
        assert_same([f64::INFINITY, f64::NEG_INFINITY, -750.0, 3.0]);
    }

    proptest! {
        #[test]
        fn the_very_bits_of_libm(numbers in prop::array::uniform4(2.0_f64..700.0)) {
            assert_same(numbers);
        }
    }
}
