//! The run folder's CSV tables, written from an outcome and read back by charts and page.
//!
//! Every table is written, without rows as its header. The rule for cells (RFC 4180 quotes; nothing that a spreadsheet
//! takes for a formula) stands in [`crate::measure::table`].

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::error::FileError;
use crate::measure::outcome::{Outcome, SummaryRow};
use crate::measure::table::{Number, Table};

/// Writes every table of `outcome` into `folder`; the replications stream by themselves.
///
/// # Errors
/// If a file cannot be written.
pub fn write_tables(folder: &Path, outcome: &Outcome) -> Result<(), FileError> {
    write_table(folder, &summary_rows(outcome))?;
    write_table(folder, &outcome.destinations)?;
    write_table(folder, &outcome.links)?;
    write_table(folder, &outcome.latency)?;
    write_table(folder, &outcome.failures)?;
    write_table(folder, &outcome.timeline)?;
    write_table(folder, &outcome.revocations)?;
    write_table(folder, &outcome.revoked_copies)?;
    write_table(folder, &outcome.storage)?;
    write_table(folder, &outcome.costs)?;
    write_table(folder, &outcome.deployments)?;
    write_table(folder, &outcome.gates)?;
    write_table(folder, &outcome.refused)?;
    write_table(folder, &outcome.pulls)?;
    write_table(folder, &outcome.break_even)?;
    write_table(folder, &outcome.backfills)?;
    write_table(folder, &outcome.orphan_months)?;
    write_table(folder, &outcome.outages)?;
    write_table(folder, &outcome.deletes)?;
    write_table(folder, &outcome.repositories)
}

/// Writes `rows` as the table's file in `folder`.
///
/// # Errors
/// If the file cannot be written.
pub fn write_table<T: Table>(folder: &Path, rows: &[T]) -> Result<(), FileError> {
    let path = folder.join(T::FILE);
    File::create(&path)
        .and_then(|file| write_rows(BufWriter::new(file), rows))
        .map_err(FileError::about("write", &path))
}

/// Writes header and `rows` to `out`.
///
/// # Errors
/// If `out` refuses.
pub fn write_rows<T: Table>(out: impl Write, rows: &[T]) -> io::Result<()> {
    let mut csv = csv::WriterBuilder::new()
        .has_headers(false)
        .from_writer(out);
    csv.write_record(T::COLUMNS.iter().map(|column| column.name))
        .and_then(|()| rows.iter().try_for_each(|row| csv.serialize(row)))
        .map_err(io_reason)?;
    csv.flush()
}

/// Hands each row of the table's file in `folder` to `each`, in order.
///
/// Columns are found by name, so that a file of a later version, with columns added at the end, is read too.
///
/// # Errors
/// If the file cannot be read, or a row is not one of this table; the message names the line.
pub fn for_each_row<T: Table>(folder: &Path, each: impl FnMut(T)) -> Result<(), FileError> {
    let path = folder.join(T::FILE);
    stream_rows(&path, each).map_err(|error| FileError::new("read", &path, io_reason(error)))
}

fn stream_rows<T: Table>(path: &Path, mut each: impl FnMut(T)) -> csv::Result<()> {
    for row in csv::Reader::from_path(path)?.into_deserialize() {
        each(row?);
    }
    Ok(())
}

/// Returns the system's own reason if there is one, so that a full disk is known as such.
pub fn io_reason(error: csv::Error) -> io::Error {
    if !error.is_io_error() {
        return io::Error::new(io::ErrorKind::InvalidData, error);
    }
    match error.into_kind() {
        csv::ErrorKind::Io(reason) => reason,
        other => unreachable!("an I/O error holds its reason: {other:?}"),
    }
}

/// Returns the rows of the table's file in `folder`.
///
/// # Errors
/// As [`for_each_row`].
pub fn read_table<T: Table>(folder: &Path) -> Result<Vec<T>, FileError> {
    let mut rows = Vec::new();
    for_each_row(folder, |row| rows.push(row))?;
    Ok(rows)
}

