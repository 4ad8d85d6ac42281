//! `ecrsim sweep`: all points of a design under many seeds, on all cores.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;

use super::exit::{Failure, Status};
use super::interrupt::Interrupt;
use super::jobs::{granted, pool_of};
use super::output::{print, warn};
use super::part::{Part, part, shard};
use super::progress::SweepProgress;
use crate::experiment::cluster::merge::by_shard;
use crate::experiment::journal::{Manifest, ReadFile, Results, Settled, SweepFolder};
use crate::experiment::scenarios::{Prepared, Scenarios};
use crate::experiment::sweep::plan::{self, NoPlan, Points};
use crate::experiment::sweep::stop::{first_round, first_runs};
use crate::experiment::sweep::tables::{self, Counts};
use crate::experiment::sweep::{Halt, Runner, Shard, Watch, missing};
use crate::measure::Scalar;
use crate::report::redraw_sweep;
use crate::scenario::diagnostic::Diagnostics;
use crate::scenario::estimate;
use crate::scenario::sweep::{Sweep, read};

/// Where sweeps land by default.
const OUTPUT: &str = "output";

/// Events that one core handles in a second, for estimates of time: seen with shipped scenarios on a machine of 2026.
const EVENTS_PER_S: f64 = 5e6;

/// What a run takes beyond its events.
const START_S: f64 = 0.000_2;

/// Bytes that a number takes on average in a table.
const BYTES_PER_CELL: f64 = 9.0;

/// Points that are named, of those that need `--yes`.
const MOST_NAMED: usize = 5;

const EXAMPLES: &str = "\
Examples:
  ecrsim sweep slots.toml --out slots              all runs; the same command goes on where it was interrupted
  ecrsim sweep slots.toml --out slots --plan       how many runs, how long, how many bytes
  ecrsim sweep slots.toml --out slots --status     what is done, what is missing
  ecrsim sweep slots.toml --out slots --shard 2/8  the third of eight parts; `ecrsim merge` puts them together

The sweep file names a scenario and says what varies:
  scenario = \"shop.toml\"
  repeats  = 30
  [vary]
  \"pushes.ci.rate\"       = [\"60 per hour\", \"120 per hour\"]
  'links.\"* -> *\".slots' = { from = 8, to = 64, steps = 4, scale = \"log\" }";

/// Runs a scenario under values that vary, many times each, on all cores
///
/// Writes runs.csv (a row per run), points.csv (means and 95 % confidence intervals per point and metric) and sweep.json.
/// Results go to closed segments at least every 1000 runs or 30 s, so that an interruption costs little: the same command
/// goes on. A sweep file that has grown (more repeats, another value) keeps all that is done.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// The sweep file: TOML, or JSON of the same shape if it ends in .json
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The sweep's folder, instead of output/NAME
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Runs at once; as many as there are processors for this process if left out
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// Says how many runs there are and what they will take, and runs nothing
    #[arg(long, conflicts_with = "status")]
    plan: bool,
    /// Says what is done and what is missing, from the folder's files alone, and runs nothing
    #[arg(long)]
    status: bool,
    /// Makes only every N-th run, from the I-th on (I from 0); 'auto': which, the scheduler of an array of --shards N jobs says
    #[arg(long, value_name = "I/N", value_parser = part)]
    shard: Option<Part>,
    /// Number of jobs for --shard auto; with --status, counts what each of them lacks
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    shards: Option<u64>,
    /// Ends the sweep with the first run that fails
    #[arg(long)]
    fail_fast: bool,
    /// Run although some points look endless: a link's queue grows for ever, a law has no mean, billions of events
    #[arg(long)]
    yes: bool,
    /// Draw the charts as PNG too
    #[arg(long)]
    png: bool,
    /// No progress, warnings or timings on standard error
    #[arg(long)]
    quiet: bool,
}

/// What the runs of a sweep will take.
#[derive(Debug, Default)]
pub(super) struct Forecast {
    events: f64,
    /// Points that look endless, and why.
    doubtful: Vec<(usize, String)>,
}

