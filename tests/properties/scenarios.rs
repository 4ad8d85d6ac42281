//! Small random scenarios, all valid, rich in coincidences: events, bursts and dispatches of the same instant.

use std::fmt;

use ecrsim::scenario::Loaded;
use proptest::prelude::*;

use crate::support::load_text;

/// A scenario as TOML; a failed property prints it as one would write it.
#[derive(Clone)]
pub struct Text {
    /// The run's own keys.
    head: String,
    /// Tables; single events and outages keep their order among themselves.
    tables: Vec<String>,
}

impl Text {
    /// Returns the file.
    pub fn toml(&self) -> String {
        format!("{}\n{}", self.head, self.tables.join("\n"))
    }

    /// Returns the file loaded: it is valid.
    pub fn loaded(&self) -> Loaded {
        load_text(&self.toml(), &[], &[]).unwrap_or_else(|found| panic!("{found}"))
    }

    /// Returns the file with its tables in another order; lists keep theirs.
    pub fn shuffled(&self) -> String {
        let is_list = |table: &&String| table.starts_with("[[");
        let lists = self.tables.iter().filter(is_list);
        let rest = self.tables.iter().rev().filter(|table| !is_list(table));
        let tables: Vec<&str> = lists.chain(rest).map(String::as_str).collect();
        format!("{}\n{}", self.head, tables.join("\n"))
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "\n{}", self.toml())
    }
}

/// Events and outages begin before this.
pub const EVENTS_UNTIL_MIN: u64 = 90;

const ACCOUNTS: &str = r#"[accounts]
build = { id = "111122223333", opted_in = ["af-south-1"] }
prod  = { id = "444455556666", opted_in = ["af-south-1"] }
"#;

const DESTINATIONS: [&str; 4] = [
    "build/eu-west-1",
    "prod/us-east-1",
    "prod/ap-northeast-1",
    "prod/af-south-1",
];

/// Returns a choice of texts.
fn one_of(texts: &'static [&'static str]) -> impl Strategy<Value = &'static str> + Clone {
    prop::sample::select(texts)
}

/// Returns scenarios of everything that the format has, for small runs.
pub fn any_scenario() -> impl Strategy<Value = Text> {
    let lists = (
        prop::collection::vec(event(), 0..8),
        prop::collection::vec(outage(), 0..3),
    );
    let registries = (rules(), permissions(), settings(), retention());
    let parts = (
        registries,
        streams(),
        lists,
        latency(),
        links(),
        behaviour(),
    );
    (head(), parts).prop_map(|(head, parts)| {
        let ((rules, permissions, settings, retention), streams, lists, latency, links, behaviour) =
            parts;
        let mut tables = vec![ACCOUNTS.to_owned()];
        tables.extend(rules);
        tables.extend(permissions);
        tables.extend([settings, retention]);
        tables.extend(streams);
        tables.extend(lists.0);
        tables.extend(lists.1);
        tables.extend([latency, links, behaviour]);
        Text { head, tables }
    })
}

/// Returns scenarios in which images mostly leave no record: most bear tags of their own, and deletes and policies ask for
/// those of some repositories only.
pub fn forgetful_scenario() -> impl Strategy<Value = Text> {
    const ACTIONS: [&str; 5] = [
        "'DeleteRegistryPolicy'\nregistry = REGISTRY",
        "'BatchDeleteImage'\nregistry = REGISTRY\nrepository = REPOSITORY\ntag = '3'",
        "'DeleteRepository'\nregistry = REGISTRY\nrepository = REPOSITORY",
        "'CreateRepository'\nregistry = REGISTRY\nrepository = REPOSITORY",
        "'PutLifecyclePolicy'\nregistry = REGISTRY\nrepository = REPOSITORY\nlifecycle = { keep_last = 2 }",
    ];
    let events = prop::collection::vec(event_of(&ACTIONS), 0..4);
    let template = one_of(&["", "", "lifecycle = { keep_last = 3 }\n"]).prop_map(|lifecycle| {
        let template =
            "[registries.'prod/ap-northeast-1'.creation_templates.t]\nprefix = 'shop/'\n";
        format!("{template}applied_for = ['REPLICATION']\n{lifecycle}")
    });
    let streams = streams_of(&["['{n}']", "['{n}']", "['{n}', 'latest']"], &[""]);
    let registries = (rules(), permissions(), retention(), template);
    let parts = (registries, streams, events, latency(), links(), behaviour());
    (head(), parts).prop_map(|(head, parts)| {
        let ((rules, permissions, retention, template), streams, events, latency, links, behaviour) =
            parts;
        let mut tables = vec![ACCOUNTS.to_owned()];
        for list in [rules, permissions, streams, events] {
            tables.extend(list);
        }
        tables.extend([retention, template, latency, links, behaviour]);
        Text { head, tables }
    })
}

