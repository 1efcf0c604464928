//! Published values that a counter's figure is read beside (rule UM21): SIPAS as the Ministry of Home Affairs told
//! the press. Never: a value to be subtracted from ours, a line across a change of method.

/// How SIPAS was measured in a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Until 2021.
    First,
    /// From 2022 on, with other questions and another sample.
    Second,
}

/// SIPAS of the whole country in one year, in hundredths of a percentage point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sipas {
    /// The year that was asked about.
    pub year: u16,
    /// The index.
    pub index: u16,
    /// How it was measured.
    pub method: Method,
}

const fn sipas(year: u16, index: u16, method: Method) -> Sipas {
    Sipas {
        year,
        index,
        method,
    }
}

/// The country's years, in order. 2021 is left out: its value could not be confirmed.
pub const SIPAS: [Sipas; 6] = [
    sipas(2018, 8_299, Method::First),
    sipas(2019, 8_445, Method::First),
    sipas(2020, 8_548, Method::First),
    sipas(2022, 8_008, Method::Second),
    sipas(2023, 8_266, Method::Second),
    sipas(2024, 8_394, Method::Second),
];

/// SIPAS 2023 by factor, in the order of the factors of `sipas2022`.
pub const SIPAS_2023_FACTORS: [u16; 5] = [8_300, 8_302, 8_312, 8_303, 8_227];

/// What each factor touches elsewhere; for reading, never for a sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Touches {
    /// The factor's id in `sipas2022`.
    pub factor: &'static str,
    /// Criteria of QĐ 766/QĐ-TTg.
    pub portal: &'static str,
    /// Criteria of NĐ 61/2018, Đ.31.
    pub decree61: &'static str,
    /// Dimensions of PAPI.
    pub papi: &'static str,
}

const fn touches(
    factor: &'static str,
    portal: &'static str,
    decree61: &'static str,
    papi: &'static str,
) -> Touches {
    Touches {
        factor,
        portal,
        decree61,
        papi,
    }
}

/// Factor by factor.
pub const TOUCHES: [Touches; 5] = [
    touches(
        "tc",
        "Công khai, minh bạch",
        "6",
        "2 Công khai, minh bạch; 8 Quản trị điện tử",
    ),
    touches(
        "tthc",
        "Công khai, minh bạch; Tiến độ giải quyết",
        "1, 3, 6",
        "5 Thủ tục hành chính công",
    ),
    touches(
        "cc",
        "",
        "7",
        "5 Thủ tục hành chính công; 4 Kiểm soát tham nhũng",
    ),
    touches(
        "kq",
        "Tiến độ giải quyết",
        "1, 2",
        "5 Thủ tục hành chính công",
    ),
    touches(
        "pakn",
        "Mức độ hài lòng 5.2, 5.3",
        "8",
        "3 Trách nhiệm giải trình",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::Form;

    #[test]
    fn um21_the_reference_speaks_of_the_factors_of_the_form_and_of_no_line_across_methods() {
        let form = Form::parse(include_str!("../forms/sipas2022.json")).unwrap();
        let factors = form.factors().iter().map(|factor| factor.id.as_str());
        assert!(factors.eq(TOUCHES.iter().map(|touches| touches.factor)));
        let changes = SIPAS
            .windows(2)
            .filter(|two| two[0].method != two[1].method);
        assert_eq!(changes.count(), 1);
        assert!(SIPAS.windows(2).all(|two| two[0].year < two[1].year));
    }
}
