//! How the figures came about and what they cannot say, in plain words. Never: a figure.

use crate::export::words::Both;

/// Each with its title.
pub const METHOD: [(Both, Both); 8] = [
    (
        Both("Ai trả lời", "Who answers"),
        Both(
            "Người đến làm thủ tục, được mời trả lời trên máy đặt tại quầy và đã chọn trả lời. Trả lời là tự nguyện. Vì vậy kết quả chỉ nói về những người đã trả lời, không đại diện cho mọi người dân, và có thể khác nếu những người không trả lời cũng trả lời.",
            "People who came to the counter, were invited to answer on a device there, and chose to. Answering is voluntary. So the results speak of those who answered; they do not stand for all citizens, and might differ if the others had answered.",
        ),
    ),
    (
        Both("Tính thế nào", "How it is computed"),
        Both(
            "Mỗi câu hỏi có năm mức. Hài lòng là mức 4 hoặc mức 5. Tỷ lệ hài lòng là số câu trả lời ở mức 4 và 5 chia cho tổng số câu trả lời; câu bỏ trống không tính. Mỗi con số đi cùng tên cách tính của nó.",
            "Each question has five levels. Satisfied is level 4 or 5. The share satisfied is the number of answers at levels 4 and 5 divided by the number of all answers; skipped questions do not count. Each number comes with the name of its formula.",
        ),
    ),
    (
        Both("Đọc n thế nào", "How to read n"),
        Both(
            "n là số người đã trả lời, không phải số câu trả lời và không phải số hồ sơ. n càng nhỏ thì con số càng kém chắc chắn.",
            "n is the number of people who answered, not of answers and not of dossiers. The smaller n is, the less certain is the number.",
        ),
    ),
    (
        Both("Đọc khoảng tin cậy thế nào", "How to read the interval"),
        Both(
            "Khoảng tin cậy 95% cho biết con số có thể dao động bao nhiêu chỉ vì ngẫu nhiên gặp nhóm người này mà không phải nhóm khác giống như vậy. Hai khoảng chồng lên nhau thì chưa nói được bên nào cao hơn. Khoảng này không gồm sai lệch do người không trả lời.",
            "The 95% interval tells how much the number may vary by chance alone, because these people answered and not others like them. Where two intervals overlap, nobody can say which is higher. It does not cover what those who did not answer would have said.",
        ),
    ),
    (
        Both("Vì sao có chỗ không có số", "Why some numbers are missing"),
        Both(
            "Để không ai đoán được câu trả lời của một người, phiếu chỉ được công bố theo nhóm từ 10 phiếu của cùng một đơn vị và không tách ra. Dưới 10 người thì không có số; từ 10 đến 29 người chỉ có khoảng, làm tròn ra 5 điểm; từ 30 người mới có tỷ lệ. Một con số cũng không hiện nếu nó làm lộ nhóm bên cạnh có dưới 10 người. Ô trống nghĩa là không công bố, không phải số 0.",
            "So that nobody can tell what one person answered, answers are released in groups of at least 10 of the same unit and never split. Below 10 people there is no number; from 10 to 29 only an interval, rounded outward to 5 points; from 30 the share. A number is also left out where it would reveal a neighbouring group of fewer than 10. An empty place means not published; it is no zero.",
        ),
    ),
    (
        Both("Những tháng nào", "Which months"),
        Both(
            "Mười hai tháng gần nhất đã chốt. Một tháng được chốt vào ngày 8 của tháng sau, lúc 5 giờ sáng; phiếu đến muộn hơn được tính cùng phiếu của tháng sau. Không ai chọn được tháng cho đẹp.",
            "The last twelve months that are sealed. A month is sealed on the 8th of the next one, at 5 in the morning; what comes later counts with answers of the next. Nobody can pick the months that look best.",
        ),
    ),
    (
        Both("Những gì không bao giờ được thu", "What is never collected"),
        Both(
            "Không hỏi, không lưu và không suy ra: họ tên, số điện thoại, thư điện tử, số giấy tờ, mã hồ sơ, tài khoản, địa chỉ, địa chỉ mạng, thời điểm chính xác hơn một ngày, giọng nói, hình ảnh. Ý kiến viết tay của người dân không có trên trang này.",
            "Never asked, stored or derived: name, phone, e-mail, number of a paper or dossier, account, address, network address, any time finer than a day, voice, image. What people wrote in their own words is not on this page.",
        ),
    ),
    (
        Both("Không phải SIPAS, PAPI", "Not SIPAS, not PAPI"),
        Both(
            "SIPAS và PAPI chọn ngẫu nhiên người để hỏi; ở đây ai đến quầy và muốn thì trả lời. Vì vậy không so trực tiếp với các chỉ số đó được.",
            "SIPAS and PAPI choose whom to ask at random; here whoever comes to a counter and wants to answers. So the numbers cannot be held against those indices directly.",
        ),
    ),
];
