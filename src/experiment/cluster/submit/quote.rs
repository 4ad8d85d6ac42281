//! Words in other languages' quotes.

/// Returns the word as a POSIX shell reads it, whatever it holds.
pub fn shell(word: &str) -> String {
    let plain = |char: char| char.is_ascii_alphanumeric() || "_-./=:,+@".contains(char);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// Returns the words as one shell command.
pub fn shell_command(words: &[String]) -> String {
    let words: Vec<String> = words.iter().map(|word| shell(word)).collect();
    words.join(" ")
}

/// Returns the text as a JSON string, which is a YAML string too.
pub fn json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn shells_read_what_was_meant() {
        let words = [
            "plain-1.0/x",
            "two words",
            "it's",
            "\"$HOME\" `id` \\ ; & | * ? ~ # !",
            "",
        ];
        for word in words {
            let script = format!("printf %s {}", shell(word));
            let output = Command::new("sh").arg("-c").arg(script).output();
            assert_eq!(
                String::from_utf8(output.expect("a shell").stdout).as_deref(),
                Ok(word)
            );
        }
        assert_eq!(shell("plain-1.0/x"), "plain-1.0/x");
        assert_eq!(shell("it's"), r"'it'\''s'");
    }
}
