//! A comparison of systems that are made up, so that every number is known.

use std::sync::atomic::{AtomicBool, Ordering};

use rayon::ThreadPoolBuilder;

use super::show::{Shape, shaped};
use super::*;
use crate::engine::Key;
use crate::experiment::engine::{Column, Engine, NoSample, Sample};
use crate::report::terminal::Screen;

/// Gives `usd.total` = noise of the seed + what the point adds, `latency.mean` = seed + the point's own noise, and a number
/// that only some points have.
struct Toy;

#[derive(Debug)]
struct Point {
    adds: f64,
    own_noise: f64,
    has_extra: bool,
    fails_at: Option<u64>,
}

const PLAIN: Point = Point {
    adds: 0.0,
    own_noise: 0.0,
    has_extra: false,
    fails_at: None,
};

impl Engine for Toy {
    type Point = Point;

    fn columns(&self) -> Vec<Column> {
        let column = |(name, unit): (&str, &'static str)| Column {
            name: name.to_owned(),
            unit,
        };
        [
            ("latency.mean", "s"),
            ("total_usd.total", "USD"),
            ("extra.total", "1"),
        ]
        .map(column)
        .to_vec()
    }

    fn point(&self, _: &[String]) -> Result<Point, String> {
        Ok(PLAIN)
    }

    fn identity(&self, point: &Point) -> String {
        format!("{point:?}")
    }

    fn seed(&self, _: &Point) -> u64 {
        1
    }

    fn run(
        &self,
        point: &Point,
        seed: u64,
        keep_going: &(dyn Fn() -> bool + Sync),
    ) -> Result<Sample, NoSample> {
        if !keep_going() {
            return Err(NoSample::Interrupted);
        }
        if point.fails_at == Some(seed) {
            return Err(NoSample::Failed("out of luck".to_owned()));
        }
        let noise = Key::new(seed, "toy").draws().normal();
        let own = point.own_noise * Key::new(seed, "own").draws().normal();
        Ok(Sample {
            values: vec![
                Some(10.0 + noise + own),
                Some(100.0 + 5.0 * noise + point.adds),
                point.has_extra.then_some(seed as f64),
            ],
            answers: Vec::new(),
            events: 1,
        })
    }
}

/// Hears nothing, and goes on until it is told to stop.
struct Nobody(AtomicBool);

impl Audience for Nobody {
    fn ended(&self, _: u64) {}

    fn keep_going(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

const REPEATS: Repeats = Repeats {
    count: 20,
    first_seed: 1,
};

fn gathered(points: Vec<(&str, Point)>) -> Result<Gathered, Stopped> {
    let contender = |(name, point): (&str, Point)| Contender {
        name: name.to_owned(),
        point,
    };
    let contenders: Vec<Contender<Point>> = points.into_iter().map(contender).collect();
    gather(&Toy, &contenders, REPEATS, &Nobody(AtomicBool::new(true)))
}

fn question<'a>(thresholds: &'a [DeltaThreshold], rank: Option<&'a str>) -> Question<'a> {
    let preference = crate::experiment::statistics::Preference::Least;
    Question {
        asked: Asked::All,
        thresholds,
        rank: rank.map(|metric| RankBy { metric, preference }),
        repeats: REPEATS,
        base: BaseIs::Repeated,
    }
}

fn compared(points: Vec<(&str, Point)>, limits: &[&str], rank: Option<&str>) -> Comparison {
    let limits: Vec<DeltaThreshold> = limits
        .iter()
        .map(|it| DeltaThreshold::parse(it).expect(it))
        .collect();
    let gathered = gathered(points).expect("all runs end");
    Comparison::new(&gathered, &question(&limits, rank)).expect("a right question")
}

fn row<'a>(comparison: &'a Comparison, variant: &str, metric: &str) -> &'a Difference {
    let mut rows = comparison.differences.iter();
    let is_it = |row: &&Difference| row.variant == variant && row.metric == metric;
    rows.find(is_it).expect(metric)
}

#[test]
fn what_all_share_leaves_the_difference() {
    let dearer = Point { adds: 2.0, ..PLAIN };
    let noisy = Point {
        own_noise: 0.1,
        has_extra: true,
        ..PLAIN
    };
    let found = compared(
        vec![("base", PLAIN), ("dearer", dearer), ("noisy", noisy)],
        &[],
        None,
    );
    let usd = row(&found, "dearer", "total_usd.total");
    assert_eq!(
        (usd.verdict, usd.pairs, usd.p_value),
        (Verdict::AlwaysMore, 20, None)
    );
    assert!((usd.difference.expect("one") - 2.0).abs() < 1e-9);
    assert_eq!(
        row(&found, "dearer", "latency.mean").verdict,
        Verdict::Identical
    );
    let latency = row(&found, "noisy", "latency.mean");
    // Twice the variance 1 of the common noise, and 0.01, over the 0.01 of its own: some 200 in variance, 14 in width.
    let (saved, narrower) = (latency.variance_saved, latency.narrower);
    assert!(
        (60.0..500.0).contains(&saved.expect("a factor")),
        "{saved:?}"
    );
    assert_eq!(narrower, saved.map(f64::sqrt));
    let extra = row(&found, "noisy", "extra.total");
    assert_eq!(
        (extra.verdict, extra.pairs, extra.base_mean),
        (Verdict::NoPair, 0, None)
    );
    assert_eq!(extra.variant_mean, Some(10.5));
    // The dearer variant has no such number either: there is no row.
    assert!(
        !found
            .differences
            .iter()
            .any(|row| row.variant == "dearer" && row.metric == "extra.total")
    );
    assert_eq!(
        found.differences[0].metric, "total_usd.total",
        "money comes first"
    );
}

