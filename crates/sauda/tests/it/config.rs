//! The configuration: what is said where, who wins, and that the document tells it right.

use super::*;
use crate::served::Served;

impl Sauda {
    /// A command in an environment that says nothing.
    fn unconfigured(&self, line: &str) -> Command {
        let mut command = self.command(&line.split_whitespace().collect::<Vec<_>>());
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("SAUDA_"))
        {
            command.env_remove(name);
        }
        command
    }

    fn config(&self, line: &str, environment: &[(&str, &str)]) -> Value {
        let mut command = self.unconfigured(&format!("config --json {line}"));
        Ended::of(command.envs(environment.iter().copied()).output().unwrap()).json()
    }

    fn configured(&self, text: &str) -> String {
        fs::create_dir_all(self.data_dir()).unwrap();
        let path = self.data_dir().join("sauda.toml");
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

/// Value and source of a key.
fn of<'a>(config: &'a Value, key: &str) -> (&'a str, &'a str) {
    let row = config.as_array().unwrap().iter().find(|row| row["key"] == key).unwrap();
    (row["value"].as_str().unwrap_or("-"), row["from"].as_str().unwrap())
}

#[test]
fn the_document_tells_every_key_its_default_and_unit() {
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/configuration.md");
    let document = fs::read_to_string(document).unwrap();
    let (_, keys) = document.split_once("## Keys").unwrap();
    let (keys, _) = keys.split_once("\n## ").unwrap();
    let written: Vec<Vec<String>> = keys
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.split('|').skip(1).take(4).map(|c| c.trim().trim_matches('`').to_owned()).collect())
        .collect();
    let text = |value: &Value| value.as_str().unwrap_or("–").to_owned();
    let there: Vec<Vec<String>> = Sauda::new()
        .config("", &[])
        .as_array()
        .unwrap()
        .iter()
        .map(|row| ["key", "default", "unit", "environment"].map(|name| text(&row[name])).to_vec())
        .collect();
    assert_eq!(written, there, "docs/configuration.md and the flags of `sauda serve` differ");
    for row in &there {
        assert_eq!(row[3], format!("SAUDA_{}", row[0].replace('-', "_").to_uppercase()));
    }
}

#[test]
fn the_line_beats_the_environment_and_that_the_file() {
    let sauda = Sauda::new();
    let said = sauda.config("", &[]);
    assert_eq!(of(&said, "timeout-s"), ("30", "default"));
    sauda.configured("timeout-s = 40\nbehind-proxy = true\nallow-origin = [\"https://a.example\", \"https://b.example\"]\n");
    let said = sauda.config("", &[]);
    assert_eq!(of(&said, "timeout-s"), ("40", "file"));
    assert_eq!(of(&said, "behind-proxy"), ("true", "file"));
    assert_eq!(of(&said, "allow-origin"), ("https://a.example,https://b.example", "file"));
    let environment =
        [("SAUDA_TIMEOUT_S", "50"), ("SAUDA_ALLOW_ORIGIN", "https://c.example,https://d.example")];
    let said = sauda.config("--behind-proxy=false", &environment);
    assert_eq!(of(&said, "timeout-s"), ("50", "environment"));
    assert_eq!(of(&said, "allow-origin"), ("https://c.example,https://d.example", "environment"));
    assert_eq!(of(&said, "behind-proxy"), ("false", "flag"));
    assert_eq!(of(&sauda.config("--timeout-s 60", &environment), "timeout-s"), ("60", "flag"));
    let other = sauda.file("other.toml", "timeout-s = 45\n");
    assert_eq!(of(&sauda.config(&format!("--config {other}"), &[]), "timeout-s"), ("45", "file"));
    assert_eq!(of(&sauda.config("", &[("SAUDA_CONFIG", &other)]), "timeout-s"), ("45", "file"));
}

