//! Deployments that race the copy: clusters that pull what has just been pushed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::scenario::distribution::Distribution;
use crate::scenario::names::RegistryName;
use crate::units::SimDuration;

/// Deployments of what a stream pushes; each pulls by the first tag of its push.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Deployment {
    /// Stream of pushes whose images are deployed.
    pub follows: String,
    /// Registry in which the deployment looks for the image.
    pub registry: RegistryName,
    /// From the push to the first pull.
    pub delay: Distribution<SimDuration>,
    /// Part of the stream's measured pushes that is deployed.
    #[serde(default = "all")]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub share: f64,
    /// Wait before each further pull, after one that did not find the image.
    #[serde(default)]
    pub backoff: Backoff,
    /// Time after the first pull at which the deployment gives up.
    #[serde(default = "one_hour")]
    pub give_up: SimDuration,
}

/// Waits that grow from one pull to the next.
///
/// The defaults are those of the kubelet's `ImagePullBackOff`: 10 s, doubled up to 5 min (Kubernetes documentation,
/// "Images", "ImagePullBackOff").
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Backoff {
    /// The first wait.
    pub first: SimDuration,
    /// Each wait is the one before it times this.
    #[schemars(range(min = 1.0))]
    pub factor: f64,
    /// The longest wait.
    pub max: SimDuration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self {
            first: SimDuration::from_secs(10),
            factor: 2.0,
            max: SimDuration::from_secs(300),
        }
    }
}

fn all() -> f64 {
    1.0
}

fn one_hour() -> SimDuration {
    SimDuration::from_secs(3_600)
}