#[test]
fn one_thread_or_many_give_the_same() {
    let on = |threads| {
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .expect("threads");
        let noisy = Point {
            own_noise: 1.0,
            ..PLAIN
        };
        pool.install(|| gathered(vec![("base", PLAIN), ("noisy", noisy)]))
    };
    assert_eq!(on(1), on(4));
}

#[test]
fn a_failed_run_is_told_by_its_seed_and_the_first_of_them() {
    let fails = |seed| Point {
        fails_at: Some(seed),
        ..PLAIN
    };
    let stopped = gathered(vec![
        ("base", PLAIN),
        ("one", fails(7)),
        ("other", fails(2)),
    ]);
    let expected = Stopped::Failed {
        system: "one".to_owned(),
        seed: 7,
        why: "out of luck".to_owned(),
    };
    assert_eq!(stopped, Err(expected));
    let contenders = [Contender {
        name: "base".to_owned(),
        point: fails(2),
    }];
    let stopped = gather(&Toy, &contenders, REPEATS, &Nobody(AtomicBool::new(false)));
    assert_eq!(stopped, Err(Stopped::Interrupted));
}

#[test]
fn thresholds_go_by_the_difference_and_say_when_it_is_close() {
    let dearer = Point {
        adds: 2.0,
        own_noise: 1.0,
        ..PLAIN
    };
    let limits = [
        "total_usd delta < +10 %",
        "total_usd delta < +1 USD",
        "total_usd total delta > 0 %",
    ];
    let found = compared(vec![("base", PLAIN), ("dearer", dearer)], &limits, None);
    let verdicts: Vec<(bool, bool)> = found
        .thresholds
        .iter()
        .map(|of| (of.held, of.too_close))
        .collect();
    assert_eq!(verdicts, [(true, false), (false, false), (true, false)]);
    assert!(!found.all_held());
    assert_eq!(
        (found.thresholds[0].unit, found.thresholds[1].unit),
        ("%", "USD")
    );
    let same = compared(vec![("base", PLAIN), ("same", PLAIN)], &limits, None);
    assert_eq!(same.thresholds[0].observed, Some(0.0));
    assert!(!same.thresholds[2].held && !same.thresholds[2].too_close);
}

#[test]
fn a_ranking_has_chances_and_bounds() {
    let cheaper = Point {
        adds: -1.0,
        ..PLAIN
    };
    let dearer = Point { adds: 3.0, ..PLAIN };
    let points = vec![("base", PLAIN), ("dearer", dearer), ("cheaper", cheaper)];
    let found = compared(points, &[], Some("total_usd"));
    let ranking = found.ranking.expect("it was asked");
    let names: Vec<&str> = ranking
        .systems
        .iter()
        .map(|of| of.system.as_str())
        .collect();
    assert_eq!(names, ["cheaper", "base", "dearer"]);
    let chances: Vec<f64> = ranking
        .systems
        .iter()
        .map(|of| of.chance_of_being_best)
        .collect();
    assert_eq!(chances, [1.0, 0.0, 0.0]);
    // Differences without any variance: the bounds are the differences themselves.
    for (of, behind) in ranking.systems.iter().zip([-1.0, 1.0, 4.0]) {
        let (low, high) = of.to_the_best;
        let furthest = if low.abs() > high.abs() { low } else { high };
        assert!((furthest - behind).abs() < 1e-6, "{of:?}");
    }
}

#[test]
fn unknown_names_are_refused() {
    let gathered = gathered(vec![("base", PLAIN), ("same", PLAIN)]).expect("all runs end");
    let wrong = Comparison::new(&gathered, &question(&[], Some("total_uds"))).unwrap_err();
    assert!(wrong.contains("did you mean `total_usd`?"), "{wrong}");
}

