//! What a quantity prints, it also parses, to the same value; and what people write means what they think.

use std::fmt::Debug;

use proptest::prelude::*;

use super::*;

fn seconds(text: &str) -> Result<f64, String> {
    let parsed = text.parse::<SimDuration>();
    parsed
        .map(SimDuration::as_secs_f64)
        .map_err(|error| error.to_string())
}

#[test]
fn durations_as_people_write_them() {
    let cases = [
        ("90 s", 90.0),
        ("30 min", 1_800.0),
        ("1 day 12 h", 129_600.0),
        ("2 weeks", 1_209_600.0),
        ("1.5 h", 5_400.0),
        ("1h30min", 5_400.0),
        ("0 s", 0.0),
        ("250 ms", 0.25),
        ("3 days 12 hours", 302_400.0),
        ("  7  d ", 604_800.0),
    ];
    for (text, expected) in cases {
        assert_eq!(seconds(text), Ok(expected), "{text}");
    }
    let span: SimDuration = "1 us 1 ns".parse().expect("it reads");
    assert_eq!(span.as_nanos(), 1_001);
}

#[test]
fn durations_are_exact() {
    // As a double, 0.1 s is not a whole number of nanoseconds; as a decimal it is.
    let tenth: SimDuration = "0.1 s".parse().expect("it reads");
    assert_eq!(tenth.as_nanos(), 100_000_000);
    let wrong = seconds("0.0000000001 s").unwrap_err();
    assert!(
        wrong.contains("not a whole number of nanoseconds"),
        "{wrong}"
    );
}

#[test]
fn wrong_durations_say_what_to_write() {
    let cases = [
        ("", "an empty text is no duration"),
        ("30", "lacks a unit of time"),
        ("30 dayz", "\"dayz\" is no unit of time"),
        ("2 months", "months and years have no fixed length"),
        ("-5 s", "is negative"),
        ("600 years", "months and years have no fixed length"),
        ("213504 days", "write at most 584 years"),
        (
            "99999999999999999999999999999999999999999 s",
            "is no duration",
        ),
        ("1e3 s", "\"e\" is no unit of time"),
        ("1. s", "is no duration"),
        ("five s", "is no duration"),
    ];
    for (text, expected) in cases {
        let wrong = seconds(text).unwrap_err();
        assert!(wrong.contains(expected), "{text}: {wrong}");
    }
}

#[test]
fn durations_print_as_people_write_them() {
    let cases = [
        (0, "0 s"),
        (1, "1 ns"),
        (1_500, "1.5 us"),
        (250_000_000, "250 ms"),
        (1_500_000_000, "1.5 s"),
        (90_000_000_000, "1 min 30 s"),
        (1_800_000_000_000, "30 min"),
        (129_600_000_000_000, "1 day 12 h"),
        (1_209_600_000_000_000, "14 days"),
    ];
    for (nanos, expected) in cases {
        assert_eq!(SimDuration::from_nanos(nanos).to_string(), expected);
    }
}

#[test]
fn bytes_in_both_kinds_of_units() {
    let bytes = |text: &str| text.parse::<Bytes>().map(Bytes::get);
    assert_eq!(bytes("250 MB"), Ok(250_000_000));
    assert_eq!(bytes("1 GiB"), Ok(1_073_741_824));
    assert_eq!(bytes("1.5 kB"), Ok(1_500));
    assert_eq!(bytes("17 bytes"), Ok(17));
    let wrong = bytes("1.5 B").unwrap_err();
    assert!(
        wrong.message.contains("not a whole number of bytes"),
        "{wrong}"
    );
    let wrong = bytes("250").unwrap_err();
    assert!(wrong.message.contains("lacks a unit"), "{wrong}");
    let wrong = bytes("3 Mb").unwrap_err();
    assert!(
        wrong.message.contains("\"Mb\" is no unit of bytes"),
        "{wrong}"
    );
    let wrong = bytes("20000 PiB").unwrap_err();
    assert!(wrong.message.contains("out of range"), "{wrong}");
}

