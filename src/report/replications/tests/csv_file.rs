//! `replications.csv` beside what the `csv` crate makes of the same rows, and a row worked out by hand.

use super::*;
use crate::report::csv_files::write_rows;

fn text(records: &[ReplicationRecord], names: &Names) -> String {
    String::from_utf8(written(records, Format::Csv, names)).expect("names are text")
}

fn oracle(records: &[ReplicationRecord], names: &Names) -> String {
    let rows: Vec<_> = records.iter().map(|record| row(record, names)).collect();
    let mut out = Vec::new();
    write_rows(&mut out, &rows).expect("memory takes all");
    String::from_utf8(out).expect("names are text")
}

proptest! {
    #[test]
    fn rows_are_those_of_the_csv_crate(records in prop::collection::vec(record(), 0..60)) {
        let names = nasty_names();
        prop_assert_eq!(text(&records, &names), oracle(&records, &names));
    }
}

#[test]
fn a_row_by_hand() {
    let mut names = nasty_names();
    names.registries[1] = "prod/eu-west-1".to_owned();
    let text = text(&[plain(1)], &names);
    assert_eq!(
        text.lines().nth(1),
        Some(
            "1,1,build/us-east-1,prod/eu-west-1,shop/a,sha256:000000000abc,7 latest,\
             2026-02-28T00:00:00.000Z,2026-02-28T00:00:03.000Z,2026-02-28T00:00:03.000Z,\
             2026-02-28T00:00:04.250Z,COMPLETE,,4.25,0,1.25,0,250000000,100000000,1,latest,\
             0.125000000"
        )
    );
}

#[test]
fn order_is_kept_over_many_batches() {
    let records: Vec<_> = (0..3 * BATCH_RECORDS as u64 + 5).map(plain).collect();
    let names = nasty_names();
    assert_eq!(text(&records, &names), oracle(&records, &names));
}

#[test]
fn leap_days_and_years_are_in_the_calendar() {
    let start: Moment = "2027-12-31T23:59:59Z".parse().expect("a moment");
    let mut clock = cells::Clock::new(start);
    let mut shown = |seconds: u64| {
        let mut out = Vec::new();
        let time = SimTime::from_nanos(seconds * 1_000_000_000);
        clock.put(time, &mut out).expect("within the calendar");
        String::from_utf8(out).expect("ASCII")
    };
    assert_eq!(shown(1), "2028-01-01T00:00:00.000Z");
    assert_eq!(shown(1 + 59 * 86_400), "2028-02-29T00:00:00.000Z");
    assert_eq!(shown(0), "2027-12-31T23:59:59.000Z");
}

#[test]
fn a_time_beyond_the_calendar_is_an_error_and_no_panic() {
    let start = Moment(Timestamp::MAX);
    let mut clock = cells::Clock::new(start);
    let day = SimTime::from_nanos(86_400_000_000_000);
    clock
        .put(day, &mut Vec::new())
        .expect_err("there is no year 10000");
}

#[test]
fn a_full_disk_is_known_early_and_told_at_the_end() {
    let names = Arc::new(nasty_names());
    let mut writer = ReplicationWriter::to(
        FullDisk(0),
        PathBuf::from("full"),
        Format::Csv,
        names,
        start(),
    )
    .expect("a thread");
    for id in (0..).take_while(|&id| id < 1_000_000) {
        writer.record(plain(id));
        if writer.has_failed() {
            break;
        }
    }
    assert!(writer.has_failed());
    let error = writer.finish().expect_err("the disk is full");
    assert_eq!(error.reason.kind(), io::ErrorKind::StorageFull);
    assert_eq!(error.path, Path::new("full"));
}

#[test]
fn a_disk_that_is_full_at_the_last_block_is_told_too() {
    let names = Arc::new(nasty_names());
    let mut writer = ReplicationWriter::to(
        FullDisk(10),
        PathBuf::from("full"),
        Format::Csv,
        names,
        start(),
    )
    .expect("a thread");
    writer.record(plain(1));
    assert!(!writer.has_failed());
    writer.finish().expect_err("the disk is full");
}
