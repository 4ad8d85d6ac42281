//! Images at risk: pushed in a Region, and complete in no other yet, though a rule sends them to one.
//!
//! Counted only for Regions that an outage or a spell cuts off, and from the start of the run on. An image that has once
//! been complete in another Region does not come back, even if it is deleted there.

use std::collections::BTreeMap;

use super::model::Model;
use super::observer::Observer;
use super::run::Simulation;
use crate::ecr::{HolderId, ImageId, RegistryId};
use crate::units::SimTime;

/// The images at risk of a run.
#[derive(Clone, Debug)]
pub(super) struct Risk {
    /// Whether each Region is watched.
    watched: Vec<bool>,
    /// Region and bytes of each image at risk.
    open: BTreeMap<ImageId, (u32, u64)>,
    /// Images and bytes at risk, by Region.
    levels: Vec<(u64, u64)>,
}

impl Model {
    /// Returns the Regions that are cut off when these links are: all of their links to other Regions are among them.
    pub fn regions_cut(&self, links: &[usize]) -> Vec<usize> {
        let mut leaving = vec![Vec::new(); self.regions.len()];
        for lane in &self.lanes {
            let [from, to] = [lane.source, lane.destination].map(|id| self.region_of(id));
            if from != to {
                leaving[from].push(lane.link);
            }
        }
        let is_cut = |of: &[usize]| !of.is_empty() && of.iter().all(|link| links.contains(link));
        let regions = leaving.iter().enumerate();
        let cut = regions.filter(|(_, of)| is_cut(of));
        cut.map(|(region, _)| region).collect()
    }

    fn region_of(&self, registry: RegistryId) -> usize {
        self.registries[registry.index()].region
    }
}

impl Risk {
    /// Returns what counts the images at risk, if an outage of the model cuts a Region off.
    pub fn of(model: &Model) -> Option<Box<Self>> {
        let outages = model.outages.iter().map(|outage| &outage.links);
        let spells = model.spells.iter().map(|spell| &spell.links);
        let mut watched = vec![false; model.regions.len()];
        for links in outages.chain(spells) {
            for region in model.regions_cut(links) {
                watched[region] = true;
            }
        }
        watched.contains(&true).then(|| {
            Box::new(Self {
                levels: vec![(0, 0); watched.len()],
                watched,
                open: BTreeMap::new(),
            })
        })
    }

    /// Ends the risk of an image, and returns its Region if it was at risk.
    fn close(&mut self, image: ImageId) -> Option<u32> {
        let (region, bytes) = self.open.remove(&image)?;
        let level = &mut self.levels[region as usize];
        *level = (level.0 - 1, level.1 - bytes);
        Some(region)
    }
}

impl<O: Observer> Simulation<'_, O> {
    /// An image was pushed, and is sent over these lanes.
    pub(super) fn begin_risk(
        &mut self,
        at: SimTime,
        image: ImageId,
        source: RegistryId,
        lanes: &[u32],
    ) {
        let model = self.model;
        let region = model.region_of(source);
        let Some(risk) = self.risk.as_mut().filter(|risk| risk.watched[region]) else {
            return;
        };
        let leaves = |&lane: &u32| {
            let to = model.lanes[lane as usize].destination;
            model.region_of(to) != region
        };
        let is_outside = |registry| model.region_of(registry) != region;
        let is_elsewhere = self.world.registries_of(image).any(is_outside);
        if is_elsewhere || !lanes.iter().any(leaves) || risk.open.contains_key(&image) {
            return;
        }
        let bytes = self.world.image_bytes(image);
        risk.open.insert(image, (region as u32, bytes));
        let level = &mut risk.levels[region];
        *level = (level.0 + 1, level.1 + bytes);
        self.tell_risk(at, region as u32);
    }

    /// An image is stored at `holder`: elsewhere, that ends its risk.
    pub(super) fn end_risk(&mut self, at: SimTime, image: ImageId, holder: HolderId) {
        let region = self.model.region_of(self.world.registry_of(holder));
        let Some(risk) = &mut self.risk else {
            return;
        };
        let is_elsewhere = |&(of, _): &(u32, u64)| of as usize != region;
        if risk.open.get(&image).is_some_and(is_elsewhere)
            && let Some(region) = risk.close(image)
        {
            self.tell_risk(at, region);
        }
    }

    /// An image was deleted somewhere: if nothing is left of it, nothing is at risk.
    pub(super) fn drop_risk(&mut self, at: SimTime, image: ImageId) {
        let Some(risk) = &mut self.risk else {
            return;
        };
        let is_left = self.world.registries_of(image).next().is_some();
        if !is_left && let Some(region) = risk.close(image) {
            self.tell_risk(at, region);
        }
    }

    fn tell_risk(&mut self, at: SimTime, region: u32) {
        let risk = self.risk.as_ref();
        let (images, bytes) = risk.expect("images are at risk").levels[region as usize];
        self.observer.at_risk(at, region, images, bytes);
    }
}
