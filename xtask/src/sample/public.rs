//! What is public of the sample: a month that is sealed, so that the page shows figures, and what was done about what
//! people said. Never: a real person's words.

use survey::day::{Day, HOUR_MS, Millis};
use survey::release::{Finality, finality};
use survey::wire::public::{ActionWords, Level, Publication};

use super::answers::{Citizens, Unit as Leaning};
use super::device::Device;
use super::office::Office;
use super::{KIOSK_FORM, SEED, outside_the_calendar, province};
use crate::trouble::Trouble;

/// What people said, what was done, and how many days ago; the first at the first kiosk's unit, the others at the
/// province.
const ACTIONS: [(&str, &str, i64); 3] = [
    (
        "Lấy số xong không biết chờ ở đâu.",
        "Đã gắn bảng chỉ dẫn và vạch màu từ máy lấy số đến từng quầy; nhân viên đón tiếp đứng ở cửa giờ cao điểm.",
        9,
    ),
    (
        "Nên có thêm ghế ngồi cho người già.",
        "Đã thêm 40 ghế có tựa tại 12 xã, phường và một hàng ghế ưu tiên ở mỗi nơi.",
        16,
    ),
    (
        "Máy in hỏng nên phải quay lại lần hai.",
        "Mỗi điểm có một máy in dự phòng. Khi máy hỏng, kết quả được gửi về tận nhà, không thu phí.",
        30,
    ),
];

/// Answers of each kiosk on a day of the last month that is sealed, before the `first` of the other days.
///
/// # Errors
/// When the server refuses a step.
pub fn a_month(
    office: &mut Office,
    posts: &mut [(Device, Leaning)],
    now: Millis,
    first: Day,
) -> Result<(), Trouble> {
    let day = a_sealed_day(now)?.min(first.plus(-2));
    office.set_clock(day.starts().plus(16 * HOUR_MS))?;
    // Others than those of the last weeks, whose answers stay as they are.
    let mut citizens = Citizens::seeded(SEED + 2);
    for (device, leaning) in posts {
        let people = 8 * leaning.a_day;
        let records = citizens.so_many(leaning, device, day, people)?;
        for batch in records.chunks(50) {
            device.send(batch, day)?;
        }
    }
    Ok(())
}

/// The 20th of the last month that is sealed.
fn a_sealed_day(now: Millis) -> Result<Day, Trouble> {
    let month = last_sealed(now).ok_or_else(outside_the_calendar)?;
    Ok(month.plus(19))
}

/// The first day of the last month that is sealed.
fn last_sealed(now: Millis) -> Option<Day> {
    let begins = |day: Day| Day::from_calendar(day.year(), day.month(), 1);
    let this = begins(Day::of(now)?)?;
    let mut earlier = std::iter::successors(Some(this), |month| begins(month.plus(-1)));
    earlier.find(|month| finality(&month.month_slice(), now) == Some(Finality::Sealed))
}

/// The province publishes, and tells what it did.
///
/// # Errors
/// When the server refuses a step.
pub fn publish(office: &mut Office, now: Millis) -> Result<(), Trouble> {
    let publication = Publication {
        form: KIOSK_FORM.to_owned(),
        level: Level::Below,
    };
    office.publish(province::ROOT, publication)?;
    let today = Day::of(now).ok_or_else(outside_the_calendar)?;
    let first = province::first_kiosk()?.id;
    let units = [first.as_str(), province::ROOT, province::ROOT];
    for (unit, (said, done, ago)) in units.into_iter().zip(ACTIONS) {
        let words = ActionWords {
            said: said.to_owned(),
            done: done.to_owned(),
            day: today.plus(-ago),
        };
        office.tell(unit, &words)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_samples_public_month_is_sealed() -> Result<(), Trouble> {
        for (now, sealed) in [("2026-11-28", "2026-10-20"), ("2026-12-05", "2026-10-20")] {
            let now = Day::parse(now).ok_or_else(outside_the_calendar)?;
            assert_eq!(a_sealed_day(now.starts())?.to_string(), sealed);
        }
        Ok(())
    }
}