fn head() -> impl Strategy<Value = String> {
    let duration = one_of(&["3 h", "3 h", "27 h"]);
    let window = one_of(&["", "", "warmup = '20 min'\ncooldown = '15 min'\n"]);
    (duration, window, 0_u64..1_000).prop_map(|(duration, window, seed)| {
        format!("duration = '{duration}'\nseed = {seed}\nbucket = '10 min'\n{window}")
    })
}

/// One to three rules of the source, perhaps one of a registry that is also a destination.
fn rules() -> impl Strategy<Value = Vec<String>> {
    let destinations = prop::sample::subsequence(&DESTINATIONS[..], 1..=4);
    let prefixes = one_of(&["", "prefixes = ['shop/']", "prefixes = ['base/', 'shop/a']"]);
    let rule = (destinations, prefixes);
    let second = "[registries.'prod/us-east-1'.rules.on]\ndestinations = ['prod/ap-northeast-1']\n";
    (prop::collection::vec(rule, 1..=3), any::<bool>()).prop_map(move |(rules, chained)| {
        let rule = |(number, (destinations, prefixes)): (usize, &(Vec<&str>, &str))| {
            let head = format!("[registries.'build/us-east-1'.rules.r{number}]");
            format!("{head}\ndestinations = {destinations:?}\n{prefixes}\n")
        };
        let written = rules.iter().enumerate().map(rule);
        written.chain(chained.then(|| second.to_owned())).collect()
    })
}

fn permissions() -> impl Strategy<Value = Vec<String>> {
    let policy = one_of(&[
        "",
        ".permissions.p]\nprincipals = ['build']\n",
        ".permissions.p]\nprincipals = ['build']\n",
        ".permissions.p]\nprincipals = ['build']\nactions = ['ecr:ReplicateImage']\n",
        ".permissions.p]\nprincipals = ['*']\nrepositories = ['shop/*']\n",
    ]);
    let deny = one_of(&[
        "",
        "",
        ".permissions.never]\nprincipals = ['*']\nrepositories = ['base/*']\neffect = 'Deny'\n",
    ]);
    prop::collection::vec((policy, deny), 4).prop_map(|policies| {
        let tables = policies
            .iter()
            .zip(DESTINATIONS)
            .flat_map(|((policy, deny), registry)| {
                let written = [policy, deny].into_iter().filter(|table| !table.is_empty());
                written.map(move |table| format!("[registries.'{registry}'{table}"))
            });
        tables.collect()
    })
}

fn settings() -> impl Strategy<Value = String> {
    let mutability = one_of(&["MUTABLE", "IMMUTABLE"]);
    (any::<bool>(), mutability, 0_u64..4).prop_map(|(mounting, mutability, images)| {
        format!(
            "[registries.'prod/us-east-1']\nblob_mounting = {mounting}\n\
             [registries.'prod/us-east-1'.repositories.'shop/a1']\ntag_mutability = '{mutability}'\n\
             images = {{ count = {images}, size = '5 MB' }}\n"
        )
    })
}

fn retention() -> impl Strategy<Value = String> {
    let registry = one_of(&["build/us-east-1", "prod/us-east-1"]);
    let repositories = one_of(&["'*'", "'*'", "'shop/*'", ""]);
    (registry, repositories, 0_u64..5).prop_map(|(registry, repositories, keep)| {
        if repositories.is_empty() {
            return String::new();
        }
        format!("[retention.old]\nregistry = '{registry}'\nrepositories = [{repositories}]\nkeep_last = {keep}\n")
    })
}

