//! How columns are typed, by the kind of their values: the columns are those of the table itself.

use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, Type, ZstdLevel};
use parquet::file::properties::WriterProperties;
use parquet::schema::types::{Type as SchemaType, TypePtr};

use crate::measure::outcome::ReplicationRow;
use crate::measure::table::{Column, Kind, Table};

/// Who wrote the file: no clock, no machine.
const CREATED_BY: &str = concat!("ecrsim version ", env!("CARGO_PKG_VERSION"));

/// The cheapest of zstd's ordinary levels: columns come encoded already.
pub const ZSTD_LEVEL: i32 = 1;

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

/// Returns who wrote the file; how its columns are encoded, they know themselves.
pub fn properties() -> WriterProperties {
    WriterProperties::builder()
        .set_created_by(CREATED_BY.to_owned())
        .set_offset_index_disabled(true)
        .build()
}

/// Returns how pages are compressed, those that are.
pub fn zstd() -> Compression {
    Compression::ZSTD(ZstdLevel::try_new(ZSTD_LEVEL).expect("a level of zstd"))
}
