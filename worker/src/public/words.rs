//! Every sentence of the public pages, in plain Vietnamese and English. Never: a number, a name of a unit.

use crate::export::words::Both;

pub const NAME: Both = Both(
    "Người dân nói gì tại quầy Một cửa",
    "What people say at the one-stop counters",
);
pub const SKIP: Both = Both("Đến số liệu", "Skip to the figures");
pub const OTHER: Both = Both("English", "Tiếng Việt");
pub const ON_THIS_PAGE: Both = Both("Trong trang này", "On this page");
pub const PRIVACY: Both = Both(
    "Trang này không có cookie, không theo dõi, không chạy chương trình nào trên máy của bạn và không cần đăng nhập.",
    "This page has no cookies and no tracking, runs no program on your device and needs no sign-in.",
);
pub const MADE_BY: Both = Both(
    "Số liệu do phần mềm Hài Lòng tính, cùng một cách cho mọi đơn vị.",
    "The figures are computed by the software Hài Lòng, in the same way for every unit.",
);

/// That nothing here is real.
pub const SAMPLE: Both = Both(
    "Dữ liệu mẫu, không phải số liệu thật",
    "Sample data, not real figures",
);

pub const NOTHING: Both = Both("Chưa có gì được công bố", "Nothing is published yet");
pub const NOTHING_YET: Both = Both(
    "Chưa đơn vị nào công bố kết quả ở đây. Khi có, kết quả sẽ ở đúng địa chỉ này.",
    "No unit publishes its results here yet. Once one does, they will be at this address.",
);
pub const CHOOSE: Both = Both("Chọn đơn vị", "Choose a unit");
pub const PUBLISHES: Both = Both(
    "Các đơn vị công bố kết quả, theo thứ tự chữ cái:",
    "The units that publish their results, in alphabetical order:",
);
pub const NO_PAGE: Both = Both("Không có trang này", "There is no such page");
pub const NO_PAGE_TEXT: Both = Both(
    "Địa chỉ không đúng, hoặc đơn vị không còn công bố kết quả.",
    "The address is wrong, or the unit no longer publishes its results.",
);
pub const BUSY: Both = Both(
    "Trang tạm thời chưa xem được",
    "The page cannot be shown just now",
);
pub const BUSY_TEXT: Both = Both(
    "Máy chủ đang bận hoặc đang bảo trì. Xin tải lại trang sau vài phút.",
    "The server is busy or being serviced. Please load the page again in a few minutes.",
);
pub const READ_ONLY: Both = Both("Trang này chỉ để đọc", "This page is for reading only");
pub const READ_ONLY_TEXT: Both = Both(
    "Không gửi được gì đến địa chỉ này.",
    "Nothing can be sent to this address.",
);
pub const TO_FRONT: Both = Both("Về trang đầu", "To the front page");

pub const RESULTS: Both = Both("Kết quả chung", "Results");
pub const PARTS: Both = Both("Từng nội dung", "By topic");
pub const MONTHS: Both = Both("Theo tháng", "By month");
pub const BELOW: Both = Both("Từng đơn vị", "By unit");
pub const ACTIONS: Both = Both("Bạn nói - Chúng tôi làm", "You said - We did");
pub const METHOD: Both = Both("Cách làm và giới hạn", "Method and limits");
pub const DATA: Both = Both("Dữ liệu mở", "Open data");

pub const PERIOD: Both = Both("Thời gian", "Period");
pub const TO: Both = Both("đến", "to");
pub const ANSWERS: Both = Both("Số phiếu", "Responses");
pub const DAYS: Both = Both("Phiếu từ ngày", "Answers from");
pub const FORM: Both = Both("Phiếu hỏi", "Form");
pub const READ_ON: Both = Both("Số liệu đọc ngày", "Figures read on");
pub const SATISFIED: Both = Both("Tỷ lệ hài lòng", "Share satisfied");
pub const PEOPLE: Both = Both("Số người trả lời (n)", "People who answered (n)");
/// The same over a column, where there is little room.
pub const N: Both = Both("Số người (n)", "People (n)");
pub const WHAT: Both = Both("Nội dung", "Topic");
pub const FORMULA: Both = Both("Cách tính", "Formula");
pub const RESULT: Both = Both("Kết quả", "Result");
pub const MONTH: Both = Both("Tháng", "Month");
pub const UNIT: Both = Both("Đơn vị", "Unit");
pub const FACTORS: Both = Both("Nhóm câu hỏi", "Groups of questions");
pub const ITEMS: Both = Both("Từng câu hỏi", "Single questions");
pub const LEVELS: Both = Both(
    "mức 1 đến 5, từ rất không hài lòng đến rất hài lòng",
    "levels 1 to 5, from very dissatisfied to very satisfied",
);
pub const TOO_FEW: Both = Both("chưa đủ dữ liệu", "not enough data");
pub const NO_MONTH: Both = Both("chưa có phiếu được công bố", "no released answers");
pub const UNITS_NOTE: Both = Both(
    "Các đơn vị xếp theo thứ tự chữ cái, không xếp hạng. Hai khoảng tin cậy chồng lên nhau thì chưa nói được nơi nào cao hơn.",
    "Units stand in alphabetical order; nobody is ranked. Where two intervals overlap, nobody can say which is higher.",
);
pub const OF_NOBODY: Both = Both("Đơn vị chưa có phiếu", "Units without a response");
pub const BELOW_OF: Both = Both("Thuộc", "Below");
pub const PARTS_NOTE: Both = Both(
    "Tỷ lệ câu trả lời ở mức 4 hoặc 5 trên 5, của những người trả lời nội dung đó.",
    "The share of answers at level 4 or 5 of 5, of those who answered that topic.",
);
pub const MONTHS_NOTE: Both = Both(
    "Chỉ gồm những tháng đã chốt: số liệu của các tháng này không thay đổi nữa.",
    "Only months that are sealed: their figures change no more.",
);

pub const ACTIONS_NOTE: Both = Both(
    "Việc cơ quan đã làm theo ý kiến của người dân, do cơ quan tự viết.",
    "What the authorities did about what people said, in their own words (Vietnamese).",
);
pub const NO_ACTIONS: Both = Both(
    "Chưa có việc nào được công bố.",
    "No action is published yet.",
);
pub const SAID: Both = Both("Bạn nói", "You said");
pub const DONE: Both = Both("Chúng tôi làm", "We did");

pub const DATA_NOTE: Both = Both(
    "Mọi con số của trang này, một dòng một con số, để máy đọc (CSV, UTF-8). Khi dùng lại, xin ghi tên đơn vị, thời gian, số phiếu và câu in đậm ở đầu trang.",
    "Every number of this page, one a row, for programs (CSV, UTF-8). When you use them, give the unit, the period, the number of responses and the sentence in bold at the top.",
);
pub const TABLE: Both = Both("Tải số liệu (CSV)", "Download the figures (CSV)");
pub const DICTIONARY: Both = Both(
    "Tải từ điển các cột (CSV)",
    "Download the dictionary of its columns (CSV)",
);

/// What managers call a form that every deployment has.
pub fn form_name(code: &str) -> Option<Both> {
    match code {
        "sipas2022" => Some(Both(
            "Phiếu SIPAS 2022 (19 tiêu chí)",
            "SIPAS 2022 (19 criteria)",
        )),
        "local9" => Some(Both("Phiếu cơ sở (9 tiêu chí)", "Local form (9 criteria)")),
        "express6" => Some(Both("Phiếu nhanh (6 câu)", "Express form (6 questions)")),
        _ => None,
    }
}
