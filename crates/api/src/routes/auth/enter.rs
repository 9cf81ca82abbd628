//! Register, log in, refresh, log out.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use back_office::access::{AccessError, Entry, LogIn, Registration, Secret, Ticket, User};
use back_office::accounts;
use domain::Money;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Allowed, Body, FromWhere, may};
use crate::layers::origin::origin_is_allowed;
use crate::views::Moment;
use crate::views::users::UserView;
use crate::{AppState, Problem};

const COOKIE: &str = "sauda_refresh";
const COOKIE_PATH: &str = "/api/auth";

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(status))
        .routes(routes!(register))
        .routes(routes!(log_in))
        .routes(routes!(refresh))
        .routes(routes!(log_out))
}

/// What somebody who is not logged in needs to know.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({ "setupNeeded": false, "registrationOpen": false, "demo": null, "mode": "paper" }))]
struct StatusView {
    /// Nobody has registered: the first one needs the set-up token from the server's console.
    setup_needed: bool,
    /// Whether one can register without an invite.
    registration_open: bool,
    demo: Option<DemoView>,
    /// paper, replay or live.
    mode: &'static str,
}

#[derive(Serialize, ToSchema)]
struct DemoView {
    name: String,
    password: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "name": "asha", "password": "five words nobody else has", "setupToken": "9f86d0818…" }))]
struct RegisterBody {
    /// 3 to 64 letters, digits, dots, dashes, underscores or @.
    name: String,
    /// 10 to 128 characters.
    #[schema(value_type = String)]
    password: Secret,
    /// The first user's; the server prints it on its console.
    #[schema(value_type = Option<String>)]
    setup_token: Option<Secret>,
    /// Everybody else's, from an administrator.
    #[schema(value_type = Option<String>)]
    invite: Option<Secret>,
}

#[derive(Serialize, ToSchema)]
struct Registered {
    user: UserView,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "name": "asha", "password": "five words nobody else has", "totp": "287082" }))]
struct LogInBody {
    name: String,
    #[schema(value_type = String)]
    password: Secret,
    /// The code of the second factor, of whoever has one.
    #[schema(value_type = Option<String>)]
    totp: Option<Secret>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct EntryView {
    access_token: String,
    expires_at: Moment,
    user: UserView,
}

#[derive(Deserialize, ToSchema, Default)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "everywhere": true }))]
struct LogOutBody {
    /// Ends all sessions of the user, not only this one.
    #[serde(default)]
    everywhere: bool,
}

/// Whether set-up is needed, and in which mode the server is.
#[utoipa::path(get, path = "/api/auth/status", tag = "auth", responses((status = OK, body = StatusView)))]
async fn status(State(state): State<AppState>) -> Result<Json<StatusView>, Problem> {
    let demo = state.settings.demo.clone().map(|demo| DemoView { name: demo.name, password: demo.password });
    let setup_needed = state.access.setup_needed().await?;
    Ok(Json(StatusView { setup_needed, registration_open: false, demo, mode: state.desk.mode().name() }))
}

/// Register: the first user with the set-up token, all others with an invite.
#[utoipa::path(post, path = "/api/auth/register", tag = "auth", request_body = RegisterBody, responses(
    (status = CREATED, body = Registered)
))]
async fn register(
    State(state): State<AppState>,
    FromWhere(origin): FromWhere,
    Body(body): Body<RegisterBody>,
) -> Result<(StatusCode, Json<Registered>), Problem> {
    let ticket = match (body.setup_token, body.invite) {
        (Some(_), Some(_)) => {
            return Err(Problem::validation(
                "invite",
                "`setupToken` and `invite` came together; send one of them",
            ));
        }
        (Some(token), None) => Some(Ticket::SetupToken(token)),
        (None, Some(token)) => Some(Ticket::Invite(token)),
        (None, None) => None,
    };
    let asked_for = match &ticket {
        Some(Ticket::SetupToken(_)) => "setupToken",
        Some(Ticket::Invite(_)) => "invite",
        None => "",
    };
    let new = Registration { name: body.name, password: body.password, ticket, origin };
    let user = state.access.register(new).await.map_err(|why| match why {
        // What is refused here is what they came with.
        AccessError::Refused(words) => Problem::forbidden(words).with_field(asked_for),
        other => other.into(),
    })?;
    // The user is there, whatever becomes of this: an account can be opened by hand.
    if let Err(why) = begin(&state, &user).await {
        tracing::error!(user.id = %user.id, "user {} has no account to begin with: {}", user.id, why.detail());
    }
    Ok((StatusCode::CREATED, Json(Registered { user: UserView::of(&user, Money::ZERO) })))
}

/// A paper account for whoever may trade.
async fn begin(state: &AppState, user: &User) -> Result<(), Problem> {
    if let Some(account) = accounts::open_first(&state.access, user).await? {
        state.desk.take_up(account).await?;
    }
    tokio::spawn(state.desk.clone().keep_tradelog(user.id));
    Ok(())
}

