//! How columns are typed and encoded, by the kind of their values: the columns are those of the table itself.

use std::sync::Arc;

use parquet::basic::{Compression, Encoding, LogicalType, Repetition, TimeUnit, Type, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::{ColumnPath, Type as SchemaType, TypePtr};

use crate::measure::outcome::ReplicationRow;
use crate::measure::table::{Column, Kind, Table};

/// Who wrote the file: no clock, no machine.
const CREATED_BY: &str = concat!("ecrsim version ", env!("CARGO_PKG_VERSION"));

/// The cheapest of zstd's ordinary levels: columns come encoded already.
const ZSTD_LEVEL: i32 = 1;

/// A page ends after so many rows or a mebibyte: large enough to compress well, small enough to be read alone.
const PAGE_ROWS: usize = 100_000;

/// Texts of so many bytes in a row group are names; a column with more of them (digests) is stored as it is.
const DICTIONARY_BYTES: usize = 256 * 1_024;

/// Returns the type of a column's values as Parquet calls it, for the documentation.
pub const fn type_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "STRING",
        Kind::Whole => "INT64",
        Kind::Moment => "TIMESTAMP (milliseconds, UTC)",
        Kind::Real => "DOUBLE",
    }
}

/// Returns the file's schema.
pub fn schema() -> TypePtr {
    let fields = ReplicationRow::COLUMNS.iter().map(field).collect();
    let schema = SchemaType::group_type_builder("replications").with_fields(fields);
    Arc::new(schema.build().expect("a group of columns is a schema"))
}

fn field(column: &Column) -> TypePtr {
    let (physical, logical) = match column.kind {
        Kind::Text => (Type::BYTE_ARRAY, Some(LogicalType::String)),
        Kind::Whole => (Type::INT64, None),
        Kind::Moment => (
            Type::INT64,
            Some(LogicalType::timestamp(true, TimeUnit::MILLIS)),
        ),
        Kind::Real => (Type::DOUBLE, None),
    };
    let repetition = match column.may_be_empty {
        true => Repetition::OPTIONAL,
        false => Repetition::REQUIRED,
    };
    let field = SchemaType::primitive_type_builder(column.name, physical)
        .with_logical_type(logical)
        .with_repetition(repetition);
    Arc::new(
        field
            .build()
            .expect("the logical type fits the physical one"),
    )
}

/// Returns how the file is written.
pub fn properties() -> WriterProperties {
    let level = ZstdLevel::try_new(ZSTD_LEVEL).expect("a level of zstd");
    let properties = WriterProperties::builder()
        .set_created_by(CREATED_BY.to_owned())
        .set_compression(Compression::ZSTD(level))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true)
        .set_data_page_row_count_limit(PAGE_ROWS)
        .set_dictionary_page_size_limit(DICTIONARY_BYTES);
    let encoded = ReplicationRow::COLUMNS
        .iter()
        .fold(properties, |properties, column| {
            let path = ColumnPath::from(column.name);
            let encoding = match column.kind {
                // Names repeat: they keep their dictionary. Most row groups hold all of them, so that their least and greatest
                // would let a reader skip little for the time that comparing them takes.
                Kind::Text => {
                    return properties.set_column_statistics_enabled(path, EnabledStatistics::None);
                }
                Kind::Whole | Kind::Moment => Encoding::DELTA_BINARY_PACKED,
                Kind::Real => Encoding::BYTE_STREAM_SPLIT,
            };
            properties
                .set_column_dictionary_enabled(path.clone(), false)
                .set_column_encoding(path, encoding)
        });
    encoded.build()
}
