//! README and docs say what the program does: their commands, their sample and their columns are compared with it.
//!
//! `ECRSIM_BLESS=1 cargo test --test cli docs` writes anew what can be written.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use ecrsim::experiment::compare::DifferenceRow;
use ecrsim::measure::outcome::{
    BackfillRow, BreakEvenRow, CostRow, DeleteRow, DeploymentRow, DestinationRow, FailureRow,
    GateRow, LatencyRow, LinkRow, OrphanRow, OutageRow, PullRow, RefusedRow, ReplicationRow,
    RepositoryRow, RevocationRow, RevokedCopyRow, StorageRow, SummaryRow, TimelineRow,
};
use ecrsim::measure::table::{self, Column, Table};
use ecrsim::report::focus::{self, FocusRow};
use ecrsim::report::replications::parquet::{GROUP_ROWS, type_of};
use ecrsim::scenario::metrics::{Kind, METRICS, Metric};

use crate::case::Case;

const MAIN_JOB: &str = "cargo run --release -- run scenarios/two-regions.toml";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Held by tests that may write the README anew.
static README: Mutex<()> = Mutex::new(());

fn hold_readme() -> MutexGuard<'static, ()> {
    README.lock().unwrap_or_else(PoisonError::into_inner)
}

fn readme() -> String {
    fs::read_to_string(root().join("README.md")).expect("a README")
}

/// Compares a file with what it should be, or writes it.
#[track_caller]
fn assert_file(name: &str, expected: &[u8]) {
    let path: PathBuf = root().join(name);
    if std::env::var_os("ECRSIM_BLESS").is_some() {
        fs::write(&path, expected).expect("a file that may be written");
    }
    let found = fs::read(&path).unwrap_or_default();
    assert!(
        found == expected,
        "{name} is not what it should be; ECRSIM_BLESS=1 cargo test --test cli docs"
    );
}

fn columns_of<T: Table>() -> String {
    let row = |column: &Column| format!("| `{}` | {} |\n", column.name, column.doc.trim());
    let rows: String = T::COLUMNS.iter().map(row).collect();
    format!(
        "\n## {}\n\n| column | holds |\n| --- | --- |\n{rows}",
        T::FILE
    )
}

/// Describes how the same rows look in a Parquet file.
fn parquet() -> String {
    let kinds = {
        use table::Kind::{Moment, Real, Text, Whole};
        [Text, Whole, Moment, Real]
    };
    let described = |kind: table::Kind| {
        let of_kind = ReplicationRow::COLUMNS.iter().filter(|it| it.kind == kind);
        let names: Vec<_> = of_kind.map(|it| format!("`{}`", it.name)).collect();
        format!("| {} | {} |\n", type_of(kind), names.join(", "))
    };
    let rows: String = kinds.map(described).concat();
    format!(
        "\n## replications.parquet\n\n\
         With `--replications parquet`, instead of `replications.csv`: the same rows, columns, units and values, typed. An empty cell is\n\
         NULL, and text stands as it is, without the `'` that guards a cell of a CSV file. A moment is cut to the millisecond as there;\n\
         a duration is the DOUBLE nearest to its decimals. Names are dictionary-coded, pages of text and of DOUBLEs are compressed\n\
         with zstd, and a row group holds {GROUP_ROWS} rows.\n\n\
         | type | columns |\n| --- | --- |\n{rows}"
    )
}

