use super::*;
use crate::row::Row;

type Result<T = (), E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

const DAY: i64 = 86_400;

fn point(day: i64, used: Option<i64>, object: Option<i64>) -> Point {
    Point::new(day * DAY, used, object, None)
}

fn period(days: i64) -> Result<Period> {
    Ok(Period { since: Timestamp::from_second(0)?, until: Timestamp::from_second(days * DAY)?, longest_gap: 2 * DAY })
}

fn series(tenant: &str, parent: Option<&str>, repository: &str, points: Vec<Point>) -> Series {
    let row = Row {
        system: "em".to_owned(),
        server: "s".to_owned(),
        tenant: Some(tenant.to_owned()),
        tenant_kind: Some(if parent.is_some() { "subtenant" } else { "tenant" }.to_owned()),
        parent_tenant: parent.map(str::to_owned),
        repository: Some(repository.to_owned()),
        ..Row::default()
    };
    Series::new(row, points)
}

const PRICES: &str = r#"
currency = "EUR"
unit = "GB"
minimum = "1.00"
[[price]]
repository = "gold*"
local = "0.10"
multiplier = "2"
[[price]]
local = "0.01"
object_storage = "0.001"
"#;

#[test]
fn an_integral_over_time_and_its_gaps() -> Result {
    let gb = 1_000_000_000;
    // 10 GB for two days, then evenly up to 20 GB in two more, then three days of which nobody knows.
    let points = vec![point(0, Some(10 * gb), None), point(2, Some(10 * gb), None), point(4, Some(20 * gb), None)];
    let bills = bills(&[series("a", None, "gold 1", points)], &Prices::parse(PRICES)?, period(7)?)?;
    let [bill] = bills.as_slice() else { return Err("one bill".into()) };
    let [item] = bill.items.as_slice() else { return Err("one item".into()) };
    assert_eq!((item.local_days, item.gap_seconds), (Decimal::from(50), 3 * DAY));
    assert_eq!((bill.amount.to_string().as_str(), bill.is_minimum), ("10.00", false));
    Ok(())
}

#[test]
fn runs_too_far_apart_are_a_gap_and_the_edges_are_cut() -> Result {
    let gb = 1_000_000_000;
    let far = vec![point(0, Some(gb), None), point(5, Some(gb), None)];
    let over = vec![point(-1, Some(gb), Some(gb)), point(1, Some(gb), Some(gb)), point(3, None, None)];
    let all = [series("a", None, "x", far), series("b", None, "x", over)];
    let bills = bills(&all, &Prices::parse(PRICES)?, period(5)?)?;
    let items: Vec<_> = bills.iter().flat_map(|bill| &bill.items).collect();
    assert_eq!(items.iter().map(|it| it.gap_seconds).collect::<Vec<_>>(), [5 * DAY, 4 * DAY]);
    assert_eq!(items.iter().map(|it| it.object_days).collect::<Vec<_>>(), [Decimal::ZERO, Decimal::ONE]);
    assert!(bills.iter().all(|bill| bill.is_minimum && bill.amount.to_string() == "1.00"));
    Ok(())
}

#[test]
fn a_subtenant_is_billed_with_its_tenant_and_once() -> Result {
    let flat = |bytes| vec![point(0, Some(bytes), None), point(1, Some(bytes), None)];
    let gb = 1_000_000_000;
    let all = [
        series("a", None, "x", flat(1000 * gb)),
        series("a1", Some("a"), "x", flat(400 * gb)),
        series("a2", Some("a"), "y", flat(100 * gb)),
    ];
    let bills = bills(&all, &Prices::parse(PRICES)?, period(1)?)?;
    assert_eq!(
        bills.iter().map(|bill| (bill.customer.as_str(), bill.amount.to_string())).collect::<Vec<_>>(),
        [("a", "11.00".to_owned())]
    );
    Ok(())
}

/// A minimum is owed by who is there.
#[test]
fn who_left_before_or_came_after_owes_nothing_and_needs_no_price() -> Result {
    let gb = Some(1_000_000_000);
    let only_gold = "currency = \"EUR\"\nminimum = \"5.00\"\n[[price]]\nrepository = \"gold\"\nlocal = \"1\"\n";
    let all = [
        series("left", None, "other", vec![point(-1, gb, None)]),
        series("new", None, "other", vec![point(8, gb, None)]),
        series("on its last day", None, "gold", vec![point(7, gb, None)]),
        series("here", None, "gold", vec![point(6, gb, None)]),
    ];
    let bills = bills(&all, &Prices::parse(only_gold)?, period(7)?)?;
    assert_eq!(bills.iter().map(|bill| bill.customer.as_str()).collect::<Vec<_>>(), ["here"]);
    Ok(())
}

