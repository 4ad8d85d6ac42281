//! `replications.parquet` read back: the values of the CSV file, typed; errors of the disk.

use ::parquet::basic::Repetition;
use ::parquet::file::reader::{FileReader, SerializedFileReader};
use ::parquet::record::Field;
use bytes::Bytes;

use super::*;
use crate::measure::Run;
use crate::measure::table::guarded;
use crate::scenario::load;
use crate::simulation::Model;

pub fn open(bytes: Vec<u8>) -> SerializedFileReader<Bytes> {
    SerializedFileReader::new(bytes.into()).expect("a Parquet file")
}

/// Asserts that a Parquet file holds the values of a CSV file, all of them, in order.
#[track_caller]
fn assert_same_values(parquet: &[u8], csv: &[u8]) {
    let mut csv = csv::Reader::from_reader(csv);
    let file = open(parquet.to_vec());
    let header = csv.headers().expect("a header").clone();
    let columns = file.metadata().file_metadata().schema_descr().columns();
    assert!(header.iter().eq(columns.iter().map(|column| column.name())));
    let rows = file.get_row_iter(None).expect("rows");
    let mut count = 0;
    for (row, cells) in rows.zip(csv.records()) {
        let (row, cells) = (row.expect("a row"), cells.expect("a row"));
        for ((name, value), cell) in row.get_column_iter().zip(&cells) {
            assert!(
                is(value, cell),
                "{name} of row {count}: {value:?}, `{cell}`"
            );
        }
        count += 1;
    }
    assert_eq!(file.metadata().file_metadata().num_rows(), count);
    assert!(csv.records().next().is_none(), "the CSV file has more rows");
}

/// Says whether `value` is what stands in `cell`.
fn is(value: &Field, cell: &str) -> bool {
    match value {
        Field::Null => cell.is_empty(),
        Field::Str(text) => !text.is_empty() && guarded(text) == cell,
        Field::Long(number) => number.to_string() == cell,
        Field::Double(number) => cell
            .parse()
            .is_ok_and(|cell: f64| cell.to_bits() == number.to_bits()),
        Field::TimestampMillis(millis) => {
            let moment = Timestamp::from_millisecond(*millis).expect("within the calendar");
            Moment(moment).to_string() == cell
        }
        other => panic!("no column has a value like {other:?}"),
    }
}

/// The file has no numbers from 2^63 on.
fn with_a_sign(mut record: ReplicationRecord) -> ReplicationRecord {
    for number in [
        &mut record.id,
        &mut record.push,
        &mut record.image_bytes,
        &mut record.moved_bytes,
    ] {
        *number >>= 1;
    }
    record
}

proptest! {
    #[test]
    fn values_are_those_of_the_csv_file(
        records in prop::collection::vec(record().prop_map(with_a_sign), 0..60),
    ) {
        let names = nasty_names();
        let [csv, parquet] = [Format::Csv, Format::Parquet].map(|it| written(&records, it, &names));
        assert_same_values(&parquet, &csv);
    }
}

/// Tags that were applied are those of the push in the first page, in the second but for two rows, in the third but for all.
#[test]
fn tags_applied_are_right_where_a_page_is_the_one_of_tags_and_where_not() {
    let applied = |id: u64| match id {
        20_000 => AppliedTags::Some([1].into()),
        30_000 | 34_000.. => AppliedTags::None,
        _ => AppliedTags::All,
    };
    // Every fifth push has no tag.
    let record = |id: u64| ReplicationRecord {
        applied: applied(id),
        tags: TagList::Stream {
            stream: (id % 5) as u32,
            number: id / 4,
        },
        ..plain(id)
    };
    let records: Vec<_> = (0..40_000).map(record).collect();
    let names = nasty_names();
    let [csv, parquet] = [Format::Csv, Format::Parquet].map(|it| written(&records, it, &names));
    assert_same_values(&parquet, &csv);
}