/// Says exactly what the numbers of deployments are.
fn deployments() -> String {
    "\n### How deployments are counted\n\n\
     A deployment is made of a measured push of the stream that it follows, if its draw falls in `share` and its first pull, `delay`\n\
     after the push, falls in the run. It pulls by the push's first tag (of a push without tags, by digest). The image is *there*\n\
     when that tag resolves to the pushed digest in the registry; a tag that a later push has taken, or a copy that failed, is never\n\
     there; one that a backfill brings is there from then on. If the image is not there at the first pull, the deployment has *missed*. It pulls again after `backoff.first`, and each\n\
     wait is the one before it times `backoff.factor`, at most `backoff.max`. It *gives up* at `give_up` after the first pull; the\n\
     last pull is the last one not later than that. `deploy_wait` is the time from the first pull to the one that found the image,\n\
     0 s if that was the first; deployments that gave up, or that the end of the run found trying, have none. Of `within(D)`, those\n\
     that gave up count as not within, those that the end found trying for less than D are left out.\n\n\
     A *gate* is a wait after the push before the first pull. `gate_p99_s` is the shortest gate with which the image would have been\n\
     there at the first pull of 99 % of these deployments, whatever their own `delay`: nearest rank, among all of them, of the time\n\
     from the push to the first moment at which the image was there. An image that was never there in the run counts as infinitely\n\
     late: the cell is empty if the rank falls there (a `cooldown` longer than the longest copy leaves out those that the end of the\n\
     run cut off). `everywhere_…` is the same with the time until the image was there at every destination to which the rules sent its\n\
     push: the gate of a release that waits for all of them. `gate.csv` holds the whole curve: a row with no gate, then one for each\n\
     bucket of the times, and how many deployments fail behind a gate so long.\n"
        .to_owned()
}

const GROUPS: &str = "
### A push of several images

A push of a stream with `platforms` above 1 brings an image for each platform, then the image index that holds them and bears the
push's tags; with `referrers`, then these. Each is an image of its own, with a digest, a row for every destination, and a place in
`requested`, `completed`, `failed` and the quotas; all but the one that bears the tags are untagged. `push` counts each of them, in
that order; `time_to_all` and `pushed` count the whole push once, and it is everywhere when its last image is. `image_bytes` of an
index are its own document's. At each destination an index is eligible once its dispatch delay has passed and all its images have
ended there; if one of them FAILED, so does the index, with the reason of the first, and was never eligible. A referrer is eligible
once its subject has ended, however that was. A deployment finds an index, and a pull is served by a registry, where the index and
all its images are; referrers need not be. A pull moves the index and its first image: a node is of one platform.
";

const PULLS: &str = "
Without `[pulls]` it is its header. A pull takes a repository of its push stream as a push does (its `popularity`), and goes
back from the newest image as `recency` says, cut at the number of images that the stream has pushed there; before the first
there is nothing to ask for. The newest image is asked for by the stream's first tag without `{n}`, if it has one, and is then
what that tag stands on where it is asked; any other by its own tag, and is found wherever it is stored. `nearest` asks the
registries of the fleet's Region, its own account's first, then by name, of whatever account; then the source. Whether they
would let the fleet pull (repository policies) is not part of a scenario. A named registry has no other behind it.

Bytes are (1 - `cached`) x the whole image, to the nearest byte. They are free within a Region; across, the owner of the
registry pays them at the rate of transfer, with which they share the tiers of an internet rate.
";

const BREAK_EVEN: &str = "
Of an image of mean size, a pull across costs p = (1 - `cached`) x image bytes x t, with t the price of a byte from Region to
Region; replicating it costs r = replica bytes x t once, and keeping it k = replica bytes x s a month, with s the price of
storage where the fleet is. A replica kept for m months costs r + m k, and pulls from it are free: both cost the same at
(r + m k) / p pulls per image, the break-even point of a fixed and a proportional cost (textbook). The prices are those of the
bill. Layers that a registry would mount from other repositories are not taken into account.
";

const COVERAGE: &str = "
`coverage` is a share of pairs: of a source, and an image that was pushed there and is still stored there, in a repository that
the source's rules send to the destination. It is held if the destination stores the image, whatever its tags there. Several
sources' pairs are added up; of a digest pushed at two of them, both are held by one replica. Rules count as they stand at the
step's end, whenever the image was pushed: a new rule counts images that it never sent, which a backfill may bring. An image that
is deleted at the source leaves both sides; one that is deleted at the destination alone is lacking. Images that came to a source
by replication are not counted there. What happens exactly at a step's end belongs to the next step, but at the run's end.
";

