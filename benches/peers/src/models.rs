//! The numbers of the three models.

/// One source, four destinations, as `benches/fan-out.toml` says.
pub mod fan_out {
    /// Pushes per second.
    pub const RATE_PER_S: f64 = 3_000.0 / 3_600.0;
    /// Repositories, all alike.
    pub const REPOSITORIES: usize = 200;
    /// Destinations, each behind a link of its own.
    pub const DESTINATIONS: usize = 4;
    /// Median of the log-normal dispatch delay.
    pub const DISPATCH_MEDIAN_S: f64 = 60.0;
    /// Its sigma.
    pub const DISPATCH_SIGMA: f64 = 0.8;
    /// Median of the log-normal size of an image.
    pub const SIZE_MEDIAN_BYTES: f64 = 250e6;
    /// Its sigma.
    pub const SIZE_SIGMA: f64 = 1.0;
    /// Slots of a link.
    pub const SLOTS: usize = 32;
    /// Speed of each copy.
    pub const PER_COPY_BYTES_PER_S: f64 = 40e6;
    /// Probability of a stall after a transfer; the stalled copy keeps its slot.
    pub const STALL_PROBABILITY: f64 = 0.01;
    /// Least stall, the scale of its Pareto law.
    pub const STALL_SCALE_S: f64 = 600.0;
    /// Shape of the law: its mean exists, its variance does not.
    pub const STALL_SHAPE: f64 = 1.5;
}

/// A queue of jobs before 16 servers, as `mm16.toml` says.
pub mod mm16 {
    /// Servers.
    pub const SERVERS: usize = 16;
    /// Jobs per second; a server does one per second on average.
    pub const RATE_PER_S: f64 = 14.4;
}

/// One link that all copies share, as `shared-link.toml` says.
pub mod shared_link {
    /// Copies per second; the link alone moves one copy per second on average.
    pub const RATE_PER_S: f64 = 0.8;
}
