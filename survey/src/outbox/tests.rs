//! What the outbox does with every reply there is.

use super::pace::LONGEST_FLOOR_MS;
use super::*;
use crate::id::BatchId;
use crate::wire::batch::RecordVerdict;

fn record(n: u8) -> Waiting {
    Waiting {
        id: ResponseId::from_random([n; 16]),
        hash: ParcelHash::from_bytes([n; 32]),
        bytes: 900,
        aside_since: None,
    }
}

fn reply(verdicts: Vec<RecordVerdict>, unread: Vec<ResponseId>) -> Outcome {
    Outcome::Reply(Reply {
        v: 1,
        batch: BatchId::from_random([0; 16]),
        verdicts,
        unread,
        restore: 0,
        version: 1,
        now: Millis(0),
        wait_s: None,
    })
}

fn counted(record: &Waiting) -> RecordVerdict {
    RecordVerdict {
        id: record.id,
        hash: record.hash,
        verdict: VerdictWord::Counted,
        reason: None,
    }
}

const NOW: Millis = Millis(1_000_000);

#[test]
fn o4_only_a_verdict_for_this_id_and_hash_settles() {
    let mut outbox = Outbox::default();
    let (mine, other) = (record(1), record(2));
    let wrong_hash = RecordVerdict {
        hash: other.hash,
        ..counted(&mine)
    };
    for outcome in [
        Outcome::NoReply,
        reply(Vec::new(), Vec::new()),
        reply(alloc::vec![wrong_hash], Vec::new()),
        reply(alloc::vec![counted(&other)], Vec::new()),
    ] {
        assert!(outbox.hear(&[mine], &outcome, NOW, 0).settle.is_empty());
    }
    let outcome = reply(alloc::vec![counted(&mine)], Vec::new());
    assert_eq!(
        outbox.hear(&[mine], &outcome, NOW, 0).settle,
        [(mine.id, mine.hash, Verdict::Counted)]
    );
}

#[test]
fn o6_no_status_settles_anything() {
    for status in 100..=599 {
        let mut outbox = Outbox::default();
        let sent = [record(1), record(2)];
        let meaning = outbox.hear(&sent, &Outcome::Status(status, None), NOW, 7);
        assert!(meaning.settle.is_empty(), "{status}");
    }
}

#[test]
fn o5_sleeps_grow_to_fifteen_minutes_with_full_jitter() {
    let mut outbox = Outbox::default();
    let queue = [record(1)];
    let mut ceilings = Vec::new();
    for _ in 0..12 {
        outbox.hear(&queue, &Outcome::NoReply, NOW, u32::MAX);
        let Next::Wait(until) = outbox.next(&queue, NOW) else {
            panic!("must wait");
        };
        ceilings.push(until.since(NOW) / 1_000);
    }
    assert_eq!(
        ceilings,
        [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]
    );
    outbox.hear(&queue, &Outcome::NoReply, NOW, 0);
    assert!(matches!(outbox.next(&queue, NOW), Next::Send(_)));
}

#[test]
fn o5_nothing_overrides_retry_after() {
    let mut outbox = Outbox::default();
    let queue = [record(1)];
    outbox.hear(&queue, &Outcome::Status(429, Some(60_000)), NOW, 0);
    outbox.wake();
    assert_eq!(outbox.next(&queue, NOW), Next::Wait(NOW.plus(60_000)));
    let after = NOW.plus(60_000);
    outbox.hear(&queue, &Outcome::Status(429, Some(i64::MAX)), after, 0);
    assert_eq!(
        outbox.next(&queue, after),
        Next::Wait(after.plus(LONGEST_FLOOR_MS))
    );
}

#[test]
fn o5_a_sleep_comes_on_top_of_what_the_server_asked_for() {
    let mut outbox = Outbox::default();
    let queue = [record(1)];
    let floor = 60_000;
    outbox.hear(&queue, &Outcome::Status(429, Some(floor)), NOW, u32::MAX);
    // The first ceiling is two seconds.
    let resume = NOW.plus(floor + 2_000);
    assert_eq!(outbox.next(&queue, NOW), Next::Wait(resume));
    assert_eq!(
        outbox.next(&queue, resume.plus(-1)),
        Next::Wait(resume),
        "not when the floor ends"
    );
}

