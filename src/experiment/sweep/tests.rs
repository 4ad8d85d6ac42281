//! The runner beside an engine whose numbers are known.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use tempfile::TempDir;

use super::*;
use crate::experiment::engine::{Column, Engine, NoSample, Sample};
use crate::experiment::journal::{Manifest, Planned, Results, Stop, SweepFolder};
use crate::scenario::content_hash;
use crate::scenario::sweep::DesignKind;

/// Gives its point's number times 100 plus the seed; negative points fail.
#[derive(Default)]
struct Sum {
    points: Arc<AtomicUsize>,
    most_points: AtomicUsize,
    runs: AtomicU64,
}

#[derive(Debug)]
struct Point(i64, Arc<AtomicUsize>);

impl Drop for Point {
    fn drop(&mut self) {
        self.1.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Engine for Sum {
    type Point = Point;

    fn columns(&self) -> Vec<Column> {
        vec![Column {
            name: "sum".to_owned(),
            unit: "1",
        }]
    }

    fn point(&self, overrides: &[String]) -> Result<Point, String> {
        let alive = self.points.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_points.fetch_max(alive, Ordering::SeqCst);
        let number = overrides[0].strip_prefix("k=").expect("the only key");
        Ok(Point(
            number.parse().expect("a number"),
            Arc::clone(&self.points),
        ))
    }

    fn identity(&self, point: &Point) -> String {
        point.0.to_string()
    }

    fn seed(&self, _: &Point) -> u64 {
        1
    }

    fn run(
        &self,
        point: &Point,
        seed: u64,
        _: &(dyn Fn() -> bool + Sync),
    ) -> Result<Sample, NoSample> {
        self.runs.fetch_add(1, Ordering::SeqCst);
        if point.0 < 0 {
            return Err(NoSample::Failed(format!("{} is negative", point.0)));
        }
        Ok(Sample {
            values: vec![Some((point.0 * 100) as f64 + seed as f64)],
            answers: Vec::new(),
            events: 1,
        })
    }
}

#[derive(Default)]
struct Watcher {
    ended: AtomicU64,
    /// After how many runs to stop; 0 is never.
    until: u64,
    is_over: AtomicBool,
}

impl Watch for Watcher {
    fn planned(&self, _: u64) {}

    fn ended(&self, _: u64) {
        let ended = self.ended.fetch_add(1, Ordering::SeqCst) + 1;
        if ended == self.until {
            self.is_over.store(true, Ordering::SeqCst);
        }
    }

    fn widest(&self, _: f64) {}

    fn keep_going(&self) -> bool {
        !self.is_over.load(Ordering::SeqCst)
    }
}

fn manifest(points: &[i64], repeats: u64, stop: Option<Stop>) -> Manifest {
    let planned = |number: &i64| Planned {
        values: vec![number.to_string()],
        set: vec![format!("k={number}")],
        scenario: content_hash(number.to_string().as_bytes()),
        seed: 1,
        without_interval: Vec::new(),
    };
    let mut manifest = Manifest {
        version: "1".to_owned(),
        files: vec![crate::experiment::journal::ReadFile {
            path: "sums.toml".to_owned(),
            hash: String::new(),
        }],
        keys: vec!["k".to_owned()],
        metrics: vec!["sum".to_owned()],
        units: vec!["1".to_owned()],
        design: DesignKind::Grid,
        thresholds: Vec::new(),
        repeats,
        stop,
        runs: 0,
        points: points.iter().map(planned).collect(),
    };
    manifest.runs = manifest.stride() * points.len() as u64;
    manifest
}

struct Scene {
    _home: TempDir,
    engine: Sum,
    manifest: Manifest,
    folder: SweepFolder,
}

impl Scene {
    fn new(manifest: Manifest) -> Self {
        let home = tempfile::tempdir().expect("a folder");
        let folder = SweepFolder::open(&home.path().join("sweep")).expect("free");
        Self {
            _home: home,
            engine: Sum::default(),
            manifest,
            folder,
        }
    }

    fn runner(&self, jobs: usize) -> Runner<'_, Sum> {
        Runner {
            engine: &self.engine,
            manifest: &self.manifest,
            folder: &self.folder,
            shard: Shard::ALL,
            jobs,
            fail_fast: false,
        }
    }

    fn all(&self, jobs: usize) -> Results {
        let watch = Watcher::default();
        self.runner(jobs).run(&watch).expect("nobody interrupts")
    }

    fn tables(&self, mut results: Results) -> (String, String) {
        tables::write(&self.folder, &self.manifest, &mut results).expect("written");
        let read = |name| std::fs::read_to_string(self.folder.path().join(name)).expect("there");
        (read(tables::RUNS), read(tables::POINTS))
    }

    fn runs(&self) -> u64 {
        self.engine.runs.load(Ordering::SeqCst)
    }
}

#[test]
fn tables_by_hand() {
    let scene = Scene::new(manifest(&[2, 0], 2, None));
    let (runs, points) = scene.tables(scene.all(2));
    assert_eq!(
        runs,
        "run,point,repeat,seed,k,status,error,sum\n\
         0,0,1,1,2,done,,201\n1,0,2,2,2,done,,202\n2,1,1,1,0,done,,1\n3,1,2,2,0,done,,2\n"
    );
    let mut lines = points.lines();
    assert_eq!(
        lines.next(),
        Some("point,k,metric,mean,sd,ci95_low,ci95_high,repeats")
    );
    // 201 and 202: mean 201.5, sd the root of a half, half width 12.706 × 0.5.
    let row = lines.next().expect("a row");
    assert!(
        row.starts_with("0,2,sum,201.5,0.7071067811865476,195.146"),
        "{row}"
    );
    assert!(row.ends_with(",2"), "{row}");
}

#[test]
fn jobs_change_no_byte_and_keep_few_points_in_memory() {
    let points: Vec<i64> = (0..200).collect();
    let one = Scene::new(manifest(&points, 3, None));
    let four = Scene::new(manifest(&points, 3, None));
    assert_eq!(one.tables(one.all(1)), four.tables(four.all(4)));
    assert_eq!(four.runs(), 600);
    // One for each job, and one that the queue has moved on to.
    let most = four.engine.most_points.load(Ordering::SeqCst);
    assert!(most <= 5, "{most} points at once");
    assert_eq!(four.engine.points.load(Ordering::SeqCst), 0);
}

#[test]
fn a_failed_run_is_a_row_and_is_not_made_again() {
    let scene = Scene::new(manifest(&[-1, 1], 2, None));
    let (runs, points) = scene.tables(scene.all(1));
    assert!(
        runs.contains("0,0,1,1,-1,failed,'-1 is negative,\n"),
        "{runs}"
    );
    assert!(points.contains("0,-1,sum,,,,,0\n"), "{points}");
    scene.all(1);
    assert_eq!(scene.runs(), 4);
    let hasty = Scene::new(manifest(&[1, -1, 2], 2, None));
    let runner = Runner {
        fail_fast: true,
        ..hasty.runner(1)
    };
    let halt = runner.run(&Watcher::default()).expect_err("it fails");
    assert!(
        matches!(&halt, Halt::Failed { run: 2, error } if error == "-1 is negative"),
        "{halt:?}"
    );
    assert_eq!(hasty.runs(), 3);
}

#[test]
fn interrupted_it_keeps_what_has_ended_and_goes_on_from_there() {
    let scene = Scene::new(manifest(&[1, 2, 3], 10, None));
    let watch = Watcher {
        until: 7,
        ..Watcher::default()
    };
    let halt = scene.runner(1).run(&watch).expect_err("interrupted");
    assert!(matches!(halt, Halt::Interrupted));
    assert_eq!(scene.runs(), 7);
    let whole = Scene::new(manifest(&[1, 2, 3], 10, None));
    assert_eq!(scene.tables(scene.all(3)), whole.tables(whole.all(1)));
    assert_eq!(scene.runs(), 30);
}

#[test]
fn shards_are_disjoint_and_make_up_everything() {
    let scene = Scene::new(manifest(&[1, 2, 3], 5, None));
    for index in [2, 0, 3, 1] {
        let runner = Runner {
            shard: Shard { index, count: 4 },
            ..scene.runner(2)
        };
        runner.run(&Watcher::default()).expect("nobody interrupts");
    }
    assert_eq!(scene.runs(), 15);
    let mut results = Results::new(&scene.manifest);
    results.add_folder(&scene.folder).expect("readable");
    assert_eq!(
        missing(&scene.manifest, &mut results).expect("readable"),
        (Vec::new(), 15)
    );
}

#[test]
fn later_repeats_stay_out_of_the_tables() {
    // 1 to n: the half width is t × sd / root of n = 2.093 × 5.916 / 4.472 = 2.769 at 20, over a mean of 10.5: 0.2637;
    // at 30: 2.0452 × 8.803 / 5.477 = 3.287 over 15.5: 0.2121.
    let rule = |width, most| {
        Some(Stop {
            metrics: vec!["sum".to_owned()],
            relative_half_width: Some(width),
            absolute_half_width: None,
            max_repeats: most,
        })
    };
    let count = |scene: &Scene, jobs| scene.tables(scene.all(jobs)).0.lines().count() - 1;
    let scene = Scene::new(manifest(&[0], 20, rule(0.22, 100)));
    assert_eq!(count(&scene, 1), 30);
    assert_eq!(scene.runs(), 30);
    // Sixteen jobs look ahead, and their tables are the same.
    let many = Scene::new(manifest(&[0], 20, rule(0.22, 100)));
    assert_eq!(many.tables(many.all(16)), scene.tables(scene.all(1)));
    assert!(many.runs() > 30);
    let enough = Scene::new(manifest(&[0], 50, rule(0.27, 100)));
    assert_eq!(
        count(&enough, 1),
        20,
        "the first look counts, though 50 were made"
    );
    let never = Scene::new(manifest(&[0], 1, rule(0.01, 45)));
    let mut results = never.all(1);
    let counts = tables::write(&never.folder, &never.manifest, &mut results).expect("written");
    assert_eq!((counts.repeats, counts.unsettled), (vec![45], vec![0]));
}

#[test]
fn what_has_no_interval_is_never_known() {
    let rule = Stop {
        metrics: vec!["sum".to_owned()],
        relative_half_width: Some(0.9),
        absolute_half_width: None,
        max_repeats: 45,
    };
    let mut manifest = manifest(&[0, 1], 20, Some(rule));
    manifest.points[1].without_interval = vec!["sum".to_owned()];
    let scene = Scene::new(manifest);
    let mut results = scene.all(1);
    let counts = tables::write(&scene.folder, &scene.manifest, &mut results).expect("written");
    assert_eq!((counts.repeats, counts.unsettled), (vec![20, 45], vec![1]));
}
