//! A change that dies after any of its steps leaves the store as before or as after.

use std::io;

use super::*;
use crate::store::write::Step;

/// Runs `change` again and again on fresh stores, killed after its 1st, 2nd, … step, until it lives.
fn kill_everywhere(
    before: &[(InstrumentId, Timeframe, Bars)],
    change: impl Fn(&Store, &mut dyn FnMut(Step) -> io::Result<()>) -> Result<(), StoreError>,
    look: impl Fn(&Store) -> Vec<(InstrumentId, Timeframe, Bars)>,
) -> Vec<Step> {
    let (_folder, whole) = store();
    whole.merge(before.to_vec()).unwrap();
    let old = look(&whole);
    let mut steps = Vec::new();
    change(&whole, &mut |step| {
        steps.push(step);
        Ok(())
    })
    .unwrap();
    let new = look(&whole);
    assert_ne!(old, new);

    let mut seen_old = false;
    for death in 0..steps.len() {
        let (folder, store) = store();
        store.merge(before.to_vec()).unwrap();
        let mut step_number = 0;
        let died = change(&store, &mut |_| {
            step_number += 1;
            if step_number > death { Err(io::Error::other("killed")) } else { Ok(()) }
        });
        assert!(died.is_err(), "{:?}", steps[death]);
        let found = look(&store);
        let renamed = steps[..=death].contains(&Step::Manifest(super::super::durable::Stage::Renamed));
        assert_eq!(found == new, renamed, "after {:?}", steps[death]);
        assert!(found == old || found == new, "after {:?} the store is neither old nor new", steps[death]);
        seen_old |= found == old;

        // The next change works on what is there, and sweeps what the dead one left.
        store.merge(vec![(id("BSE:ABB-EQ"), MINUTE, series(3, 10, 1))]).unwrap();
        let named = 1 + look(&store).iter().map(|(_, _, bars)| years_of(bars)).sum::<usize>();
        assert_eq!(candle_files(&folder).len(), named, "after {:?}", steps[death]);
        assert!(!files(&folder).iter().any(|f| f.extension().is_some_and(|e| e == "tmp")));
    }
    assert!(seen_old);
    steps
}

fn years_of(bars: &Bars) -> usize {
    bars.times().iter().map(|t| t.date().year()).collect::<std::collections::BTreeSet<_>>().len()
}

fn look(store: &Store) -> Vec<(InstrumentId, Timeframe, Bars)> {
    let list = store.list().unwrap();
    list.into_iter()
        .filter(|i| i.id != id("BSE:ABB-EQ"))
        .map(|i| {
            let bars = store.load(&i.id, i.timeframe, ALL).unwrap();
            (i.id, i.timeframe, bars)
        })
        .collect()
}

#[test]
fn two_symbols_change_in_one_swap() {
    let before = [(sbin(), MINUTE, series(1_000, 10, 1)), (id("NSE:TCS-EQ"), MINUTE, series(1_000, 10, 2))];
    let changes = vec![
        (sbin(), MINUTE, series(1_200, 10, 3)),
        (id("NSE:TCS-EQ"), MINUTE, series(1_100, 10, 4)),
        (id("MCX:GOLD25AUGFUT"), Timeframe::Day, series(20, 1_440, 5)),
    ];
    let steps = kill_everywhere(
        &before,
        |store, interrupt| store.merge_interruptibly("x", changes.clone(), interrupt).map(|_| ()),
        look,
    );
    // Six year files in three stages each: the test above did kill between them.
    assert_eq!(steps.iter().filter(|s| matches!(s, Step::File(_))).count(), 18);
}

#[test]
fn the_first_import_of_all_is_whole_or_absent() {
    let steps = kill_everywhere(
        &[],
        |store, interrupt| {
            store.merge_interruptibly("x", vec![(sbin(), MINUTE, series(9, 10, 3))], interrupt).map(|_| ())
        },
        look,
    );
    assert!(steps.iter().any(|s| matches!(s, Step::Founded(_))));
}

