use super::*;
use proptest::prelude::*;

const TEN: Qty = Qty::units(10);

fn states() -> Vec<OrderState> {
    let filled = Qty::units(4);
    vec![
        OrderState::Pending,
        OrderState::Submitted,
        OrderState::Open,
        OrderState::Triggered { filled: Qty::ZERO },
        OrderState::PartiallyFilled { filled },
        OrderState::PendingModify { filled },
        OrderState::PendingCancel { filled },
        OrderState::Unknown { filled: Qty::ZERO },
        OrderState::Filled,
        OrderState::Rejected,
        OrderState::Cancelled { filled },
        OrderState::Expired { filled },
        OrderState::NeverArrived,
    ]
}

fn events() -> Vec<OrderEvent> {
    use OrderEvent as E;
    vec![
        E::Sent,
        E::Accepted,
        E::NoAnswer,
        E::Rejected,
        E::Triggered,
        E::Filled(Qty::units(6)),
        E::ModifyAsked,
        E::ModifySettled,
        E::CancelAsked,
        E::CancelRefused,
        E::Cancelled,
        E::Expired,
        E::NotFound,
    ]
}

/// The whole table, reviewed as a picture: rows are states, columns the events in the order of `events()`.
/// A letter names the state moved to, `=` a duplicate, `.` an illegal move.
#[test]
fn the_whole_table() {
    let letter = |s: OrderState| match s {
        OrderState::Pending => 'p',
        OrderState::Submitted => 's',
        OrderState::Open => 'o',
        OrderState::Triggered { .. } => 't',
        OrderState::PartiallyFilled { .. } => 'f',
        OrderState::PendingModify { .. } => 'm',
        OrderState::PendingCancel { .. } => 'c',
        OrderState::Unknown { .. } => 'u',
        OrderState::Filled => 'F',
        OrderState::Rejected => 'R',
        OrderState::Cancelled { .. } => 'C',
        OrderState::Expired { .. } => 'E',
        OrderState::NeverArrived => 'N',
    };
    let table: Vec<String> = states()
        .into_iter()
        .map(|state| {
            let row: String = events()
                .into_iter()
                .map(|event| match state.apply(TEN, event) {
                    Ok(Step::Moved(to)) => letter(to),
                    Ok(Step::Duplicate) => '=',
                    Err(_) => '.',
                })
                .collect();
            format!("{} {row}", letter(state))
        })
        .collect();
    let expected = [
        // Sent Accepted NoAnswer Rejected Triggered Filled ModifyAsked ModifySettled CancelAsked CancelRefused
        // Cancelled Expired NotFound
        "p s.uR......C..",
        "s .ouRtf..c.CE.",
        "o .==Rtfm=c=CE=",
        "t .==.=fm=c=CE=",
        "f .==.=Fm=c=CE=",
        "m .=u.=F.fc=CE=",
        "c .=u.=F.==fCE=",
        "u .o=R=u.o.oCEN",
        "F .==.=..=.====",
        "R .====..=.==.=",
        "C .==.=F.=.====",
        "E .==.=F.=.====",
        "N .o=R.f....CE=",
    ];
    assert_eq!(table, expected);
}

#[test]
fn late_fill_beats_cancel() {
    let cancelled = OrderState::Cancelled { filled: Qty::ZERO };
    assert_eq!(cancelled.apply(TEN, OrderEvent::Filled(TEN)), Ok(Step::Moved(OrderState::Filled)));
}

#[test]
fn more_than_ordered_is_never_accepted() {
    let state = OrderState::PartiallyFilled { filled: Qty::units(7) };
    let error = state.apply(TEN, OrderEvent::Filled(Qty::units(4))).unwrap_err();
    assert_eq!(error.to_string(), "an order that is partially filled cannot take Filled(4)");
}

proptest! {
    #[test]
    fn filled_never_shrinks_and_never_passes_the_order(moves in prop::collection::vec(0usize..13, 0..40)) {
        let mut state = OrderState::Pending;
        for m in moves {
            let before = state.filled(TEN);
            let event = match events()[m] {
                OrderEvent::Filled(_) => OrderEvent::Filled(Qty::units(3)),
                other => other,
            };
            if let Ok(Step::Moved(to)) = state.apply(TEN, event) {
                prop_assert!(to.filled(TEN) >= before || matches!(to, OrderState::Rejected));
                prop_assert!(to.filled(TEN) <= TEN);
                state = to;
            }
        }
    }
}
