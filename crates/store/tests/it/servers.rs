//! Private database servers: their own folder, port and (of root) user; gone when the test ends.

use std::fmt;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A start on a busy machine takes seconds; one that takes this long never comes.
const PATIENCE: Duration = Duration::from_mins(1);

pub enum Server {
    Sqlite,
    Private { kind: &'static str, port: u16, process: Child, _folder: TempDir },
}

impl Server {
    /// Address of a database of this server, for a driver.
    pub fn url(&self, database: &str) -> Option<String> {
        match self {
            Server::Sqlite => None,
            Server::Private { kind, port, .. } => Some(format!("{kind}://sauda@127.0.0.1:{port}/{database}")),
        }
    }

    /// A database that is always there.
    pub fn first(&self) -> Option<String> {
        match self {
            Server::Private { kind: "mysql", .. } => self.url("mysql"),
            _ => self.url("postgres"),
        }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Server::Sqlite => "SQLite",
            Server::Private { kind: "mysql", .. } => "MariaDB",
            Server::Private { .. } => "PostgreSQL",
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Server::Private { process, .. } = self {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

pub fn postgres() -> Result<Server, String> {
    let newest = std::fs::read_dir("/usr/lib/postgresql").ok().and_then(|folders| {
        folders.flatten().map(|folder| folder.path().join("bin/postgres")).filter(|path| path.exists()).max()
    });
    let server = newest.or_else(|| program(&["postgres"])).ok_or("its server is not installed")?;
    let initdb = server.with_file_name("initdb");
    let folder = place()?;
    let data = folder.path().join("data");
    finish(
        own(&initdb)
            .args(["--auth=trust", "--username=sauda", "--no-sync", "--encoding=UTF8", "--locale=C", "-D"])
            .arg(&data),
    )?;
    let port = free_port()?;
    let mut command = own(&server);
    command.arg("-D").arg(&data).args(["-p", &port.to_string()]);
    for setting in ["listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off"] {
        command.args(["-c", setting]);
    }
    start("postgres", command, port, folder)
}

pub fn mariadb() -> Result<Server, String> {
    let server = program(&["mariadbd", "mysqld"]).ok_or("its server is not installed")?;
    let install =
        program(&["mariadb-install-db", "mysql_install_db"]).ok_or("mariadb-install-db is missing")?;
    let folder = place()?;
    let data = folder.path().join("data");
    finish(
        own(&install)
            .arg("--no-defaults")
            .arg(format!("--datadir={}", data.display()))
            .args(["--auth-root-authentication-method=normal", "--skip-test-db"]),
    )?;
    let first = folder.path().join("first.sql");
    std::fs::write(&first, "create user sauda@'%';\ngrant all on *.* to sauda@'%';\n")
        .map_err(|e| e.to_string())?;
    let port = free_port()?;
    let mut command = own(&server);
    command.arg("--no-defaults").arg(format!("--datadir={}", data.display()));
    command.arg(format!("--socket={}", folder.path().join("s").display()));
    command.arg(format!("--pid-file={}", folder.path().join("pid").display()));
    command.arg(format!("--init-file={}", first.display()));
    command.args([&format!("--port={port}"), "--bind-address=127.0.0.1", "--skip-name-resolve"]);
    command.args([
        "--innodb-flush-log-at-trx-commit=0",
        "--innodb-flush-method=nosync",
        "--sync-frm=0",
        "--innodb-buffer-pool-size=64M",
    ]);
    start("mysql", command, port, folder)
}

fn start(kind: &'static str, mut command: Command, port: u16, folder: TempDir) -> Result<Server, String> {
    let log = std::fs::File::create(folder.path().join("log")).map_err(|e| e.to_string())?;
    let errors = log.try_clone().map_err(|e| e.to_string())?;
    let process =
        command.stdout(log).stderr(errors).stdin(Stdio::null()).spawn().map_err(|e| e.to_string())?;
    let log = folder.path().join("log");
    let mut server = Server::Private { kind, port, process, _folder: folder };
    let began = Instant::now();
    loop {
        // The port answers before users can log in; both say in their log when they are ready.
        let said = std::fs::read_to_string(&log).unwrap_or_default();
        if said.contains("ready for connections") || said.contains("ready to accept connections") {
            return Ok(server);
        }
        let ended = match &mut server {
            Server::Private { process, .. } => process.try_wait().ok().flatten().is_some(),
            Server::Sqlite => false,
        };
        // Installed and broken is a failure, not a reason to skip.
        assert!(!ended && began.elapsed() < PATIENCE, "{kind} did not start: {said}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A folder that the server's user owns.
fn place() -> Result<TempDir, String> {
    let folder = tempfile::tempdir().map_err(|e| e.to_string())?;
    if let Some(id) = unprivileged() {
        std::os::unix::fs::chown(folder.path(), Some(id), Some(id)).map_err(|e| e.to_string())?;
    }
    Ok(folder)
}

/// A port that nobody uses. Those that the system hands out are left alone: between this look and the server's start one
/// of the many connections of other tests could leave from it.
fn free_port() -> Result<u16, String> {
    let first = std::process::id() % 10_000;
    (0..10_000)
        .map(|i| 20_000 + ((first + i) % 10_000) as u16)
        .find(|&port| TcpListener::bind(("127.0.0.1", port)).is_ok())
        .ok_or_else(|| "no port from 20000 to 29999 is free".to_owned())
}

/// A program, run as somebody who is not root: both servers refuse root.
fn own(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir("/").env("HOME", "/nonexistent");
    if let Some(id) = unprivileged() {
        std::os::unix::process::CommandExt::uid(&mut command, id);
        std::os::unix::process::CommandExt::gid(&mut command, id);
    }
    command
}

/// The id of `nobody`, when this is root.
fn unprivileged() -> Option<u32> {
    let root =
        std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
    root.then_some(65_534)
}

fn program(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> =
        std::env::split_paths(&path).chain(["/usr/sbin".into(), "/usr/local/sbin".into()]).collect();
    names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|path| path.exists())
}

fn finish(command: &mut Command) -> Result<(), String> {
    let output = command.stdin(Stdio::null()).output().map_err(|e| e.to_string())?;
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}