#[test]
fn a_removal_is_whole_or_absent() {
    let before = [(sbin(), MINUTE, series(100, 10, 1)), (sbin(), Timeframe::Day, series(10, 1_440, 2))];
    kill_everywhere(
        &before,
        |store, interrupt| store.remove_interruptibly(&sbin(), None, interrupt).map(|_| ()),
        look,
    );
}

fn two_symbols(seed: i64) -> Vec<(InstrumentId, Timeframe, Bars)> {
    ["NSE:SBIN-EQ", "NSE:TCS-EQ"].map(|s| (id(s), MINUTE, series(2_000, 10, seed))).into()
}

/// The part of the test below that runs in a process of its own: imports, and dies after the step it is told.
#[test]
fn child_that_dies_importing() {
    let Some(folder) = std::env::var_os("STORE_TEST_FOLDER") else { return };
    let mut steps_left: usize = std::env::var("STORE_TEST_STEPS").unwrap().parse().unwrap();
    let store = Store::open(folder.as_ref()).unwrap();
    let _ = store.merge_interruptibly("", two_symbols(2), &mut |_| {
        if steps_left == 0 {
            // No destructor runs, no file is closed: a kill.
            std::process::abort();
        }
        steps_left -= 1;
        Ok(())
    });
}

#[test]
fn a_killed_process_leaves_whole_imports_and_no_lock() {
    let (folder, store) = store();
    store.merge(two_symbols(1)).unwrap();
    let mut outcomes = Vec::new();
    for steps in [0, 2, 7, 12, 14, 15, 16, 40] {
        std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "store::tests::atomicity::child_that_dies_importing"])
            .env("STORE_TEST_FOLDER", folder.path())
            .env("STORE_TEST_STEPS", steps.to_string())
            .output()
            .unwrap();
        let found = look(&store);
        assert!(found == two_symbols(1) || found == two_symbols(2), "after {steps} steps");
        outcomes.push(found == two_symbols(2));
        // Back to where it was; the lock died with its holder.
        store.merge(two_symbols(1)).unwrap();
    }
    assert_eq!(outcomes, [false, false, false, false, false, false, true, true]);
}

#[test]
fn a_failed_import_leaves_no_litter() {
    let (folder, store) = store();
    store.merge(vec![(sbin(), MINUTE, series(100, 10, 1))]).unwrap();
    let tidy = files(&folder);
    // The second series' year file is ruined: the merge fails after the first series was staged.
    store.merge(vec![(id("NSE:TCS-EQ"), MINUTE, series(100, 10, 1))]).unwrap();
    let ruined = candle_files(&folder).into_iter().find(|f| f.to_str().unwrap().contains("TCS")).unwrap();
    fs::write(&ruined, b"ruined").unwrap();
    let before = files(&folder);
    assert!(before.len() > tidy.len());
    let changes = vec![(sbin(), MINUTE, series(100, 10, 2)), (id("NSE:TCS-EQ"), MINUTE, series(100, 10, 2))];
    assert!(matches!(store.merge(changes), Err(StoreError::Corrupt { .. })));
    assert_eq!(files(&folder), before);
    assert_eq!(store.load(&sbin(), MINUTE, ALL).unwrap(), series(100, 10, 1));
}

#[test]
fn files_of_others_are_neither_read_nor_swept() {
    let (folder, store) = store();
    store.merge(vec![(sbin(), MINUTE, series(100, 10, 1))]).unwrap();
    let home = folder.path().join("history/NSE/SBIN-EQ/1m");
    for name in ["notes.txt", "mine.parquet", "2024.parquet"] {
        fs::write(home.join(name), b"mine").unwrap();
    }
    fs::write(home.join("2024-0123abcd.parquet"), b"left by a dead import").unwrap();
    assert_eq!(store.load(&sbin(), MINUTE, ALL).unwrap(), series(100, 10, 1));
    store.merge(vec![(sbin(), MINUTE, series(110, 10, 1))]).unwrap();
    let names: Vec<_> = files(&folder).iter().map(|f| f.file_name().unwrap().to_owned()).collect();
    for name in ["notes.txt", "mine.parquet", "2024.parquet"] {
        assert!(names.iter().any(|n| n == name), "{name}");
    }
    assert!(!names.iter().any(|n| n == "2024-0123abcd.parquet"));
}
