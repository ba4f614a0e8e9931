//! The lenient parser against the strict one.
#![no_main]

use backhaul_filter::{MAX_LEN, ParseOptions, parse};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match (parse(text), ParseOptions::new().lenient(true).parse(text)) {
        (Ok(strict), lenient) => assert_eq!(Ok(strict), lenient),
        (Err(errors), Ok(lenient)) => {
            assert_eq!(&errors[..], lenient.repairs());
            for repair in lenient.repairs() {
                let _ = repair.repaired(text).render(text);
            }
            let fixed = errors.fixed(text).expect("every error has a fix");
            if fixed.len() <= MAX_LEN {
                let meant = parse(&fixed).expect("what is fixed is a filter");
                assert_eq!(meant.expr(), lenient.expr());
            }
            for (spans, condition) in lenient.spans().iter().zip(lenient.expr().conditions()) {
                assert_eq!(spans.field.text(text), condition.field().map(|field| field.as_str()));
                assert!(spans.op.text(text).is_some() && spans.value.text(text).is_some());
            }
        }
        (Err(errors), Err(unmended)) => {
            assert!(errors.fixed(text).is_none());
            assert!(unmended.iter().all(|error| error.fix().is_none() && errors.contains(error)));
        }
    }
});