const STORAGE: &str = "
A row shows what is stored after all that happens at its instant. Where rules replicate deletes it shows what is stored before, but
for the run's end: retention and lifecycle policies act at the very same instants, and a delete that follows takes its time, so that
afterwards each replica that is about to go would show as an orphan. Until it is gone it is one all the same, for `orphan_bytes` of
`summary.csv`, `orphans.csv` and the bill, which are exact over time.
";

const COSTS: &str = "
Who pays is AWS's rule: transfer the source account, storage the owner of the registry, pulls the owner of the pulled registry.
Who causes is for charge-back, a row for each account: transfer and pushed images their own account; pulls the account whose
fleets pull; what is archived or restored the owner of the registry; replicas and orphans the account whose push made the image. Of a digest that was pushed in several registries, that
is the account of the registry from which its copy came first. A layer that several images of a registry share counts for the
account whose image brought it there first, until the layer is gone there; a mounted layer for the account that brought the copy
that is billed. The rows of one payer, item, from and to add up to what they would be as one.
";

/// Says which FOCUS it is.
fn focus() -> String {
    format!(
        "\nWith `--focus`: a row per row of `costs.csv`, in its order and with its dollars, under the column names of FOCUS, the FinOps Open\n\
         Cost and Usage Specification, version {}. All columns that it calls mandatory are there, and of the others those for which a\n\
         simulated bill has a value; AWS's SKUs, invoices, discounts and availability zones are no part of it. Columns of our own begin\n\
         with `x_`. Names are FOCUS's, so they are not in snake_case and carry no unit: costs are US dollars, moments whole seconds of UTC.\n",
        focus::VERSION
    )
}

const ORPHANS: &str = "
A row per calendar month that was measured; its dollars are the sums of costs.csv. `summary.json` holds the same rows under
`orphans`, with the whole run's share and its growth in a month of 730 h, and says when orphans pass 10, 25 and 50 % of the
storage bill: the first day, of 24 h from the run's start, on which their part of that day's bill is more (`run`). If no day of
the run is such, a straight line is fitted (least squares) to orphans minus the share of all storage, in dollars a day, over the
later half of the measured whole days; if it rises, explains at least 90 % of the variance, and there are 8 whole days or more,
the first day on which it is above zero is told (`trend`), unless that is more than ten times these days away. Otherwise the day
is not in sight. Without orphans in the measured time `summary.json` has no `orphans`.
";

const OUTAGES: &str = "
A row is an outage, one spell, or one burst of a stream of pushes: the first 100,000 of the run, warm-up included, in order of
their beginnings. A burst lasts for its `over`, and its links are all from the registry that it pushes to. Its beginning and its
end come before all else of their instants. What holds for no time does not count, neither for a least nor for a largest.

- The *pullable share* is that of images pushed so far, each once for every destination behind the links that a rule sends it
  to: the replications over these links that were requested since the start of the run, and of these the ones that are
  COMPLETE. Those of backfills are left out; a FAILED one stays in the first number; what was deleted later counts as it did.
  The mean is weighted by time, from when there is one.
- *At risk* is an image that was pushed in a Region, that a rule sends to another one, and that is complete in no other Region
  yet. It is counted for an outage or spell of all links out of a Region to others, and from the start of the run on. Waiting,
  in flight or FAILED, it stays at risk until it is complete elsewhere or deleted where it was pushed. One that has been complete
  elsewhere does not come back. Its bytes are those of the whole image; the largest numbers of both may be at different times.
- The *backlog* are the replications over these links that wait or are in flight, those of backfills too. It has drained at the
  first moment from the end on at which there are no more of them than just before the beginning.
";

