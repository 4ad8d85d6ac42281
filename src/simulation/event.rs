//! What the calendar holds, and how it stands among what happens at one instant.

/// What is pending in the calendar. The next end of a transfer on each link and the next push of each stream stand
/// elsewhere, and come here only if something else happens at that instant.
#[derive(Clone, Copy, Debug)]
pub(super) enum Event {
    TransferEnd(u32),
    StallEnd(u32),
    OutageChange(u32),
    ScriptStep {
        script: u16,
        step: u32,
    },
    Retention(u32),
    Push(u32),
    Dispatch(u32),
    BackoffEnd(u32),
    /// A replicated delete is dispatched.
    DeleteDispatch(u32),
    /// A replicated delete takes effect at its destination.
    DeleteEnd(u32),
    DeploymentPull(u32),
    Pull(u32),
    SpellChange {
        spell: u16,
        change: u32,
    },
    /// Lifecycle policies act.
    Lifecycles,
    /// A restore from the archive ends.
    RestoreEnd(u32),
}

impl Event {
    /// Returns a number that tells it from other events of its rank.
    pub const fn kind(self) -> u64 {
        match self {
            Self::TransferEnd(_) => 1,
            Self::StallEnd(_) => 2,
            Self::OutageChange(_) => 3,
            Self::ScriptStep { .. } => 4,
            Self::Retention(_) => 5,
            Self::Push(_) => 6,
            Self::Dispatch(_) => 7,
            Self::BackoffEnd(_) => 8,
            Self::DeleteDispatch(_) => 20,
            Self::DeleteEnd(_) => 21,
            Self::DeploymentPull(_) => 9,
            Self::Pull(_) => 10,
            Self::SpellChange { .. } => 11,
            Self::Lifecycles => 22,
            Self::RestoreEnd(_) => 23,
        }
    }
}

// With its place in the calendar, three words.
const _: () = assert!(size_of::<Event>() == 8);

/// Classes of events at one instant, in order (MODEL.md, "Time"). Starts come last of all and need no place here.
#[derive(Clone, Copy, Debug)]
pub(super) enum EventClass {
    End,
    Outage,
    Configuration,
    Deletion,
    Push,
    Pull,
    Dispatch,
}

/// The place of an event among those of its class: by the name of its stream, its number, and its destination.
pub(super) const fn order(rank: u16, number: u64, destination: u8) -> u64 {
    assert!(
        rank < 1 << 14 && number < 1 << 38,
        "16,384 streams of 10^11 events each are ordered"
    );
    (rank as u64) << 46 | number << 8 | destination as u64
}
