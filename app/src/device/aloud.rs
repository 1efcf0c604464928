//! Reads the screen aloud: recorded sentences where a pack has them, else the device's own voice for
//! the language. Never: a sound that nobody asked for, a beep in place of speech.

use std::cell::RefCell;

use js_sys::{Array, Function, Promise, Uint8Array};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Element, HtmlAudioElement, SpeechSynthesis, SpeechSynthesisUtterance, SpeechSynthesisVoice,
};

/// What of a screen is read, in the order of the screen.
const READ: &str = "main :is(h1, p, li, .label, .primary, .quiet, .faint)";
/// What is read instead while a question stands over the screen.
const READ_FIRST: &str = "[role=alertdialog] :is(h2, p, button)";
/// Marks a sentence that is made on this device from a number or a name.
const FILLED: &str = "data-filled";

thread_local! {
    /// The recording that plays now.
    static PLAYING: RefCell<Option<HtmlAudioElement>> = const { RefCell::new(None) };
}

/// One sentence as the screen shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// The words.
    pub text: String,
    /// The tag of their language.
    pub language: String,
    /// Made on this device from a number or a name: no pack can have it recorded.
    pub is_filled: bool,
}

fn synthesis() -> Option<SpeechSynthesis> {
    let synthesis = web_sys::window()?.speech_synthesis().ok()?;
    synthesis.is_object().then_some(synthesis)
}

/// Calls when the device has found its voices, which may take a moment after the start.
pub fn on_voices(call: impl FnMut() + 'static) {
    if let Some(synthesis) = synthesis() {
        let call = Closure::<dyn FnMut()>::new(call).into_js_value();
        synthesis.set_onvoiceschanged(Some(call.unchecked_ref()));
    }
}

/// Whether the device has a voice of its own for this language.
#[must_use]
pub fn has_voice(language: &str) -> bool {
    let voices = synthesis().map_or_else(Array::new, |synthesis| synthesis.get_voices());
    voices.iter().any(|voice| {
        let voice: SpeechSynthesisVoice = voice.unchecked_into();
        voice.lang().starts_with(language)
    })
}

/// The sentences on the screen.
#[must_use]
pub fn sentences() -> Vec<Sentence> {
    let page = web_sys::window().and_then(|window| window.document());
    let found = page.and_then(|page| {
        let first = page.query_selector_all(READ_FIRST).ok();
        let first = first.filter(|found| found.length() > 0);
        first.or_else(|| page.query_selector_all(READ).ok())
    });
    let found = found.map_or_else(Array::new, |found| Array::from(&found));
    let sentence = |element: JsValue| {
        let element: Element = element.unchecked_into();
        let text = element.text_content()?.trim().to_owned();
        let marked = element.closest("[lang]").ok()??;
        let language = marked.get_attribute("lang")?;
        let is_filled = element.has_attribute(FILLED);
        (!text.is_empty()).then_some(Sentence {
            text,
            language,
            is_filled,
        })
    };
    found.iter().filter_map(sentence).collect()
}

/// The name of a sentence's recording: the first 16 hexadecimal digits of its SHA-256.
pub async fn recording(text: &str) -> Option<String> {
    let subtle = web_sys::window()?.crypto().ok()?.subtle();
    let bytes = Uint8Array::from(text.as_bytes());
    let digest = subtle.digest_with_str_and_buffer_source("SHA-256", &bytes);
    let digest = JsFuture::from(digest.ok()?).await.ok()?;
    let mut name = String::with_capacity(16);
    for byte in Uint8Array::new(&digest).to_vec().into_iter().take(8) {
        for digit in [byte >> 4, byte & 15] {
            name.extend(char::from_digit(digit.into(), 16));
        }
    }
    Some(name)
}

/// Plays a recording to its end, or until [`hush`].
pub async fn play(path: &str) {
    until_over(|over| {
        let Ok(audio) = HtmlAudioElement::new_with_src(path) else {
            return false;
        };
        audio.set_onended(Some(over));
        audio.set_onerror(Some(over));
        audio.set_onpause(Some(over));
        let is_begun = audio.play().is_ok();
        PLAYING.set(Some(audio));
        is_begun
    })
    .await;
}

/// Says a sentence with the device's voice to its end, or until [`hush`].
pub async fn say(sentence: &Sentence) {
    until_over(|over| {
        let speech = SpeechSynthesisUtterance::new_with_text(&sentence.text);
        let (Some(synthesis), Ok(speech)) = (synthesis(), speech) else {
            return false;
        };
        speech.set_lang(&sentence.language);
        speech.set_onend(Some(over));
        speech.set_onerror(Some(over));
        synthesis.speak(&speech);
        true
    })
    .await;
}

/// Waits for what `begin` starts; it gets what to call at the end and says whether it began.
async fn until_over(mut begin: impl FnMut(&Function) -> bool) {
    let over = Promise::new(&mut |over, _| {
        if !begin(&over) {
            // A function of the promise itself does not throw.
            let _ = over.call0(&JsValue::NULL);
        }
    });
    // It is never refused.
    let _ = JsFuture::from(over).await;
}

/// Stops at once.
pub fn hush() {
    if let Some(audio) = PLAYING.take() {
        // One that had already ended stays ended.
        let _ = audio.pause();
    }
    if let Some(synthesis) = synthesis() {
        synthesis.cancel();
    }
}