#[test]
fn who_has_no_name_is_billed_by_id() -> Result {
    let mut nameless = series("", None, "x", vec![point(0, Some(1), None)]);
    (nameless.row.tenant, nameless.row.tenant_id) = (None, Some("4711".to_owned()));
    let bills = bills(&[nameless], &Prices::parse(PRICES)?, period(7)?)?;
    assert_eq!(bills.first().map(|bill| bill.customer.as_str()), Some("4711"));
    Ok(())
}

#[test]
fn a_month_is_as_long_as_it_was() -> Result {
    let prices = Prices::parse("currency = \"EUR\"\nunit = \"GB\"\nper = \"month\"\n[[price]]\nlocal = \"3\"\n")?;
    let gb = 1_000_000_000;
    let points = (0..=31).map(|day| point(day, Some(gb), None)).collect();
    let bills = bills(&[series("a", None, "x", points)], &prices, period(31)?)?;
    assert_eq!(bills.first().map(|bill| bill.amount.to_string()), Some("3.00".to_owned()));
    Ok(())
}

/// What was used; a period of which nothing is told is all gap.
fn told(points: &[Point], period: Period) -> Used {
    let gap = period.until.as_second() - period.since.as_second();
    usage(points, period).unwrap_or(Used { gap, ..Used::default() })
}

/// The same by walking through every second, in floats: slow, and simple enough to be believed.
fn naive(points: &[Point], period: Period) -> (f64, f64, i64) {
    let (mut local, mut object, mut known) = (0.0, 0.0, 0);
    for second in period.since.as_second()..period.until.as_second() {
        let pair = points.windows(2).find(|pair| pair[0].second <= second && second < pair[1].second);
        let Some([a, b]) = pair else { continue };
        let (Some(from), Some(to)) = (a.used_bytes(), b.used_bytes()) else { continue };
        let time = b.second - a.second;
        if time > period.longest_gap {
            continue;
        }
        let middle = (second - a.second) as f64 + 0.5;
        let at = |from: i64, to: i64| from as f64 + (to as f64 - from as f64) * middle / time as f64;
        let in_object = at(a.object_storage_bytes().unwrap_or(0), b.object_storage_bytes().unwrap_or(0));
        object += in_object;
        local += at(from, to) - in_object;
        known += 1;
    }
    let until = period.until.as_second() - period.since.as_second();
    (local, object, until - known)
}

proptest::proptest! {
    #[test]
    fn an_integral_is_what_adding_up_every_second_gives(
        steps in proptest::collection::vec(
            (1_i64..400, proptest::option::weighted(0.8, 0_i64..1 << 50), proptest::option::of(0_i64..1 << 40)),
            0..12,
        ),
        since in 0_i64..1500,
        length in 1_i64..1500,
    ) {
        let mut second = 0;
        let points: Vec<Point> = steps
            .into_iter()
            .map(|(step, used, object)| {
                second += step;
                Point::new(second, used, object.filter(|object| used.is_some_and(|used| *object <= used)), None)
            })
            .collect();
        let of = |second| Timestamp::from_second(second).unwrap_or_default();
        let period = Period { since: of(since), until: of(since + length), longest_gap: 250 };
        let (used, (local, object, gap)) = (told(&points, period), naive(&points, period));
        proptest::prop_assert_eq!(used.gap, gap);
        // Twice the byte-seconds; a part of a byte is lost at each pair of runs.
        let near = |doubled: i128, wanted: f64| (doubled as f64 / 2.0 - wanted).abs() <= 40.0 + wanted.abs() * 1e-9;
        proptest::prop_assert!(near(used.local, local) && near(used.object, object), "{:?} {} {}", used, local, object);
    }
}