/// Returns the rows of `summary.csv`.
fn summary_rows(outcome: &Outcome) -> Vec<SummaryRow> {
    outcome
        .metrics
        .iter()
        .map(|metric| SummaryRow {
            metric: metric.metric.to_owned(),
            destination: metric.destination.clone(),
            statistic: metric.statistic.clone(),
            value: metric.value.filter(|value| value.is_finite()).map(Number),
            unit: metric.unit.to_owned(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::outcome::{
        BackfillRow, BreakEvenRow, CostRow, DeleteRow, DeploymentRow, DestinationRow, FailureRow,
        GateRow, LatencyRow, LinkRow, OrphanRow, OutageRow, PullRow, RefusedRow, ReplicationRow,
        RepositoryRow, RevocationRow, RevokedCopyRow, StorageRow, TimelineRow,
    };

    fn header<T: Table>() -> String {
        let mut out = Vec::new();
        write_rows::<T>(&mut out, &[]).expect("memory takes everything");
        String::from_utf8(out).expect("a header is ASCII")
    }

    /// The columns of INTERFACE.md, letter by letter: others read these files.
    #[test]
    fn headers_are_those_of_the_interface() {
        let expected = [
            (
                header::<SummaryRow>(),
                "metric,destination,statistic,value,unit",
            ),
            (
                header::<ReplicationRow>(),
                "id,push,source,destination,repository,digest,tags,pushed_at,eligible_at,started_at,ended_at,status,reason,latency_s,queue_s,transfer_s,stall_s,image_bytes,moved_bytes,attempts,tags_applied,usd",
            ),
            (
                header::<DestinationRow>(),
                "source,destination,requested,completed,failed,in_progress,within_30min,mean_s,p50_s,p90_s,p95_s,p99_s,p999_s,max_s,untagged_arrivals,moved_bytes,transfer_usd,backfill_requested,backfill_completed",
            ),
            (
                header::<LinkRow>(),
                "link,copies,slots,busy_mean,busy_p95,busy_max,full_share,bandwidth_used,queue_mean,queue_p95,queue_max,wait_p50_s,wait_p99_s,moved_bytes",
            ),
            (header::<LatencyRow>(), "destination,upto_s,count"),
            (
                header::<FailureRow>(),
                "destination,reason,replications,first_at,last_at",
            ),
            (
                header::<TimelineRow>(),
                "time,destination,pushed,requested,completed,failed,waiting,in_flight,pending_bytes,moved_bytes,p50_s,p99_s,transfer_usd,coverage",
            ),
            (
                header::<RevocationRow>(),
                "at,source,destination,in_flight,completed_after,aborted_after,denied_after,last_arrival_after_s,bytes_after",
            ),
            (
                header::<RevokedCopyRow>(),
                "revoked_at,source,destination,repository,started_at,ended_at,status",
            ),
            (
                header::<StorageRow>(),
                "time,registry,images,untagged_images,stored_bytes,source_bytes,replica_bytes,orphan_bytes,archived_bytes",
            ),
            (
                header::<CostRow>(),
                "month,payer,item,from,to,quantity,unit,rate_usd,usd,caused_by",
            ),
            (
                header::<DeploymentRow>(),
                "stream,registry,deployments,missed,missed_share,gave_up,wait_p50_s,wait_p90_s,wait_p99_s,wait_max_s,gate_p90_s,gate_p95_s,gate_p99_s,gate_p999_s,everywhere_p90_s,everywhere_p95_s,everywhere_p99_s,everywhere_p999_s",
            ),
            (
                header::<GateRow>(),
                "stream,registry,gate_s,failed,failed_share",
            ),
            (
                header::<RefusedRow>(),
                "at,action,registry,repository,exception,message",
            ),
            (
                header::<PullRow>(),
                "stream,from,to,pulls,bytes,usd,local_share,stale",
            ),
            (
                header::<BreakEvenRow>(),
                "stream,from,to,images,pulls,pulls_per_image,mean_image_bytes,mean_replica_bytes,pull_usd,replication_usd,storage_month_usd,kept_months,break_even_pulls_per_image,cheaper",
            ),
            (
                header::<BackfillRow>(),
                "at,source,destination,status,images,replications,completed,failed,skipped,withdrawn,ended_at,moved_bytes,usd",
            ),
            (
                header::<OrphanRow>(),
                "month,storage_usd,orphan_usd,orphan_share,end_bytes,growth_bytes,growth_usd",
            ),
            (
                header::<OutageRow>(),
                "kind,name,link,at,ends_at,capacity,requested,completed,pullable_share_min,pullable_share_mean,at_risk_images,at_risk_bytes,backlog_before,backlog_max,drained_at,drain_s",
            ),
            (
                header::<DeleteRow>(),
                "at,cause,registry,repository,push,digest,pushed_at,image_bytes,orphaned",
            ),
            (
                header::<RepositoryRow>(),
                "registry,repository,source,template,tag_mutability,source_tag_mutability,lifecycle_policy,source_lifecycle_policy,differs",
            ),
        ];
        for (header, columns) in expected {
            assert_eq!(header, format!("{columns}\n"));
        }
    }

    #[test]
    fn a_row_reads_back_as_it_was_written() {
        let row = RefusedRow {
            at: "2026-03-01T00:00:00.250Z".parse().expect("a moment"),
            action: "PutImage".to_owned(),
            registry: "build/us-east-1".to_owned(),
            repository: "=cmd|' /C calc'!A0".to_owned(),
            exception: "ImageTagAlreadyExistsException".to_owned(),
            message: "tag \"1,2\"\nstands".to_owned(),
        };
        let folder = tempfile::tempdir().expect("a folder");
        write_table(folder.path(), std::slice::from_ref(&row)).expect("it is written");
        let text = std::fs::read_to_string(folder.path().join("refused.csv")).expect("it is there");
        assert_eq!(
            text.lines().nth(1),
            Some(
                "2026-03-01T00:00:00.250Z,PutImage,build/us-east-1,'=cmd|' /C calc'!A0,\
                 ImageTagAlreadyExistsException,\"tag \"\"1,2\"\""
            )
        );
        assert_eq!(
            read_table::<RefusedRow>(folder.path()).expect("it is read"),
            [row]
        );
    }

    #[test]
    fn a_bad_row_is_named_by_file_and_line() {
        let folder = tempfile::tempdir().expect("a folder");
        let text = "destination,upto_s,count\nprod/eu-west-1,1,2\nprod/eu-west-1,soon,2\n";
        std::fs::write(folder.path().join("latency.csv"), text).expect("it is written");
        let error = read_table::<LatencyRow>(folder.path()).expect_err("`soon` is no duration");
        let message = error.to_string();
        assert!(
            message.contains("latency.csv") && message.contains("line: 3"),
            "{message}"
        );
    }

    #[test]
    fn an_empty_table_is_its_header() {
        let folder = tempfile::tempdir().expect("a folder");
        write_table::<FailureRow>(folder.path(), &[]).expect("it is written");
        let text =
            std::fs::read_to_string(folder.path().join("failures.csv")).expect("it is there");
        assert_eq!(text, "destination,reason,replications,first_at,last_at\n");
    }
}
