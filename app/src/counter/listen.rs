//! Reads the screen aloud on request: which voice has each sentence, and the reading itself. It ends with the
//! screen. Never: half a screen; where a sentence that could have a voice has none, the button is hidden.

use super::kiosk::{Kiosk, errand};
use super::model::Hearing;
use super::pack::Pack;
use crate::device::aloud::{self, Sentence};

/// Who says a sentence.
enum Voice {
    /// The pack: the path of its recording.
    Recorded(String),
    /// The device itself.
    Device,
}

/// The path of a sentence's recording, if its language's pack has one.
async fn recorded(packs: &[std::rc::Rc<Pack>], sentence: &Sentence) -> Option<String> {
    let pack = packs.iter().find(|pack| pack.tag == sentence.language)?;
    // `/lang/vi/audio/0123456789abcdef.opus`; most packs have none, and then nothing is hashed.
    let paths = pack.files.split('"');
    let is_recording = |path: &&str| path.split('/').nth(3) == Some("audio");
    let mut recordings = paths.filter(is_recording).peekable();
    recordings.peek()?;
    let name = aloud::recording(&sentence.text).await?;
    recordings
        .find(|path| {
            let file = path.split('/').nth(4);
            file.is_some_and(|file| file.starts_with(&name))
        })
        .map(str::to_owned)
}

async fn voice(packs: &[std::rc::Rc<Pack>], sentence: &Sentence) -> Option<Voice> {
    match recorded(packs, sentence).await {
        Some(path) => Some(Voice::Recorded(path)),
        None => aloud::has_voice(&sentence.language).then_some(Voice::Device),
    }
}

/// The screen, the question over it, or its language changed: what was read stops, and whether the new
/// one can be read is found out. Who listens hears the question whether somebody is still there.
pub fn look(kiosk: Kiosk) {
    aloud::hush();
    let turn = kiosk.turn();
    errand(async move {
        let (mut is_whole, mut has_any) = (true, false);
        let packs = kiosk.look(|model| model.packs.clone());
        for sentence in aloud::sentences() {
            let has_voice = voice(&packs, &sentence).await.is_some();
            has_any |= has_voice;
            // A number or a name that nobody could record is left out, and seen.
            is_whole &= has_voice || sentence.is_filled;
        }
        let can_hear = is_whole && has_any;
        let hearing = if can_hear {
            Hearing::Can
        } else {
            Hearing::Cannot
        };
        kiosk.hear(hearing, turn);
        let is_asked = kiosk.look(|model| model.has_listened && model.leaving.is_some());
        if can_hear && is_asked && kiosk.is_turn(turn) {
            press(kiosk);
        }
    });
}

/// The button: reads the screen, or stops.
pub fn press(kiosk: Kiosk) {
    aloud::hush();
    let turn = kiosk.turn();
    if kiosk.look(|model| model.hearing) == Hearing::Hears {
        kiosk.hear(Hearing::Can, turn);
        return;
    }
    kiosk.change(|model| model.has_listened = true);
    kiosk.hear(Hearing::Hears, turn);
    errand(async move {
        let packs = kiosk.look(|model| model.packs.clone());
        for sentence in aloud::sentences() {
            let voice = voice(&packs, &sentence).await;
            if !kiosk.is_turn(turn) {
                return;
            }
            match voice {
                Some(Voice::Recorded(path)) => aloud::play(&path).await,
                Some(Voice::Device) => aloud::say(&sentence).await,
                None => {}
            }
        }
        kiosk.hear(Hearing::Can, turn);
    });
}
