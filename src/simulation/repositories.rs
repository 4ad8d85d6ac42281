//! Repositories that replication created, as the run's end finds them.

use super::observer::{CreatedRepository, Observer};
use super::run::Simulation;

impl<O: Observer> Simulation<'_, O> {
    /// Tells of every repository that replication created and that is still there.
    pub(super) fn tell_created(&mut self) {
        let (world, observer) = (&self.world, &mut self.observer);
        world.for_each_created(|created| {
            observer.created(CreatedRepository {
                registry: world.registry_of(created.holder),
                repository: world.repository_of(created.holder),
                source: world.registry_of(created.source),
                created,
            });
        });
    }
}
