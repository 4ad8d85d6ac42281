//! `--variant NAME K=V…`, several times: an option of which each occurrence has a list of its own.

use clap::{Arg, ArgAction, ArgMatches, Args, Command, Error, FromArgMatches};

use super::exit::Failure;

/// Its name.
const ID: &str = "variant";

/// Variants of the base, as they were written.
#[derive(Clone, Debug, Default)]
pub struct Variants(Vec<Variant>);

/// A name, and what it changes.
#[derive(Clone, Debug)]
pub struct Variant {
    /// Its name.
    pub name: String,
    /// Overrides KEY=VALUE.
    pub overrides: Vec<String>,
}

impl Variants {
    /// Returns the variants, in order.
    ///
    /// # Errors
    /// If one has no name, or something else than overrides after it.
    pub fn list(&self) -> Result<&[Variant], Failure> {
        for Variant { name, overrides } in &self.0 {
            if name.contains('=') {
                return Err(Failure::wrong(format_args!(
                    "--variant takes a name before its overrides, as in --variant slow '{name}'"
                )));
            }
            if !is_plain(name) {
                return Err(Failure::wrong(format_args!(
                    "the variant {name:?} has an odd name: letters, digits, and . _ - after the first are allowed"
                )));
            }
            let lacks = overrides.iter().find(|written| !written.contains('='));
            if let Some(other) = lacks {
                return Err(Failure::wrong(format_args!(
                    "in the variant `{name}`: `{other}` is no KEY=VALUE; scenarios stand before --variant"
                )));
            }
        }
        Ok(&self.0)
    }
}

/// A name becomes a cell of a table, which may hold no line's end and not begin like a formula.
fn is_plain(name: &str) -> bool {
    let is_first = name.starts_with(|first: char| first.is_ascii_alphanumeric());
    is_first
        && name
            .chars()
            .all(|other| other.is_ascii_alphanumeric() || "._-".contains(other))
}

impl Args for Variants {
    fn augment_args(command: Command) -> Command {
        command.arg(
            Arg::new(ID)
                .long(ID)
                .help("The base under overrides: a name, then one KEY=VALUE or more (repeatable)")
                .value_names(["NAME", "KEY=VALUE"])
                .num_args(2..)
                .action(ArgAction::Append),
        )
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Variants {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let mut all = Vec::new();
        for occurrence in matches.get_occurrences::<String>(ID).into_iter().flatten() {
            let mut words = occurrence.cloned();
            let name = words.next().unwrap_or_default();
            let overrides = words.collect();
            all.push(Variant { name, overrides });
        }
        Ok(Self(all))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::is_plain;

    #[test]
    fn names_are_plain_cells() {
        assert!(
            ["narrow", "8-slots", "v1.2_b", "A"]
                .into_iter()
                .all(is_plain)
        );
        let odd = ["", "-1", "+1", "@x", "a\nb", "../x", "a b", "a,b"];
        assert!(!odd.into_iter().any(is_plain));
    }
}