/// The reply table of docs/SPEC.md row by row: which trouble is told to staff, and how long the first
/// pause is at its longest. `None` where the batch is halved: no pause.
#[test]
fn o5_o6_each_status_has_its_words_and_its_pause() {
    let (first, cap) = (Some(2_000), Some(900_000));
    let rows: [(&[u16], Option<Trouble>, Option<i64>); 7] = [
        (&[429], Some(Trouble::Busy), first),
        (&[401, 402, 403, 407], Some(Trouble::NotEnrolled), cap),
        (&[404, 405, 410], Some(Trouble::WrongServer), cap),
        (&[408, 425], Some(Trouble::NoReply), first),
        (&[400, 409, 411, 413, 415, 422, 431, 499], None, None),
        (
            &[500, 502, 503, 504, 599],
            Some(Trouble::ServerFault),
            first,
        ),
        (
            &[100, 204, 206, 301, 302, 304, 399, 600],
            Some(Trouble::NoReply),
            first,
        ),
    ];
    let queue = [record(1), record(2)];
    for (statuses, trouble, pause) in rows {
        for &status in statuses {
            let mut outbox = Outbox::default();
            let meaning = outbox.hear(&queue, &Outcome::Status(status, None), NOW, u32::MAX);
            assert_eq!(meaning.trouble, trouble, "{status}");
            assert!(
                meaning.settle.is_empty() && meaning.aside.is_empty(),
                "{status}"
            );
            let next = match outbox.next(&queue, NOW) {
                Next::Wait(until) => Some(until.since(NOW)),
                Next::Send(ids) => {
                    assert_eq!(ids.len(), 1, "{status} halves");
                    None
                }
                Next::Rest(_) => panic!("{status}: two records wait"),
            };
            assert_eq!(next, pause, "{status}");
        }
    }
}

#[test]
fn o12_what_came_back_is_sent_within_half_an_hour_and_nothing_hastens_it() {
    assert_eq!(refill_pause_ms(0), 0);
    assert_eq!(refill_pause_ms(u32::MAX), 1_800_000);
    let mut outbox = Outbox::default();
    let queue = [record(1)];
    let resume = NOW.plus(refill_pause_ms(u32::MAX / 2));
    outbox.stand_back(resume);
    outbox.wake();
    assert_eq!(outbox.next(&queue, NOW), Next::Wait(resume));
    assert!(matches!(outbox.next(&queue, resume), Next::Send(_)));
}

#[test]
fn o8_a_refused_batch_is_halved_until_the_bad_record_is_alone_aside() {
    let mut outbox = Outbox::default();
    let mut queue: Vec<Waiting> = (1..=8).map(record).collect();
    let poison = queue[5].id;
    let mut sendings = 0;
    while queue.iter().any(|record| record.aside_since.is_none()) {
        let Next::Send(ids) = outbox.next(&queue, NOW) else {
            panic!("must send");
        };
        sendings += 1;
        let sent: Vec<Waiting> = queue
            .iter()
            .filter(|record| ids.contains(&record.id))
            .copied()
            .collect();
        let outcome = if ids.contains(&poison) {
            Outcome::Status(413, None)
        } else {
            reply(sent.iter().map(counted).collect(), Vec::new())
        };
        let meaning = outbox.hear(&sent, &outcome, NOW, 0);
        queue.retain(|record| !meaning.settle.iter().any(|(id, ..)| *id == record.id));
        for record in &mut queue {
            if meaning.aside.contains(&(record.id, Aside::Refused)) {
                record.aside_since = Some(NOW);
            }
        }
    }
    assert_eq!(queue.len(), 1);
    assert_eq!(queue[0].id, poison);
    assert!(sendings < 16, "{sendings}");
    let tomorrow = NOW.plus(ASIDE_MS);
    assert_eq!(
        outbox.next(&queue, tomorrow),
        Next::Send(alloc::vec![poison])
    );
}

#[test]
fn o8_a_record_unread_five_times_goes_aside() {
    let mut outbox = Outbox::default();
    let bad = record(1);
    let outcome = reply(Vec::new(), alloc::vec![bad.id]);
    let asides = |outbox: &mut Outbox| {
        let aside = outbox.hear(&[bad], &outcome, NOW, 0).aside;
        aside
            .iter()
            .filter(|(_, why)| *why == Aside::Unread)
            .count()
    };
    let seen: Vec<usize> = (0..5).map(|_| asides(&mut outbox)).collect();
    assert_eq!(seen, [0, 0, 0, 0, 1]);
}

