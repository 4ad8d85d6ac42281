//! Which tags of a push more than one image may bear.
//!
//! A tag with the push's number in it is its image's own: nothing can move it, so it needs no bookkeeping, which
//! keeps a push's cost apart from the number of images. Tags that several pushes give (`latest`), that the scenario
//! names elsewhere (an event deletes tag `17`), or that two templates can both make, are *common*: kept one by one.

use std::collections::{BTreeMap, BTreeSet};

use super::names::TagList;
use crate::ecr::{RepositoryId, TagId, World};

/// How to find the common tags of every push.
#[derive(Clone, Debug, Default)]
pub struct TagBook {
    /// Common tags by tag list, all of them.
    pub(super) listed: Vec<Vec<TagId>>,
    pub(super) streams: Vec<StreamTags>,
}

/// The tags of one stream's pushes.
#[derive(Clone, Debug, Default)]
pub(super) struct StreamTags {
    /// Templates with `{n}` that no other tag can equal but those in `named`.
    own: Vec<u32>,
    /// Templates with `{n}` that another template may equal, by place, with their text.
    contested: Vec<(u32, String)>,
    /// Templates without `{n}`.
    fixed: Vec<(u32, TagId)>,
    /// Numbered tags that the scenario names elsewhere: by repository and number, the template's place and the tag.
    named: BTreeMap<(RepositoryId, u64), Vec<(u32, TagId)>>,
    /// Whether all its tags, and it has some, are of the first kind and named nowhere.
    has_own_only: bool,
}

/// The tags of one push; reused from push to push.
#[derive(Clone, Debug, Default)]
pub(super) struct Resolved {
    /// Whether some of its tags are its image's own.
    pub own: bool,
    /// Its common tags.
    pub common: Vec<TagId>,
    /// Their places in the push's list.
    pub places: Vec<u32>,
}

/// A stream as far as its tags go.
pub(super) struct TaggedStream<'a> {
    pub templates: &'a [String],
    pub repositories: &'a [RepositoryId],
    /// Whether all its tags are kept one by one, because a lifecycle policy reads them.
    pub are_read: bool,
}

impl Resolved {
    /// Makes them those of a push that has none but its image's own.
    #[inline]
    pub fn set_own_only(&mut self) {
        self.own = true;
        self.common.clear();
        self.places.clear();
    }

    /// Keeps the common tags of which `keep` says so, given place and tag.
    pub fn retain(&mut self, mut keep: impl FnMut(u32, TagId) -> bool) {
        let mut kept = 0;
        for index in 0..self.common.len() {
            let (place, tag) = (self.places[index], self.common[index]);
            if keep(place, tag) {
                (self.places[kept], self.common[kept]) = (place, tag);
                kept += 1;
            }
        }
        self.places.truncate(kept);
        self.common.truncate(kept);
    }
}

impl TagBook {
    /// Finds which tags are common. `named` holds the tags that events, traces and stored images name.
    pub(super) fn new(
        streams: &[TaggedStream<'_>],
        named: &BTreeMap<RepositoryId, BTreeSet<String>>,
        mut intern: impl FnMut(&str) -> TagId,
    ) -> Self {
        let mut book = Self::default();
        for (index, stream) in streams.iter().enumerate() {
            let mut tags = StreamTags::default();
            for (place, template) in stream.templates.iter().enumerate() {
                let place = place as u32;
                if !template.contains("{n}") {
                    tags.fixed.push((place, intern(template)));
                } else if stream.are_read || is_contested(streams, index, place as usize) {
                    tags.contested.push((place, template.clone()));
                } else {
                    tags.own.push(place);
                    tags.add_named(stream, streams, place, named, &mut intern);
                }
            }
            tags.has_own_only = !tags.own.is_empty()
                && tags.fixed.is_empty()
                && tags.named.is_empty()
                && tags.contested.is_empty();
            book.streams.push(tags);
        }
        book
    }

    /// Returns the first tag of a stream that each of its pushes gives.
    pub(super) fn moving_tag(&self, stream: usize) -> Option<TagId> {
        self.streams[stream].fixed.first().map(|&(_, tag)| tag)
    }

    /// Returns the templates of a stream, by place, whose tags more than one push may give.
    pub(super) fn shared_templates(&self, stream: usize) -> impl Iterator<Item = u32> + '_ {
        let tags = &self.streams[stream];
        let fixed = tags.fixed.iter().map(|&(place, _)| place);
        fixed.chain(tags.contested.iter().map(|&(place, _)| place))
    }

    /// Returns whether a push has tags, and all of them are its image's own.
    #[inline]
    pub(super) fn are_own_only(&self, list: &TagList) -> bool {
        match *list {
            TagList::Stream { stream, .. } => self.streams[stream as usize].has_own_only,
            TagList::Listed(_) => false,
        }
    }

