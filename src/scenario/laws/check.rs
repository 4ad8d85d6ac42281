//! What is wrong with a distribution's parameters.

use super::super::distribution::{Distribution, Law, Lognormal, Quantiles, Quantity};

/// Something wrong with a distribution: at which keys below it, and what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::scenario) struct Finding {
    /// Keys that lead from the distribution to what is wrong.
    pub(in crate::scenario) keys: Vec<String>,
    /// What is wrong.
    pub(in crate::scenario) message: String,
    /// What to write instead.
    pub(in crate::scenario) help: String,
}

/// Less than this must not be left by a truncation: drawing by rejection would take too long.
const LEAST_LEFT: f64 = 0.001;

/// Returns everything that is wrong with a distribution.
pub(in crate::scenario) fn check<Q: Quantity>(distribution: &Distribution<Q>) -> Vec<Finding> {
    let mut checker = Checker {
        keys: Vec::new(),
        found: Vec::new(),
    };
    checker.distribution(distribution);
    checker.found
}

struct Checker {
    keys: Vec<String>,
    found: Vec<Finding>,
}

impl Checker {
    fn distribution<Q: Quantity>(&mut self, distribution: &Distribution<Q>) {
        let before = self.found.len();
        match distribution {
            Distribution::Constant(_) => {}
            Distribution::Law(law) => self.law(law),
            Distribution::Mixture(mixture) => {
                for (index, component) in mixture.mixture.iter().enumerate() {
                    let keys = ["mixture".to_owned(), index.to_string(), "of".to_owned()];
                    self.keys.extend(keys);
                    self.distribution(&component.of);
                    self.keys.truncate(self.keys.len() - 3);
                }
            }
        }
        if self.found.len() == before {
            self.truncation(distribution);
        }
    }

    fn law<Q: Quantity>(&mut self, law: &Law<Q>) {
        let name = law.name();
        self.keys.push(name.to_owned());
        match law {
            Law::Uniform { min, max } => {
                if min > max {
                    self.tell("min", "`min` is more than `max`", "swap them");
                }
            }
            Law::Exponential { mean, .. } | Law::Gamma { mean, .. } => self.positive("mean", *mean),
            Law::Weibull { scale, .. } | Law::Pareto { scale, .. } => {
                self.positive("scale", *scale)
            }
            Law::Lognormal(law) => self.lognormal(law),
            Law::Quantiles(law) => self.quantiles(law),
            // Its file is checked where it is read.
            Law::Empirical(_) => {}
        }
        self.keys.pop();
    }

    fn positive<Q: Quantity>(&mut self, key: &str, value: Q) {
        if value.units() == 0 {
            self.tell(
                key,
                format!("`{key}` must be more than 0"),
                "write a constant instead of a law that is always 0",
            );
        }
    }

    fn lognormal<Q: Quantity>(&mut self, law: &Lognormal<Q>) {
        let help = "write `median` and `sigma`, or two quantiles such as `p50` and `p95`";
        let parameters = usize::from(law.median.is_some()) + usize::from(law.sigma.is_some());
        match (parameters, law.quantiles.len()) {
            (2, 0) => {
                if let Some(median) = law.median {
                    self.positive("median", median);
                }
            }
            (0, 2) => self.two_quantiles(law),
            (0, 0) => self.here("a log-normal law needs its parameters", help),
            (1, 0) => self.here("a log-normal law needs both `median` and `sigma`", help),
            (0, _) => self.here("a log-normal law has exactly two quantiles", help),
            _ => self.here("`median` and `sigma` do not go with quantiles", help),
        }
    }

    fn two_quantiles<Q: Quantity>(&mut self, law: &Lognormal<Q>) {
        let mut points: Vec<_> = law.quantiles.iter().collect();
        points.sort_by(|a, b| a.0.probability().total_cmp(&b.0.probability()));
        for (key, value) in &points {
            self.positive(&key.0, **value);
            if key.probability() <= 0.0 {
                self.tell(
                    &key.0,
                    format!("`{}` is no quantile of a log-normal law", key.0),
                    "",
                );
            }
        }
        let [(low_key, low), (high_key, high)] = points.as_slice() else {
            unreachable!("called with two");
        };
        if low_key.probability() == high_key.probability() {
            let message = format!("`{}` and `{}` are the same quantile", low_key.0, high_key.0);
            self.tell(&high_key.0, message, "write two different ones");
        } else if low >= high {
            let message = format!("`{}` must be more than `{}`", high_key.0, low_key.0);
            self.tell(&high_key.0, message, "");
        }
    }

    fn quantiles<Q: Quantity>(&mut self, law: &Quantiles<Q>) {
        let points = law.points();
        let help = "the first key is \"0\" and the last is \"1\"";
        if points.first().is_none_or(|first| first.0 != 0.0) {
            self.here("`quantiles` lacks its least value, \"0\"", help);
        }
        if points.last().is_none_or(|last| last.0 != 1.0) {
            self.here("`quantiles` lacks its greatest value, \"1\"", help);
        }
        for pair in points.windows(2) {
            let ((low_p, low), (high_p, high)) = (pair[0], pair[1]);
            if low_p == high_p {
                self.here(format!("the probability {low_p} is given twice"), "");
            } else if low > high {
                let message =
                    format!("the values fall from {low} at {low_p} to {high} at {high_p}");
                self.here(message, "quantiles never fall");
            }
        }
    }

