//! Who does what when: streams of pushes, retention, recorded operations.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::scenario::distribution::Distribution;
use crate::scenario::names::RegistryName;
use crate::units::{Bytes, Rate, SimDuration};

/// A stream of pushes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PushStream {
    /// Registry that is pushed to.
    pub registry: RegistryName,
    /// Repositories that are pushed to.
    pub repositories: PushRepositories,
    /// Mean rate over a week of a Poisson process; this or `burst`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<Rate>,
    /// What the rate follows over a week.
    #[serde(default)]
    pub shape: Shape,
    /// Time zone of the shape, by its IANA name.
    #[serde(default = "utc")]
    #[schemars(extend("format" = "timezone"))]
    pub timezone: String,
    /// Evenly spaced pushes in a burst, repositories in turn; this or `rate`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub burst: Option<Burst>,
    /// Compressed bytes of a whole image.
    pub size: Distribution<Bytes>,
    /// Part of an image in base layers that the repository's images share.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub shared: f64,
    /// How often a repository gets a new base.
    #[serde(default)]
    pub base_refresh: Refresh,
    /// Tags of a push: `{n}` is its number in stream and repository, `{stream}` the stream's name.
    #[serde(default = "default_tags")]
    #[schemars(extend("items" = { "type": "string", "format": "tag-template" }))]
    pub tags: Vec<String>,
    /// Images of a push, one per platform; with more than one, an image index holds them and bears the tags.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 64))]
    pub platforms: u32,
    /// Artifacts such as a signature or an SBOM that refer to the image or index of a push and are pushed after it.
    #[serde(default)]
    #[schemars(range(min = 0, max = 64))]
    pub referrers: u32,
}

/// Repositories of a stream: names, or a prefix with numbers after it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum PushRepositories {
    /// Names, each as likely.
    Listed(
        #[schemars(length(min = 1), extend("items" = { "type": "string", "format": "repository" }))]
         Vec<String>,
    ),
    /// `prefix` with 1 to `count` after it.
    Generated(GeneratedRepositories),
}

/// Repositories named by a prefix and a number from 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GeneratedRepositories {
    /// What stands before the number.
    pub prefix: String,
    /// How many there are.
    #[schemars(range(min = 1, max = 100_000))]
    pub count: u32,
    /// How likely each is.
    #[serde(default)]
    pub popularity: Popularity,
}

/// How likely each repository of a stream is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Popularity {
    /// All alike.
    #[default]
    Uniform,
    /// The k-th in proportion to k to the power of minus this.
    Zipf(#[schemars(range(min = 0.0, max = 100.0))] f64),
}

/// What a rate follows over a week; normalised to a weekly mean of 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Shape {
    /// A shape with a name.
    Named(NamedShape),
    /// Weights of one's own.
    Weights(Box<WeekShape>),
}

/// A shape with a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NamedShape {
    /// The same at all times.
    Constant,
    /// Most in working hours, little at night and at weekends.
    BusinessHours,
}

/// Weights by hour of the day and by day of the week; a moment's weight is their product.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WeekShape {
    /// 24 weights, from the hour that starts at midnight.
    #[serde(default = "even_hours")]
    pub hours: [f64; 24],
    /// 7 weights, Monday first.
    #[serde(default = "even_days")]
    pub days: [f64; 7],
}

/// A burst of pushes, evenly spaced.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Burst {
    /// Pushes in a burst.
    #[schemars(range(min = 1))]
    pub images: u64,
    /// From the first push of a burst to the end of the last one's share of it.
    #[serde(default)]
    pub over: SimDuration,
    /// From burst to burst; left out, there is one only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every: Option<SimDuration>,
    /// When the first burst begins, from `start`.
    #[serde(default)]
    pub first: SimDuration,
}

/// How often a repository gets new base layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Refresh {
    /// Never.
    Never(Never),
    /// Once in this time.
    Every(SimDuration),
}

/// The word `never`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Never {
    /// At no time.
    Never,
}

/// Deletes old images at their source, every 24 h from the start.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Retention {
    /// Registry in which images are deleted.
    pub registry: RegistryName,
    /// Patterns of repository names; `*` and `?` are wildcards.
    #[schemars(length(min = 1))]
    pub repositories: Vec<String>,
    /// How many of a repository's newest images stay.
    pub keep_last: u64,
}