const DELETES: &str = "
Images, not tags: one that loses a tag and has others is not deleted. All are counted, and the first 100,000 are listed; if
there are more, the summary says how many, and by what causes. Of a repository that is deleted, each image has a row.
`ecrsim explain DIR --image REPO:TAG` tells of an image's rows: where and by what it was deleted, and where it became an orphan.
An image that was stored before the start has no push by which to find it, unless the scenario gives its digest.
";

/// Describes the metrics that this version can measure.
fn metrics() -> String {
    let row = |metric: &Metric| {
        let labels: Vec<&str> = metric.labels.iter().map(|label| label.name()).collect();
        let kind = match metric.kind {
            Kind::Trend => "trend",
            Kind::Gauge => "gauge",
            Kind::Counter | Kind::Money => "counter",
        };
        let (unit, labels) = (metric.unit.name(), labels.join(", "));
        format!(
            "| `{}` | {kind} | {unit} | {labels} | {} |\n",
            metric.name, metric.about
        )
    };
    let is_measured = |metric: &&Metric| {
        matches!(
            metric.needs,
            None | Some("deployments" | "pulls" | "backfill")
        )
    };
    let measured = METRICS.iter().filter(is_measured);
    let rows: String = measured.map(row).collect();
    format!(
        "\n# Metrics\n\n\
         What `summary.csv` holds and thresholds may ask. A trend has `mean min p50 p90 p95 p99 p999 max count` and `within(D)`, the share\n\
         done after at most D; a gauge `mean p50 p95 p99 max end`, weighted by time; a counter `total` and `rate` (per request), or for\n\
         money `monthly` (for 730 hours). Unit 1 is a plain number or a share.\n\n\
         `summary.json` holds the same, and for `replication_latency`, `time_to_all` and `deploy_wait` a `half_width`: the mean, quantile\n\
         or share lies within so much of its value with a chance of 95 %, by batch means: 25 batches of equal length by time of push,\n\
         Student's t. It is absent where it would be a guess: fewer than 20 batches that hold something, fewer than 250 replications,\n\
         fewer than 50 beyond a quantile or on either side of a limit, a half-width as large as the value, the mean of a law of infinite\n\
         variance. A threshold is `too_close` if a value within the half-width would change its verdict; `held` goes by the value itself. `notes`\n\
         say why a mean has no half-width, and if the warm-up looks too short (MSER-5; only for pushes at a constant rate); also when a\n\
         service quota was first used up. `fullest_repository` is the one with most images at the end; `full_at` is when it has as many\n\
         as ECR takes in, if it goes on as in the second half of the run.\n\n\
         | metric | kind | unit | labels | is |\n| --- | --- | --- | --- | --- |\n{rows}"
    )
}

#[test]
fn docs_describe_every_column_and_metric() {
    let text = [
        "# The tables of a run\n\n\
         Made from the definitions of the tables in `src/measure/outcome.rs`; a test keeps the two the same.\n\n\
         Every CSV file has a header line, UTF-8, `\\n`, and a column's unit as the last part of its name: `_s` (exact decimal\n\
         seconds), `_bytes`, `_usd`. Moments are UTC of fixed width. Registries are `account/region` by alias. Lists within a cell\n\
         are separated by spaces. An empty cell is a value without a sample. Columns are only ever added at the end.\n"
            .to_owned(),
        columns_of::<SummaryRow>(),
        columns_of::<ReplicationRow>(),
        parquet(),
        GROUPS.to_owned(),
        columns_of::<DestinationRow>(),
        columns_of::<LinkRow>(),
        columns_of::<LatencyRow>(),
        columns_of::<FailureRow>(),
        columns_of::<TimelineRow>(),
        COVERAGE.to_owned(),
        columns_of::<RevocationRow>(),
        columns_of::<RevokedCopyRow>(),
        columns_of::<StorageRow>(),
        STORAGE.to_owned(),
        columns_of::<CostRow>(),
        COSTS.to_owned(),
        columns_of::<FocusRow>(),
        focus(),
        columns_of::<DeploymentRow>(),
        columns_of::<GateRow>(),
        deployments(),
        columns_of::<RefusedRow>(),
        columns_of::<PullRow>(),
        PULLS.to_owned(),
        columns_of::<BreakEvenRow>(),
        BREAK_EVEN.to_owned(),
        columns_of::<BackfillRow>(),
        columns_of::<OrphanRow>(),
        ORPHANS.to_owned(),
        columns_of::<OutageRow>(),
        OUTAGES.to_owned(),
        columns_of::<DeleteRow>(),
        DELETES.to_owned(),
        columns_of::<RepositoryRow>(),
        metrics(),
    ]
    .concat();
    assert_file("docs/outputs.md", text.as_bytes());
}

