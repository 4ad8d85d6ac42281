//! x
use super::Context;
use crate::scenario::types::Scenario;
pub(super) fn check(_cx: &mut Context<'_>, _scenario: &mut Scenario) {}
