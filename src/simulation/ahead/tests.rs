//! What is drawn ahead is what would be drawn when it is due.

use std::thread;

use super::*;
use crate::scenario::load_text;

const SCENARIO: &str = r#"
duration = "2 days"
[accounts]
build = "111122223333"
[registries."build/us-east-1".rules.all]
destinations = ["build/us-west-2", "build/eu-west-1", "build/eu-central-1", "build/ap-south-1", "build/sa-east-1"]
[registries."build/eu-west-1".rules.back]
destinations = ["build/us-east-1"]
[pushes.ci]
registry = "build/us-east-1"
repositories = ["shop/web", "shop/api"]
rate = "30 per hour"
size = { lognormal = { median = "10 MB", sigma = 1.0 } }
[pushes.pairs]
registry = "build/eu-west-1"
repositories = ["shop/web"]
rate = "3 per hour"
size = "10 MB"
platforms = 2
[pushes.never]
registry = "build/eu-west-1"
repositories = ["shop/web"]
rate = "0 per hour"
size = "10 MB"
[latency]
dispatch = { lognormal = { median = "60 s", sigma = 0.8 } }
stall = { probability = 0.3, time = "60 s" }
"#;

fn model() -> Model {
    Model::new(&load_text("s.toml", SCENARIO, &[]).expect("a right scenario"))
}

/// Times, contents and draws by lane of all pushes of every stream.
fn all(model: &Model, mut streams: Vec<Pushes<'_>>) -> Vec<(Upcoming, Vec<Option<Ahead>>)> {
    let mut taken = Vec::new();
    for pushes in &mut streams {
        while let Some(&next) = pushes.peek() {
            assert_eq!(pushes.next_number(), next.drawn.number);
            let push = pushes.take();
            assert_eq!(push, next);
            // What was drawn for it stays, also where the next one opens another batch.
            pushes.peek();
            let lanes = (0..model.lanes.len()).map(|lane| pushes.on_lane(lane));
            taken.push((push, lanes.collect()));
        }
        assert!(pushes.peek().is_none(), "the last push was the last");
    }
    taken
}

#[test]
fn another_thread_draws_the_same() {
    let model = model();
    let here = all(&model, Pushes::all(&model, 7));
    let (drawing, PushesAhead(streams)) = DrawingAhead::new(&model, 7);
    let elsewhere = thread::scope(|scope| {
        scope.spawn(|| drawing.run());
        all(&model, streams)
    });
    assert!(here.len() > 1_000, "{}", here.len());
    assert_eq!(here, elsewhere);
    assert_ne!(here, all(&model, Pushes::all(&model, 8)));
}

#[test]
fn pushes_come_one_by_one_in_order() {
    let model = model();
    let of_ci = all(&model, Pushes::all(&model, 7)).into_iter();
    let of_ci: Vec<Upcoming> = of_ci
        .map(|(push, _)| push)
        .take_while(|push| push.at <= model.end && push.drawn.base.is_none())
        .collect();
    let rising = of_ci
        .windows(2)
        .filter(|two| two[1].drawn.number == two[0].drawn.number + 1 && two[1].at >= two[0].at);
    // Where one stream follows another, numbers and times begin anew.
    assert_eq!(rising.count(), of_ci.len() - 2);
}

#[test]
fn each_replication_draws_what_it_draws_alone() {
    let model = model();
    let registry = model.streams[0].registry;
    for (push, lanes) in all(&model, Pushes::all(&model, 7)) {
        for (lane, ahead) in lanes.into_iter().enumerate() {
            // Of the stream of single images, the first by name, and on the lanes out of its registry.
            let Some(ahead) = ahead else {
                continue;
            };
            assert_eq!(model.lanes[lane].source, registry);
            let key =
                |purpose| lane_key(&model, 7, purpose, "ci", lane).numbered(push.drawn.number);
            let link = &model.links[model.lanes[lane].link];
            let delay_ns = link.dispatch.draw_whole(&mut key("dispatch").draws());
            assert_eq!(ahead.delay_ns(), delay_ns);
            let stalls = key("stall")
                .numbered(1)
                .draws()
                .chance(link.stall_probability);
            assert_eq!(ahead.stalls(), stalls);
        }
    }
}

#[test]
fn pushes_of_several_images_leave_the_draws_to_their_replications() {
    let model = model();
    let mut streams = Pushes::all(&model, 7);
    let several = model.streams.iter().position(|of| of.group.is_some());
    let pushes = &mut streams[several.expect("a stream of two platforms")];
    assert!(pushes.peek().is_some());
    pushes.take();
    assert!((0..model.lanes.len()).all(|lane| pushes.on_lane(lane).is_none()));
}

#[test]
fn a_delay_for_which_there_is_no_room_is_told_as_such() {
    let of = |delay_ns, stalls| {
        let ahead = Ahead::new(delay_ns, stalls);
        (ahead.delay_ns(), ahead.stalls(), ahead.is_long())
    };
    assert_eq!(of(0, true), (0, true, false));
    assert_eq!(of(60, false), (60, false, false));
    let longest = i64::MAX as u64;
    assert_eq!(of(longest - 1, true), (longest - 1, true, false));
    assert!(of(u64::MAX, false).2 && of(longest, true).2);
}

#[test]
fn a_stream_that_has_ended_is_not_asked_again() {
    let model = model();
    let never = model.streams.iter().find(|of| of.name == "never");
    let mut drawing = Drawing::new(&model, 7, never.expect("a stream"), 100);
    for _ in 0..3 {
        let mut batch = Batch::default();
        drawing.fill(&mut batch);
        assert!(batch.is_last && batch.pushes.is_empty() && drawing.is_over);
    }
}

#[test]
fn a_short_run_draws_few_and_a_long_one_no_more_than_it_may() {
    let model = model();
    let mut drawing = Drawing::new(&model, 7, &model.streams[0], 100);
    let mut batch = Batch::default();
    let mut sizes = Vec::new();
    for _ in 0..4 {
        drawing.fill(&mut batch);
        sizes.push(batch.pushes.len());
    }
    // A push and its five lanes take 13 numbers.
    assert_eq!(sizes, [4, 7, 7, 7]);
}
