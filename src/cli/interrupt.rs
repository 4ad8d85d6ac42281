//! An interrupted run leaves nothing.
//!
//! The first signal asks the run to stop; it does so at the next occasion and removes what it has written. Whoever does
//! not want to wait for that, or waits for somebody who reads our output no more, sends a second.

use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::exit::{Failure, INTERRUPTED};
use crate::report::folder::Leftover;

/// Whether a signal has come.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Hears SIGINT, SIGTERM and SIGHUP from now on. A second one removes `leftover` and ends the process.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn listen(leftover: Leftover) -> Result<Self, Failure> {
        let interrupt = Self::default();
        let heard = interrupt.clone();
        let on_signal = move || {
            if heard.0.swap(true, Ordering::Relaxed) {
                leftover.remove();
                process::exit(i32::from(INTERRUPTED));
            }
        };
        ctrlc::set_handler(on_signal)
            .map_err(|reason| Failure::broken(format_args!("cannot hear signals: {reason}")))?;
        Ok(interrupt)
    }

    /// Returns whether none has come.
    pub fn is_quiet(&self) -> bool {
        !self.0.load(Ordering::Relaxed)
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
