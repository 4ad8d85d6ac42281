//! A list whose places are used again: memory follows what lives, not what has passed.

/// Values at places that stay valid until they are removed.
#[derive(Clone, Debug)]
pub(super) struct Slab<T> {
    values: Vec<T>,
    free: Vec<u32>,
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Self {
            values: Vec::new(),
            free: Vec::new(),
        }
    }
}

impl<T> Slab<T> {
    pub fn insert(&mut self, value: T) -> u32 {
        self.insert_with(|| value)
    }

    /// Does the same; a large value is made where it is to stand.
    #[inline(always)]
    pub fn insert_with(&mut self, make: impl FnOnce() -> T) -> u32 {
        if let Some(place) = self.free.pop() {
            self.values[place as usize] = make();
            return place;
        }
        self.grow(make())
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self, value: T) -> u32 {
        self.values.push(value);
        u32::try_from(self.values.len() - 1).expect("under 2^32 values live at once")
    }

    pub fn get(&self, place: u32) -> &T {
        &self.values[place as usize]
    }

    pub fn get_mut(&mut self, place: u32) -> &mut T {
        &mut self.values[place as usize]
    }

    /// Frees a place; its value must not be read again.
    pub fn remove(&mut self, place: u32) {
        self.free.push(place);
    }

    /// Returns the places in use, rising.
    pub fn places(&self) -> Vec<u32> {
        let mut is_free = vec![false; self.values.len()];
        self.free
            .iter()
            .for_each(|&place| is_free[place as usize] = true);
        (0..self.values.len() as u32)
            .filter(|&place| !is_free[place as usize])
            .collect()
    }
}
