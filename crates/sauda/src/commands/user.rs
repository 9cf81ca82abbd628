//! Users, seen to at the machine itself: on the database, whether a server runs on it or not.

use std::future::Future;
use std::io::{IsTerminal as _, Read as _};
use std::path::Path;

use back_office::access::{Access, AccessError, AccessSettings, Secret};
use back_office::accounts;
use clap::{Subcommand, ValueEnum};
use store::StoreError;
use store::users::Role;

use crate::failure::Failure;
use crate::installation::{Installation, Opened};
use crate::outside;
use crate::view::user::{AddedView, UserView, table};
use crate::view::{json, user};

/// Add users and see to them, at this machine; a server that runs notices within seconds
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  sauda user add asha --role admin\n  pass show sauda/tara | sauda user add tara --role trader --password-stdin"
)]
pub struct Args {
    #[command(subcommand)]
    what: What,
    /// sqlite:PATH, postgres://… or mysql://… [default: sauda.db in the data directory]
    #[arg(long, global = true, value_name = "URL", env = "SAUDA_DATABASE", hide_env_values = true)]
    database: Option<String>,
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum What {
    /// Add a user; who may trade gets a paper account. The first one closes registration
    Add {
        /// 3 to 64 letters, digits, dots, dashes, underscores or @
        name: String,
        /// What the user may do
        #[arg(long, value_enum)]
        role: RoleName,
        #[command(flatten)]
        password: PasswordFrom,
    },
    /// List the users
    List,
    /// Keep a user out, and end their sessions
    Disable { name: String },
    /// Let a user in again
    Enable { name: String },
    /// Give a user another password, and end their sessions
    Password {
        name: String,
        #[command(flatten)]
        password: PasswordFrom,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum RoleName {
    Admin,
    Trader,
    Viewer,
}

/// Never the command line: everybody on the machine can read it there.
#[derive(clap::Args)]
struct PasswordFrom {
    /// Read the password from standard input, up to its end or first line
    #[arg(long)]
    password_stdin: bool,
}

/// Bytes of standard input that are looked at: the longest password is 128 characters.
const MOST_READ: u64 = 4_096;

pub fn run(args: &Args, data_dir: &Path) -> Result<(), Failure> {
    let installation = Installation::named(args.database.as_deref(), data_dir)?;
    block_on(work(args, &installation))
}

pub(super) fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::failed(format!("cannot start: {error}")))?;
    runtime.block_on(work)
}

async fn work(args: &Args, installation: &Installation) -> Result<(), Failure> {
    let opened = match args.what {
        What::Add { .. } => installation.open().await?,
        _ => installation.open_existing().await?,
    };
    let Opened { store, key } = opened;
    let access = Access::open(store.clone(), &key, AccessSettings::default()).await.map_err(told)?;
    let done = match &args.what {
        What::Add { name, role, password } => add(&access, name, (*role).into(), password, args.json).await,
        What::List => list(&access, args.json).await,
        What::Disable { name } => disable(&access, name, true, args.json).await,
        What::Enable { name } => disable(&access, name, false, args.json).await,
        What::Password { name, password } => replace(&access, name, password, args.json).await,
    };
    store.close().await.map_err(Failure::failed)?;
    done
}

async fn add(
    access: &Access,
    name: &str,
    role: Role,
    password: &PasswordFrom,
    as_json: bool,
) -> Result<(), Failure> {
    if access.setup_needed().await.map_err(told)? && role != Role::Admin {
        return Err(Failure::usage(format!(
            "--role {}: the first user is an administrator, who lets the others in; use --role admin",
            role.name()
        )));
    }
    let secret = password.read()?;
    let user = access.add_user(name, &secret, role).await.map_err(told)?;
    let account = accounts::open_first(access, &user).await.map_err(|why| {
        Failure::failed(format!("{} is added, but has no account: {why}; open one on the page", user.name))
    })?;
    if as_json {
        return json::print(&AddedView::new(&user, account.as_ref()));
    }
    outside::say(&user::added(&user, account.as_ref()))
}

async fn list(access: &Access, as_json: bool) -> Result<(), Failure> {
    let users = access.all_users().await.map_err(told)?;
    if as_json {
        return json::print(&users.iter().map(UserView::of).collect::<Vec<_>>());
    }
    outside::say(&table(&users))
}

async fn disable(access: &Access, name: &str, disabled: bool, as_json: bool) -> Result<(), Failure> {
    let user = access.disable_user(name, disabled).await.map_err(told)?;
    if as_json {
        return json::print(&UserView::of(&user));
    }
    outside::say(&if disabled {
        format!("{} is kept out; their sessions are ended, their runs and orders go on\n", user.name)
    } else {
        format!("{} may log in again\n", user.name)
    })
}

async fn replace(access: &Access, name: &str, from: &PasswordFrom, as_json: bool) -> Result<(), Failure> {
    // Before anybody types for nothing.
    if !access.all_users().await.map_err(told)?.iter().any(|user| user.name == name.trim().to_lowercase()) {
        return Err(nobody(name));
    }
    let user = access.replace_password(name, &from.read()?).await.map_err(told)?;
    if as_json {
        return json::print(&UserView::of(&user));
    }
    outside::say(&format!("{} has the new password; their sessions are ended\n", user.name))
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Role {
        match name {
            RoleName::Admin => Role::Admin,
            RoleName::Trader => Role::Trader,
            RoleName::Viewer => Role::Viewer,
        }
    }
}

impl PasswordFrom {
    fn read(&self) -> Result<Secret, Failure> {
        if self.password_stdin {
            return piped();
        }
        if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
            return Err(Failure::usage(
                "there is no terminal to ask for the password; pipe it in and add --password-stdin",
            ));
        }
        let (first, second) = (asked("Password: ")?, asked("Once more: ")?);
        if first.expose() != second.expose() {
            return Err(Failure::usage("the two passwords are not the same; try again"));
        }
        Ok(first)
    }
}

fn piped() -> Result<Secret, Failure> {
    let mut text = String::new();
    std::io::stdin()
        .take(MOST_READ)
        .read_to_string(&mut text)
        .map_err(|why| Failure::usage(format!("--password-stdin: standard input cannot be read: {why}")))?;
    let line = Secret::new(text.lines().next().unwrap_or_default());
    drop(Secret::new(text));
    if line.expose().is_empty() {
        return Err(Failure::usage("--password-stdin: standard input holds no password; pipe one in"));
    }
    Ok(line)
}

/// Asks on the terminal; what is typed does not show.
fn asked(prompt: &str) -> Result<Secret, Failure> {
    let terminal = console::Term::stderr();
    terminal
        .write_str(prompt)
        .and_then(|()| terminal.read_secure_line())
        .map(Secret::new)
        .map_err(|why| Failure::failed(format!("the terminal cannot be read: {why}")))
}

fn nobody(name: &str) -> Failure {
    let shown: String = name.chars().take(64).collect();
    Failure::usage(format!("nobody is called `{shown}`; `sauda user list` tells who there is"))
}

/// What another request would mend is bad usage.
fn told(error: AccessError) -> Failure {
    match error {
        AccessError::Field { field: "name", detail } if detail.starts_with("nobody") => {
            Failure::usage(format!("{detail}; `sauda user list` tells who there is"))
        }
        AccessError::Field { .. }
        | AccessError::Conflict(_)
        | AccessError::Store(StoreError::Taken { .. }) => Failure::usage(error),
        _ => Failure::failed(error),
    }
}