#[test]
fn bytes_print_in_the_shortest_unit() {
    let text = |count| Bytes::new(count).to_string();
    assert_eq!(text(0), "0 B");
    assert_eq!(text(250_000_000), "250 MB");
    assert_eq!(text(1 << 30), "1 GiB");
    assert_eq!(text(1_500_000_000), "1.5 GB");
    assert_eq!(text(123_456_789), "123456789 B");
}

#[test]
fn speeds_in_bits_and_bytes() {
    let bits = |text: &str| text.parse::<Speed>().map(Speed::bits_per_s);
    assert_eq!(bits("400 Mbit/s"), Ok(400_000_000));
    assert_eq!(bits("50 MB/s"), Ok(400_000_000));
    assert_eq!(bits("1 KiB/s"), Ok(8_192));
    assert_eq!(
        Speed::from_bits_per_s(400_000_000).to_string(),
        "400 Mbit/s"
    );
    let wrong = bits("400 Mbps").unwrap_err();
    assert!(wrong.help.contains("\"400 Mbit/s\""), "{wrong}");
}

#[test]
fn capacities_may_be_unlimited() {
    let limit = |json: &str| serde_json::from_str::<Limit<Speed>>(json).expect("it reads");
    assert_eq!(limit("\"unlimited\"").bound(), None);
    let bound = limit("\"1 Gbit/s\"").bound();
    assert_eq!(bound, Some(Speed::from_bits_per_s(1_000_000_000)));
    assert_eq!(Limit::<Speed>::UNLIMITED.to_string(), "unlimited");
}

#[test]
fn rates_per_period() {
    let rate: Rate = "120 per hour".parse().expect("it reads");
    assert!((rate.per_second() - 1.0 / 30.0).abs() < 1e-15);
    assert_eq!(rate.to_string(), "120 per hour");
    for text in [
        "120",
        "120 hour",
        "120 per fortnight",
        "-1 per hour",
        "inf per hour",
        "1e999 per day",
    ] {
        assert!(text.parse::<Rate>().is_err(), "{text}");
    }
}

#[test]
fn money_has_the_unit_that_is_wanted() {
    assert_eq!("500 USD".parse(), Ok(Usd(500.0)));
    assert_eq!("0.02 USD per GB".parse(), Ok(UsdPerGb(0.02)));
    assert_eq!("0.10 USD per GB-month".parse(), Ok(UsdPerGbMonth(0.1)));
    let wrong = "0.02 USD".parse::<UsdPerGb>().unwrap_err();
    assert!(wrong.help.contains("USD per GB"), "{wrong}");
    assert!("5 EUR".parse::<Usd>().is_err());
    assert!("-5 USD".parse::<Usd>().is_err());
}

#[track_caller]
fn comes_back<Q: Text + PartialEq + Debug>(quantity: Q) {
    let text = quantity.to_string();
    assert_eq!(text.parse::<Q>(), Ok(quantity), "{text}");
}

proptest! {
    #[test]
    fn durations_come_back(nanos: u64) {
        comes_back(SimDuration::from_nanos(nanos));
    }

    #[test]
    fn short_durations_come_back(nanos in 0_u64..10_000_000_000) {
        comes_back(SimDuration::from_nanos(nanos));
    }

    #[test]
    fn sizes_come_back(count: u64, exponent in 0_u32..18) {
        comes_back(Bytes::new(count));
        comes_back(Bytes::new(count / 10_u64.pow(exponent) * 10_u64.pow(exponent)));
    }

    #[test]
    fn speeds_come_back(bits: u64) {
        comes_back(Speed::from_bits_per_s(bits));
    }

    #[test]
    fn rates_and_prices_come_back(count in 0.0_f64..1e12, period in 0_usize..5) {
        let word = ["second", "minute", "hour", "day", "week"][period];
        comes_back(format!("{count} per {word}").parse::<Rate>().expect("it reads"));
        comes_back(Usd(count));
        comes_back(UsdPerGb(count));
        comes_back(UsdPerGbMonth(count));
    }

    #[test]
    fn no_text_makes_a_parser_panic(text in ".{0,40}") {
        let _ = text.parse::<SimDuration>();
        let _ = text.parse::<Bytes>();
        let _ = text.parse::<Speed>();
        let _ = text.parse::<Rate>();
        let _ = text.parse::<Usd>();
    }
}