/// Clocks that are changed by an hour, by an hour on other days, by half an hour, and not at all.
const ZONES: [(&str, &[i64]); 4] = [
    ("CET-1CEST,M3.5.0,M10.5.0/3", &[743, 745]),
    ("EST5EDT,M3.2.0,M11.1.0", &[743, 721]),
    ("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", &[]),
    ("UTC0", &[]),
];

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(48))]
    /// Two years of runs at odd times, each month of them billed: what is owed is what adding up every quarter of an
    /// hour gives, in months of whatever length, and the months together are the whole.
    #[test]
    fn months_of_any_length_are_billed_whole_and_once(
        zone in 0..ZONES.len(),
        steps in proptest::collection::vec((1_i64..600, proptest::option::weighted(0.95, 0_i64..1 << 44)), 40..200),
    ) {
        const QUARTER: i64 = 900;
        let zone = TimeZone::posix(ZONES[zone].0).unwrap_or(TimeZone::UTC);
        // 2024-12-15, so that the first month begins among runs.
        let mut second = 1_734_220_800;
        let mut points = Vec::new();
        for (step, used) in steps {
            second += step * QUARTER;
            points.push(Point::new(second, used, None, None));
        }
        let longest_gap = 400 * QUARTER;
        let months = (0..24).map(|month| jiff::civil::date(2025, 1, 1).saturating_add(month.months()));
        let months: Vec<Period> = months.filter_map(|first| Period::of_month(first, &zone, longest_gap).ok()).collect();
        proptest::prop_assert_eq!(months.len(), 24);
        let (mut local, mut gap) = (0, 0);
        for month in &months {
            let used = told(&points, *month);
            let mut naive = (0.0, 0);
            for pair in points.windows(2) {
                let (Some(from), Some(to)) = (pair[0].used_bytes(), pair[1].used_bytes()) else { continue };
                let (begin, time) = (pair[0].second, pair[1].second - pair[0].second);
                if time > longest_gap {
                    continue;
                }
                for quarter in 0..time / QUARTER {
                    let at = begin + quarter * QUARTER;
                    if month.since.as_second() <= at && at < month.until.as_second() {
                        let middle = (quarter as f64 + 0.5) * QUARTER as f64 / time as f64;
                        naive.0 += (from as f64 + (to as f64 - from as f64) * middle) * QUARTER as f64;
                        naive.1 += QUARTER;
                    }
                }
            }
            let length = month.until.as_second() - month.since.as_second();
            proptest::prop_assert_eq!(used.gap, length - naive.1);
            proptest::prop_assert!((used.local as f64 / 2.0 - naive.0).abs() <= 400.0 + naive.0 * 1e-9);
            (local, gap) = (local + used.local, gap + used.gap);
        }
        let (since, until) = (months[0].since, months[23].until);
        let whole = told(&points, Period { since, until, longest_gap });
        proptest::prop_assert_eq!(whole.gap, gap);
        proptest::prop_assert!((whole.local - local).abs() <= 48 * 2);
    }
}

#[test]
fn a_month_in_which_clocks_change_is_as_long_as_it_was() -> Result {
    for (zone, hours) in ZONES {
        for (month, hours) in [3, if zone.starts_with("EST") { 11 } else { 10 }].into_iter().zip(hours) {
            let zone = TimeZone::posix(zone)?;
            let period = Period::of_month(jiff::civil::date(2026, month, 1), &zone, 0)?;
            assert_eq!(period.until.as_second() - period.since.as_second(), hours * 3600);
        }
    }
    Ok(())
}

#[test]
fn sums_are_rounded_as_the_prices_say() -> Result {
    let gb = 1_000_000_000;
    let points = vec![point(0, Some(gb), None), point(1, Some(gb), None)];
    for (rounding, amount) in [("half-up", "0.13"), ("half-even", "0.12"), ("up", "0.13"), ("down", "0.12")] {
        let prices =
            format!("currency = \"EUR\"\nunit = \"GB\"\nrounding = \"{rounding}\"\n[[price]]\nlocal = \"0.125\"\n");
        let bills = bills(&[series("a", None, "x", points.clone())], &Prices::parse(&prices)?, period(1)?)?;
        assert_eq!(bills.first().map(|bill| bill.amount.to_string()).as_deref(), Some(amount), "{rounding}");
    }
    assert!(Prices::parse("currency = \"EUR\"\nrounding = \"nicely\"\n[[price]]\nlocal = \"1\"\n").is_err());
    Ok(())
}

#[test]
fn what_has_no_price_is_named_and_bad_files_are_refused() -> Result {
    let gold = Prices::parse("currency = \"EUR\"\n[[price]]\nrepository = \"gold*\"\nlocal = \"1\"\n")?;
    let refused = bills(&[series("a", None, "silver", vec![point(0, None, None)])], &gold, period(1)?);
    assert!(refused.is_err_and(|error| error.to_string().contains("no price for silver on s")));
    for (text, says) in [
        ("", "currency"),
        ("currency = \"EUR\"\n[[price]]\nlocal = 0.05\n", "string"),
        ("currency = \"EUR\"\n[[price]]\nlocal = \"cheap\"\n", "is no amount"),
        ("currency = \"EUR\"\n[[price]]\nlocal = \"-1\"\n", "below zero"),
        ("currency = \"EUR\"\nunit = \"TB\"\n[[price]]\nlocal = \"1\"\n", "TB"),
        ("currency = \"EUR\"\n[[price]]\nlocale = \"1\"\n", "locale"),
    ] {
        let error = Prices::parse(text).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains(says), "{text}: {error}");
    }
    Ok(())
}