/// Brings to work what another process made meanwhile: a user who was added at the console has an account there.
async fn catch_up(state: &AppState, user: &User) {
    match accounts::idle(&state.access, user.id, |id| state.desk.account(user.id, id).is_ok()).await {
        Ok(idle) => {
            for account in idle {
                let id = account.id;
                if let Err(why) = state.desk.take_up(account).await {
                    tracing::error!(account.id = %id, "account {id} cannot be brought to work: {why}");
                }
            }
        }
        Err(why) => tracing::error!(user.id = %user.id, "accounts of user {} cannot be read: {why}", user.id),
    }
    tokio::spawn(state.desk.clone().keep_tradelog(user.id));
}

/// Log in. The refresh token comes as a cookie that scripts cannot read.
#[utoipa::path(post, path = "/api/auth/login", tag = "auth", request_body = LogInBody, responses(
    (status = OK, body = EntryView)
))]
async fn log_in(
    State(state): State<AppState>,
    FromWhere(origin): FromWhere,
    jar: CookieJar,
    Body(body): Body<LogInBody>,
) -> Result<(CookieJar, Json<EntryView>), Problem> {
    let who = LogIn { name: body.name, password: body.password, code: body.totp, origin };
    let entry = state.access.log_in(who).await?;
    catch_up(&state, &entry.user).await;
    enter(&state, jar, &entry).await
}

/// Exchange the refresh token of the cookie for the next one and a new access token.
#[utoipa::path(post, path = "/api/auth/refresh", tag = "auth", security(("refreshCookie" = [])), responses(
    (status = OK, body = EntryView)
))]
async fn refresh(
    State(state): State<AppState>,
    FromWhere(origin): FromWhere,
    headers: HeaderMap,
    jar: CookieJar,
) -> Result<Response, Problem> {
    if !origin_is_allowed(&headers, &state.settings.cors_origins) {
        return Err(Problem::forbidden("a page of another origin asks; add it to the configured origins"));
    }
    let Some(token) = jar.get(COOKIE).map(|cookie| Secret::new(cookie.value())) else {
        return Err(Problem::unauthenticated("there is no refresh cookie; log in"));
    };
    match state.access.refresh(&token, origin).await {
        Ok(entry) => Ok(enter(&state, jar, &entry).await?.into_response()),
        Err(why) => {
            let problem = Problem::from(why);
            let gone = problem.status() == StatusCode::UNAUTHORIZED;
            let jar = if gone { jar.remove(no_cookie(&state)) } else { jar };
            Ok((jar, problem).into_response())
        }
    }
}

/// Log out here, or everywhere.
#[utoipa::path(post, path = "/api/auth/logout", tag = "auth", request_body = LogOutBody,
    security(("bearer" = ["credentials.write"])),
    responses((status = NO_CONTENT, description = "logged out"))
)]
async fn log_out(
    State(state): State<AppState>,
    who: Allowed<may::ManageCredentials>,
    jar: CookieJar,
    Body(body): Body<LogOutBody>,
) -> Result<(CookieJar, StatusCode), Problem> {
    state.access.log_out(&who, body.everywhere).await?;
    Ok((jar.remove(no_cookie(&state)), StatusCode::NO_CONTENT))
}

async fn enter(
    state: &AppState,
    jar: CookieJar,
    entry: &Entry,
) -> Result<(CookieJar, Json<EntryView>), Problem> {
    let user = UserView::of(&entry.user, accounts::capital(&state.access, entry.user.id).await?);
    let seconds = (entry.refresh_expires_at.as_micros() - state.access.now().as_micros()) / 1_000_000;
    // Hex digits: nothing to escape.
    let text = format!("{COOKIE}={}; Max-Age={seconds}", entry.refresh_token.expose());
    let cookie =
        Cookie::parse(text).map_err(|why| Problem::internal(format!("the cookie is none: {why}")))?;
    let cookie = guarded(state, cookie);
    let view = EntryView {
        access_token: entry.access_token.expose().to_owned(),
        expires_at: entry.access_expires_at.into(),
        user,
    };
    Ok((jar.add(cookie), Json(view)))
}

/// The cookie that takes the browser's away.
fn no_cookie(state: &AppState) -> Cookie<'static> {
    guarded(state, Cookie::from(COOKIE))
}

/// Sent to us alone, over our pages alone, and shown to no script.
fn guarded(state: &AppState, mut cookie: Cookie<'static>) -> Cookie<'static> {
    cookie.set_path(COOKIE_PATH);
    cookie.set_http_only(true);
    cookie.set_same_site(SameSite::Strict);
    cookie.set_secure(state.settings.secure_cookie);
    cookie
}
