//! `ecrsim compare`: what if, under the same seeds.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::exit::{Failure, Status, error_line};
use super::interrupt::Interrupt;
use super::jobs::pool;
use super::output::{print, screen, warn};
use super::progress::ManyRuns;
use super::variants::{Variant, Variants};
use crate::experiment::compare::show::{self, shaped};
use crate::experiment::compare::{
    Asked, Audience, BaseIs, COMPARE_FILE, Comparison, Contender, Gathered, Question, RankBy,
    Repeats, Saved, Stopped, gather, write,
};
use crate::experiment::engine::Engine;
use crate::experiment::scenarios::{Prepared, Scenarios};
use crate::experiment::statistics::Preference;
use crate::scenario::{DeltaThreshold, estimate};

/// Repeats where nobody says how many.
const REPEATS: u64 = 20;

/// What more than two systems are ranked by where nobody says.
const RANK: &str = "total_usd";

const EXAMPLES: &str = "\
Examples:
  ecrsim compare shop.toml --variant slow 'links.\"* -> *\".per_copy=200 Mbit/s'
  ecrsim compare shop.toml --variant few 'links.\"* -> *\".slots=8' --variant none 'links.\"* -> *\".slots=unlimited' \\
      --rank time_to_all.p99
  ecrsim compare shop.toml cheaper.toml --metric total_usd --metric replication_latency.p99
  ecrsim compare shop.toml new.toml --threshold 'total_usd delta < +10 %' --format markdown
  ecrsim compare shop.toml --compare-to output/shop/summary.json";

/// Runs a scenario and its variants under the same seeds and says what differs, and how surely
///
/// Each number's difference is a mean over pairs of runs under the same seed, with its 95 % interval of Student's t, the
/// relative change (Fieller), and whether it can be told from no difference (Holm over the numbers shown). Thresholds on
/// differences (`total_usd = ["delta < +10 %"]` under [thresholds], or --threshold) end with exit code 99 if breached.
/// More than two are ranked too. The same seeds and repeats give the same bytes, whatever the number of threads.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// The scenario that the others are compared with
    #[arg(value_name = "BASE")]
    base: PathBuf,
    /// Other scenarios; each goes by its file's name
    #[arg(value_name = "VARIANT.toml")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    variants: Variants,
    /// Sets a key by its dotted path, in all (repeatable)
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Runs of each, under seeds that follow the base's; 20, if not given
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(2..=100_000))]
    repeats: Option<u64>,
    /// Runs at once; as many as there are processors, if not given
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// A metric with all its statistics, or one statistic, as replication_latency.p95 (repeatable)
    #[arg(long, value_name = "NAME", conflicts_with = "all")]
    metric: Vec<String>,
    /// Every statistic of every metric, what is identical too
    #[arg(long)]
    all: bool,
    /// A limit to a difference: METRIC [STATISTIC] delta < CHANGE, the change in per cent or the metric's unit (repeatable)
    #[arg(long, value_name = "LIMIT", value_parser = DeltaThreshold::parse)]
    threshold: Vec<DeltaThreshold>,
    /// Takes a saved run as the base, and compares all scenarios with it
    #[arg(long, value_name = "SUMMARY.json")]
    compare_to: Option<PathBuf>,
    /// What to rank by, least first; total_usd, if not given and there are more than two
    #[arg(long, value_name = "METRIC", conflicts_with = "compare_to")]
    rank: Option<String>,
    /// The greatest is the best
    #[arg(long)]
    rank_max: bool,
    /// Shape of the result on standard output
    #[arg(long, value_enum, default_value_t, value_name = "SHAPE")]
    format: Shape,
    /// Also writes differences.csv, its chart and compare.json into this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Writes into the folder even if it holds something else
    #[arg(long)]
    force: bool,
    /// Run although it looks endless: a link's queue grows for ever, a law has no mean, billions of events
    #[arg(long)]
    yes: bool,
    /// No progress, warnings or timings on standard error
    #[arg(long)]
    quiet: bool,
}

/// Shape of the result.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Shape {
    /// For people at a terminal
    #[default]
    Table,
    /// For programs: the content of compare.json
    Json,
    /// For a pull request's comment
    Markdown,
    /// For tables: the content of differences.csv
    Csv,
}

