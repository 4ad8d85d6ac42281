//! `replications.parquet` from inside: row groups, dictionaries, statistics, lengths of pages.

use ::parquet::basic::Encoding;
use ::parquet::column::page::Page;
use ::parquet::file::reader::FileReader;
use ::parquet::file::statistics::Statistics;

use super::parquet_file::open;
use super::*;
use crate::report::replications::parquet::GROUP_ROWS;

#[test]
fn a_row_group_holds_a_million_rows_of_coded_names() {
    let writer = |format| {
        let kept = Kept::default();
        let names = Arc::new(nasty_names());
        let path = PathBuf::from("memory");
        let writer = ReplicationWriter::to(kept.clone(), path, format, names, start());
        (kept, writer.expect("a thread"))
    };
    let (kept, mut writer) = writer(Format::Parquet);
    let repeated = |id: u64| ReplicationRecord {
        lane: (id % 5) as u32,
        ..plain(id)
    };
    (0..=GROUP_ROWS as u64).for_each(|id| writer.record(repeated(id)));
    writer.finish().expect("memory takes all");
    let file = open(kept.0.lock().expect("nobody panics").clone());
    let groups = file.metadata().row_groups();
    let rows: Vec<_> = groups.iter().map(|group| group.num_rows()).collect();
    assert_eq!(rows, [1_000_000, 1]);
    for column in groups.iter().flat_map(|group| group.columns()) {
        let name = column.column_descr().name();
        let encoding = match name {
            "source" | "destination" | "repository" | "status" | "reason" => {
                Encoding::RLE_DICTIONARY
            }
            "digest" | "tags" | "tags_applied" => Encoding::DELTA_BYTE_ARRAY,
            name if name.ends_with("_s") || name == "usd" => Encoding::BYTE_STREAM_SPLIT,
            _ => Encoding::DELTA_BINARY_PACKED,
        };
        assert!(column.encodings().any(|it| it == encoding), "{name}");
        let compression = match encoding {
            Encoding::DELTA_BINARY_PACKED => "UNCOMPRESSED",
            _ => "ZSTD(ZstdLevel(1))",
        };
        assert_eq!(format!("{:?}", column.compression()), compression, "{name}");
        let is_text = column.column_type() == ::parquet::basic::Type::BYTE_ARRAY;
        assert_eq!(column.statistics().is_some(), !is_text, "{name}");
    }
    // Not one page of names says them in full.
    let group = file.get_row_group(0).expect("a row group");
    let pages = group.get_column_page_reader(3).expect("pages");
    let pages: Vec<_> = pages.map(|page| page.expect("a page")).collect();
    assert!(pages[0].is_dictionary_page());
    let coded = |page: &Page| page.encoding() == Encoding::RLE_DICTIONARY;
    assert!(pages.len() > 1 && pages[1..].iter().all(coded));
}

#[test]
fn statistics_are_those_of_their_row_group() {
    let unended = |id| ReplicationRecord {
        ended_at: None,
        status: Status::InProgress,
        usd: f64::NAN,
        ..plain(id)
    };
    let rows = GROUP_ROWS as u64;
    let records: Vec<_> = (0..rows).map(plain).chain([unended(rows)]).collect();
    let file = open(written(&records, Format::Parquet, &nasty_names()));
    let range = |group: usize, column: usize| match file
        .metadata()
        .row_group(group)
        .column(column)
        .statistics()
    {
        Some(Statistics::Int64(it)) => (
            it.null_count_opt(),
            format!("{:?}", it.min_opt().zip(it.max_opt())),
        ),
        Some(Statistics::Double(it)) => (
            it.null_count_opt(),
            format!("{:?}", it.min_opt().zip(it.max_opt())),
        ),
        other => panic!("no column has statistics like {other:?}"),
    };
    let (id, latency_s, usd) = (0, 13, 21);
    assert_eq!(range(0, id), (Some(0), "Some((0, 999999))".to_owned()));
    assert_eq!(
        range(1, id),
        (Some(0), "Some((1000000, 1000000))".to_owned())
    );
    assert_eq!(
        range(0, latency_s),
        (Some(0), "Some((4.25, 4.25))".to_owned())
    );
    assert_eq!(range(1, latency_s), (Some(1), "None".to_owned()));
    assert_eq!(range(0, usd), (Some(0), "Some((0.125, 0.125))".to_owned()));
    assert_eq!(range(1, usd), (Some(1), "None".to_owned()));
}

/// A batch of 1,024 rows with digests of two kilobytes that share nothing is beyond a mebibyte.
#[test]
fn a_page_ends_early_where_texts_are_long() {
    let mut names = nasty_names();
    names.digests = ["a", "b"].map(|letter| letter.repeat(2_048)).to_vec();
    let digest = |id: u64| Digest::Given((id % 2) as u32);
    let long = |id| ReplicationRecord {
        digest: digest(id),
        ..plain(id)
    };
    let records: Vec<_> = (0..5 * BATCH_RECORDS as u64).map(long).collect();
    let file = open(written(&records, Format::Parquet, &names));
    let group = file.get_row_group(0).expect("a row group");
    let rows = |column| {
        let pages = group.get_column_page_reader(column).expect("pages");
        let data = pages
            .map(|page| page.expect("a page"))
            .filter(Page::is_data_page);
        data.map(|page| page.num_values()).collect::<Vec<_>>()
    };
    let (id, digest) = (0, 5);
    assert_eq!(rows(digest), [1_024; 5]);
    assert_eq!(rows(id), [1_024; 5]);
}
