//! A heap of small values by small keys, least first.

/// Values by key, least first, among equal keys in no particular order.
///
/// A node has four children: half as deep as a binary heap, and a node's children share two cache lines. The least of
/// four is found by two rounds of comparisons that need no jump, for no branch predictor guesses which of them it is.
#[derive(Clone, Debug)]
pub struct Heap<K, V> {
    entries: Vec<Entry<K, V>>,
}

#[derive(Clone, Copy, Debug)]
struct Entry<K, V> {
    key: K,
    value: V,
}

impl<K, V> Default for Heap<K, V> {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
        }
    }
}

impl<K: Ord + Copy, V: Copy> Heap<K, V> {
    const CHILDREN: usize = 4;

    /// Returns how many values there are.
    pub const fn len(&self) -> usize {
        self.entries.len()
    }

    /// Returns whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Returns the least key and its value.
    #[inline]
    pub fn peek(&self) -> Option<(K, V)> {
        self.entries.first().map(|entry| (entry.key, entry.value))
    }

    /// Returns all keys and values, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = (K, V)> + '_ {
        self.entries.iter().map(|entry| (entry.key, entry.value))
    }

    /// Adds a value, in O(log n).
    #[inline]
    pub fn push(&mut self, key: K, value: V) {
        let entry = Entry { key, value };
        self.entries.push(entry);
        self.rise(self.entries.len() - 1, entry);
    }

    /// Takes the value of the least key, in O(log n).
    #[inline]
    pub fn pop(&mut self) -> Option<(K, V)> {
        let last = self.entries.pop()?;
        let Some(first) = self.entries.first_mut() else {
            return Some((last.key, last.value));
        };
        let least = *first;
        self.fill_root(last);
        Some((least.key, least.value))
    }

    /// Moves the hole at the root down to a leaf, always to the least child, and lets `entry` rise from there: what
    /// stood last belongs near the bottom, so that this takes fewer comparisons than stopping on the way.
    fn fill_root(&mut self, entry: Entry<K, V>) {
        let mut hole = 0;
        loop {
            let first = hole * Self::CHILDREN + 1;
            let Some(children) = self.entries.get(first..first + Self::CHILDREN) else {
                break;
            };
            let least = first + Self::least_of(children.try_into().expect("four children"));
            self.entries[hole] = self.entries[least];
            hole = least;
        }
        let first = hole * Self::CHILDREN + 1;
        let few = self.entries.get(first..).unwrap_or_default();
        if let Some((place, least)) = few.iter().enumerate().min_by_key(|(_, child)| child.key) {
            self.entries[hole] = *least;
            hole = first + place;
        }
        self.rise(hole, entry);
    }

    #[inline]
    fn least_of(children: &[Entry<K, V>; 4]) -> usize {
        let left = usize::from(children[1].key < children[0].key);
        let right = 2 + usize::from(children[3].key < children[2].key);
        if children[right].key < children[left].key {
            right
        } else {
            left
        }
    }

    #[inline]
    fn rise(&mut self, mut hole: usize, entry: Entry<K, V>) {
        while hole > 0 {
            let parent = (hole - 1) / Self::CHILDREN;
            if self.entries[parent].key <= entry.key {
                break;
            }
            self.entries[hole] = self.entries[parent];
            hole = parent;
        }
        self.entries[hole] = entry;
    }
}

#[cfg(test)]
mod tests {
    use std::cmp::Reverse;
    use std::collections::BinaryHeap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn agrees_with_the_standard_heap(steps in prop::collection::vec(prop::option::of(0_u32..60), 0..400)) {
            let (mut heap, mut standard) = (Heap::default(), BinaryHeap::new());
            for step in steps {
                match step {
                    Some(key) => {
                        heap.push(key, key + 1);
                        standard.push(Reverse(key));
                    }
                    None => {
                        let least = standard.pop().map(|Reverse(key)| (key, key + 1));
                        prop_assert_eq!(heap.peek(), least);
                        prop_assert_eq!(heap.pop(), least);
                    }
                }
                prop_assert_eq!(heap.len(), standard.len());
                prop_assert_eq!(heap.is_empty(), standard.is_empty());
            }
            let mut left: Vec<u32> = heap.iter().map(|(key, _)| key).collect();
            left.sort_unstable();
            let sorted: Vec<u32> = standard.into_sorted_vec().into_iter().rev().map(|Reverse(key)| key).collect();
            prop_assert_eq!(left, sorted);
        }
    }
}