impl From<Shape> for show::Shape {
    fn from(shape: Shape) -> Self {
        match shape {
            Shape::Table => Self::Table,
            Shape::Json => Self::Json,
            Shape::Markdown => Self::Markdown,
            Shape::Csv => Self::Csv,
        }
    }
}

/// Shows progress and listens to signals.
struct Listener {
    progress: ManyRuns,
    interrupt: Interrupt,
}

impl Audience for Listener {
    fn ended(&self, events: u64) {
        self.progress.ended(events);
    }

    fn keep_going(&self) -> bool {
        self.interrupt.is_quiet()
    }
}

/// Compares and prints.
pub fn run(options: &Options) -> Result<Status, Failure> {
    check_place(options)?;
    let engine = Scenarios::at(&options.base);
    let contenders = contenders(options, &engine)?;
    let saved = options.compare_to.as_deref().map(Saved::read).transpose();
    let saved = saved.map_err(Failure::wrong)?;
    let base = &contenders[0].point.loaded;
    let (repeats, base_is) = plan(options, base.scenario.seed, saved.as_ref());
    let thresholds: Vec<DeltaThreshold> =
        [&base.deltas, &options.threshold].map(Vec::clone).concat();
    let question = Question {
        asked: asked(options),
        thresholds: &thresholds,
        rank: rank(options, contenders.len()),
        repeats,
        base: base_is,
    };
    question.check(&engine.columns()).map_err(Failure::wrong)?;
    let mut gathered = simulated(options, &engine, &contenders, repeats)?;
    if let Some(saved) = &saved {
        gathered = saved.before(gathered);
    }
    let mut comparison = Comparison::new(&gathered, &question).map_err(Failure::wrong)?;
    comparison.notes.extend(notes(&contenders, saved.as_ref()));
    told(options, &comparison)
}

/// Returns what to rank by.
fn rank(options: &Options, contenders: usize) -> Option<RankBy<'_>> {
    let by_default = contenders > 2 && options.compare_to.is_none();
    let metric = options.rank.as_deref().or(by_default.then_some(RANK))?;
    let preference = match options.rank_max {
        true => Preference::Greatest,
        false => Preference::Least,
    };
    Some(RankBy { metric, preference })
}

/// Fails if the folder to write into holds something else than a comparison.
fn check_place(options: &Options) -> Result<(), Failure> {
    let Some(out) = options.out.as_deref().filter(|_| !options.force) else {
        return Ok(());
    };
    let is_empty = || {
        out.read_dir()
            .is_ok_and(|mut entries| entries.next().is_none())
    };
    if !out.exists() || out.join(COMPARE_FILE).is_file() || is_empty() {
        return Ok(());
    }
    Err(Failure::wrong(format_args!(
        "`{}` is not empty and holds no {COMPARE_FILE}; write into it with --force",
        out.display()
    )))
}

/// Reads and checks the base and every variant.
fn contenders(options: &Options, base: &Scenarios) -> Result<Vec<Contender<Prepared>>, Failure> {
    let files = || std::iter::once(&options.base).chain(&options.files);
    let name = |file: &PathBuf| {
        let is_alone = files().filter(|other| stem(other) == stem(file)).count() == 1;
        if is_alone {
            stem(file)
        } else {
            file.display().to_string()
        }
    };
    let variants = options.variants.list()?;
    let mut all = vec![contender(options, name(&options.base), base, &[]).map_err(Failure::Wrong)?];
    for file in &options.files {
        let found = contender(options, name(file), &Scenarios::at(file), &[]);
        all.push(found.map_err(|wrong| of_variant(&name(file), &wrong))?);
    }
    for Variant { name, overrides } in variants {
        let found = contender(options, name.clone(), base, overrides);
        all.push(found.map_err(|wrong| of_variant(name, &wrong))?);
    }
    check_names(options, &all)?;
    Ok(all)
}

fn contender(
    options: &Options,
    name: String,
    of: &Scenarios,
    own: &[String],
) -> Result<Contender<Prepared>, String> {
    let overrides: Vec<String> = options.set.iter().chain(own).cloned().collect();
    let point = of.point(&overrides)?;
    let reasons = estimate(&point.loaded).reasons_needing_yes;
    if !options.yes && !reasons.is_empty() {
        let reasons = reasons.join("\n");
        return Err(error_line(format_args!(
            "{reasons}\nTo run it all the same, add --yes."
        )));
    }
    Ok(Contender { name, point })
}