#[test]
fn o5_a_clock_that_was_set_back_holds_nothing_up() {
    let yesterday = NOW.plus(-ASIDE_MS);
    let mut outbox = Outbox::default();
    outbox.hear(
        &[record(1)],
        &Outcome::Status(429, Some(i64::MAX)),
        NOW,
        u32::MAX,
    );
    assert!(matches!(outbox.next(&[record(1)], NOW), Next::Wait(_)));
    assert!(matches!(
        outbox.next(&[record(1)], yesterday),
        Next::Send(_)
    ));
    let aside = Waiting {
        aside_since: Some(NOW),
        ..record(2)
    };
    assert_eq!(
        outbox.next(&[aside], yesterday),
        Next::Send(alloc::vec![aside.id])
    );
    assert_eq!(outbox.next(&[], yesterday), Next::Send(Vec::new()));
}

#[test]
fn w6_a_batch_is_never_larger_than_the_wire_takes() {
    let outbox = Outbox::default();
    let many: Vec<Waiting> = (0..=255).map(record).collect();
    let Next::Send(ids) = outbox.next(&many, NOW) else {
        panic!("must send");
    };
    assert_eq!(ids.len(), MOST_RECORDS_SENT);
    let large: Vec<Waiting> = (0..20)
        .map(|n| Waiting {
            bytes: 12_000,
            ..record(n)
        })
        .collect();
    let Next::Send(ids) = outbox.next(&large, NOW) else {
        panic!("must send");
    };
    assert_eq!(ids.len(), 5);
}

#[test]
fn o5_an_empty_queue_sends_a_heartbeat_every_five_minutes() {
    let device = DeviceId::from_random([7; 16]);
    let mut outbox = Outbox::of(device);
    assert_eq!(outbox.next(&[], NOW), Next::Send(Vec::new()));
    outbox.hear(&[], &reply(Vec::new(), Vec::new()), NOW, 0);
    let Next::Rest(beat) = outbox.next(&[], NOW) else {
        panic!("there is nothing to send");
    };
    assert!((1..=HEARTBEAT_MS).contains(&beat.since(NOW)));
    assert_eq!(outbox.next(&[], beat.plus(-1)), Next::Rest(beat));
    assert_eq!(outbox.next(&[], beat), Next::Send(Vec::new()));
    // From then on every five minutes, and the same after a restart at any other instant.
    outbox.hear(&[], &reply(Vec::new(), Vec::new()), beat, 0);
    let next = beat.plus(HEARTBEAT_MS);
    assert_eq!(outbox.next(&[], beat), Next::Rest(next));
    let mut other_page = Outbox::of(device);
    let later = beat.plus(HEARTBEAT_MS / 2);
    other_page.hear(&[], &reply(Vec::new(), Vec::new()), later, 0);
    assert_eq!(other_page.next(&[], later), Next::Rest(next));
    // A clock that was set back does not silence it.
    assert_eq!(
        other_page.next(&[], NOW.plus(-9_000_000)),
        Next::Send(Vec::new())
    );
}

#[test]
fn o5_devices_that_are_switched_on_together_speak_apart() {
    let mut seconds = [0_u32; 300];
    for number in 0..3_000_u32 {
        let [a, b, c, d] = number.to_be_bytes();
        let mut outbox = Outbox::of(DeviceId::from_random([
            a, b, c, d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        ]));
        outbox.hear(&[], &reply(Vec::new(), Vec::new()), NOW, 0);
        let Next::Rest(beat) = outbox.next(&[], NOW) else {
            panic!("there is nothing to send");
        };
        let second = usize::try_from(beat.since(NOW).div_euclid(1_000)).unwrap();
        seconds[second.min(299)] += 1;
    }
    // Ten in each second if they were spread evenly.
    let (least, most) = (seconds.iter().min().unwrap(), seconds.iter().max().unwrap());
    assert!(*least > 0 && *most <= 30, "{least} to {most} in a second");
}
