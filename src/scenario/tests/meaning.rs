//! Right shapes with a wrong meaning.

use super::*;

/// The base whose rule has these destinations.
fn destinations(list: &str) -> String {
    BASE.replace("[\"build/eu-west-1\"]", list)
}

#[test]
fn accounts_go_by_their_alias() {
    let told = wrong_instead("registry = \"build", "registry = \"bild");
    holds(
        &told,
        &[
            "unknown account `bild`",
            "case.toml:9:12",
            "did you mean `build`?",
        ],
    );
    let told = wrong_instead("registry = \"build", "registry = \"111122223333");
    holds(
        &told,
        &[
            "is an account's id; accounts go by their alias here",
            "write `build`",
        ],
    );
    let told = wrong_instead("444455556666", "111122223333");
    holds(&told, &["`prod` has the same id as `build`"]);
    let told = wrong_instead("444455556666", "44445555666");
    holds(&told, &["\"44445555666\" is no account id"]);
}

#[test]
fn b31_a_destination_is_not_its_source() {
    let told = Folder::new(&destinations("[\"build/us-east-1\"]")).wrong(&[]);
    holds(
        &told,
        &["the same as the source registry", "case.toml:7:17"],
    );
}

#[test]
fn b33_a_destination_is_in_the_same_partition() {
    let told = Folder::new(&destinations("[\"build/cn-north-1\"]")).wrong(&[]);
    assert_eq!(
        titles(&told),
        [
            "`cn-north-1` is in another partition: aws-cn, and replication from `us-east-1` stays in aws"
        ]
    );
}

#[test]
fn b21_quotas_are_named() {
    let rules: String = (0..26)
        .map(|number| {
            format!("[registries.\"prod/us-east-1\".rules.r{number}]\ndestinations = [\"prod/eu-west-1\"]\n")
        })
        .collect();
    holds(
        &wrong(&rules),
        &["26 rules are too many: at most 25 (\"Rules per replication configuration\")"],
    );
    let old = format!(
        "profile = \"2021\"\n{BASE}{}",
        &rules[..rules.find("rules.r11").unwrap()]
    );
    // Eleven rules, of which the last header is cut off: ten of them are whole, one lies in the base.
    let old = old
        .trim_end_matches("[registries.\"prod/us-east-1\".")
        .to_owned()
        + "[registries.\"prod/us-east-1\".rules.more]\ndestinations = []\n";
    holds(
        &Folder::new(&old).wrong(&[]),
        &["12 rules are too many: at most 10"],
    );
    let prefixes: Vec<String> = (0..101).map(|number| format!("\"p{number}\"")).collect();
    let told = wrong_instead(
        "[\"build/eu-west-1\"]",
        &format!(
            "[\"build/eu-west-1\"]\nprefixes = [{}]",
            prefixes.join(", ")
        ),
    );
    holds(&told, &["at most 100 (\"Filters per rule"]);
}

#[test]
fn b4_delete_replication_is_lacking_in_older_profiles() {
    let with = destinations("[\"build/eu-west-1\"]\ndelete_replication = true");
    Folder::new(&with).loaded(&[]);
    let told = Folder::new(&with).wrong(&["profile=\"2026-08\""]);
    holds(
        &told,
        &["profile `2026-08` has no delete replication: profile `2026-11` has it"],
    );
    Folder::new(&destinations(
        "[\"build/eu-west-1\"]\ndelete_replication = false",
    ))
    .loaded(&[]);
}

#[test]
fn b26_prefixes_are_plain_text() {
    let told = Folder::new(&destinations(
        "[\"build/eu-west-1\"]\nprefixes = [\"shop/*\"]",
    ))
    .wrong(&[]);
    holds(
        &told,
        &[
            "\"shop/*\" is not a prefix filter: it is plain text, without wildcards",
            "case.toml:8:13",
        ],
    );
}

#[test]
fn a_document_and_its_short_form_exclude_each_other() {
    let more = "[registries.\"build/us-east-1\"]\nreplication = \"r.json\"\n\
                [registries.\"prod/us-east-1\"]\npolicy = \"p.json\"\n\
                [registries.\"prod/us-east-1\".permissions.x]\nprincipals = [\"build\"]\n";
    let folder = Folder::new(&format!("{BASE}{more}"))
        .with("r.json", "{\"rules\": []}")
        .with("p.json", "{\"Version\": \"2012-10-17\", \"Statement\": []}");
    let told = folder.wrong(&[]);
    holds(
        &told,
        &[
            "both `rules` and `replication` are given",
            "both `permissions` and `policy` are given",
        ],
    );
}