#[test]
fn readme_begins_with_the_main_job() {
    let readme = readme();
    let first = readme.lines().find(|line| line.contains("cargo run"));
    assert_eq!(first, Some(MAIN_JOB));
    assert!(readme.lines().any(|line| line == "cargo test"));
}

/// The sample in the README is the summary of the main job, and its picture one of the charts.
#[test]
fn readme_shows_what_the_main_job_gives() {
    let case = Case::new()
        .args("run --quiet")
        .arg(root().join("scenarios/two-regions.toml"));
    let ran = case.succeeds();
    let _held = hold_readme();
    let readme = readme();
    let (before, rest) = readme.split_once("```text\n").expect("a sample");
    let (_, after) = rest.split_once("```").expect("the sample's end");
    let expected = format!("{before}```text\n{}```{after}", ran.stdout);
    assert_file("README.md", expected.as_bytes());
    for chart in ["latency-distribution.svg", "cumulative-cost.svg"] {
        assert!(readme.contains(&format!("(docs/{chart})")), "{chart}");
        let drawn = fs::read(ran.path("output/two-regions/charts").join(chart)).expect("a chart");
        assert_file(&format!("docs/{chart}"), &drawn);
    }
}

/// What `docs/compare.md` says of the columns is what they are.
#[test]
fn docs_describe_every_column_of_a_comparison() {
    let name = "docs/compare.md";
    let text = fs::read_to_string(root().join(name)).expect("a page about comparisons");
    let (before, rest) = text
        .split_once("\n## differences.csv")
        .expect("its section");
    let (_, after) = rest.split_once("\n## ").expect("a section after it");
    let expected = format!("{before}{}\n## {after}", columns_of::<DifferenceRow>());
    assert_file(name, expected.as_bytes());
}

/// The example of a comparison in the README is what it prints.
#[test]
fn readme_shows_what_a_comparison_gives() {
    let _held = hold_readme();
    let readme = readme();
    let (before, rest) = readme
        .split_once("ecrsim compare scenarios/two-regions.toml")
        .expect("it");
    let (command, _) = rest.split_once("```").expect("the command's end");
    let command = command.replace("\\\n", " ");
    let words = shell_words(&command);
    let case = Case::new()
        .args("compare --quiet")
        .arg(root().join("scenarios/two-regions.toml"));
    let ran = words
        .iter()
        .fold(case, |case, word| case.arg(word))
        .succeeds();
    let (between, sample) = rest.split_once("```text\n").expect("a sample");
    let (_, after) = sample.split_once("```").expect("the sample's end");
    let expected = format!(
        "{before}ecrsim compare scenarios/two-regions.toml{between}```text\n{}```{after}",
        ran.stdout
    );
    assert_file("README.md", expected.as_bytes());
}

/// Splits at blanks outside single quotes, which go.
fn shell_words(text: &str) -> Vec<String> {
    let parts = text.split('\'').enumerate();
    let words = parts.flat_map(|(number, part)| match number % 2 {
        0 => part
            .split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>(),
        _ => vec![part.to_owned()],
    });
    words.collect()
}

#[test]
fn readme_names_files_that_are_there() {
    let readme = readme();
    let links = readme
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next());
    for link in links.filter(|link| !link.starts_with("http") && !link.starts_with('#')) {
        assert!(root().join(link).exists(), "{link}");
    }
}
