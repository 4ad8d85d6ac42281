//! The names behind the dense ids of a run; resolved once, used only when something is written.

pub use crate::ecr::Digest;

/// Names by id, as the user wrote them. Registries are `account/region` by alias.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// Registry by registry id.
    pub registries: Vec<String>,
    /// Source and destination registry id by lane id (a lane is an ordered pair of registries that a rule joins).
    pub lanes: Vec<(u32, u32)>,
    /// Link by link id: `source Region -> destination Region`.
    pub links: Vec<String>,
    /// Repository by repository id.
    pub repositories: Vec<String>,
    /// Digests given in full by events and traces, by [`Digest::Given`].
    pub digests: Vec<String>,
    /// Tag templates by push stream id: `{n}` is the push's number, `{stream}` is already replaced.
    pub templates: Vec<Vec<String>>,
    /// Tags by [`TagList::Listed`] id, as events, traces and stored images give them.
    pub tag_lists: Vec<Vec<String>>,
}

/// The tags of a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TagList {
    /// The stream's templates with this `{n}`.
    Stream {
        /// Push stream id.
        stream: u32,
        /// The push's number in its stream and repository, from 1.
        number: u64,
    },
    /// Index into [`Names::tag_lists`].
    Listed(u32),
}

impl Names {
    /// Returns the text of the tag at `index` of `list`.
    pub fn tag(&self, list: TagList, index: usize) -> String {
        match list {
            TagList::Stream { stream, number } => {
                self.templates[stream as usize][index].replace("{n}", &number.to_string())
            }
            TagList::Listed(id) => self.tag_lists[id as usize][index].clone(),
        }
    }

    /// Returns how many tags `list` has.
    pub fn tag_count(&self, list: TagList) -> usize {
        match list {
            TagList::Stream { stream, .. } => self.templates[stream as usize].len(),
            TagList::Listed(id) => self.tag_lists[id as usize].len(),
        }
    }

    /// Returns the text of a digest.
    pub fn digest(&self, digest: Digest) -> String {
        match digest {
            Digest::Generated(bits) => format!("sha256:{:012x}", bits & 0xffff_ffff_ffff),
            Digest::Given(id) => self.digests[id as usize].clone(),
        }
    }
}
