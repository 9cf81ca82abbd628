//! The one door for orders: a person's, a basket's, a webhook's.

use std::sync::atomic::Ordering;

use domain::instrument::InstrumentId;
use domain::order::OrderId;
use domain::trade::{BookId, Direction};
use domain::{OrderType, Price, Product, Qty, Side, Validity};
use engine::{Breach, Change, Command, Event, Level, ManualKind, ManualOrder};
use store::{AccountId, UserId};

use crate::accounts::{Account, BookView, Done, Wish};
use crate::path::{Asked, BookSetup, Particulars, Size};
use crate::runs::{facts, tradable};
use crate::{Desk, DeskError, Mode, Whom};

/// An order as a person asks for it.
#[derive(Clone, PartialEq, Debug)]
pub struct PlaceOrder {
    pub account: AccountId,
    pub instrument: InstrumentId,
    pub product: Product,
    pub side: Side,
    pub order_type: OrderType,
    pub qty: Qty,
    pub limit_price: Option<Price>,
    pub trigger_price: Option<Price>,
    /// Of the position that it opens.
    pub stop_loss: Option<Price>,
    pub target_price: Option<Price>,
    /// The desk may re-price it until it is done.
    pub chase: bool,
    pub particulars: Particulars,
}

/// Letters of a tag.
const LONGEST_TAG: usize = 40;

impl PlaceOrder {
    fn kind(&self) -> Result<ManualKind, DeskError> {
        let needs = |field, given: Option<Price>| {
            given.ok_or_else(|| {
                DeskError::invalid(
                    field,
                    format!("a {} order needs it; give a price in rupees", self.order_type),
                )
            })
        };
        let spare = |field, given: Option<Price>| match given {
            None => Ok(()),
            Some(price) => Err(DeskError::invalid(
                field,
                format!("a {} order has none, but {price} was given; leave it out", self.order_type),
            )),
        };
        match self.order_type {
            OrderType::Market => {
                spare("limitPrice", self.limit_price)?;
                spare("triggerPrice", self.trigger_price)?;
                Ok(ManualKind::Market)
            }
            OrderType::Limit => {
                spare("triggerPrice", self.trigger_price)?;
                Ok(ManualKind::Limit(needs("limitPrice", self.limit_price)?))
            }
            OrderType::StopLimit => Ok(ManualKind::StopLimit {
                trigger: needs("triggerPrice", self.trigger_price)?,
                limit: needs("limitPrice", self.limit_price)?,
            }),
            OrderType::StopMarket => {
                spare("limitPrice", self.limit_price)?;
                Ok(ManualKind::StopMarket { trigger: needs("triggerPrice", self.trigger_price)? })
            }
        }
    }
}

impl PlaceOrder {
    /// What can be said of it without its account and its instrument.
    fn check(&self) -> Result<ManualKind, DeskError> {
        if self.qty <= Qty::ZERO {
            return Err(DeskError::invalid("quantity", format!("{} is not above 0", self.qty)));
        }
        let Particulars { validity, disclosed, tag, .. } = &self.particulars;
        match validity {
            Validity::Day => {}
            Validity::Ioc if self.order_type == OrderType::Limit && !self.chase => {}
            Validity::Ioc => {
                let why = "IOC is for a LIMIT order that is not chased: what else goes to the market is re-priced until \
                           it trades; send DAY";
                return Err(DeskError::invalid("validity", why));
            }
            Validity::Gtt => {
                return Err(DeskError::invalid(
                    "validity",
                    "GTT orders lie at a broker, paper has none; send DAY",
                ));
            }
        }
        let units = *disclosed;
        if units != Qty::ZERO && (units > self.qty || units.raw() * 10 < self.qty.raw()) {
            let why = format!("{units} is not between a tenth of the quantity and all of its {}", self.qty);
            return Err(DeskError::invalid("disclosedQuantity", why));
        }
        if let Some(tag) = tag
            && !((1..=LONGEST_TAG).contains(&tag.len()) && tag.bytes().all(|b| (b' '..=b'~').contains(&b)))
        {
            let why = format!("`{tag}` is not 1 to {LONGEST_TAG} letters, digits and signs of ASCII");
            return Err(DeskError::invalid("tag", why));
        }
        self.kind()
    }
}

impl PlaceOrder {
    fn order(&self, book: BookId, kind: ManualKind) -> ManualOrder {
        ManualOrder {
            book,
            side: self.side,
            qty: self.qty,
            kind,
            stop: self.stop_loss.map(Level::At),
            target: self.target_price.map(Level::At),
            chase: self.chase,
        }
    }
}