fn of_variant(name: &str, wrong: &str) -> Failure {
    Failure::Wrong(format!("in the variant `{name}`:\n{wrong}"))
}

/// Fails if there is nothing to compare, or two have one name.
fn check_names(options: &Options, all: &[Contender<Prepared>]) -> Result<(), Failure> {
    if all.len() == 1 && options.compare_to.is_none() {
        return Err(Failure::wrong(
            "there is nothing to compare with: name a second scenario, or a --variant NAME KEY=VALUE, or --compare-to a saved run",
        ));
    }
    let mut names: Vec<&str> = all.iter().map(|of| of.name.as_str()).collect();
    names.sort_unstable();
    match names.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(Failure::wrong(format_args!(
            "two of them are called `{}`",
            pair[0]
        ))),
        None => Ok(()),
    }
}

fn stem(file: &Path) -> String {
    file.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// Returns which runs are made. A saved run of the first seed makes a pair with one run, unless more are asked for.
fn plan(options: &Options, first_seed: u64, saved: Option<&Saved>) -> (Repeats, BaseIs) {
    let (count, base_is) = match (saved, options.repeats) {
        (None, count) => (count.unwrap_or(REPEATS), BaseIs::Repeated),
        (Some(saved), None) if saved.seed == Some(first_seed) => (1, BaseIs::SavedPair),
        (Some(_), count) => (count.unwrap_or(REPEATS), BaseIs::Saved),
    };
    (Repeats { count, first_seed }, base_is)
}

fn asked(options: &Options) -> Asked<'_> {
    match options.metric.as_slice() {
        [] if options.all => Asked::All,
        [] => Asked::Telling,
        names => Asked::Named(names),
    }
}

/// Makes all runs.
fn simulated(
    options: &Options,
    engine: &Scenarios,
    contenders: &[Contender<Prepared>],
    repeats: Repeats,
) -> Result<Gathered, Failure> {
    if !options.quiet {
        tell_warnings(contenders);
    }
    let listener = Listener {
        progress: ManyRuns::start(contenders.len() as u64 * repeats.count, options.quiet),
        interrupt: Interrupt::listen()?,
    };
    let gathered = pool(options.jobs)?.install(|| gather(engine, contenders, repeats, &listener));
    let timing = listener.progress.timing();
    drop(listener);
    if gathered.is_ok() && !options.quiet {
        warn(&timing);
    }
    gathered.map_err(|stopped| match stopped {
        Stopped::Interrupted => Failure::Interrupted,
        Stopped::Failed { system, seed, why } => Failure::broken(format_args!(
            "a run of `{system}` under the seed {seed} failed: {why}"
        )),
    })
}

/// Says what is odd about the base, and about a variant if that is something else.
fn tell_warnings(contenders: &[Contender<Prepared>]) {
    let rendered = |of: &Contender<Prepared>| of.point.loaded.warnings.render(true);
    let [base, variants @ ..] = contenders else {
        return;
    };
    warn(&rendered(base));
    for variant in variants {
        let text = rendered(variant);
        if !text.is_empty() && text != rendered(base) {
            warn(&format!("in the variant `{}`:\n{text}", variant.name));
        }
    }
}

/// Returns what a reader should know of the runs.
fn notes(contenders: &[Contender<Prepared>], saved: Option<&Saved>) -> Vec<String> {
    let seed = |of: &Contender<Prepared>| of.point.loaded.scenario.seed;
    let others = contenders
        .iter()
        .filter(|of| seed(of) != seed(&contenders[0]));
    let own = others.map(|of| {
        let (name, own, base) = (&of.name, seed(of), seed(&contenders[0]));
        format!("{name} runs under the seeds of the base, from {base}, not under its own, {own}")
    });
    own.chain(saved.and_then(Saved::other_version)).collect()
}

/// Prints and writes the comparison, and says how it ends.
fn told(options: &Options, comparison: &Comparison) -> Result<Status, Failure> {
    if let Some(out) = &options.out {
        write(out, comparison)?;
    }
    let with_identical = options.all || !options.metric.is_empty();
    print(&shaped(
        comparison,
        options.format.into(),
        screen(),
        with_identical,
    ))?;
    Ok(if comparison.all_held() {
        Status::Done
    } else {
        Status::Breached
    })
}
