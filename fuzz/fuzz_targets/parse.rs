//! The strict parser, the printer and the URL codec.
#![no_main]

use backhaul_filter::{DoubledQuotes, MAX_LEN, ParseOptions, parse, print, print_with, url};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = url::decode(text);
    let _ = url::pairs(text).count();
    let encoded = url::encode(text);
    assert_eq!(url::decode(&encoded).as_deref(), Ok(text));

    if let Ok(parsed) = ParseOptions::new().extended(true).parse(text) {
        assert_eq!(parsed.spans().len(), parsed.expr().conditions().count());
        let canonical = parsed.expr().to_string();
        if canonical.len() <= MAX_LEN {
            let again = ParseOptions::new().extended(true).parse(&canonical).expect("what is printed is a filter");
            assert_eq!(again.expr(), parsed.expr());
        }
    }

    let example = ParseOptions::new().doubled_quotes(DoubledQuotes::AsInExample);
    let parsed = match parse(text) {
        Ok(parsed) => parsed,
        Err(errors) => {
            assert!(!errors.is_empty() && errors.iter().filter(|error| error.fix().is_none()).count() <= 16);
            assert!(errors.is_sorted_by_key(|error| error.span().start));
            for error in &*errors {
                assert!(error.span().text(text).is_some());
            }
            let _ = errors.render(text);
            let _ = example.parse(text);
            return;
        }
    };
    assert_eq!(example.parse(text).as_ref(), Ok(&parsed));
    assert_eq!(parsed.spans().len(), parsed.expr().conditions().count());
    if let Ok(canonical) = print(parsed.expr()) {
        let again = parse(&canonical).expect("what is printed is a filter");
        assert_eq!(again.expr(), parsed.expr());
        assert_eq!(print(again.expr()).as_ref(), Ok(&canonical));
    }
    if let Ok(printed) = print_with(parsed.expr(), DoubledQuotes::AsInExample) {
        assert_eq!(example.parse(&printed).expect("what is printed is a filter").expr(), parsed.expr());
    }
});