/// Recorded operations in a CSV file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Trace {
    /// CSV file `time,action,registry,repository,tags,digest,bytes` and, if need be, `value`, relative to the scenario
    /// file.
    pub file: String,
    /// Part of an image in base layers that the repository's images share.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub shared: f64,
    /// Leave out rows outside the run; otherwise they are an error.
    #[serde(default)]
    pub clip: bool,
}

impl PushStream {
    /// Compressed bytes of an image index, whose own content is the list of its images: an assumption, since no AWS page
    /// gives one; descriptors of some 250 bytes each make it this small.
    pub const INDEX_BYTES: u64 = 1_024;
    /// Compressed bytes of a referrer: an assumption, between a signature of some kB and an SBOM of some hundred.
    pub const REFERRER_BYTES: u64 = 100_000;

    /// Returns whether a push brings an index of several images.
    pub const fn has_index(&self) -> bool {
        self.platforms > 1
    }

    /// Returns how many images a push stores, each with a digest and replications of its own.
    pub fn images_per_push(&self) -> u32 {
        self.platforms + u32::from(self.has_index()) + self.referrers
    }

    /// Returns the bytes of a push besides its platforms' images.
    pub fn attached_bytes(&self) -> u64 {
        u64::from(self.has_index()) * Self::INDEX_BYTES
            + u64::from(self.referrers) * Self::REFERRER_BYTES
    }
}

impl Default for Shape {
    fn default() -> Self {
        Self::Named(NamedShape::Constant)
    }
}

impl Default for Refresh {
    fn default() -> Self {
        Self::Never(Never::Never)
    }
}

impl Refresh {
    /// Returns the time from base to base, if there is more than one.
    pub fn every(self) -> Option<SimDuration> {
        match self {
            Self::Never(_) => None,
            Self::Every(span) => Some(span),
        }
    }
}

impl PushRepositories {
    /// Returns the names, in order.
    pub fn names(&self) -> Vec<String> {
        match self {
            Self::Listed(names) => names.clone(),
            Self::Generated(generated) => (1..=generated.count)
                .map(|number| format!("{}{number}", generated.prefix))
                .collect(),
        }
    }

    /// Returns how likely each is.
    pub fn popularity(&self) -> Popularity {
        match self {
            Self::Listed(_) => Popularity::Uniform,
            Self::Generated(generated) => generated.popularity,
        }
    }
}

impl Shape {
    /// Returns the weight of each hour of the week, Monday's first hour first; their mean is 1.
    ///
    /// Business hours, by hour from Monday to Friday: 0.2 (00–05), 0.6 (06–07), 2 (08–17), 1 (18–19), 0.4 (20–23);
    /// Saturday and Sunday a quarter of it.
    pub fn weekly_weights(&self) -> [f64; 168] {
        match self {
            Self::Named(NamedShape::Constant) => [1.0; 168],
            Self::Named(NamedShape::BusinessHours) => normalised(&BUSINESS_HOURS, &BUSINESS_DAYS),
            Self::Weights(week) => normalised(&week.hours, &week.days),
        }
    }
}

const BUSINESS_HOURS: [f64; 24] = [
    0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.6, 0.6, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 1.0,
    1.0, 0.4, 0.4, 0.4, 0.4,
];
const BUSINESS_DAYS: [f64; 7] = [1.0, 1.0, 1.0, 1.0, 1.0, 0.25, 0.25];

fn normalised(hours: &[f64; 24], days: &[f64; 7]) -> [f64; 168] {
    let mean = hours.iter().sum::<f64>() * days.iter().sum::<f64>() / 168.0;
    std::array::from_fn(|hour| hours[hour % 24] * days[hour / 24] / mean)
}

pub(super) fn utc() -> String {
    "UTC".to_owned()
}

const fn one() -> u32 {
    1
}

fn default_tags() -> Vec<String> {
    vec!["{n}".to_owned()]
}

fn even_hours() -> [f64; 24] {
    [1.0; 24]
}

fn even_days() -> [f64; 7] {
    [1.0; 7]
}