#[test]
fn principals_are_aliases_or_what_aws_takes() {
    let statement = |principal: &str| {
        format!("[registries.\"prod/us-east-1\".permissions.x]\nprincipals = [\"{principal}\"]\n")
    };
    let told = wrong(&statement("biuld"));
    holds(
        &told,
        &["`biuld` is not a principal", "did you mean `build`?"],
    );
    for right in [
        "build",
        "111122223333",
        "arn:aws:iam::111122223333:root",
        "*",
    ] {
        Folder::new(&format!("{BASE}{}", statement(right))).loaded(&[]);
    }
    let told = wrong(&(statement("build") + "actions = [\"ReplicateImage\"]\n"));
    holds(&told, &["`ReplicateImage` is not an action"]);
}

#[test]
fn b48_a_policy_has_a_greatest_length() {
    let many: Vec<String> = (0..400)
        .map(|number| format!("\"shop/service-{number}/*\""))
        .collect();
    let told = wrong(&format!(
        "[registries.\"prod/us-east-1\".permissions.x]\nprincipals = [\"build\"]\nrepositories = [{}]\n",
        many.join(", ")
    ));
    holds(&told, &["at most 10240 (\"RegistryPolicyText\")"]);
}

#[test]
fn b66_exclusions_go_with_their_modes() {
    let repository =
        |text: &str| format!("[registries.\"prod/us-east-1\".repositories.\"shop/a\"]\n{text}\n");
    let told = wrong(&repository("exclusions = [\"latest\"]"));
    holds(&told, &["`MUTABLE` takes no exclusions"]);
    let told = wrong(&repository("tag_mutability = \"IMMUTABLE_WITH_EXCLUSION\""));
    holds(
        &told,
        &["`IMMUTABLE_WITH_EXCLUSION` needs at least one exclusion"],
    );
    let told = wrong(&repository(
        "tag_mutability = \"MUTABLE_WITH_EXCLUSION\"\nexclusions = [\"a?\"]",
    ));
    holds(&told, &["\"a?\" is not a tag filter"]);
    let told = wrong(&repository("images = { count = 100001, size = \"1 MB\" }"));
    holds(&told, &["100001 images are too many: at most 100000"]);
}

#[test]
fn the_window_leaves_something_to_measure() {
    let told = wrong_instead(
        "duration",
        "warmup = \"6 days\"\ncooldown = \"4 days\"\nduration",
    );
    holds(
        &told,
        &[
            "nothing is measured",
            "together they must be less than 10 days",
            "case.toml:2:10",
        ],
    );
    let told = wrong_instead("\"10 days\"", "\"0 s\"");
    holds(&told, &["`duration` must be more than 0 s"]);
}

#[test]
fn a_bucket_makes_a_table_of_sensible_length() {
    holds(
        &wrong_instead("duration", "bucket = \"0 s\"\nduration"),
        &["`bucket` must be more than 0 s"],
    );
    let told = wrong_instead("duration", "bucket = \"1 ms\"\nduration");
    holds(
        &told,
        &[
            "cuts the run into 864000000 steps; at most 1000000 are allowed",
            "write at least \"1 s\"",
        ],
    );
}

#[test]
fn the_calendar_ends_with_the_year_9999() {
    let told = Folder::new(&BASE.replace("10 days", "200000 days"))
        .wrong(&["start=9900-01-01T00:00:00Z", "bucket=1 week"]);
    holds(&told, &["the run ends after the year 9999"]);
}

#[test]
fn a_stream_has_a_rate_or_a_burst() {
    let told = wrong_instead("rate = \"6 per hour\"", "");
    holds(
        &told,
        &[
            "`pushes.ci` has neither `rate` nor `burst`",
            "case.toml:8:9",
        ],
    );
    let told = wrong_instead(
        "size",
        "burst = { images = 4, first = \"11 days\", every = \"0 s\" }\nsize",
    );
    holds(&told, &["both `rate` and `burst` are given"]);
    let told = wrong_instead(
        "rate = \"6 per hour\"",
        "burst = { images = 4, first = \"11 days\", every = \"0 s\" }\nshape = \"business-hours\"",
    );
    holds(
        &told,
        &[
            "the first burst is after the end of the run",
            "`every` must be more than 0 s",
            "a burst has no shape",
        ],
    );
}

#[test]
fn shapes_have_some_weight() {
    let told = wrong_instead("size", "shape = { days = [0, 0, 0, 0, 0, 0, 0] }\nsize");
    holds(&told, &["every weight of `days` is 0"]);
    let told = wrong_instead("size", "shape = { days = [1, -1, 0, 0, 0, 0, 0] }\nsize");
    holds(&told, &["a weight must be at least 0"]);
}

