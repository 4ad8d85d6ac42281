"""DuckDB and Polars read replications.parquet as what replications.csv of the same run says.

    python readers.py RUN_WITH_CSV RUN_WITH_PARQUET

Needs `pip install duckdb polars`.
"""

import sys
from pathlib import Path

import duckdb
import polars

TEXT, WHOLE, MOMENT, REAL = "VARCHAR", "BIGINT", "TIMESTAMP WITH TIME ZONE", "DOUBLE"
TYPES = {
    "id": WHOLE,
    "push": WHOLE,
    "source": TEXT,
    "destination": TEXT,
    "repository": TEXT,
    "digest": TEXT,
    "tags": TEXT,
    "pushed_at": MOMENT,
    "eligible_at": MOMENT,
    "started_at": MOMENT,
    "ended_at": MOMENT,
    "status": TEXT,
    "reason": TEXT,
    "latency_s": REAL,
    "queue_s": REAL,
    "transfer_s": REAL,
    "stall_s": REAL,
    "image_bytes": WHOLE,
    "moved_bytes": WHOLE,
    "attempts": WHOLE,
    "tags_applied": TEXT,
    "usd": REAL,
}
POLARS_TYPES = {
    TEXT: polars.String,
    WHOLE: polars.Int64,
    MOMENT: polars.Datetime("ms", "UTC"),
    REAL: polars.Float64,
}


def same(what, found, expected):
    assert found == expected, f"{what}: {found} instead of {expected}"


def with_duckdb(csv, parquet):
    """Types, rows, quantile, NULLs, every value; and a filter, which may skip by the file's statistics."""
    base = duckdb.connect()
    ask = lambda query: base.execute(query).fetchall()
    base.execute(f"CREATE VIEW typed AS SELECT * FROM read_parquet('{parquet}')")
    base.execute(
        f"CREATE VIEW text AS SELECT * FROM read_csv('{csv}', header = true, columns = {TYPES})"
    )
    described = ask("DESCRIBE typed")
    same("types", {name: kind for name, kind, *_ in described}, TYPES)
    questions = [
        "SELECT count(*) FROM {}",
        "SELECT quantile_disc(latency_s, [0.5, 0.99, 0.999]) FROM {}",
        *(f"SELECT count(*) FILTER ({name} IS NULL) FROM {{}}" for name in TYPES),
        "SELECT destination, count(*), max(latency_s) FROM {} WHERE latency_s > 5 GROUP BY ALL ORDER BY ALL",
        "SELECT status, count(*), epoch_ms(min(pushed_at)), epoch_ms(max(ended_at)) FROM {} GROUP BY ALL ORDER BY ALL",
    ]
    for question in questions:
        same(question, ask(question.format("typed")), ask(question.format("text")))
    for one, other in [("typed", "text"), ("text", "typed")]:
        difference = f"SELECT * FROM {one} EXCEPT ALL SELECT * FROM {other}"
        same(difference, ask(difference), [])
    unarrived = "SELECT count(*) FROM typed WHERE (latency_s IS NULL) <> (status <> 'COMPLETE')"
    same(unarrived, ask(unarrived), [(0,)])
    (rows,) = ask("SELECT count(*) FROM typed")[0]
    return rows


def with_polars(csv, parquet):
    """Types, NULLs and every value; and a filter, which may skip by the file's statistics."""
    typed = polars.read_parquet(parquet)
    expected = {name: POLARS_TYPES[kind] for name, kind in TYPES.items()}
    same("types", dict(typed.schema), expected)
    read_as = {name: polars.String if TYPES[name] == MOMENT else kind for name, kind in expected.items()}
    moment = polars.col([name for name in TYPES if TYPES[name] == MOMENT])
    moment = moment.str.to_datetime("%Y-%m-%dT%H:%M:%S%.3fZ", time_unit="ms", time_zone="UTC")
    text = polars.read_csv(csv, schema=read_as).with_columns(moment)
    same("NULLs", typed.null_count().row(0), text.null_count().row(0))
    at = typed["latency_s"].quantile(0.99, "nearest")
    same("quantile", at, text["latency_s"].quantile(0.99, "nearest"))
    assert typed.equals(text, null_equal=True), "the values differ"
    if at is not None:
        beyond = polars.col("latency_s") > at
        lazy = polars.scan_parquet(parquet).filter(beyond).collect()
        assert lazy.equals(text.filter(beyond)), "the filtered values differ"
    return typed.height


def main(with_csv, with_parquet):
    csv, parquet = Path(with_csv, "replications.csv"), Path(with_parquet, "replications.parquet")
    rows = with_duckdb(csv, parquet)
    same("rows", with_polars(csv, parquet), rows)
    share = parquet.stat().st_size / csv.stat().st_size
    print(f"{rows} rows, {share:.1%} of the CSV file's bytes: DuckDB and Polars agree")


if __name__ == "__main__":
    main(*sys.argv[1:])