fn streams() -> impl Strategy<Value = Vec<String>> {
    const TAGS: [&str; 4] = [
        "['{n}']",
        "['{n}', 'latest']",
        "['latest']",
        "['{stream}-{n}', 'v1']",
    ];
    const GROUPS: [&str; 6] = [
        "",
        "",
        "",
        "platforms = 2",
        "platforms = 3\nreferrers = 1",
        "referrers = 2",
    ];
    streams_of(&TAGS, &GROUPS)
}

/// One to three streams of pushes under some of these tags, of some of these groups of images.
fn streams_of(
    tags: &'static [&'static str],
    groups: &'static [&'static str],
) -> impl Strategy<Value = Vec<String>> {
    let registry = one_of(&["build/us-east-1", "build/us-east-1", "prod/us-east-1"]);
    let prefix = one_of(&["shop/a", "base/b", "shop/"]);
    let arrivals = one_of(&[
        "rate = '10 per hour'",
        "rate = '60 per hour'\nshape = 'business-hours'",
        "burst = { images = 20 }",
        "burst = { images = 12, over = '2 min', every = '30 min', first = '10 min' }",
    ]);
    let size = one_of(&[
        "size = '20 MB'",
        "size = { lognormal = { median = '20 MB', sigma = 1.0 } }\nshared = 0.5\nbase_refresh = '40 min'",
        "size = { pareto = { scale = '3 MB', shape = 1.2, max = '2 GB' } }\nshared = 1.0",
        "size = '1 B'",
    ]);
    let (tags, group) = (one_of(tags), one_of(groups));
    let stream = (registry, prefix, 1_u64..4, arrivals, size, tags, group);
    prop::collection::vec(stream, 1..=3).prop_map(|streams| {
        let table = |(index, (registry, prefix, count, arrivals, size, tags, group))| {
            format!(
                "[pushes.s{index}]\nregistry = '{registry}'\n\
                 repositories = {{ prefix = '{prefix}', count = {count} }}\n\
                 {arrivals}\n{size}\ntags = {tags}\n{group}\n"
            )
        };
        streams.into_iter().enumerate().map(table).collect()
    })
}

fn event() -> impl Strategy<Value = String> {
    event_of(&[
        "'DeleteRegistryPolicy'\nregistry = REGISTRY",
        "'DeleteRegistryPolicy'\nregistry = 'prod/ap-northeast-1'",
        "'PutRegistryPolicy'\nregistry = REGISTRY\npermissions = { p = { principals = ['build'] } }",
        "'PutRegistryPolicy'\nregistry = REGISTRY\npermissions = { p = { principals = ['build'], repositories = ['base/*'] } }",
        "'PutImage'\nregistry = REGISTRY\nrepository = REPOSITORY\ntags = ['hotfix', 'latest']\nsize = '30 MB'",
        "'BatchDeleteImage'\nregistry = REGISTRY\nrepository = REPOSITORY\ntag = 'latest'",
        "'BatchDeleteImage'\nregistry = REGISTRY\nrepository = REPOSITORY\ntag = '3'",
        "'UpdateImageStorageClass'\nregistry = REGISTRY\nrepository = REPOSITORY\ntag = 'latest'\nstorage_class = 'ARCHIVE'",
        "'UpdateImageStorageClass'\nregistry = REGISTRY\nrepository = REPOSITORY\ntag = '3'\nstorage_class = 'ARCHIVE'",
        "'UpdateImageStorageClass'\nregistry = REGISTRY\nrepository = REPOSITORY\ntag = '3'\nstorage_class = 'STANDARD'",
        "'DeleteRepository'\nregistry = REGISTRY\nrepository = REPOSITORY",
        "'CreateRepository'\nregistry = REGISTRY\nrepository = REPOSITORY\ntag_mutability = 'IMMUTABLE'",
        "'PutImageTagMutability'\nregistry = REGISTRY\nrepository = REPOSITORY\ntag_mutability = 'IMMUTABLE'",
        "'PutReplicationConfiguration'\nregistry = 'build/us-east-1'\nrules = { n = { destinations = ['prod/us-east-1'] } }",
        "'PutReplicationConfiguration'\nregistry = 'build/us-east-1'\nrules = {}",
        "'DisableRegion'\naccount = 'prod'\nregion = 'af-south-1'",
        "'EnableRegion'\naccount = 'prod'\nregion = 'af-south-1'",
        "'PutAccountSetting'\nregistry = REGISTRY\nblob_mounting = true",
    ])
}