/// Seventy days of the shipped example are some 115,000 replications.
#[test]
fn a_run_has_the_values_of_its_csv_file_in_less_than_a_quarter_of_the_bytes() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/two-regions.toml");
    let loaded = load(path.as_ref(), &["duration=70 days".to_owned()]).expect("a right scenario");
    let model = Model::new(&loaded);
    let [csv, parquet] = [Format::Csv, Format::Parquet].map(|format| {
        let kept = Kept::default();
        let (out, path) = (kept.clone(), PathBuf::from("memory"));
        let names = Arc::new(model.names.clone());
        let writer = ReplicationWriter::to(out, path, format, names, Moment(model.start));
        let writer = writer.expect("a thread");
        let (_, writer) = Run::new(&loaded, &model)
            .simulate(writer, |_, _| true)
            .expect("it ends");
        assert!(writer.finish().expect("memory takes all") > 100_000);
        kept.0.lock().expect("nobody panics").clone()
    });
    assert_same_values(&parquet, &csv);
    assert!(
        4 * parquet.len() < csv.len(),
        "{} bytes of {}",
        parquet.len(),
        csv.len()
    );
}

#[test]
fn columns_are_typed_and_what_is_never_empty_is_required() {
    let file = open(written(&[], Format::Parquet, &nasty_names()));
    let columns = file.metadata().file_metadata().schema_descr().columns();
    let described = columns.iter().map(|column| {
        let repetition = column.self_type().get_basic_info().repetition();
        let required = match repetition == Repetition::REQUIRED {
            true => " required",
            false => "",
        };
        let logical = column
            .logical_type_ref()
            .map_or_else(String::new, |it| format!(" {it:?}"));
        format!(
            "{} {}{logical}{required}",
            column.name(),
            column.physical_type()
        )
    });
    let moment = "INT64 Timestamp(TimestampType { is_adjusted_to_u_t_c: true, unit: MILLIS })";
    let expected = [
        "id INT64 required",
        "push INT64 required",
        "source BYTE_ARRAY String",
        "destination BYTE_ARRAY String",
        "repository BYTE_ARRAY String",
        "digest BYTE_ARRAY String",
        "tags BYTE_ARRAY String",
        &format!("pushed_at {moment} required"),
        &format!("eligible_at {moment}"),
        &format!("started_at {moment}"),
        &format!("ended_at {moment}"),
        "status BYTE_ARRAY String",
        "reason BYTE_ARRAY String",
        "latency_s DOUBLE",
        "queue_s DOUBLE",
        "transfer_s DOUBLE",
        "stall_s DOUBLE",
        "image_bytes INT64 required",
        "moved_bytes INT64 required",
        "attempts INT64 required",
        "tags_applied BYTE_ARRAY String",
        "usd DOUBLE",
    ];
    assert_eq!(described.collect::<Vec<_>>(), expected);
}

#[test]
fn the_file_tells_of_no_time_and_no_machine() {
    let records: Vec<_> = (0..5_000).map(plain).collect();
    let names = nasty_names();
    let bytes = written(&records, Format::Parquet, &names);
    assert!(bytes == written(&records, Format::Parquet, &names));
    let file = open(bytes);
    let facts = file.metadata().file_metadata();
    let version = concat!("ecrsim version ", env!("CARGO_PKG_VERSION"));
    assert_eq!(facts.created_by(), Some(version));
    assert!(facts.key_value_metadata().is_none());
}

/// Wherever in the file the disk is full: at its head, in a column, in the last byte of its foot.
#[test]
fn a_disk_that_is_full_anywhere_is_told() {
    let names = nasty_names();
    let whole = written(&[plain(1)], Format::Parquet, &names).len();
    for room in (0..whole).step_by(97).chain([whole - 1]) {
        let mut writer = ReplicationWriter::to(
            FullDisk(room),
            PathBuf::from("full"),
            Format::Parquet,
            Arc::new(names.clone()),
            start(),
        )
        .expect("a thread");
        writer.record(plain(1));
        let error = writer.finish().expect_err("the disk is full");
        assert_eq!(error.reason.kind(), io::ErrorKind::StorageFull, "{room}");
        assert_eq!(error.path, Path::new("full"));
    }
}

#[test]
fn a_number_that_does_not_fit_is_an_error_and_no_other_number() {
    let names = Arc::new(nasty_names());
    let path = PathBuf::from("memory");
    let mut writer =
        ReplicationWriter::to(io::sink(), path, Format::Parquet, names, start()).expect("a thread");
    writer.record(ReplicationRecord {
        moved_bytes: 1 << 63,
        ..plain(1)
    });
    let error = writer.finish().expect_err("2^63 has no place").to_string();
    assert!(error.contains("`moved_bytes`"), "{error}");
}