#[test]
fn the_table_has_signs_and_a_legend() {
    let dearer = Point { adds: 2.0, ..PLAIN };
    let points = vec![("base", PLAIN), ("dearer", dearer)];
    let found = compared(points, &["total_usd delta < +1 USD"], None);
    let show = |shape| shaped(&found, shape, Screen::default(), false);
    let table = show(Shape::Table);
    for text in [
        "base → dearer: 20 repeats each, seeds 1 to 20",
        "+ total_usd.total",
        "always +2.00 USD",
        "= 1 more number is identical in every repeat",
        "✗ total_usd delta < +1 USD: dearer +2.00 USD",
    ] {
        assert!(table.contains(text), "no {text} in:\n{table}");
    }
    assert!(show(Shape::Markdown).contains("| + total\\_usd.total |"));
    assert_eq!(
        show(Shape::Csv).lines().count(),
        1 + found.differences.len()
    );
    let json: serde_json::Value = serde_json::from_str(&show(Shape::Json)).expect("JSON");
    assert_eq!(json["differences"][0]["verdict"], "always-more");
}

#[test]
fn markdown_folds_away_what_is_not_clear() {
    let noisy = Point {
        own_noise: 1.0,
        ..PLAIN
    };
    let found = compared(vec![("base", PLAIN), ("noisy", noisy)], &[], None);
    assert_eq!(
        row(&found, "noisy", "latency.mean").verdict,
        Verdict::Unclear
    );
    let text = shaped(&found, Shape::Markdown, Screen::default(), false);
    for part in [
        "**noisy**: no clear difference",
        "<details><summary>~ 1 changed, but not clearly</summary>\n\n| noisy |",
        "| \\~ latency.mean |",
        "</details>",
    ] {
        assert!(text.contains(part), "no {part} in:\n{text}");
    }
}

#[test]
fn what_has_nothing_to_show_says_so() {
    let gathered = gathered(vec![("base", PLAIN), ("same", PLAIN)]).expect("all runs end");
    let shown = |names: &[&str]| {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let asked = Asked::Named(&names);
        let question = Question {
            asked,
            ..question(&[], None)
        };
        let found = Comparison::new(&gathered, &question).expect("a right question");
        let shapes = [Shape::Table, Shape::Markdown];
        shapes.map(|shape| shaped(&found, shape, Screen::default(), false))
    };
    for text in shown(&["extra"]) {
        assert!(
            text.contains("same: nothing that was asked for has a sample"),
            "{text}"
        );
    }
    for text in shown(&["latency", "total_usd"]) {
        assert!(
            text.contains("same: all 2 numbers are identical in every repeat"),
            "{text}"
        );
    }
}

/// Of a saved run, the base has no variance, and the interval is that of the variant's mean.
#[test]
fn a_saved_base_leaves_the_variant_s_own_interval() {
    let noisy = Point {
        own_noise: 1.0,
        ..PLAIN
    };
    let mut gathered = gathered(vec![("noisy", noisy)]).expect("all runs end");
    let mean: Vec<f64> = gathered.systems[0].values[0]
        .iter()
        .flatten()
        .copied()
        .collect();
    let alone = crate::experiment::statistics::Estimate::of(&mean);
    let saved = System {
        name: "saved".to_owned(),
        values: vec![vec![Some(9.0); 20], vec![None; 20], vec![None; 20]],
    };
    gathered.systems.insert(0, saved);
    let question = Question {
        base: BaseIs::Saved,
        ..question(&[], None)
    };
    let found = Comparison::new(&gathered, &question).expect("a right question");
    let latency = row(&found, "noisy", "latency.mean");
    let (low, high) = latency.difference_interval.expect("bounds");
    assert!(((high - low) / 2.0 - alone.half_width(0.95)).abs() < 1e-9);
    assert!((latency.difference.expect("one") - (alone.mean - 9.0)).abs() < 1e-9);
    assert_eq!((latency.narrower, found.notes.len()), (None, 1));
}

#[test]
fn what_rests_on_too_heavy_a_tail_is_named_where_it_varies() {
    let noisy = Point {
        own_noise: 1.0,
        ..PLAIN
    };
    let mut gathered = gathered(vec![("base", PLAIN), ("noisy", noisy)]).expect("all runs end");
    let notes = |gathered: &Gathered| {
        let question = question(&[], None);
        Comparison::new(gathered, &question)
            .expect("a right question")
            .notes
    };
    assert!(notes(&gathered).is_empty());
    let names = ["latency.mean", "total_usd.total"];
    gathered.without_interval = names.map(str::to_owned).into();
    // The total is equal in every pair.
    let [note] = &notes(&gathered)[..] else {
        panic!("one note");
    };
    assert!(note.starts_with("a law with too heavy a tail may be behind latency.mean: "));
    // Also where only a ranking looks.
    let asked = Question {
        asked: Asked::Named(&["total_usd.total".to_owned()]),
        ..question(&[], Some("latency.mean"))
    };
    let found = Comparison::new(&gathered, &asked).expect("a right question");
    assert_eq!(&found.notes[..], std::slice::from_ref(note));
}