/// Runs what is missing, and writes the tables if nothing is missing any more.
pub fn run(options: &Options) -> Result<Status, Failure> {
    let names: Vec<String> = Scalar::all().iter().map(Scalar::name).collect();
    let sweep = read(&options.file, &names).map_err(|wrong| Failure::Wrong(wrong.render(true)))?;
    let place = options.out.clone();
    let place = place.unwrap_or_else(|| Path::new(OUTPUT).join(&sweep.name));
    let folder = SweepFolder::at(&place);
    if options.status {
        return status(options, &folder);
    }
    let shard = shard(options.shard, options.shards)?;
    let engine = Scenarios::of(sweep.base.clone());
    let interrupt = Interrupt::listen()?;
    if options.plan {
        let (manifest, forecast) =
            planned(&sweep, &engine, options.jobs(), || interrupt.is_quiet())?;
        let never = never_known(&manifest).unwrap_or_default();
        print(&(forecast.text(&manifest, options.jobs()) + &never))?;
        return Ok(Status::Done);
    }
    let manifest = settled(options, &sweep, &engine, &folder, &interrupt)?;
    let folder = SweepFolder::open(&place)?;
    if let Some(never) = never_known(&manifest).filter(|_| !options.quiet) {
        warn(&never);
    }
    let watch = Audience {
        progress: SweepProgress::start(options.quiet),
        interrupt,
    };
    let runner = Runner {
        engine: &engine,
        manifest: &manifest,
        folder: &folder,
        shard: shard.unwrap_or(Shard::ALL),
        jobs: options.jobs(),
        fail_fast: options.fail_fast,
    };
    let made = runner.run(&watch).map_err(|halt| failure(halt, &manifest));
    let timing = watch.progress.timing();
    drop(watch);
    let mut results = made?;
    if !options.quiet {
        warn(&timing);
    }
    match shard {
        Some(shard) => finish_shard(shard, &manifest, &mut results),
        None => {
            let status = finish(&folder, &manifest, &mut results)?;
            if options.png {
                redraw_sweep(folder.path(), true)?;
            }
            Ok(status)
        }
    }
}

impl Options {
    fn jobs(&self) -> usize {
        self.jobs.map_or_else(granted, usize::from)
    }
}

/// Who looks on: a person at a terminal, who may lose patience.
struct Audience {
    progress: SweepProgress,
    interrupt: Interrupt,
}

impl Watch for Audience {
    fn planned(&self, runs: u64) {
        self.progress.planned(runs);
    }

    fn ended(&self, events: u64) {
        self.progress.ended(events);
    }

    fn widest(&self, relative_half_width: f64) {
        self.progress.widest(relative_half_width);
    }

    fn keep_going(&self) -> bool {
        self.interrupt.is_quiet()
    }
}

/// Plans every point, and reckons what its runs will take.
pub(super) fn planned(
    sweep: &Sweep,
    engine: &Scenarios,
    jobs: usize,
    keep_going: impl Fn() -> bool + Send,
) -> Result<(Manifest, Forecast), Failure> {
    let wrong = |wrong: Diagnostics| Failure::Wrong(wrong.render(true));
    let points = Points::of(sweep, sweep.seed()).map_err(wrong)?;
    points.check(sweep).map_err(wrong)?;
    let files = |point: &Prepared| -> Vec<ReadFile> {
        let files = point.loaded.files.iter();
        let read = files.map(|file| ReadFile {
            path: file.path.clone(),
            hash: file.hash.clone(),
        });
        read.collect()
    };
    let note = |point: &Prepared| {
        let estimate = estimate(&point.loaded);
        (
            estimate.events,
            estimate.reasons_needing_yes.into_iter().next(),
        )
    };
    let pool = pool_of(jobs)?;
    let planned = pool.install(|| plan::manifest(sweep, &points, engine, files, note, keep_going));
    let (manifest, notes) = planned.map_err(|why| match why {
        NoPlan::Interrupted => Failure::Interrupted,
        NoPlan::Wrong(text) => Failure::Wrong(text),
    })?;
    let mut forecast = Forecast::default();
    for (number, (events, reason)) in notes.into_iter().enumerate() {
        forecast.events += events * first_round(&manifest, number) as f64;
        forecast
            .doubtful
            .extend(reason.map(|reason| (number, reason)));
    }
    Ok((manifest, forecast))
}

