//! The lenient parser against the strict one.
#![no_main]

use backhaul_filter::{MAX_LEN, ParseOptions};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for extended in [false, true] {
        alike(text, &ParseOptions::new().extended(extended));
    }
});

fn alike(text: &str, strict: &ParseOptions) {
    match (strict.parse(text), strict.clone().lenient(true).parse(text)) {
        (Ok(read), lenient) => assert_eq!(Ok(read), lenient),
        (Err(errors), Ok(lenient)) => {
            assert_eq!(&errors[..], lenient.repairs());
            for repair in lenient.repairs() {
                let _ = repair.repaired(text).render(text);
            }
            let fixed = errors.fixed(text).expect("every error has a fix");
            if fixed.len() <= MAX_LEN {
                let meant = strict.parse(&fixed).expect("what is fixed is a filter");
                assert_eq!(meant.expr(), lenient.expr());
            }
            for (spans, condition) in lenient.spans().iter().zip(lenient.expr().conditions()) {
                if let Some(field) = condition.field() {
                    assert_eq!(spans.field.text(text), Some(field.as_str()));
                }
                assert!(spans.op.text(text).is_some() && spans.value.text(text).is_some());
            }
        }
        (Err(errors), Err(unmended)) => {
            assert!(errors.fixed(text).is_none());
            assert!(unmended.iter().all(|error| error.fix().is_none() && errors.contains(error)));
        }
    }
}