#[test]
fn what_does_not_fit_is_refused_with_place_value_and_cure() {
    for (text, words) in [
        ("timout-s = 5\n", vec!["unknown key `timout-s`", "= 5", "did you mean `timeout-s`?"]),
        ("colour = \"blue\"\n", vec!["unknown key `colour`", "\"blue\"", "there are: listen"]),
        ("demo = true\n", vec!["unknown key `demo`", "--demo"]),
        ("[tls]\ncert = \"x\"\n", vec!["unknown key `tls`", "cert"]),
        ("timeout-s = 0\n", vec!["'0'", "--timeout-s", "1..=600"]),
        ("timeout-s = \"soon\"\n", vec!["'soon'", "--timeout-s"]),
        ("timeout-s = [1, 2]\n", vec!["`timeout-s`", "array"]),
        ("listen = [\"127.0.0.1:1\", \"127.0.0.1:2\"]\n", vec!["`listen` is a list"]),
        ("allow-origin = [\"desk.example/\"]\n", vec!["desk.example/", "https://desk.example:8443"]),
        ("listen = \"8420\"\n", vec!["'8420'", "--listen"]),
        ("timeout-s = 1\nlisten = \n", vec!["line 2", "is not TOML"]),
        ("tls-cert = \"x.pem\"\n", vec!["--tls-key"]),
    ] {
        let sauda = Sauda::new();
        let path = sauda.configured(text);
        for command in ["config", "serve"] {
            let ended = Ended::of(sauda.unconfigured(command).output().unwrap());
            let told = ended.fails(2, &[&path]);
            for word in &words {
                assert!(told.contains(word), "{text}: `{word}` is not in: {told}");
            }
        }
    }
    let sauda = Sauda::new();
    Ended::of(sauda.unconfigured("serve --config nowhere.toml").output().unwrap())
        .fails(2, &["--config: nowhere.toml", "cannot be read"]);
    Ended::of(sauda.unconfigured("config").env("SAUDA_TIMEOUT_S", "soon").output().unwrap())
        .fails(2, &["soon", "--timeout-s"]);
    Ended::of(sauda.unconfigured("serve --log desk=loud").output().unwrap())
        .fails(2, &["--log", "desk=loud"]);
}

#[test]
fn secrets_are_taken_from_where_nobody_else_reads_them() {
    let sauda = Sauda::new();
    let run = |line: &str| Ended::of(sauda.unconfigured(line).output().unwrap());
    let token = "0123456789abcdef";
    let told =
        run(&format!("serve --metrics-token {token}")).fails(2, &["SAUDA_METRICS_TOKEN", "sauda.toml"]);
    assert!(!told.contains(token));
    let url = "postgres://sauda:hunter2@localhost/sauda";
    for line in ["serve", "user list", "audit verify", "config"] {
        let told = run(&format!("{line} --database {url}")).fails(2, &["--database", "SAUDA_DATABASE"]);
        assert!(!told.contains("hunter2"), "{told}");
    }
    let said = sauda.config("", &[("SAUDA_METRICS_TOKEN", token), ("SAUDA_DATABASE", url)]);
    assert_eq!((of(&said, "metrics-token").0, of(&said, "database").0), ("***", "***"));
    for text in [format!("metrics-token = \"{token}\"\n"), format!("database = \"{url}\"\n")] {
        let path = sauda.configured(&text);
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o640)).unwrap();
        let told = run("config").fails(2, &["holds a secret", "640", "chmod 600"]);
        assert!(!told.contains(token) && !told.contains("hunter2"), "{told}");
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        assert!(run("config").ok().contains("***"));
        fs::remove_file(&path).unwrap();
    }
    let weak = Ended::of(sauda.unconfigured("serve").env("SAUDA_METRICS_TOKEN", "short").output().unwrap());
    weak.fails(2, &["metrics-token", "5 characters", "16 or more"]);
}

/// The file speaks to the server, and to the commands that work on its database.
#[test]
fn a_server_does_what_its_file_says() {
    let sauda = Sauda::new();
    let elsewhere = sauda.path("elsewhere.db");
    sauda.configured(&format!(
        "database = \"sqlite:{}\"\nbody-limit-kb = 16\nmetrics-token = \"0123456789abcdef\"\nlisten = \"127.0.0.1:0\"\n",
        elsewhere.display()
    ));
    fs::set_permissions(
        sauda.data_dir().join("sauda.toml"),
        std::os::unix::fs::PermissionsExt::from_mode(0o600),
    )
    .unwrap();
    sauda.add_user("asha", "admin").json();
    assert!(elsewhere.exists() && !sauda.data_dir().join("sauda.db").exists());
    let server = Served::spawn(&mut sauda.unconfigured("serve"));
    let mut asha = server.log_in("asha", crate::users::PASSWORD);
    let long = serde_json::json!({ "name": "x".repeat(20_000) });
    assert_eq!(asha.ask("POST", "/api/accounts", None, Some(&long)).unwrap().status, 413);
    assert_eq!(server.nobody().ask("GET", "/metrics", None, None).unwrap().status, 401);
    server.stop();
    sauda.line("audit verify").ok();
    sauda.line("user list").ok();
}
