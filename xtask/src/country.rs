//! The national list as the page of units reads it: a country, its 34 provinces, their 3,321 communes, each
//! with its GSO code and its name in both languages. Never: a unit below a commune.

use serde_json::Value;

use crate::sample::in_english;
use crate::trouble::Trouble;

/// Every province and commune since 1 July 2025, with GSO codes.
pub const UNITS: &str = include_str!("../data/units-vietnam.json");
/// The day the two-tier tree began.
pub const SINCE: &str = "2025-07-01";
/// Where the list lies on the manager's site.
pub const FILE: &str = "viet-nam.csv";

const HEAD: &str = "id,parent,kind,name_vi,name_en,gso,valid_from,collects\r\n";

/// The list, parents first; no cell of it needs quotes.
///
/// # Errors
/// When the data file does not read.
pub fn csv() -> Result<String, Trouble> {
    let provinces: Vec<Value> = serde_json::from_str(UNITS).map_err(|_| unreadable())?;
    let country = format!("\u{feff}{HEAD}vn,,country,Việt Nam,Viet Nam,,{SINCE},no\r\n");
    let mut rows = vec![country];
    let read = |name: &Value| {
        let name = one_spaced(name.as_str().unwrap_or_default());
        let is_plain = !name.is_empty() && !name.contains([',', '"']);
        is_plain.then_some(name).ok_or_else(unreadable)
    };
    let both = |name: &str| format!("{name},{}", in_english(name));
    for province in &provinces {
        let code = province["code"].as_u64().ok_or_else(unreadable)?;
        let gso = format!("{code:02}");
        let name = read(&province["name"])?;
        let is_city = name.starts_with("Thành phố ");
        let names = both(&if is_city {
            name
        } else {
            format!("Tỉnh {name}")
        });
        rows.push(format!("{gso},vn,province,{names},{gso},{SINCE},no\r\n"));
        for commune in province["communes"].as_array().ok_or_else(unreadable)? {
            let code = commune[0].as_u64().ok_or_else(unreadable)?;
            let names = both(&read(&commune[1])?);
            rows.push(format!(
                "{gso}.{code:05},{gso},commune,{names},{code:05},{SINCE},yes\r\n"
            ));
        }
    }
    Ok(rows.concat())
}

/// A name with one space between its words; the official list has two in some ("Xã  Bắc Đông Quan").
pub(crate) fn one_spaced(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What is said of the data file where it does not read.
pub(crate) fn unreadable() -> Trouble {
    Trouble::new(
        "xtask/data/units-vietnam.json does not read",
        "Check that the clone is complete (`git status`)",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ua1_the_list_holds_34_provinces_and_3321_communes_with_every_cell() -> Result<(), Trouble> {
        let list = csv()?;
        let rows: Vec<Vec<&str>> = list.lines().map(|line| line.split(',').collect()).collect();
        assert!(rows.iter().all(|row| row.len() == 8));
        let of = |kind: &str| rows.iter().filter(|row| row[2] == kind).count();
        assert_eq!(
            (of("country"), of("province"), of("commune")),
            (1, 34, 3_321)
        );
        let province = "33,vn,province,Tỉnh Hưng Yên,Hưng Yên province,33,2025-07-01,no";
        assert!(list.lines().any(|line| line == province));
        let ward = "33.11953,33,commune,Phường Phố Hiến,Phố Hiến ward,11953,2025-07-01,yes";
        assert!(list.lines().any(|line| line == ward));
        assert!(!list.contains("  "), "a name has two spaces together");
        Ok(())
    }
}