impl Desk {
    /// Whether an order makes sense, as far as can be told without asking the account: its fields, its instrument.
    pub fn check(&self, user: UserId, wish: &PlaceOrder) -> Result<(), DeskError> {
        self.account(user, wish.account)?;
        wish.check()?;
        tradable(&self.inner.market.find(&wish.instrument)?.instrument, wish.product)
    }

    /// Also whether its lots, ticks and prices fit: for what is not to be sent unless all of it can be. The engine judges
    /// them again, and puts on record what it refuses.
    pub fn check_terms(&self, user: UserId, wish: &PlaceOrder) -> Result<(), DeskError> {
        self.check(user, wish)?;
        let kind = wish.kind()?;
        let instrument = &self.inner.market.find(&wish.instrument)?.instrument;
        let facts = facts(instrument, self.now().day());
        let last = self.inner.market.quote(&wish.instrument).map_or(Price::ZERO, |quote| quote.last);
        let judged = wish.order(BookId(0), kind).check(&facts.contract(), last);
        judged
            .map_err(|breach| DeskError::Refused { rule: breach.rule().to_owned(), why: breach.to_string() })
    }

    /// Places an order by hand. What is returned is durable; several orders if it was cut at the freeze quantity.
    pub async fn place(&self, user: UserId, wish: &PlaceOrder) -> Result<Done, DeskError> {
        let account = self.account(user, wish.account)?;
        let kind = wish.check()?;
        if self.inner.is_over.load(Ordering::Relaxed) {
            return Err(DeskError::Conflict(
                "the replay is over: nothing trades any more; start it with later days".to_owned(),
            ));
        }
        let book = self.own_book(&account, &wish.instrument, wish.product).await?;
        self.open_lane(account.id, book, &wish.instrument).await?;
        // The engine must know a price before it can judge what the order is worth.
        match (self.inner.market.quote(&wish.instrument), self.mode()) {
            (Some(quote), Mode::Replay) => account.market(Event::Mark { book, price: quote.last }),
            (Some(quote), _) => account.tick(&wish.instrument, quote.last),
            (None, _) => {}
        }
        let asked = Asked { order: wish.order(book, kind), particulars: wish.particulars.clone() };
        let done = account.wish(Wish::Place(Box::new(asked))).await?;
        refused_if_nothing(done)
    }

    /// Changes an order of this user.
    pub async fn change(
        &self,
        user: UserId,
        order: OrderId,
        qty: Option<Qty>,
        price: Option<Price>,
        trigger: Option<Price>,
    ) -> Result<Done, DeskError> {
        if qty.is_none() && price.is_none() && trigger.is_none() {
            return Err(DeskError::invalid(
                "quantity",
                "nothing is changed; give quantity, limitPrice or triggerPrice",
            ));
        }
        let account = self.account(user, AccountId(order.account())).map_err(|_| no_order())?;
        let change = move |order| Command::Change(Change { order, qty, price, trigger });
        of_order(order, account.wish(Wish::Order { order, command: Box::new(change) }).await?)
    }

    /// Takes an order of this user back.
    pub async fn cancel(&self, user: UserId, order: OrderId) -> Result<Done, DeskError> {
        let account = self.account(user, AccountId(order.account())).map_err(|_| no_order())?;
        let cancel = move |order| Command::Cancel { order };
        of_order(order, account.wish(Wish::Order { order, command: Box::new(cancel) }).await?)
    }

    /// Takes back every order of a person's own books that is open. Stops of positions stay.
    pub async fn cancel_all(
        &self,
        user: UserId,
        account: Option<AccountId>,
    ) -> Result<Vec<OrderId>, DeskError> {
        let mut cancelled = Vec::new();
        let mut failed = None;
        for account in self.some_accounts(user, account)? {
            match account.wish(Wish::CancelAll).await {
                Ok(done) => cancelled.extend(done.cancelled),
                Err(why) => failed = failed.or(Some(why)),
            }
        }
        failed.map_or(Ok(cancelled), Err)
    }

    /// Closes what a book holds, at the market.
    pub async fn close_book(
        &self,
        user: UserId,
        account: AccountId,
        book: BookId,
    ) -> Result<Done, DeskError> {
        let account = self.account(user, account)?;
        let view = account.view();
        let held =
            view.books.iter().find(|b| b.id == book).ok_or(DeskError::NotFound { what: "position" })?;
        if held.quantity.is_zero() {
            return Err(DeskError::Conflict(format!(
                "the position in {} is closed already",
                held.instrument
            )));
        }
        account.wish(Wish::Command(Command::Flatten { book })).await
    }

