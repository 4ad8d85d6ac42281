//! Numbers of runs, written short.

/// More items than this are counted, not listed.
const MOST_ITEMS: usize = 12;

/// Writes ascending numbers as Slurm does: `0-3,7,12-40:4` (from 12 to 40, every fourth).
pub fn listed(numbers: &[u64]) -> String {
    let mut items = Vec::new();
    let mut rest = numbers;
    while !rest.is_empty() && items.len() < MOST_ITEMS {
        let taken = even_steps(rest);
        items.push(item(&rest[..taken]));
        rest = &rest[taken..];
    }
    let text = items.join(",");
    match rest.len() {
        0 => text,
        more => format!("{text} and {more} more"),
    }
}

/// Returns how many of the first numbers are as far from each other; one, if that is not worth a range.
fn even_steps(numbers: &[u64]) -> usize {
    let steps = numbers.windows(2).map(|pair| pair[1] - pair[0]);
    let Some(step) = steps.clone().next() else {
        return numbers.len();
    };
    let same = 1 + steps.take_while(|other| *other == step).count();
    if same >= 3 || step == 1 { same } else { 1 }
}

fn item(range: &[u64]) -> String {
    match range {
        [] => String::new(),
        [one] => one.to_string(),
        [first, second, ..] => {
            let last = range[range.len() - 1];
            match second - first {
                1 => format!("{first}-{last}"),
                step => format!("{first}-{last}:{step}"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::listed;

    #[test]
    fn numbers_are_written_short() {
        let cases: &[(&[u64], &str)] = &[
            (&[], ""),
            (&[7], "7"),
            (&[0, 1], "0-1"),
            (&[0, 1, 2, 3, 7, 12, 16, 20, 24], "0-3,7,12-24:4"),
            (&[1, 5, 6], "1,5-6"),
            (&[2, 10, 18], "2-18:8"),
        ];
        for (numbers, text) in cases {
            assert_eq!(listed(numbers), *text);
        }
        let squares: Vec<u64> = (0..20).map(|n| n * n).collect();
        assert_eq!(
            listed(&squares),
            "0-1,4,9,16,25,36,49,64,81,100,121,144 and 7 more"
        );
    }
}