    /// Tells if a truncation leaves next to nothing of the law.
    fn truncation<Q: Quantity>(&mut self, distribution: &Distribution<Q>) {
        let Some(max) = distribution.max() else {
            return;
        };
        let left = distribution.below(max.units() as f64);
        if left >= LEAST_LEFT {
            return;
        }
        let help = "write a greater `max`, or a law that lies below it";
        let message = format!("`max` leaves less than 0.1 % of the law: {max} is too low");
        if let Distribution::Law(law) = distribution {
            self.keys.push(law.name().to_owned());
            self.tell("max", message, help);
            self.keys.pop();
        } else {
            self.tell("max", message, help);
        }
    }

    fn here(&mut self, message: impl Into<String>, help: &str) {
        self.found.push(Finding {
            keys: self.keys.clone(),
            message: message.into(),
            help: help.to_owned(),
        });
    }

    fn tell(&mut self, key: &str, message: impl Into<String>, help: &str) {
        self.keys.push(key.to_owned());
        self.here(message, help);
        self.keys.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::SimDuration;

    fn findings(text: &str) -> Vec<String> {
        let table: toml::Table = toml::from_str(&format!("law = {text}")).expect("a law");
        let law: Distribution<SimDuration> = table["law"].clone().try_into().expect("a law");
        let found = check(&law);
        found
            .iter()
            .map(|finding| format!("{}: {}", finding.keys.join("."), finding.message))
            .collect()
    }

    #[test]
    fn parameters_that_are_right() {
        for law in [
            "\"3 s\"",
            "{ uniform = { min = \"1 s\", max = \"2 s\" } }",
            "{ lognormal = { p50 = \"1 s\", p95 = \"2 s\" } }",
            "{ lognormal = { median = \"1 s\", sigma = 0.5, max = \"1 min\" } }",
            "{ gamma = { mean = \"1 s\", shape = 2 } }",
            "{ quantiles = { \"0\" = \"1 s\", \"0.5\" = \"1 s\", \"1\" = \"3 h\" } }",
            "{ mixture = [{ weight = 1, of = \"1 s\" }, { weight = 3, of = { exponential = { mean = \"1 s\" } } }] }",
        ] {
            assert_eq!(findings(law), Vec::<String>::new(), "{law}");
        }
    }

    #[test]
    fn wrong_parameters_are_told_at_their_key() {
        let cases = [
            (
                "{ uniform = { min = \"2 s\", max = \"1 s\" } }",
                "uniform.min: `min` is more than `max`",
            ),
            (
                "{ exponential = { mean = \"0 s\" } }",
                "exponential.mean: `mean` must be more than 0",
            ),
            (
                "{ lognormal = { median = \"1 s\" } }",
                "lognormal: a log-normal law needs both `median` and `sigma`",
            ),
            (
                "{ lognormal = { p50 = \"1 s\" } }",
                "lognormal: a log-normal law has exactly two quantiles",
            ),
            (
                "{ lognormal = { p95 = \"1 s\", p50 = \"2 s\" } }",
                "lognormal.p95: `p95` must be more than `p50`",
            ),
            (
                "{ lognormal = { p50 = \"1 s\", p500 = \"2 s\" } }",
                "lognormal.p500: `p50` and `p500` are the same quantile",
            ),
            (
                "{ quantiles = { \"0\" = \"1 s\", \"0.5\" = \"3 s\" } }",
                "quantiles: `quantiles` lacks its greatest value, \"1\"",
            ),
            (
                "{ quantiles = { \"0\" = \"4 s\", \"1\" = \"3 s\" } }",
                "quantiles: the values fall from 4 s at 0 to 3 s at 1",
            ),
            (
                "{ mixture = [{ weight = 1, of = { weibull = { scale = \"0 s\", shape = 1 } } }] }",
                "mixture.0.of.weibull.scale: `scale` must be more than 0",
            ),
        ];
        for (law, expected) in cases {
            assert_eq!(findings(law), [expected], "{law}");
        }
    }

    #[test]
    fn truncation_must_leave_a_thousandth() {
        // Exponential with mean 1000 s: 1 s leaves 0.0999 %, 1.1 s leaves 0.1099 %.
        let law =
            |max: &str| format!("{{ exponential = {{ mean = \"1000 s\", max = \"{max}\" }} }}");
        assert_eq!(findings(&law("1.1 s")), Vec::<String>::new());
        assert!(
            findings(&law("1 s"))[0].starts_with("exponential.max: `max` leaves less than 0.1 %")
        );
        // Nothing of a Pareto law lies below its scale.
        let pareto = "{ pareto = { scale = \"10 min\", shape = 2, max = \"9 min\" } }";
        assert!(findings(pareto)[0].starts_with("pareto.max"));
        let mixture = "{ mixture = [{ weight = 1, of = \"2 s\" }], max = \"1 s\" }";
        assert!(findings(mixture)[0].starts_with("max: "));
    }
}
