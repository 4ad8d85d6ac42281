//! Conditions of the command line, put where the loader reads them.

/// Returns the override that makes `conditions` the only thresholds: `METRIC{LABEL=VALUE} STATISTIC OPERATOR VALUE` each.
///
/// Whether they are right is left to the loader, which says so in its own words.
pub fn thresholds_override(conditions: &[String]) -> String {
    let mut keys: Vec<(&str, Vec<&str>)> = Vec::new();
    for condition in conditions {
        let (key, rest) = split(condition);
        match keys.iter_mut().find(|(known, _)| *known == key) {
            Some((_, rests)) => rests.push(rest),
            None => keys.push((key, vec![rest])),
        }
    }
    let entry = |(key, rests): &(&str, Vec<&str>)| {
        let rests: Vec<String> = rests.iter().map(|rest| quoted(rest)).collect();
        format!("{} = [{}]", quoted(key), rests.join(", "))
    };
    let entries: Vec<String> = keys.iter().map(entry).collect();
    format!("thresholds={{ {} }}", entries.join(", "))
}

/// Cuts a condition after its metric and labels.
fn split(condition: &str) -> (&str, &str) {
    let condition = condition.trim();
    let blank = condition.find(char::is_whitespace);
    let brace = condition.find('{');
    let labelled = brace.is_some_and(|brace| blank.is_none_or(|blank| brace < blank));
    let end = if labelled {
        condition.find('}').map(|brace| brace + 1)
    } else {
        blank
    };
    let (key, rest) = condition.split_at(end.unwrap_or(condition.len()));
    (key, rest.trim())
}

/// A text of JSON is one of TOML too.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn overridden(conditions: &[&str]) -> String {
        let conditions: Vec<String> = conditions.iter().map(|it| (*it).to_owned()).collect();
        thresholds_override(&conditions)
    }

    #[test]
    fn a_condition_becomes_a_threshold() {
        assert_eq!(
            overridden(&["replication_latency p99 < 10 min"]),
            r#"thresholds={ "replication_latency" = ["p99 < 10 min"] }"#
        );
    }

    #[test]
    fn labels_stay_with_their_metric_blanks_and_all() {
        assert_eq!(
            overridden(&["failed{reason=AccessDenied, destination=prod/eu-west-1} total < 1"]),
            r#"thresholds={ "failed{reason=AccessDenied, destination=prod/eu-west-1}" = ["total < 1"] }"#
        );
    }

    #[test]
    fn conditions_of_one_metric_share_its_key() {
        assert_eq!(
            overridden(&[
                "waiting max < 5",
                "total_usd total < 9 USD",
                "waiting mean < 1"
            ]),
            r#"thresholds={ "waiting" = ["max < 5", "mean < 1"], "total_usd" = ["total < 9 USD"] }"#
        );
    }

    #[test]
    fn what_is_no_condition_is_left_to_the_loader() {
        assert_eq!(overridden(&["a\"b"]), r#"thresholds={ "a\"b" = [""] }"#);
        assert_eq!(overridden(&["x{y"]), r#"thresholds={ "x{y" = [""] }"#);
    }
}
