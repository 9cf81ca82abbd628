//! What belongs to the user who asks: profile, settings, trading config, activity.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use back_office::access::Secret;
use back_office::accounts;
use back_office::preferences::{self, TradingConfig};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::AccountId;
use store::users::Setting;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Allowed, Body, Paging, PathText, Query, may};
use crate::views::access::ActivityView;
use crate::views::users::{ProfileView, UserView};
use crate::views::{List, Moment, OrderTypeWord, ProductWord};
use crate::{AppState, Problem};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(profile, change_profile))
        .routes(routes!(settings))
        .routes(routes!(set))
        .routes(routes!(trading_config, set_trading_config))
        .routes(routes!(activity))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "currentPassword": "five words nobody else has", "newPassword": "six other words of mine" }))]
struct ProfileBody {
    #[schema(value_type = String)]
    current_password: Secret,
    /// 10 to 128 characters, without the user's name.
    #[schema(value_type = String)]
    new_password: Secret,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "name": "theme", "value": { "dark": true }, "version": 2, "updatedAt": "2026-08-03T09:15:00+05:30"
}))]
struct SettingView {
    name: String,
    value: Value,
    version: i64,
    updated_at: Moment,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "value": { "dark": true } }))]
struct SettingBody {
    /// Any JSON of at most 16,384 characters.
    value: Value,
    /// The version that the change was decided on; without it the last change wins.
    version: Option<i64>,
}

/// What `POST /api/manual-trade` fills in where it is not told.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "accountId": 3, "product": "MIS", "orderType": "MARKET" }))]
struct TradingConfigView {
    /// Null: none is chosen.
    account_id: Option<i64>,
    product: ProductWord,
    order_type: OrderTypeWord,
}

impl From<TradingConfig> for TradingConfigView {
    fn from(config: TradingConfig) -> TradingConfigView {
        TradingConfigView {
            account_id: config.account.map(|id| id.0),
            product: config.product.into(),
            order_type: config.order_type.into(),
        }
    }
}

fn setting_view(setting: Setting) -> SettingView {
    SettingView {
        value: serde_json::from_str(&setting.value).unwrap_or(Value::Null),
        name: setting.name,
        version: setting.version,
        updated_at: setting.updated_at.into(),
    }
}

/// One's profile.
#[utoipa::path(get, path = "/api/profile", tag = "user",
    security(("bearer" = ["profile.read"]), ("apiKey" = ["profile.read"])),
    responses((status = OK, body = ProfileView))
)]
async fn profile(
    State(state): State<AppState>,
    who: Allowed<may::ReadProfile>,
) -> Result<Json<ProfileView>, Problem> {
    let user = state.access.profile(&who).await?;
    let capital = accounts::capital(&state.access, who.user).await?;
    let view = ProfileView {
        user: UserView::of(&user, capital),
        has_second_factor: user.has_second_factor,
        created_at: user.created_at.into(),
    };
    Ok(Json(view))
}

/// Change one's password. All sessions end, also this one.
#[utoipa::path(patch, path = "/api/profile", tag = "user", request_body = ProfileBody,
    security(("bearer" = ["credentials.write"])),
    responses((status = NO_CONTENT, description = "changed; log in again"))
)]
async fn change_profile(
    State(state): State<AppState>,
    who: Allowed<may::ManageCredentials>,
    Body(body): Body<ProfileBody>,
) -> Result<StatusCode, Problem> {
    state.access.change_password(&who, &body.current_password, &body.new_password).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// One's settings, by name.
#[utoipa::path(get, path = "/api/settings", tag = "user",
    security(("bearer" = ["profile.read"]), ("apiKey" = ["profile.read"])),
    responses((status = OK, body = List<SettingView>))
)]
async fn settings(
    State(state): State<AppState>,
    who: Allowed<may::ReadProfile>,
) -> Result<Json<List<SettingView>>, Problem> {
    let all = preferences::list(&state.access, &who).await?;
    Ok(Json(List::whole(all.into_iter().map(setting_view).collect())))
}

/// Write a setting.
#[utoipa::path(put, path = "/api/settings/{name}", tag = "user", request_body = SettingBody,
    params(("name" = String, Path, description = "1 to 64 lower-case letters, digits, dashes and dots")),
    security(("bearer" = ["profile.write"]), ("apiKey" = ["profile.write"])),
    responses((status = OK, body = SettingView))
)]
async fn set(
    State(state): State<AppState>,
    who: Allowed<may::ChangeProfile>,
    PathText(name): PathText,
    Body(body): Body<SettingBody>,
) -> Result<Json<SettingView>, Problem> {
    let setting = preferences::set(&state.access, &who, &name, &body.value, body.version).await?;
    Ok(Json(setting_view(setting)))
}

/// What fills the gaps of an order by hand.
#[utoipa::path(get, path = "/api/trading-config", tag = "user",
    security(("bearer" = ["profile.read"]), ("apiKey" = ["profile.read"])),
    responses((status = OK, body = TradingConfigView))
)]
async fn trading_config(
    State(state): State<AppState>,
    who: Allowed<may::ReadProfile>,
) -> Result<Json<TradingConfigView>, Problem> {
    Ok(Json(preferences::trading_config(&state.access, who.user).await?.into()))
}

/// Choose what fills the gaps of an order by hand.
#[utoipa::path(put, path = "/api/trading-config", tag = "user", request_body = TradingConfigView,
    security(("bearer" = ["profile.write"]), ("apiKey" = ["profile.write"])),
    responses((status = OK, body = TradingConfigView))
)]
async fn set_trading_config(
    State(state): State<AppState>,
    who: Allowed<may::ChangeProfile>,
    Body(body): Body<TradingConfigView>,
) -> Result<Json<TradingConfigView>, Problem> {
    let config = TradingConfig {
        account: body.account_id.map(AccountId),
        product: body.product.into(),
        order_type: body.order_type.into(),
    };
    Ok(Json(preferences::set_trading_config(&state.access, &who, config).await?.into()))
}

/// What one did, newest first.
#[utoipa::path(get, path = "/api/activity", tag = "user", params(Paging),
    security(("bearer" = ["profile.read"]), ("apiKey" = ["profile.read"])),
    responses((status = OK, body = List<ActivityView>))
)]
async fn activity(
    State(state): State<AppState>,
    who: Allowed<may::ReadProfile>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<ActivityView>>, Problem> {
    let page = state.access.activity(&who, paging.request()?).await?;
    Ok(Json(List::of(page, ActivityView::from)))
}