/// A single operation, one of these.
fn event_of(actions: &'static [&'static str]) -> impl Strategy<Value = String> {
    let registry = one_of(&["build/us-east-1", "prod/us-east-1", "prod/ap-northeast-1"]);
    let repository = one_of(&["shop/a1", "base/b1"]);
    let action = one_of(actions);
    (0..EVENTS_UNTIL_MIN / 10, registry, repository, action).prop_map(
        |(at, registry, repository, action)| {
            let action = action
                .replace("REGISTRY", &format!("'{registry}'"))
                .replace("REPOSITORY", &format!("'{repository}'"));
            format!("[[events]]\nat = '{} min'\naction = {action}\n", at * 10)
        },
    )
}

fn outage() -> impl Strategy<Value = String> {
    let link = one_of(&["us-east-1 -> *", "us-east-1 -> ap-northeast-1"]);
    let capacity = one_of(&["0.0", "0.5", "1.0"]);
    let lasts = one_of(&["7 min", "1 h", "40 h"]);
    (0..EVENTS_UNTIL_MIN / 10, link, capacity, lasts).prop_map(|(at, link, capacity, lasts)| {
        format!(
            "[[outages]]\nlink = '{link}'\nat = '{} min'\nlasts = '{lasts}'\ncapacity = {capacity}\n",
            at * 10
        )
    })
}

fn latency() -> impl Strategy<Value = String> {
    let dispatch = one_of(&[
        "'0 s'",
        "'10 min'",
        "{ lognormal = { median = '3 s', sigma = 0.8 } }",
        "{ uniform = { min = '0 s', max = '20 min' } }",
    ]);
    let stall = one_of(&[
        "{ probability = 0.0 }",
        "{ probability = 0.3, time = { pareto = { scale = '2 min', shape = 1.1, max = '12 h' } } }",
        "{ probability = 1.0, time = '5 min' }",
    ]);
    (dispatch, stall).prop_map(|(dispatch, stall)| {
        format!("[latency]\ndispatch = {dispatch}\nstall = {stall}\n")
    })
}

fn links() -> impl Strategy<Value = String> {
    let slots = one_of(&["'unlimited'", "1", "3"]);
    let per_copy = one_of(&["unlimited", "1 MB/s", "7 Mbit/s"]);
    let bandwidth = one_of(&["unlimited", "1 MB/s", "50 kB/s"]);
    (slots, per_copy, bandwidth).prop_map(|(slots, per_copy, bandwidth)| {
        format!("[links.'* -> *']\nslots = {slots}\nper_copy = '{per_copy}'\nbandwidth = '{bandwidth}'\n")
    })
}

fn behaviour() -> impl Strategy<Value = String> {
    let completes = one_of(&["0.0", "0.5", "1.0"]);
    let order = one_of(&["push", "arrival"]);
    let failures = one_of(&["0.0", "0.0", "0.3", "1.0"]);
    let backoff = one_of(&["0 s", "1 min", "10 min"]);
    (completes, order, any::<bool>(), failures, 0_u32..3, backoff).prop_map(
        |(completes, order, deny, failures, retries, backoff)| {
            format!(
                "[assumptions]\nin_flight_completes = {completes}\ntag_order = '{order}'\n\
                 deny_stops_own_account = {deny}\n\
                 [failures]\nprobability = {failures}\nretries = {retries}\nbackoff = '{backoff}'\n"
            )
        },
    )
}