#[test]
fn repositories_and_tags_are_what_ecr_takes() {
    let told = wrong_instead("[\"shop/a\"]", "{ prefix = \"Shop/\", count = 3 }");
    holds(&told, &["\"Shop/1\" is not a repository name"]);
    let told = wrong_instead("[\"shop/a\"]", "[\"shop/a\", \"shop/a\"]");
    holds(&told, &["the repository `shop/a` is listed twice"]);
    let told = wrong_instead("size", "tags = [\"v{m}\", \"a b\", \"x\", \"x\"]\nsize");
    holds(
        &told,
        &[
            "holds `{m}`, which stands for nothing",
            "the tag \"a b\" holds a blank",
            "the tag `x` is listed twice",
        ],
    );
    let told = wrong_instead(
        "size",
        "base_refresh = \"0 s\"\ntimezone = \"Mars/Base\"\nsize",
    );
    holds(
        &told,
        &[
            "`base_refresh` must be more than 0 s",
            "\"Mars/Base\" is no time zone",
        ],
    );
}

#[test]
fn moments_lie_in_the_run() {
    let event = |at: &str| {
        format!(
            "[[events]]\nat = \"{at}\"\naction = \"DeleteRegistryPolicy\"\nregistry = \"prod/us-east-1\"\n"
        )
    };
    holds(
        &wrong(&event("11 days")),
        &[
            "\"11 days\" is after the end of the run",
            "the run goes from 2026-01-01T00:00:00Z for 10 days",
        ],
    );
    holds(
        &wrong(&event("2025-12-31T23:59:59Z")),
        &["is before the start of the run"],
    );
    holds(
        &wrong(&event("2026-01-12T00:00:00Z")),
        &["is after the end of the run"],
    );
    // The very end still belongs to the run.
    Folder::new(&format!("{BASE}{}", event("10 days"))).loaded(&[]);
    holds(&wrong(&event("soon")), &["\"soon\" is no duration"]);
}

#[test]
fn actions_have_the_keys_that_they_need() {
    let event = |text: &str| format!("[[events]]\nat = \"1 day\"\n{text}\n");
    let told = wrong(&event(
        "action = \"PutImage\"\nregistry = \"build/us-east-1\"\nrepository = \"shop/a\"",
    ));
    holds(&told, &["`events.0` lacks the key `size`"]);
    let told = wrong(&event(
        "action = \"DeleteRegistryPolicy\"\nregistry = \"prod/us-east-1\"\nrepository = \"shop/a\"",
    ));
    holds(&told, &["unknown key `repository` in `events.0`"]);
    let told = wrong(&event(
        "action = \"BatchDeleteImage\"\nregistry = \"build/us-east-1\"\nrepository = \"shop/a\"",
    ));
    holds(&told, &["BatchDeleteImage lacks `tag` or `digest`"]);
    let told = wrong(&event(
        "action = \"PutRegistryPolicy\"\nregistry = \"prod/us-east-1\"",
    ));
    holds(
        &told,
        &["PutRegistryPolicy lacks `permissions` or `policy`"],
    );
    let told = wrong(&event(
        "action = \"EnableRegion\"\naccount = \"prd\"\nregion = \"ap-est-1\"",
    ));
    holds(
        &told,
        &["unknown account `prd`", "`ap-est-1` is not a Region of AWS"],
    );
    let told = wrong(&event("registry = \"prod/us-east-1\""));
    holds(&told, &["`events.0` lacks the key `action`"]);
    let told = wrong(&event(
        "action = \"PutImage\"\nregistry = \"build/us-east-1\"\nrepository = \"shop/a\"\nsize = \"1 MB\"\ndigest = \"md5\"",
    ));
    holds(&told, &["\"md5\" is no digest"]);
    let told = wrong(&event("action = \"StartBackfill\""));
    holds(&told, &["unknown action, `StartBackfill`"]);
}

#[test]
fn names_in_lists_are_taken_once() {
    let outage = "[[outages]]\nname = \"cut\"\nlink = \"us-east-1 -> eu-*\"\nat = \"1 day\"\nlasts = \"1 h\"\ncapacity = 0\n";
    let told = wrong(&outage.repeat(2));
    holds(
        &told,
        &[
            "the name `cut` is taken twice in `outages`",
            "case.toml:20:8",
        ],
    );
}

#[test]
fn links_are_exact_or_any_and_outages_may_match() {
    let told = wrong("[links.\"us-* -> *\"]\nslots = 3\n[latency.routes.\"us-est-1 -> *\"]\n");
    holds(
        &told,
        &[
            "`us-*` is neither a Region nor `*`",
            "did you mean `us-east-1`?",
        ],
    );
    let told = wrong("[links.\"us-east-1\"]\nslots = 3\n");
    holds(&told, &["\"us-east-1\" is no pair of Regions"]);
    let told = wrong("[links.\"* -> *\"]\nper_copy = \"0 Mbit/s\"\n");
    holds(&told, &["`per_copy` must be more than 0"]);
    let told = wrong(
        "[[outages]]\nlink = \"mars-* -> eu-wst-1\"\nat = \"1 day\"\nlasts = \"0 s\"\ncapacity = 0.5\n",
    );
    holds(
        &told,
        &[
            "`mars-*` matches no Region of AWS",
            "did you mean `eu-west-1`?",
            "`lasts` must be more than 0 s",
        ],
    );
}
