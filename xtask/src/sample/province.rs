//! The sample's units: Hưng Yên, its provincial centre and its 104 communes.

use serde_json::Value;
use survey::day::Day;
use survey::id::UnitId;
use survey::wire::device::Names;
use survey::wire::manager::UnitKind;

use crate::country::{SINCE, UNITS, one_spaced, unreadable};
use crate::trouble::Trouble;

pub use survey::wire::manager::Unit;

/// The GSO code of Hưng Yên.
const PROVINCE: u64 = 33;
/// The province's id.
pub const ROOT: &str = "33";

/// The units, parents first; the centre is the first that collects answers.
///
/// # Errors
/// When the data file does not read.
pub fn units() -> Result<Vec<Unit>, Trouble> {
    let provinces: Vec<Value> = serde_json::from_str(UNITS).map_err(|_| unreadable())?;
    let province = provinces
        .iter()
        .find(|province| province["code"].as_u64() == Some(PROVINCE))
        .ok_or_else(unreadable)?;
    let mut units = vec![
        unit(
            ROOT,
            UnitKind::Province,
            Some("Tỉnh Hưng Yên"),
            None,
            Some(ROOT),
        )?,
        Unit {
            collects: true,
            ..unit(
                "33.ttpvhcc",
                UnitKind::OneStop,
                Some("Trung tâm Phục vụ hành chính công tỉnh Hưng Yên"),
                Some(ROOT),
                None,
            )?
        },
    ];
    for commune in province["communes"].as_array().ok_or_else(unreadable)? {
        let code = commune[0].as_u64().ok_or_else(unreadable)?;
        let gso = format!("{code:05}");
        units.push(Unit {
            collects: true,
            ..unit(
                &format!("{ROOT}.{gso}"),
                UnitKind::Commune,
                commune[1].as_str(),
                Some(ROOT),
                Some(&gso),
            )?
        });
    }
    Ok(units)
}

/// The departments that have counters of their own at the centre.
const DEPARTMENTS: [(&str, &str, &str); 11] = [
    ("33.snv", "Sở Nội vụ", "Department of Home Affairs"),
    ("33.stp", "Sở Tư pháp", "Department of Justice"),
    ("33.stc", "Sở Tài chính", "Department of Finance"),
    (
        "33.sct",
        "Sở Công Thương",
        "Department of Industry and Trade",
    ),
    (
        "33.snnmt",
        "Sở Nông nghiệp và Môi trường",
        "Department of Agriculture and Environment",
    ),
    ("33.sxd", "Sở Xây dựng", "Department of Construction"),
    (
        "33.skhcn",
        "Sở Khoa học và Công nghệ",
        "Department of Science and Technology",
    ),
    (
        "33.svhttdl",
        "Sở Văn hóa, Thể thao và Du lịch",
        "Department of Culture, Sports and Tourism",
    ),
    (
        "33.sgddt",
        "Sở Giáo dục và Đào tạo",
        "Department of Education and Training",
    ),
    ("33.syt", "Sở Y tế", "Department of Health"),
    (
        "33.sdttg",
        "Sở Dân tộc và Tôn giáo",
        "Department of Ethnic Minorities and Religion",
    ),
];

/// The departments, to stand beside [`units`].
///
/// # Errors
/// When one of their ids is none.
pub fn departments() -> Result<Vec<Unit>, Trouble> {
    let department = |(id, vi, en): (&str, &str, &str)| {
        let mut made = unit(id, UnitKind::Department, Some(vi), Some(ROOT), None)?;
        en.clone_into(&mut made.name.en);
        made.collects = true;
        Ok(made)
    };
    DEPARTMENTS.into_iter().map(department).collect()
}

/// Where the newcomer's own kiosk stands: the first commune.
///
/// # Errors
/// As [`units`].
pub fn first_kiosk() -> Result<Unit, Trouble> {
    let communes = units()?.into_iter();
    communes
        .filter(|unit| unit.kind == UnitKind::Commune)
        .min_by_key(|unit| unit.gso.clone())
        .ok_or_else(unreadable)
}

fn unit(
    id: &str,
    kind: UnitKind,
    name: Option<&str>,
    parent: Option<&str>,
    gso: Option<&str>,
) -> Result<Unit, Trouble> {
    let parsed = |id: &str| UnitId::parse(id).map_err(|_| unreadable());
    let name = one_spaced(name.ok_or_else(unreadable)?);
    Ok(Unit {
        id: parsed(id)?,
        kind,
        name: Names {
            en: in_english(&name),
            vi: name,
        },
        parent: parent.map(parsed).transpose()?,
        gso: gso.map(str::to_owned),
        agency: None,
        valid_from: Day::parse(SINCE).ok_or_else(unreadable)?,
        valid_to: None,
        successors: Vec::new(),
        collects: false,
    })
}

/// "Phường Phố Hiến" is "Phố Hiến ward".
#[must_use]
pub fn in_english(name: &str) -> String {
    let kinds = [
        (
            "Trung tâm Phục vụ hành chính công tỉnh ",
            " Public Administration Service Centre",
        ),
        ("Phường ", " ward"),
        ("Xã ", " commune"),
        ("Đặc khu ", " special zone"),
        ("Tỉnh ", " province"),
        ("Thành phố ", " city"),
    ];
    kinds
        .into_iter()
        .find_map(|(kind, english)| Some(format!("{}{english}", name.strip_prefix(kind)?)))
        .unwrap_or_else(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hung_yen_has_a_centre_and_104_communes() -> Result<(), Trouble> {
        let units = units()?;
        let communes = units.iter().filter(|unit| unit.kind == UnitKind::Commune);
        assert_eq!(communes.count(), 104);
        assert_eq!(units.len(), 106);
        assert_eq!(units[0].name.en, "Hưng Yên province");
        assert!(first_kiosk()?.name.en.ends_with(" ward"));
        Ok(())
    }
}
