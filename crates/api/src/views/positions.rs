//! Positions and profit, as the accounts at work see them.

use desk::accounts::{AccountView as Standing, BookView};
use domain::trade::BookId;
use domain::{Money, Price, Timestamp};
use serde::Serialize;
use store::AccountId;
use utoipa::ToSchema;

use super::{Amount, Moment, ProductWord};
use crate::Problem;

/// What one book holds of an instrument.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "3-7", "accountId": 3, "book": "manual", "runId": null, "instrument": "NSE:RELIANCE-EQ", "product": "MIS",
    "quantity": 10, "averagePrice": 1401.5, "lastPrice": 1403.2, "unrealised": 17, "realised": 0, "charges": 4.1,
    "stopLoss": 1395, "targetPrice": null, "updatedAt": "2026-11-23T10:20:00+05:30"
}))]
pub struct PositionView {
    /// The account and its book.
    pub id: String,
    pub account_id: i64,
    /// manual or run.
    pub book: &'static str,
    pub run_id: Option<i64>,
    pub instrument: String,
    pub product: ProductWord,
    /// Below 0: short; 0: closed.
    pub quantity: i64,
    /// Null while nothing is held.
    pub average_price: Option<Amount>,
    /// The newest price that the account has heard; null while nothing is held.
    pub last_price: Option<Amount>,
    /// Before charges.
    pub unrealised: Amount,
    /// Before charges, since the book began.
    pub realised: Amount,
    pub charges: Amount,
    pub stop_loss: Option<Amount>,
    pub target_price: Option<Amount>,
    pub updated_at: Moment,
}

impl PositionView {
    pub fn of(account: AccountId, book: &BookView, at: Timestamp) -> PositionView {
        let held = |price: Price| (!book.quantity.is_zero()).then(|| Amount::from(price));
        PositionView {
            id: format!("{account}-{}", book.id.0),
            account_id: account.0,
            book: if book.run.is_some() { "run" } else { "manual" },
            run_id: book.run,
            instrument: book.instrument.to_string(),
            product: book.product.into(),
            quantity: book.quantity.raw(),
            average_price: held(book.average_price),
            last_price: held(book.last_price),
            unrealised: book.unrealised.into(),
            realised: book.realised.into(),
            charges: book.charges.into(),
            stop_loss: book.stop_loss.map(Amount::from),
            target_price: book.target_price.map(Amount::from),
            updated_at: at.into(),
        }
    }

    /// All books of an account that hold something or ever did.
    pub fn all_of(standing: &Standing) -> impl Iterator<Item = PositionView> + '_ {
        let touched = |book: &&BookView| {
            !book.quantity.is_zero() || !book.charges.is_zero() || !book.realised.is_zero()
        };
        standing
            .books
            .iter()
            .filter(touched)
            .map(|book| PositionView::of(standing.account, book, standing.at))
    }
}

/// Account and book of a position's id.
pub fn position_id(text: &str) -> Result<(AccountId, BookId), Problem> {
    let parts = text.split_once('-');
    let known = parts.and_then(|(account, book)| Some((account.parse().ok()?, book.parse().ok()?)));
    known.map(|(account, book)| (AccountId(account), BookId(book))).ok_or_else(|| {
        let shown: String = text.chars().take(40).collect();
        Problem::not_found(format!("`{shown}` is no position of yours; GET /api/positions lists them"))
    })
}

/// What is held for delivery.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "positionId": "3-8", "instrument": "NSE:TCS-EQ", "quantity": 5, "averagePrice": 3900, "lastPrice": 3950,
    "invested": 19500, "value": 19750, "unrealised": 250
}))]
pub struct HoldingView {
    pub position_id: String,
    pub instrument: String,
    pub quantity: i64,
    pub average_price: Amount,
    pub last_price: Amount,
    pub invested: Option<Amount>,
    pub value: Option<Amount>,
    pub unrealised: Amount,
}

impl HoldingView {
    pub fn of(account: AccountId, book: &BookView) -> HoldingView {
        HoldingView {
            position_id: format!("{account}-{}", book.id.0),
            instrument: book.instrument.to_string(),
            quantity: book.quantity.raw(),
            average_price: book.average_price.into(),
            last_price: book.last_price.into(),
            invested: book.average_price.value(book.quantity).map(Amount::from),
            value: book.last_price.value(book.quantity).map(Amount::from),
            unrealised: book.unrealised.into(),
        }
    }
}

/// The money of an account.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "cash": 1_000_000, "equity": 1_000_017, "marginUsed": 2803, "available": 997_214, "realised": 0, "unrealised": 17,
    "charges": 4.1
}))]
pub struct FundsView {
    /// What the account began with plus realised less charges; what is open blocks margin beside it.
    pub cash: Amount,
    pub equity: Amount,
    pub margin_used: Amount,
    pub available: Amount,
    /// Before charges.
    pub realised: Amount,
    /// Before charges.
    pub unrealised: Amount,
    pub charges: Amount,
}

impl From<&Standing> for FundsView {
    fn from(standing: &Standing) -> FundsView {
        FundsView {
            cash: standing.cash.into(),
            equity: standing.equity.into(),
            margin_used: standing.margin_used.into(),
            available: standing.available.into(),
            realised: standing.realised.into(),
            unrealised: standing.unrealised.into(),
            charges: standing.charges.into(),
        }
    }
}

/// What something made, in rupees.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProfitView {
    /// Before charges.
    pub realised: Amount,
    /// Before charges.
    pub unrealised: Amount,
    pub charges: Amount,
    /// Realised and unrealised less charges.
    pub net: Amount,
}

impl ProfitView {
    pub fn new(realised: Money, unrealised: Money, charges: Money) -> ProfitView {
        ProfitView {
            realised: realised.into(),
            unrealised: unrealised.into(),
            charges: charges.into(),
            net: (realised + unrealised - charges).into(),
        }
    }

    pub fn of_books<'a>(books: impl Iterator<Item = &'a BookView> + Clone) -> ProfitView {
        ProfitView::new(
            books.clone().map(|book| book.realised).sum(),
            books.clone().map(|book| book.unrealised).sum(),
            books.map(|book| book.charges).sum(),
        )
    }
}

/// The profit of an account.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccountProfitView {
    pub account_id: i64,
    #[serde(flatten)]
    pub profit: ProfitView,
    pub equity: Amount,
    /// Since the day began, after charges.
    pub today: Amount,
}

impl From<&Standing> for AccountProfitView {
    fn from(standing: &Standing) -> AccountProfitView {
        AccountProfitView {
            account_id: standing.account.0,
            profit: ProfitView::new(standing.realised, standing.unrealised, standing.charges),
            equity: standing.equity.into(),
            today: standing.day_pnl.into(),
        }
    }
}

/// The profit of a run.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunProfitView {
    pub run_id: i64,
    pub account_id: i64,
    #[serde(flatten)]
    pub profit: ProfitView,
}

/// All profit of a user.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "accounts": [{
        "accountId": 3, "realised": 45, "unrealised": 17, "charges": 17.48, "net": 44.52, "equity": 1_000_044.52,
        "today": 44.52
    }],
    "runs": [{ "runId": 9, "accountId": 3, "realised": 0, "unrealised": 17, "charges": 4.1, "net": 12.9 }]
}))]
pub struct PnlView {
    pub accounts: Vec<AccountProfitView>,
    pub runs: Vec<RunProfitView>,
}
