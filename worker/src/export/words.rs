//! What a workbook says beside its numbers, in Vietnamese and English. Never: a number.

use survey::format::Language;

/// A text in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Both(pub &'static str, pub &'static str);

impl Both {
    /// The text in one of them.
    #[must_use]
    pub const fn say(self, language: Language) -> &'static str {
        match language {
            Language::Vi => self.0,
            Language::En => self.1,
        }
    }
}

/// That a figure of the counter is none of the official indices; stands on every sheet.
pub const NOT_SIPAS: Both = Both(
    "Chỉ số tham khảo tại quầy, không thay thế SIPAS/PAPI.",
    "Reference figures from the counter; they do not replace SIPAS/PAPI.",
);

/// The name of a formula.
pub fn formula(word: &str) -> Both {
    match word {
        "f1_pooled" => Both(
            "% hài lòng (mức 4+5), gộp câu trả lời",
            "% satisfied (levels 4+5), answers pooled",
        ),
        "f1_factors" => Both(
            "% hài lòng, trung bình các nhân tố",
            "% satisfied, mean of the factors",
        ),
        "f2_mean5" => Both(
            "Điểm trung bình/5, tính bằng %",
            "Mean level out of 5, as %",
        ),
        _ => Both("% hài lòng toàn diện", "% satisfied with everything"),
    }
}

/// How much is shown, or why nothing is.
pub fn shown(show: &str, why: Option<&str>) -> Both {
    match (show, why) {
        ("score", _) => Both("Có điểm", "Score"),
        ("interval", _) => Both(
            "Chỉ khoảng tin cậy (10 đến 29 phiếu), làm tròn ra 5 điểm",
            "Interval only (10 to 29 responses), rounded outward to 5 points",
        ),
        (_, Some("nobody")) => Both(
            "Chưa có 10 phiếu nào được công bố",
            "No 10 responses released yet",
        ),
        (_, Some("too-few")) => Both(
            "Dưới 10 phiếu: không công bố để giữ kín câu trả lời của từng người",
            "Fewer than 10 responses: not shown, so that nobody's answer can be told",
        ),
        (_, Some("guards-neighbour")) => Both(
            "Không công bố, vì sẽ làm lộ một mục bên cạnh có dưới 10 phiếu",
            "Not shown: it would reveal a neighbour with fewer than 10 responses",
        ),
        _ => Both(
            "Chỉ tính khi mọi nhân tố đều có điểm (từ 30 phiếu)",
            "Computed only when every factor has a score (30 responses or more)",
        ),
    }
}

/// Names of the sheets; each at most 31 characters, as the format wants.
pub const SHEETS: [&str; 6] = [
    "Tóm tắt · Summary",
    "Nhân tố, tiêu chí · Factors",
    "Theo tháng · Months",
    "Đơn vị · Units",
    "Không công bố · Withheld",
    "Phương pháp · Method",
];

/// How the figures were made and what they cannot say.
pub const METHOD: [Both; 11] = [
    NOT_SIPAS,
    Both(
        "Chỉ gồm những người dùng quầy đã chọn trả lời; không đại diện cho mọi người dân.",
        "Only counter users who chose to answer; they do not stand for all citizens.",
    ),
    Both(
        "Hài lòng là mức 4 hoặc 5 trên 5. Mỗi con số đi cùng công thức, số phiếu (n) và khoảng tin cậy 95%.",
        "Satisfied is level 4 or 5 of 5. Each number comes with its formula, n and 95% interval.",
    ),
    Both(
        "Khoảng tin cậy: Wilson, với n hiệu dụng tính đến việc câu trả lời của một người giống nhau. Chỉ gồm sai số chọn mẫu.",
        "Interval: Wilson, with an effective n that heeds how alike one person's answers are. Sampling error only.",
    ),
    Both(
        "Phiếu được công bố theo nhóm ít nhất 10 phiếu của một đơn vị, không tách ra được. Phiếu đang chờ không nằm trong số liệu nào.",
        "Responses are released in groups of at least 10 of one unit, never split. What waits is in no figure.",
    ),
    Both(
        "Dưới 10 phiếu không có số liệu; từ 10 đến 29 chỉ có khoảng tin cậy; từ 30 có điểm; từ 100 mới so sánh.",
        "Below 10 responses no figure; from 10 to 29 an interval only; from 30 a score; comparisons from 100.",
    ),
    Both(
        "Tháng chưa chốt còn thay đổi khi phiếu đến muộn: tải lại tệp sẽ cho số mới hơn.",
        "A month that is not sealed still changes when late answers come: a later file has newer numbers.",
    ),
    Both(
        "Hai đơn vị có khoảng tin cậy chồng lên nhau thì không nói được bên nào cao hơn. Tệp này không xếp hạng.",
        "Of two units whose intervals overlap nobody can say which is higher. This file ranks nobody.",
    ),
    Both(
        "Số liệu của các phiếu khảo sát khác nhau không được cộng với nhau hay nối thành một đường.",
        "Figures of different forms are never added up or joined by one line.",
    ),
    Both(
        "Tệp này không có ý kiến góp ý, câu trả lời của từng người, thiết bị hay giờ giấc.",
        "This file has no comments, no single answers, no devices and no times of day.",
    ),
    Both(
        "Ô trống nghĩa là không công bố, không phải số 0. Lý do ở trang Không công bố.",
        "An empty cell means not shown; it is no zero. The reason is on the sheet Withheld.",
    ),
];