    /// Closes everything, at the market; books that hold nothing are left alone.
    pub async fn close_all(&self, user: UserId, account: Option<AccountId>) -> Result<Done, DeskError> {
        let mut all = Done { at: self.now(), ..Done::default() };
        let mut failed = None;
        for account in self.some_accounts(user, account)? {
            let held: Vec<BookView> =
                account.view().books.iter().filter(|b| !b.quantity.is_zero()).cloned().collect();
            for book in held {
                match account.wish(Wish::Command(Command::Flatten { book: book.id })).await {
                    Ok(done) => all.add(done),
                    Err(why) => failed = failed.or(Some(why)),
                }
            }
        }
        failed.map_or(Ok(all), Err)
    }

    /// The red button: entries are cancelled and locked out, everything is closed.
    pub async fn panic(&self, user: UserId, account: Option<AccountId>) -> Result<Done, DeskError> {
        let whom = account.map_or(Whom::User, Whom::Account);
        self.kill(user, whom, true, "panic button").await
    }

    fn some_accounts(&self, user: UserId, account: Option<AccountId>) -> Result<Vec<Account>, DeskError> {
        match account {
            Some(id) => Ok(vec![self.account(user, id)?]),
            None => Ok(self.accounts(user)),
        }
    }

    /// The person's own book in an instrument and product; made when it is first needed.
    async fn own_book(
        &self,
        account: &Account,
        instrument: &InstrumentId,
        product: Product,
    ) -> Result<BookId, DeskError> {
        let known = |account: &Account| {
            let view = account.view();
            let own = |b: &&BookView| b.run.is_none() && b.instrument == *instrument && b.product == product;
            view.books.iter().find(own).map(|b| b.id)
        };
        if let Some(book) = known(account) {
            return Ok(book);
        }
        let listed = &self.inner.market.find(instrument)?.instrument;
        tradable(listed, product)?;
        // Two requests at once must not make two.
        let _one_at_a_time = self.inner.making_books.lock().await;
        if let Some(book) = known(account) {
            return Ok(book);
        }
        let record = store::accounts::get(&self.inner.store, account.user, account.id).await?;
        let setup = BookSetup {
            run: None,
            place_in_run: 0,
            strategy_version: None,
            algo_id: None,
            instrument: instrument.clone(),
            facts: facts(listed, self.now().day()),
            product,
            sides: if product == Product::Cnc { "long" } else { "both" }.to_owned(),
            size: Size::Units(listed.lot),
            stop: None,
            target: None,
            trail: None,
            charges: crate::desk::charges_of(&record),
            square_off: None,
            timeframe: None,
            strategy: None,
            limits: engine::BookLimits::default(),
        };
        let book = account.add_book(setup).await?;
        account.wait_until(|view| view.books.iter().any(|b| b.id == book)).await;
        Ok(book)
    }
}

fn no_order() -> DeskError {
    DeskError::NotFound { what: "order" }
}

/// A wish that only met a rule is an error of the caller's, with the rule's own words.
fn refused_if_nothing(done: Done) -> Result<Done, DeskError> {
    let nothing = done.orders.is_empty() && done.cancelled.is_empty() && done.changed.is_empty();
    // A wish that waited gave way to this one, which waits in its place: that is no refusal of this one.
    let own = done.refused.iter().find(|refused| !matches!(refused.refusal.breach, Breach::Superseded));
    match own {
        Some(refused) if nothing => Err(DeskError::Refused {
            rule: refused.refusal.breach.rule().to_owned(),
            why: refused.why.clone(),
        }),
        _ => Ok(done),
    }
}

/// The engine counts its orders; a person knows them by their ids, and risk has no part in an order that is over.
fn of_order(id: OrderId, done: Done) -> Result<Done, DeskError> {
    let why = match done.refused.first().map(|refused| &refused.refusal.breach) {
        Some(Breach::NotChangeable { state, .. }) if state.is_final() => {
            format!("order {id} is {state} already; send another order")
        }
        Some(Breach::NotChangeable { state, .. }) => {
            format!("order {id} is {state}, which cannot be changed so; wait, or cancel it and send another")
        }
        Some(Breach::FollowsPosition { .. }) => {
            format!("order {id} guards a position, whose quantity it follows; change its triggerPrice only")
        }
        Some(Breach::TooManyChanges { limit, .. }) => {
            format!(
                "order {id} was changed {limit} times, the most that brokers allow; cancel it and send another"
            )
        }
        _ => return refused_if_nothing(done),
    };
    Err(DeskError::Conflict(why))
}

/// The side that a direction in a request means.
pub fn side_of(direction: Direction) -> Side {
    match direction {
        Direction::Long => Side::Buy,
        Direction::Short => Side::Sell,
    }
}
