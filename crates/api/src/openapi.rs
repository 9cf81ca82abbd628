//! The OpenAPI document: its frame, what every route has in common, and the file in the repository.

use utoipa::OpenApi;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::path::Operation;
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Components, Ref, RefOr};

use crate::problem::ProblemView;
use crate::routes;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Sauda",
        description = "Self-hosted algorithmic trading. Money and prices are numbers of at most four decimals, in \
                       rupees; times are ISO 8601 in Indian Standard Time. Every error is `application/problem+json`. \
                       What a route needs stands as scope of its security: the permission of the user's role or API key.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    components(schemas(ProblemView<'static>)),
    tags(
        (name = "health", description = "Whether the server is well"),
        (name = "auth", description = "Coming in, sessions, second factor, API keys, invites"),
        (name = "user", description = "One's profile, settings and activity"),
        (name = "accounts", description = "Broker accounts"),
        (name = "market", description = "Instruments, candles, quotes, calendar"),
        (name = "strategies", description = "Strategies and their versions"),
        (name = "runs", description = "Strategies that trade"),
        (name = "orders", description = "Orders, trades, positions, P&L"),
        (name = "risk", description = "Limits, locks, kill switch, incidents"),
        (name = "admin", description = "Users and audit"),
    ),
)]
struct Frame;

/// The document without routes.
pub(crate) fn frame() -> utoipa::openapi::OpenApi {
    let mut document = Frame::openapi();
    let components = document.components.get_or_insert_with(Components::new);
    let mut bearer = Http::new(HttpAuthScheme::Bearer);
    bearer.bearer_format = Some("JWT".to_owned());
    bearer.description = Some("The access token from POST /api/auth/login; good for 15 minutes.".to_owned());
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    let key = ApiKeyValue::with_description("X-Api-Key", "A key from POST /api/auth/keys.");
    components.add_security_scheme("apiKey", SecurityScheme::ApiKey(ApiKey::Header(key)));
    let cookie = ApiKeyValue::with_description("sauda_refresh", "The refresh token; set at log-in.");
    components.add_security_scheme("refreshCookie", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    document
}

/// Adds to each route the errors that any route can give, and writes the document.
pub(crate) fn finish(mut document: utoipa::openapi::OpenApi) -> String {
    for (path, item) in &mut document.paths.paths {
        let operations = [
            ("get", &mut item.get),
            ("put", &mut item.put),
            ("post", &mut item.post),
            ("patch", &mut item.patch),
            ("delete", &mut item.delete),
        ];
        for (method, operation) in operations {
            let Some(operation) = operation else { continue };
            operation.operation_id = Some(operation_id(method, path));
            add_errors(operation);
            add_descriptions(operation);
        }
    }
    let mut text = document.to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

/// `get /api/accounts/{id}` is `getAccountsById`: handlers of different nouns have the same names. `get /health` is
/// `getServerHealth`, beside `getHealth` of `/api/health`.
fn operation_id(method: &str, path: &str) -> String {
    let mut id = method.to_owned();
    let path = path.strip_prefix("/api").map_or_else(|| format!("/server{path}"), str::to_owned);
    for part in path.split(['/', '-', '.']).filter(|part| !part.is_empty()) {
        let word = match part.strip_prefix('{') {
            Some(parameter) => {
                id.push_str("By");
                parameter.trim_end_matches('}')
            }
            None => part,
        };
        let mut letters = word.chars();
        id.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        id.push_str(letters.as_str());
    }
    id
}

/// The standard wants words for each response.
fn add_descriptions(operation: &mut Operation) {
    for response in operation.responses.responses.values_mut() {
        if let RefOr::T(response) = response
            && response.description.is_empty()
        {
            "done".clone_into(&mut response.description);
        }
    }
}

fn add_errors(operation: &mut Operation) {
    let schema = Ref::from_schema_name("Problem");
    let content = ContentBuilder::new().schema(Some(RefOr::Ref(schema))).build();
    let described = |words: &str| {
        let response = ResponseBuilder::new().description(words);
        RefOr::T(response.content("application/problem+json", content.clone()).build())
    };
    let secured = operation.security.as_ref().is_some_and(|s| !s.is_empty());
    let errors = &mut operation.responses.responses;
    if secured {
        errors
            .entry("401".to_owned())
            .or_insert_with(|| described("nobody is logged in, or nobody any more"));
        errors
            .entry("403".to_owned())
            .or_insert_with(|| described("the role or API key lacks the permission"));
    }
    errors.entry("default".to_owned()).or_insert_with(|| described("any other error"));
}

/// The OpenAPI document as it is served at `/api/openapi.json`.
pub fn document() -> String {
    finish(routes::api().into_openapi())
}