/// Returns the manifest of the folder if it is still this sweep's; else plans one and settles on it.
fn settled(
    options: &Options,
    sweep: &Sweep,
    engine: &Scenarios,
    folder: &SweepFolder,
    interrupt: &Interrupt,
) -> Result<Manifest, Failure> {
    if let Some(known) = Manifest::read(folder)?.and_then(|found| plan::still_right(sweep, found)) {
        return Ok(known);
    }
    let (manifest, forecast) = planned(sweep, engine, options.jobs(), || interrupt.is_quiet())?;
    if !options.yes {
        forecast.refuse_doubtful(&manifest)?;
    }
    match manifest.settle(&SweepFolder::open(folder.path())?)? {
        Settled::New | Settled::Same | Settled::Grown => Ok(manifest),
        Settled::Refused(why) => Err(Failure::wrong(format_args!(
            "{} holds another sweep: {why}\nTo begin anew, name another folder with --out.",
            folder.path().display()
        ))),
    }
}

impl Forecast {
    pub(super) fn refuse_doubtful(&self, manifest: &Manifest) -> Result<(), Failure> {
        if self.doubtful.is_empty() {
            return Ok(());
        }
        let named = self.doubtful.iter().take(MOST_NAMED);
        let mut lines: Vec<String> = named
            .map(|(point, reason)| {
                let words = manifest.points[*point].in_words(&manifest.keys);
                format!("point {point} ({words}): {reason}")
            })
            .collect();
        if self.doubtful.len() > MOST_NAMED {
            lines.push(format!(
                "and {} more points",
                self.doubtful.len() - MOST_NAMED
            ));
        }
        Err(Failure::wrong(format_args!(
            "{}\nTo run the sweep all the same, add --yes.",
            lines.join("\n")
        )))
    }

    fn text(&self, manifest: &Manifest, jobs: usize) -> String {
        let (points, first) = (manifest.points.len() as f64, first_runs(manifest));
        let runs = first as f64;
        let seconds = (self.events / EVENTS_PER_S + runs * START_S) / jobs as f64;
        let cells = manifest.metrics.len() as f64;
        // A row in a segment and one in runs.csv; in points.csv five numbers, a name and the keys for each metric.
        let bytes = cells * BYTES_PER_CELL * (2.0 * runs + 10.0 * points);
        let most = match &manifest.stop {
            None => String::new(),
            Some(_) => format!(" at first; at most {} by the rule to stop", manifest.runs),
        };
        let mut repeats = (0..manifest.points.len()).map(|point| first_round(manifest, point));
        let same = repeats.next().filter(|one| repeats.all(|of| of == *one));
        let each = same.map_or_else(String::new, |of| format!(", {of} repeats each"));
        format!(
            "{points} points{each}: {first} runs{most}\n\
             about {:.2} million events, {} on {jobs} {}, {:.1} MB\n",
            self.events / 1e6,
            in_words(Duration::from_secs_f64(seconds)),
            if jobs == 1 { "job" } else { "jobs" },
            bytes / 1e6,
        )
    }
}

/// Writes a duration as people say it.
fn in_words(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    match seconds {
        ..10.0 => format!("{seconds:.1} s"),
        ..120.0 => format!("{seconds:.0} s"),
        ..7_200.0 => format!("{:.0} min", seconds / 60.0),
        _ => format!("{:.1} h", seconds / 3_600.0),
    }
}

