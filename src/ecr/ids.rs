//! Dense ids: names are resolved once, before the run.

use super::slots::Slot;

macro_rules! ids {
    ($($(#[doc = $doc:literal])+ $name:ident),+ $(,)?) => {$(
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl $name {
            /// Returns the id of place `index`.
            ///
            /// # Panics
            /// If there are more than 2^32 places.
            pub fn new(index: usize) -> Self {
                Self(u32::try_from(index).expect("an id fits in 32 bits"))
            }

            /// Returns the place in a list by this id.
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    )+};
}

ids! {
    /// A private registry: an account in a Region.
    RegistryId,
    /// A repository's name; each registry that has the repository holds it on its own.
    RepositoryId,
    /// A repository in one registry, existing or not.
    HolderId,
    /// An image: a digest under a repository's name, wherever it is stored.
    ImageId,
    /// A layer that several images share.
    LayerId,
    /// A tag's text, where more than one image may bear it.
    TagId,
}

impl HolderId {
    /// Returns the holder of the same name at `slot`, given that of slot 0: they follow each other.
    #[inline]
    pub const fn beside(self, slot: Slot) -> Self {
        Self(self.0 + slot as u32)
    }
}
