//! The staff's way out for a queue that cannot be sent: export and import (US6). Never: a delete.

use super::controls::{band, button, click, line, mark};
use super::staff::card;
use crate::counter::kiosk::Kiosk;
use crate::counter::model::Model;
use crate::counter::rescue::{Said, export, import};
use crate::device::clock;
use crate::parts::Tone;
use crate::parts::node::{Node, element};
use crate::text::Text;

/// Both buttons, and what came of them.
pub fn rescue(kiosk: Kiosk, model: &Model) -> Node {
    let said = match &model.rescue {
        Said::Nothing => Vec::new(),
        Said::Working => vec![(Tone::Calm, model.say(Text::Sending))],
        Said::Wrong(text) => vec![(Tone::Amber, model.say(*text))],
        Said::Exported(records, files) => {
            let (records, files) = (records.to_string(), files.to_string());
            let numbers = [("n", records.as_str()), ("m", files.as_str())];
            vec![(Tone::Good, model.fill(Text::Exported, &numbers))]
        }
        Said::Imported(imported) => {
            let units = imported.units.iter();
            let [n, m, k] = units.fold([0; 3], |[n, m, k], unit| {
                [n + unit.counted, m + unit.already, k + unit.quarantined]
            });
            let [n, m, k, u] = [n, m, k, imported.unread].map(|count| count.to_string());
            let numbers = [("n", n.as_str()), ("m", &m), ("k", &k), ("u", &u)];
            let mut said = vec![(Tone::Good, model.fill(Text::Imported, &numbers))];
            if imported.unread > 0 {
                said.push((Tone::Amber, model.fill(Text::ImportUnread, &numbers)));
            }
            said
        }
    };
    let said = said
        .into_iter()
        .map(|(tone, sentence)| mark(tone, sentence));
    // B3: while what waits is in danger, nothing else is as urgent.
    let must_export = model.must_export(clock::wall());
    let urgent = must_export.then(|| band(Tone::Red, model.say(Text::ExportFirst)));
    let class = if must_export { "primary" } else { "quiet" };
    let mut choices = element("div", "choices wide");
    if model.rescue != Said::Working {
        let (export, import) = (click(move || export(kiosk)), click(move || import(kiosk)));
        choices = choices
            .with(button(class, model.say(Text::ExportFile), export))
            .with(button("quiet", model.say(Text::ImportFile), import));
    }
    let status = element("div", "").attribute("role", "status");
    card("card rescue", model, Text::RescueTitle)
        .with_all(urgent)
        .with(line("help", model.say(Text::RescueHelp)))
        .with(choices)
        .with(status.with_all(said))
}
