//! Strategies: the built-in ones by name, and rule files.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use desk::strategies::Definition;
use serde::Deserialize;
use serde_json::{Value, json};
use store::{StrategyId, strategies};
use strategy::Description;
use strategy::rules::Rules;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Allowed, Body, Id, Paging, Query, may};
use crate::views::List;
use crate::views::strategies::{MistakeView, StrategyView, ValidationView, VersionView, definition};
use crate::{AppState, Problem};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(validate))
        .routes(routes!(get))
        .routes(routes!(versions, add_version))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "name": "Averages", "definition": { "strategy": "sma_cross" } }))]
struct StrategyBody {
    /// 1 to 64 characters; no two strategies of a user have the same.
    name: String,
    /// `{"strategy": NAME}` for a built-in (GET /api/config lists them), or the text of a rule file.
    definition: Value,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "definition": { "strategy": "sma_cross" } }))]
struct DefinitionBody {
    /// `{"strategy": NAME}` for a built-in (GET /api/config lists them), or the text of a rule file.
    definition: Value,
}

/// One's strategies, the newest first.
#[utoipa::path(get, path = "/api/strategies", tag = "strategies", params(Paging),
    security(("bearer" = ["desk.read"]), ("apiKey" = ["desk.read"])),
    responses((status = OK, body = List<StrategyView>))
)]
async fn list(
    State(state): State<AppState>,
    who: Allowed<may::ReadDesk>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<StrategyView>>, Problem> {
    let store = state.access.store();
    let page = strategies::list(store, who.user, paging.request()?).await?;
    let mut items = Vec::with_capacity(page.rows.len());
    for record in page.rows {
        let version = strategies::latest(store, who.user, record.id).await?;
        items.push(StrategyView::of(record, version));
    }
    Ok(Json(List { items, next: page.next.map(|cursor| cursor.to_string()) }))
}

/// Keep a strategy. What cannot be built is refused.
#[utoipa::path(post, path = "/api/strategies", tag = "strategies", request_body = StrategyBody,
    security(("bearer" = ["strategies.write"]), ("apiKey" = ["strategies.write"])),
    responses((status = CREATED, body = StrategyView))
)]
async fn create(
    State(state): State<AppState>,
    who: Allowed<may::WriteStrategies>,
    Body(body): Body<StrategyBody>,
) -> Result<(StatusCode, Json<StrategyView>), Problem> {
    let definition = definition(body.definition)?;
    let (record, version) = state.desk.add_strategy(who.user, &body.name, &definition).await?;
    let detail = json!({ "name": record.name });
    state.access.note(&who, "strategy.created", None, &record.id.to_string(), &detail).await?;
    Ok((StatusCode::CREATED, Json(StrategyView::of(record, Some(version)))))
}

/// One strategy.
#[utoipa::path(get, path = "/api/strategies/{id}", tag = "strategies", params(("id" = i64, Path)),
    security(("bearer" = ["desk.read"]), ("apiKey" = ["desk.read"])),
    responses((status = OK, body = StrategyView))
)]
async fn get(
    State(state): State<AppState>,
    who: Allowed<may::ReadDesk>,
    Id(id): Id,
) -> Result<Json<StrategyView>, Problem> {
    let store = state.access.store();
    let record = strategies::get(store, who.user, StrategyId(id)).await?;
    let version = strategies::latest(store, who.user, record.id).await?;
    Ok(Json(StrategyView::of(record, version)))
}

/// The versions of a strategy, the newest first.
#[utoipa::path(get, path = "/api/strategies/{id}/versions", tag = "strategies", params(("id" = i64, Path), Paging),
    security(("bearer" = ["desk.read"]), ("apiKey" = ["desk.read"])),
    responses((status = OK, body = List<VersionView>))
)]
async fn versions(
    State(state): State<AppState>,
    who: Allowed<may::ReadDesk>,
    Id(id): Id,
    Query(paging): Query<Paging>,
) -> Result<Json<List<VersionView>>, Problem> {
    let store = state.access.store();
    let record = strategies::get(store, who.user, StrategyId(id)).await?;
    let page = strategies::versions(store, who.user, record.id, paging.request()?).await?;
    Ok(Json(List::of(page, |version| VersionView::of(record.kind, version))))
}

/// Add a version. Runs go on with the one that they began with.
#[utoipa::path(post, path = "/api/strategies/{id}/versions", tag = "strategies", params(("id" = i64, Path)),
    request_body = DefinitionBody,
    security(("bearer" = ["strategies.write"]), ("apiKey" = ["strategies.write"])),
    responses((status = CREATED, body = VersionView))
)]
async fn add_version(
    State(state): State<AppState>,
    who: Allowed<may::WriteStrategies>,
    Id(id): Id,
    Body(body): Body<DefinitionBody>,
) -> Result<(StatusCode, Json<VersionView>), Problem> {
    let record = strategies::get(state.access.store(), who.user, StrategyId(id)).await?;
    let definition = definition(body.definition)?;
    let version = state.desk.add_version(who.user, record.id, &definition).await?;
    let detail = json!({ "version": version.number });
    state.access.note(&who, "strategy.changed", None, &record.id.to_string(), &detail).await?;
    Ok((StatusCode::CREATED, Json(VersionView::of(record.kind, version))))
}

/// Look for all mistakes of a definition; nothing is kept.
#[utoipa::path(post, path = "/api/strategies/validate", tag = "strategies", request_body = DefinitionBody,
    security(("bearer" = ["desk.read"]), ("apiKey" = ["desk.read"])),
    responses((status = OK, body = ValidationView))
)]
async fn validate(
    _: Allowed<may::ReadDesk>,
    Body(body): Body<DefinitionBody>,
) -> Result<Json<ValidationView>, Problem> {
    let good = |description: &Description| ValidationView {
        valid: true,
        strategy: Some(description.into()),
        errors: Vec::new(),
    };
    let bad = |errors| ValidationView { valid: false, strategy: None, errors };
    Ok(Json(match definition(body.definition)? {
        Definition::Rules(text) => match Rules::read(&text, "definition") {
            Ok(rules) => good(&Description::of_rules(rules.into())),
            Err(errors) => bad(errors.errors().iter().map(MistakeView::from).collect()),
        },
        Definition::BuiltIn(name) => {
            if let Some(description) = strategy::registry().iter().find(|d| d.name == name.as_str()) {
                good(description)
            } else {
                let known: Vec<&str> = strategy::registry().iter().map(|d| &*d.name).collect();
                let shown: String = name.chars().take(40).collect();
                let reason = format!("`{shown}` is not known; use {}", known.join(", "));
                bad(vec![MistakeView { line: 0, column: 0, length: 0, reason }])
            }
        }
    }))
}
