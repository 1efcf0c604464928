//! Reads the screen aloud on request: which voice has each sentence, and the reading itself. It ends with the
//! screen. Never: half a screen; where one sentence has no voice, the button is hidden.

use super::kiosk::{Kiosk, errand};
use super::model::Hearing;
use super::pack::Pack;
use crate::device::aloud::{self, Sentence};

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

/// The screen or its language changed: what was read stops, and whether the new one can be read is
/// found out.
pub fn look(kiosk: Kiosk) {
    aloud::hush();
    let turn = kiosk.turn();
    errand(async move {
        let mut can_hear = true;
        let packs = kiosk.look(|model| model.packs.clone());
        for sentence in aloud::sentences() {
            can_hear &=
                aloud::has_voice(&sentence.language) || recorded(&packs, &sentence).await.is_some();
        }
        let hearing = if can_hear {
            Hearing::Can
        } else {
            Hearing::Cannot
        };
        kiosk.hear(hearing, turn);
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
            if !kiosk.is_turn(turn) {
                return;
            }
            match recorded(&packs, &sentence).await {
                Some(path) => aloud::play(&path).await,
                None => aloud::say(&sentence).await,
            }
        }
        kiosk.hear(Hearing::Can, turn);
    });
}
