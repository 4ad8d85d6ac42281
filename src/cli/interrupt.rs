//! An interrupted run leaves nothing.
//!
//! The first signal asks the run to stop; it does so at the next occasion and removes what it has written. Whoever does
//! not want to wait for that, or waits for somebody who reads our output no more, sends a second.

use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use super::exit::{Failure, INTERRUPTED};
use crate::report::folder::Leftover;

/// What is known of signals.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<Heard>);

#[derive(Debug, Default)]
struct Heard {
    came: AtomicBool,
    /// What a second signal removes.
    leftover: OnceLock<Leftover>,
}

impl Interrupt {
    /// Hears SIGINT, SIGTERM and SIGHUP from now on.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn listen() -> Result<Self, Failure> {
        let interrupt = Self::default();
        let heard = Arc::clone(&interrupt.0);
        let on_signal = move || {
            if heard.came.swap(true, Ordering::Relaxed) {
                if let Some(leftover) = heard.leftover.get() {
                    leftover.remove();
                }
                process::exit(i32::from(INTERRUPTED));
            }
        };
        ctrlc::set_handler(on_signal)
            .map_err(|reason| Failure::broken(format_args!("cannot hear signals: {reason}")))?;
        Ok(interrupt)
    }

    /// Says what a second signal is to remove.
    pub fn guard(&self, leftover: Leftover) {
        self.0.leftover.get_or_init(|| leftover);
    }

    /// Returns whether none has come.
    pub fn is_quiet(&self) -> bool {
        !self.0.came.load(Ordering::Relaxed)
    }

    /// Fails if one has come.
    ///
    /// # Errors
    /// [`Failure::Interrupted`].
    pub fn check(&self) -> Result<(), Failure> {
        if self.is_quiet() {
            Ok(())
        } else {
            Err(Failure::Interrupted)
        }
    }
}
