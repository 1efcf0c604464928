//! The dictionary of the open data: what each column of the file of figures means. Never: a column that the file has
//! not, or the other way round.

use crate::export::COLUMNS;
use crate::sheet;

/// Column, meaning in Vietnamese and English, unit of measure, range, formula.
type Entry = [&'static str; 6];

const HEAD: [&str; 6] = [
    "column",
    "meaning_vi",
    "meaning_en",
    "unit",
    "range",
    "formula",
];

const ENTRIES: [Entry; 26] = [
    [
        "part",
        "Con số nói về gì: overall = chung, factor = nhóm câu hỏi, item = câu hỏi, month = tháng, below = đơn vị bên dưới",
        "What the number is about: overall, factor (group of questions), item (question), month, below (a unit below)",
        "",
        "overall | factor | item | month | below",
        "",
    ],
    [
        "unit",
        "Mã đơn vị, không bao giờ đổi",
        "Id of the unit, stable for ever",
        "",
        "",
        "",
    ],
    [
        "parent",
        "Mã đơn vị cấp trên, chỉ có ở dòng below",
        "Id of the unit above, in rows of below only",
        "",
        "",
        "",
    ],
    [
        "name_vi",
        "Tên đơn vị",
        "Name of the unit in Vietnamese",
        "",
        "",
        "",
    ],
    [
        "name_en",
        "Tên đơn vị bằng tiếng Anh, nếu có",
        "Name of the unit in English, where there is one",
        "",
        "",
        "",
    ],
    ["form", "Mã phiếu hỏi", "Code of the form", "", "", ""],
    [
        "form_id",
        "Dấu vân tay SHA-256 của nội dung phiếu hỏi: đổi một chữ là phiếu khác",
        "SHA-256 of what the form asks: one other word is another form",
        "",
        "64 × 0-9 a-f",
        "",
    ],
    ["from", "Tháng đầu", "First month", "YYYY-MM", "", ""],
    ["to", "Tháng cuối", "Last month", "YYYY-MM", "", ""],
    [
        "id",
        "Mã nhóm câu hỏi hoặc câu hỏi, ở dòng factor và item",
        "Id of the group or question, in rows of factor and item",
        "",
        "",
        "",
    ],
    [
        "wording",
        "Lời câu hỏi đúng như trên phiếu",
        "The words as the form has them (Vietnamese)",
        "",
        "",
        "",
    ],
    [
        "formula",
        "Cách tính: f1_pooled = câu trả lời mức 4 và 5 trên tổng số câu trả lời; f1_factors = trung bình tỷ lệ của các nhóm; f2_mean5 = mức trung bình chia 5; f3_all = người mà mọi câu trả lời là 4 hoặc 5",
        "How it is computed: f1_pooled = answers at levels 4 and 5 of all answers; f1_factors = mean of the groups' shares; f2_mean5 = mean level divided by 5; f3_all = people whose every answer is 4 or 5",
        "",
        "f1_pooled | f1_factors | f2_mean5 | f3_all",
        "f1_pooled = Σs/Σm; f1_factors = mean(Σs_f/Σm_f); f2_mean5 = Σt/(5Σm); f3_all = people/n",
    ],
    [
        "show",
        "Công bố đến đâu: score = đủ, interval = chỉ có khoảng, hidden = không công bố",
        "How much is shown: score, interval only, hidden",
        "",
        "score | interval | hidden",
        "",
    ],
    [
        "n",
        "Số người trả lời",
        "People who answered",
        "people",
        "10 -",
        "",
    ],
    [
        "index",
        "Kết quả",
        "The result",
        "%",
        "0.00 - 100.00",
        "see formula",
    ],
    [
        "low",
        "Đầu dưới của khoảng tin cậy 95%",
        "Lower limit of the 95% interval",
        "%",
        "0.00 - 100.00",
        "Wilson score interval with the effective n",
    ],
    [
        "high",
        "Đầu trên của khoảng tin cậy 95%",
        "Upper limit of the 95% interval",
        "%",
        "0.00 - 100.00",
        "Wilson score interval with the effective n",
    ],
    [
        "level_1",
        "Tỷ lệ rất không hài lòng, ở dòng item",
        "Share very dissatisfied, in rows of item",
        "%",
        "0.00 - 100.00",
        "answers at level 1 / answers",
    ],
    [
        "level_2",
        "Tỷ lệ không hài lòng, ở dòng item",
        "Share dissatisfied, in rows of item",
        "%",
        "0.00 - 100.00",
        "answers at level 2 / answers",
    ],
    [
        "level_3",
        "Tỷ lệ bình thường, ở dòng item",
        "Share neutral, in rows of item",
        "%",
        "0.00 - 100.00",
        "answers at level 3 / answers",
    ],
    [
        "level_4",
        "Tỷ lệ hài lòng, ở dòng item",
        "Share satisfied, in rows of item",
        "%",
        "0.00 - 100.00",
        "answers at level 4 / answers",
    ],
    [
        "level_5",
        "Tỷ lệ rất hài lòng, ở dòng item",
        "Share very satisfied, in rows of item",
        "%",
        "0.00 - 100.00",
        "answers at level 5 / answers",
    ],
    [
        "responses",
        "Số phiếu trong tổng này",
        "Responses in the sum",
        "responses",
        "0 -",
        "",
    ],
    [
        "assisted",
        "Trong đó có người giúp trả lời",
        "Of these, answered with a helper",
        "responses",
        "0 -",
        "",
    ],
    [
        "days",
        "Ngày đầu và ngày cuối có phiếu trong tổng này",
        "First and last day with a response in the sum",
        "YYYY-MM-DD/YYYY-MM-DD",
        "",
        "",
    ],
    [
        "why",
        "Vì sao không công bố: nobody = chưa có phiếu, too-few = dưới 10 người, guards-neighbour = sẽ làm lộ một mục bên cạnh, needs-others = cần mọi nhóm câu hỏi từ 30 người",
        "Why nothing is shown: nobody = no responses yet, too-few = fewer than 10 people, guards-neighbour = it would reveal a neighbour, needs-others = needs every group with 30 people",
        "",
        "nobody | too-few | guards-neighbour | needs-others",
        "",
    ],
];

/// The dictionary as a file, and how many rows it has.
#[must_use]
pub fn dictionary() -> (String, usize) {
    let rows = ENTRIES.iter().filter(|entry| COLUMNS.contains(&entry[0]));
    let rows: Vec<Vec<&str>> = rows.map(|entry| entry.to_vec()).collect();
    let count = rows.len();
    (sheet::file(&HEAD, rows), count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn um17_the_dictionary_tells_every_column_of_the_file_in_its_order() {
        assert_eq!(ENTRIES.map(|entry| entry[0]), COLUMNS);
        assert!(
            ENTRIES
                .iter()
                .all(|entry| !entry[1].is_empty() && !entry[2].is_empty())
        );
        let (file, rows) = dictionary();
        assert_eq!(rows, COLUMNS.len());
        assert!(file.starts_with("\u{feff}column,meaning_vi,"), "{file}");
    }
}