fn failure(halt: Halt, manifest: &Manifest) -> Failure {
    match halt {
        Halt::Interrupted => Failure::Kept(
            "interrupted: what is complete is kept; the same command goes on\n".to_owned(),
        ),
        Halt::File(error) => error.into(),
        Halt::Wrong(text) => Failure::Wrong(text),
        Halt::Failed { run, error } => {
            let (point, repeat) = manifest.point_and_repeat(run);
            Failure::broken(format_args!(
                "run {run} (point {point}, repeat {repeat}): {error}"
            ))
        }
    }
}

/// Says what is there after a shard.
fn finish_shard(
    shard: Shard,
    manifest: &Manifest,
    results: &mut Results,
) -> Result<Status, Failure> {
    let (missing, asked) = missing(manifest, results)?;
    print(&format!(
        "shard {}/{}: done; {} of {asked} runs of the sweep are there\n",
        shard.index,
        shard.count,
        asked - missing.len() as u64
    ))?;
    Ok(Status::Done)
}

/// Writes the tables of a sweep that is all there, and says what came of it.
pub(super) fn finish(
    folder: &SweepFolder,
    manifest: &Manifest,
    results: &mut Results,
) -> Result<Status, Failure> {
    if let Some(conflict) = results.conflicts().first() {
        let [one, other] = conflict
            .segments
            .each_ref()
            .map(|segment| segment.display());
        return Err(Failure::broken(format_args!(
            "the run {} gave different results in {one} and {other}: a bug of ecrsim, or of the machine",
            conflict.key
        )));
    }
    let counts = tables::write(folder, manifest, results)?;
    print(&said(&counts, manifest, folder))?;
    Ok(Status::Done)
}

/// Says at how many points no number of repeats is enough.
fn never_known(manifest: &Manifest) -> Option<String> {
    let rule = manifest.stop.as_ref()?;
    let points = manifest.points.iter();
    let never = points.filter(|point| point.is_never_known(rule)).count();
    (never > 0).then(|| {
        format!(
            "at {never} of {} points a mean of [stop] has no interval, as a law with too heavy a tail may be behind it: no number of repeats is enough, and they get max_repeats, {}; ask for a quantile or a share\n",
            manifest.points.len(),
            rule.max_repeats
        )
    })
}

/// Says what came of a sweep.
fn said(counts: &Counts, manifest: &Manifest, folder: &SweepFolder) -> String {
    let mut text = format!(
        "{} points, {} runs: {}\n",
        manifest.points.len(),
        counts.runs,
        folder.path().join(tables::POINTS).display()
    );
    if counts.failed > 0 {
        text += &format!(
            "{} runs failed: `status` and `error` in {}\n",
            counts.failed,
            tables::RUNS
        );
    }
    if !counts.unsettled.is_empty() {
        text += &format!(
            "{} points have their max_repeats, and are not known as well as [stop] asks: points_at_max_repeats in {}\n",
            counts.unsettled.len(),
            tables::SWEEP
        );
    }
    text += &never_known(manifest).unwrap_or_default();
    text
}

/// Says what is done and what is missing.
fn status(options: &Options, folder: &SweepFolder) -> Result<Status, Failure> {
    let Some(manifest) = Manifest::read(folder)? else {
        return Err(Failure::wrong(format_args!(
            "{} holds no sweep (no manifest.json)",
            folder.path().display()
        )));
    };
    let mut results = Results::new(&manifest);
    results.add_folder(folder)?;
    let (missing, asked) = missing(&manifest, &mut results)?;
    let mut text = format!(
        "{} of {asked} runs are done, {} are missing\n",
        asked - missing.len() as u64,
        missing.len()
    );
    let of_shard = match options.shard {
        Some(Part::One(shard)) => Some(shard.count),
        _ => None,
    };
    if let Some(count) = options.shards.or(of_shard) {
        let lacking = by_shard(&missing, count);
        for shard in 0..count {
            let missing = lacking.get(&shard).unwrap_or(&0);
            text += &format!("  shard {shard}/{count}: {missing} missing\n");
        }
    }
    print(&text)?;
    Ok(Status::Done)
}
