//! Given digests pushed, tagged again, deleted and sent around three registries at random: the run's own checks hold (what
//! is stored is the sum over images, nothing is lost), and every pushed registry agrees with a plain account of it.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use crate::support::text::Text;
use crate::{IRELAND, TOKYO, VIRGINIA};

const REGISTRIES: [&str; 3] = [VIRGINIA, IRELAND, TOKYO];
const TAGS: [&str; 3] = ["1", "2", "latest"];

#[derive(Clone, Copy, Debug)]
enum Operation {
    Push(u32, usize),
    DeleteTag(usize),
    DeleteDigest(u32),
}

fn operations() -> impl Strategy<Value = Operation> {
    let push = (7_u32..10, 0_usize..3).prop_map(|(digest, tag)| Operation::Push(digest, tag));
    prop_oneof![
        4 => push,
        1 => (0_usize..3).prop_map(Operation::DeleteTag),
        1 => (7_u32..10).prop_map(Operation::DeleteDigest),
    ]
}

/// Adds an operation on a registry, a second after the one before it.
fn add(text: Text, second: usize, registry: &str, operation: Operation) -> Text {
    let at = format!("{second} s");
    match operation {
        Operation::Push(digest, tag) => text.put_digest(&at, registry, "app", &[TAGS[tag]], digest),
        Operation::DeleteTag(tag) => text.delete_tag(&at, registry, "app", TAGS[tag]),
        Operation::DeleteDigest(digest) => text.delete_digest(&at, registry, "app", digest),
    }
}

/// Returns the digests that a registry holds after operations of its own, and how many of these were refused.
fn account(operations: &[Operation]) -> (BTreeSet<u32>, u64) {
    let mut tags: BTreeMap<usize, u32> = BTreeMap::new();
    let mut stored: BTreeSet<u32> = BTreeSet::new();
    let mut refused = 0;
    for &operation in operations {
        let accepted = match operation {
            Operation::Push(digest, tag) => {
                stored.insert(digest);
                tags.insert(tag, digest) != Some(digest)
            }
            Operation::DeleteTag(tag) => tags.remove(&tag).is_some_and(|digest| {
                let is_last = !tags.values().any(|&other| other == digest);
                !is_last || stored.remove(&digest)
            }),
            Operation::DeleteDigest(digest) => {
                tags.retain(|_, &mut other| other != digest);
                stored.remove(&digest)
            }
        };
        refused += u64::from(!accepted);
    }
    (stored, refused)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn a_registry_that_receives_nothing_holds_what_was_pushed_and_not_deleted(
        operations in prop::collection::vec(operations(), 1..40),
    ) {
        let text = Text::new().rule(VIRGINIA, &[IRELAND, TOKYO]);
        let text = operations.iter().enumerate().fold(text, |text, (second, &operation)| {
            add(text, second, VIRGINIA, operation)
        });
        let run = text.run();
        let (stored, refused) = account(&operations);
        prop_assert_eq!(run.stored(VIRGINIA)[0], stored.len() as u64);
        prop_assert_eq!(run.metric("refused", "", "total"), Some(refused as f64));
        // Each digest is 10 MB, live in Ireland only while Virginia has it.
        let [images, _, replicas, orphans] = run.stored(IRELAND);
        prop_assert_eq!(images * 10_000_000, replicas);
        prop_assert!(replicas - orphans <= stored.len() as u64 * 10_000_000);
    }

    #[test]
    fn registries_that_all_send_to_each_other_keep_their_books(
        operations in prop::collection::vec((0_usize..3, operations()), 1..60),
        seed in 0_u64..100,
        chance in prop::sample::select(vec!["0.0", "0.3"]),
    ) {
        let others = |own: usize| REGISTRIES.into_iter().filter(move |&other| other != REGISTRIES[own]);
        let text = (0..3).fold(Text::new(), |text, own| {
            text.rule(REGISTRIES[own], &others(own).collect::<Vec<_>>())
        });
        let retention = "[retention.old]\nregistry = 'build/us-east-1'\nrepositories = ['app']\nkeep_last = 1";
        let text = text.lasting("25 h").toml(retention);
        let text = operations.iter().enumerate().fold(text, |text, (second, &(own, operation))| {
            add(text, second, REGISTRIES[own], operation)
        });
        let seed = format!("seed={seed}");
        let failures = format!("failures.probability={chance}");
        let run = text.run_with(&[&seed, &failures, "links.'* -> *'.slots=2"]);
        prop_assert!(run.stored(VIRGINIA)[0] <= 1, "retention keeps one");
        prop_assert!(REGISTRIES.iter().all(|of| run.stored(of)[0] <= 3), "there are three digests");
    }
}