    /// Finds the tags of a push.
    pub(super) fn resolve(
        &self,
        list: TagList,
        repository: RepositoryId,
        world: &mut Contested,
        out: &mut Resolved,
    ) {
        out.common.clear();
        out.places.clear();
        match list {
            TagList::Stream { stream, number } => {
                let tags = &self.streams[stream as usize];
                tags.resolve(number, repository, world, out);
            }
            TagList::Listed(id) => {
                let tags = &self.listed[id as usize];
                out.own = false;
                out.common.extend(tags);
                out.places.extend(0..tags.len() as u32);
            }
        }
    }
}

impl StreamTags {
    #[inline(never)]
    fn resolve(
        &self,
        number: u64,
        repository: RepositoryId,
        contested: &mut Contested,
        out: &mut Resolved,
    ) {
        let mut own = self.own.len();
        let mut add = |place: u32, tag: TagId| {
            out.common.push(tag);
            out.places.push(place);
        };
        self.fixed.iter().for_each(|&(place, tag)| add(place, tag));
        if !self.named.is_empty()
            && let Some(named) = self.named.get(&(repository, number))
        {
            own -= named.len();
            named.iter().for_each(|&(place, tag)| add(place, tag));
        }
        for (place, template) in &self.contested {
            add(
                *place,
                contested.intern(&template.replace("{n}", &number.to_string())),
            );
        }
        out.own = own > 0;
    }

    /// Notes the numbers under which a template gives a tag that the scenario names elsewhere.
    fn add_named(
        &mut self,
        stream: &TaggedStream<'_>,
        streams: &[TaggedStream<'_>],
        place: u32,
        named: &BTreeMap<RepositoryId, BTreeSet<String>>,
        intern: &mut impl FnMut(&str) -> TagId,
    ) {
        let template = &stream.templates[place as usize];
        for &repository in stream.repositories {
            let fixed = streams
                .iter()
                .filter(|other| other.repositories.contains(&repository));
            let fixed =
                fixed.flat_map(|other| other.templates.iter().filter(|text| !text.contains("{n}")));
            let texts = named.get(&repository).into_iter().flatten().chain(fixed);
            for text in texts.collect::<BTreeSet<_>>() {
                if let Some(number) = number_in(template, text) {
                    self.named
                        .entry((repository, number))
                        .or_default()
                        .push((place, intern(text)));
                }
            }
        }
    }
}

/// Tags that are found only while the run goes on.
#[derive(Clone, Debug, Default)]
pub(super) struct Contested {
    ids: BTreeMap<String, TagId>,
    /// Texts that the world does not know yet.
    fresh: Vec<String>,
    next: u32,
}

impl Contested {
    /// Begins with the tags known before the run.
    pub fn new(texts: &[String]) -> Self {
        let ids = texts
            .iter()
            .enumerate()
            .map(|(index, text)| (text.clone(), TagId::new(index)))
            .collect();
        Self {
            ids,
            fresh: Vec::new(),
            next: texts.len() as u32,
        }
    }

    fn intern(&mut self, text: &str) -> TagId {
        if let Some(&id) = self.ids.get(text) {
            return id;
        }
        let id = TagId(self.next);
        self.next += 1;
        self.ids.insert(text.to_owned(), id);
        self.fresh.push(text.to_owned());
        id
    }

