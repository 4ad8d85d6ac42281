//! Streams whose pushes bring several images.

use super::scripts::Lists;
use crate::scenario::Scenario;
use crate::simulation::groups::Group;
use crate::simulation::model::Stream;
use crate::simulation::names::TagList;

/// Says of each stream, in order of name, what its pushes bring besides one image.
pub(super) fn add_groups(scenario: &Scenario, streams: &mut [Stream], lists: &mut Lists) {
    for (stream, of) in streams.iter_mut().zip(scenario.pushes.values()) {
        stream.group = (of.images_per_push() > 1).then(|| Group {
            platforms: of.platforms,
            referrers: of.referrers,
            no_tags: TagList::Listed(lists.add_none()),
        });
    }
}
