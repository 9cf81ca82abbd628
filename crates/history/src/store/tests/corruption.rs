//! Damage is told, with the file and the cure; never a panic, never fewer bars.

use super::*;

fn damaged(harm: impl Fn(&mut Vec<u8>)) -> (TempDir, Store, PathBuf) {
    let (folder, store) = store();
    store.merge(vec![(sbin(), MINUTE, series(100, 10, 1))]).unwrap();
    let file = candle_files(&folder).remove(0);
    let mut bytes = fs::read(&file).unwrap();
    harm(&mut bytes);
    fs::write(&file, bytes).unwrap();
    (folder, store, file)
}

fn told(store: &Store, file: &std::path::Path, what: &str) {
    let error = store.load(&sbin(), MINUTE, ALL).unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, StoreError::Corrupt { .. } | StoreError::Missing { .. }), "{text}");
    assert!(text.contains(file.to_str().unwrap()), "{text}");
    assert!(text.contains(what), "{text}");
    assert!(text.contains("restore") && text.contains("import them again"), "{text}");
    // A merge must not build on it either.
    assert!(store.merge(vec![(sbin(), MINUTE, series(200, 10, 2))]).is_err());
    // The cure works.
    store.remove(&sbin(), Some(MINUTE)).unwrap();
    store.merge(vec![(sbin(), MINUTE, series(200, 10, 2))]).unwrap();
    assert_eq!(store.load(&sbin(), MINUTE, ALL).unwrap(), series(200, 10, 2));
}

#[test]
fn a_file_cut_short() {
    for keep in [0, 1, 100, 500] {
        let (_folder, store, file) = damaged(|bytes| bytes.truncate(keep));
        told(&store, &file, "cut short");
    }
}

#[test]
fn a_flipped_bit_anywhere() {
    let (_folder, store, file) = damaged(|_| {});
    let sound = fs::read(&file).unwrap();
    for place in (0..sound.len()).step_by(7) {
        let mut bytes = sound.clone();
        bytes[place] ^= 0x10;
        fs::write(&file, bytes).unwrap();
        assert!(matches!(store.load(&sbin(), MINUTE, ALL), Err(StoreError::Corrupt { .. })), "byte {place}");
    }
    told(&store, &file, "checksum");
}

#[test]
fn a_file_that_is_gone() {
    let (_folder, store, file) = damaged(|_| {});
    fs::remove_file(&file).unwrap();
    told(&store, &file, "missing");
}

#[test]
fn a_foreign_parquet_file_in_its_place() {
    use parquet::data_type::DoubleType;
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;

    let schema = parse_message_type("message m { required int64 ts; required double close; }").unwrap();
    let mut writer = SerializedFileWriter::new(Vec::new(), schema.into(), std::sync::Arc::default()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<parquet::data_type::Int64Type>().write_batch(&[1], None, None).unwrap();
    column.close().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<DoubleType>().write_batch(&[1.0], None, None).unwrap();
    column.close().unwrap();
    group.close().unwrap();
    let foreign = writer.into_inner().unwrap();

    let (_folder, store, file) = damaged(|bytes| bytes.clone_from(&foreign));
    told(&store, &file, "replaced");

    // Even where checksum and length agree, the columns decide.
    let mut columns = super::super::columns::Columns::default();
    let error = columns.append(foreign.into(), 1, &ALL).unwrap_err();
    assert!(error.contains("ts INT64, close DOUBLE") && error.contains("from elsewhere"), "{error}");
}

#[test]
fn no_bytes_make_the_decoder_panic() {
    let sound = super::super::encode(&series(60, 10, 1)).unwrap();
    let mut columns = super::super::columns::Columns::default();
    columns.append(sound.clone().into(), 60, &ALL).unwrap();
    assert_eq!(columns.into_bars().unwrap(), series(60, 10, 1));
    for keep in (0..sound.len()).step_by(11) {
        let mut columns = super::super::columns::Columns::default();
        assert!(columns.append(sound[..keep].to_vec().into(), 60, &ALL).is_err());
    }
}

#[test]
fn a_garbled_manifest() {
    let (folder, store, _) = damaged(|_| {});
    let path = folder.path().join("history/manifest.json");
    let sound = fs::read_to_string(&path).unwrap();
    let spoil = |text: &str| {
        fs::write(&path, text).unwrap();
        let errors = [
            store.list().unwrap_err(),
            store.load(&sbin(), MINUTE, ALL).unwrap_err(),
            store.merge(vec![(sbin(), MINUTE, series(200, 10, 2))]).unwrap_err(),
            store.remove(&sbin(), None).unwrap_err(),
        ];
        for error in &errors {
            assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
        }
        errors[0].to_string()
    };
    for text in ["", "{", "[]", "null", "garbage", &sound[..sound.len() / 2]] {
        assert!(spoil(text).contains("not a manifest"));
    }
    assert!(spoil(&sound.replace("\"rows\": 100", "\"rows\": 99")).contains("checksum"));
    assert!(spoil(&sound.replace("SBIN", "SBIM")).contains("checksum"));
    assert!(spoil(&sound.replace("\"format\": 1", "\"format\": 2")).contains("newer"));
    // It is lost altogether, the candles are there: not an empty store.
    fs::remove_file(&path).unwrap();
    let error = store.list().unwrap_err().to_string();
    assert!(error.contains("missing although"), "{error}");
    assert!(store.merge(vec![(sbin(), MINUTE, series(200, 10, 2))]).is_err());
    fs::write(&path, &sound).unwrap();
    assert_eq!(store.load(&sbin(), MINUTE, ALL).unwrap(), series(100, 10, 1));
}

#[test]
fn a_file_where_the_folder_should_be() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("history"), b"").unwrap();
    assert!(Store::open(folder.path()).is_err());
    assert!(Store::open(&folder.path().join("history")).is_err());
}