    /// Makes the world know every tag that was found since.
    pub fn tell(&mut self, world: &mut World) {
        if self.fresh.is_empty() {
            return;
        }
        for text in self.fresh.drain(..) {
            world.add_tag(&text);
        }
    }
}

/// Returns whether another numbered template may give the same tag in one of the stream's repositories.
fn is_contested(streams: &[TaggedStream<'_>], index: usize, place: usize) -> bool {
    let stream = &streams[index];
    let template = &stream.templates[place];
    let mine: BTreeSet<RepositoryId> = stream.repositories.iter().copied().collect();
    streams.iter().enumerate().any(|(other_index, other)| {
        let shares = other_index == index || other.repositories.iter().any(|id| mine.contains(id));
        let rivals = other
            .templates
            .iter()
            .enumerate()
            .filter(|(_, text)| text.contains("{n}"));
        let mut rivals =
            rivals.filter(|&(other_place, _)| (other_index, other_place) != (index, place));
        shares && rivals.any(|(_, rival)| may_coincide(template, rival))
    })
}

/// Returns whether two numbered templates can give one tag. May say yes where they cannot, never the reverse.
fn may_coincide(one: &str, two: &str) -> bool {
    !differ_from_start(one.chars(), two.chars(), '{')
        && !differ_from_start(one.chars().rev(), two.chars().rev(), '}')
}

/// Compares up to the first number, which may be any run of digits.
fn differ_from_start(
    one: impl Iterator<Item = char>,
    two: impl Iterator<Item = char>,
    number: char,
) -> bool {
    for (a, b) in one.zip(two) {
        match (a == number, b == number) {
            (true, true) => return false,
            (true, false) => return !b.is_ascii_digit(),
            (false, true) => return !a.is_ascii_digit(),
            (false, false) if a != b => return true,
            (false, false) => {}
        }
    }
    false
}

/// Returns the number with which `template` gives `text`.
fn number_in(template: &str, text: &str) -> Option<u64> {
    let (before, _) = template.split_once("{n}")?;
    let rest = text.strip_prefix(before)?;
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    // Where digits follow the number in the template, the number may be any beginning of the run of digits.
    let mut numbers = (1..=digits).filter_map(|length| rest[..length].parse().ok());
    numbers.find(|number: &u64| *number > 0 && template.replace("{n}", &number.to_string()) == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book(streams: &[(&[&str], &[u32])], named: &[(u32, &str)]) -> (TagBook, Vec<String>) {
        let templates: Vec<Vec<String>> = streams
            .iter()
            .map(|(texts, _)| texts.iter().map(ToString::to_string).collect())
            .collect();
        let repositories: Vec<Vec<RepositoryId>> = streams
            .iter()
            .map(|(_, ids)| ids.iter().map(|&id| RepositoryId(id)).collect())
            .collect();
        let tagged: Vec<TaggedStream<'_>> = templates
            .iter()
            .zip(&repositories)
            .map(|(templates, repositories)| TaggedStream {
                templates,
                repositories,
                are_read: false,
            })
            .collect();
        let mut names: BTreeMap<RepositoryId, BTreeSet<String>> = BTreeMap::new();
        for &(id, text) in named {
            names
                .entry(RepositoryId(id))
                .or_default()
                .insert(text.to_owned());
        }
        let mut texts: Vec<String> = Vec::new();
        let book = TagBook::new(&tagged, &names, |text| {
            let place = texts
                .iter()
                .position(|known| known == text)
                .unwrap_or(texts.len());
            if place == texts.len() {
                texts.push(text.to_owned());
            }
            TagId::new(place)
        });
        (book, texts)
    }

    fn resolve(
        book: &TagBook,
        texts: &[String],
        stream: u32,
        number: u64,
        repository: u32,
    ) -> (bool, Vec<String>) {
        let mut contested = Contested::new(texts);
        let mut out = Resolved::default();
        book.resolve(
            TagList::Stream { stream, number },
            RepositoryId(repository),
            &mut contested,
            &mut out,
        );
        let mut all = texts.to_vec();
        all.append(&mut contested.fresh);
        (
            out.own,
            out.common
                .iter()
                .map(|tag| all[tag.index()].clone())
                .collect(),
        )
    }

    #[test]
    fn numbered_tags_are_an_images_own_and_fixed_ones_common() {
        let (book, texts) = book(&[(&["{n}", "latest"], &[0])], &[]);
        assert_eq!(
            resolve(&book, &texts, 0, 7, 0),
            (true, vec!["latest".to_owned()])
        );
    }

    #[test]
    fn a_numbered_tag_that_is_named_elsewhere_is_common() {
        let (book, texts) = book(
            &[(&["v{n}"], &[0, 1])],
            &[(0, "v17"), (0, "v07"), (0, "17")],
        );
        assert_eq!(
            resolve(&book, &texts, 0, 17, 0),
            (false, vec!["v17".to_owned()])
        );
        assert_eq!(resolve(&book, &texts, 0, 17, 1), (true, vec![]));
        assert_eq!(resolve(&book, &texts, 0, 7, 0), (true, vec![]));
    }

    #[test]
    fn streams_that_can_give_the_same_tag_share_it() {
        let (shared, texts) = book(&[(&["{n}"], &[0]), (&["{n}"], &[0, 1])], &[]);
        assert_eq!(
            resolve(&shared, &texts, 0, 3, 0),
            (false, vec!["3".to_owned()])
        );
        let (apart, texts) = book(&[(&["{n}"], &[0]), (&["{n}"], &[1])], &[]);
        assert_eq!(resolve(&apart, &texts, 0, 3, 0), (true, vec![]));
    }

    #[test]
    fn templates_that_cannot_coincide_are_told_apart() {
        assert!(may_coincide("{n}", "{n}"));
        assert!(may_coincide("1{n}", "{n}"));
        assert!(may_coincide("{n}-1", "5-{n}"));
        assert!(!may_coincide("v{n}", "{n}"));
        assert!(!may_coincide("ci-{n}", "cd-{n}"));
        assert!(!may_coincide("{n}-arm", "{n}-amd"));
    }

    #[test]
    fn the_number_of_a_tag_is_found_again() {
        assert_eq!(number_in("v{n}-{n}", "v12-12"), Some(12));
        assert_eq!(number_in("v{n}-{n}", "v12-13"), None);
        assert_eq!(number_in("{n}0", "120"), Some(12));
        assert_eq!(number_in("{n}", "0"), None);
        assert_eq!(number_in("{n}", "012"), None);
    }
}
