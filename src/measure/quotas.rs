//! What a run says of service quotas: when one was first used up, and when the fullest repository will be full.

use jiff::SignedDuration;

use super::calendar::moment;
use super::ledger::Ledger;
use super::outcome::FullestRepository;
use super::table::Moment;
use crate::simulation::{Exhausted, Fullest, Model, QuotaKind};

/// From this share of its quota on, the fullest repository is told of in the notes.
const TOLD_SHARE: f64 = 0.1;

/// So soon after the run's end must it be full to be told of there, in seconds: a quarter of a year.
const TOLD_WITHIN_S: f64 = 91.0 * 86_400.0;

/// What was heard of quotas.
#[derive(Clone, Debug, Default)]
pub(super) struct QuotaBook {
    pub exhausted: Vec<Exhausted>,
    pub fullest: Option<Fullest>,
}

impl Ledger<'_> {
    /// Says what there is to say of quotas, if anything.
    pub(super) fn quota_notes(&self) -> impl Iterator<Item = String> + '_ {
        let exhausted = self.quotas.exhausted.iter();
        let exhausted = exhausted.map(|of| exhausted_note(self.model, of));
        exhausted.chain(self.fullest_note())
    }

    /// Returns how full the fullest repository is at the run's end.
    pub(super) fn fullest_repository(&self) -> Option<FullestRepository> {
        let of = self.quotas.fullest.filter(|of| of.images > 0)?;
        let names = &self.model.names;
        let (_, max) = named(self.model, QuotaKind::ImagesPerRepository);
        let full_at = full_in_s(&of, max).and_then(|after_s| {
            let end = moment(self.model.start, self.model.end);
            let full = end.checked_add(SignedDuration::from_secs(after_s as i64));
            full.ok()
        });
        Some(FullestRepository {
            registry: names.registries[of.registry.index()].clone(),
            repository: names.repositories[of.repository.index()].clone(),
            images: of.images,
            quota: max,
            full_at: full_at.map(Moment),
        })
    }

    /// A repository that is full is told of already.
    fn fullest_note(&self) -> Option<String> {
        let of = self.fullest_repository()?;
        let gained = self.quotas.fullest.as_ref();
        let full_in_s = gained.and_then(|gained| full_in_s(gained, of.quota));
        let is_soon = full_in_s.is_some_and(|after_s| after_s <= TOLD_WITHIN_S);
        let is_full = (of.images as f64) >= TOLD_SHARE * of.quota as f64;
        if of.images >= of.quota || !is_full && !is_soon {
            return None;
        }
        let when = of.full_at.map_or_else(
            || ", and no more at the pace of its second half".to_owned(),
            |at| {
                let day = at.0.strftime("%Y-%m-%d");
                format!("; at the pace of its second half full on {day}")
            },
        );
        let (name, _) = named(self.model, QuotaKind::ImagesPerRepository);
        Some(format!(
            "fullest at the run's end: {} in {}, {} of {} images (\"{name}\"){when}",
            of.repository, of.registry, of.images, of.quota
        ))
    }
}

/// Returns in how many seconds a repository is full at the pace of the run's second half.
fn full_in_s(of: &Fullest, max: u64) -> Option<f64> {
    let left = max.checked_sub(of.images).filter(|&left| left > 0)?;
    (of.growth_per_s > 0.0).then(|| left as f64 / of.growth_per_s)
}

fn exhausted_note(model: &Model, of: &Exhausted) -> String {
    let names = &model.names;
    let repository = &names.repositories[of.repository.index()];
    let registry = &names.registries[of.registry.index()];
    let (name, max) = named(model, of.quota);
    let at = Moment(moment(model.start, of.at));
    format!("the quota \"{name}\" ({max}) was used up first on {at}: {repository} in {registry}")
}

/// Returns AWS's name of a quota, and its value.
fn named(model: &Model, quota: QuotaKind) -> (&'static str, u64) {
    let quotas = &model.quotas;
    match quota {
        QuotaKind::ImagesPerRepository => ("Images per repository", quotas.images_per_repository),
        QuotaKind::RepositoriesPerRegistry => {
            ("Registered repositories", quotas.repositories_per_registry)
        }
        QuotaKind::TagsPerImage => ("Tags per image", quotas.tags_per_image),
    }
}
