//! The keys of the sentences of the page of dossiers.

use super::texts;

texts! {
    DossierText, "dossiers.vi.json", "dossiers.en.json";
    Title,
    Help,
    Loading,
    Month,
    Unit,
    Code,
    Dossiers,
    NoneYet,
    Summary,
    EnterTitle,
    Keep,
    ImportTitle,
    ImportHelp,
    ImportFile,
    ImportPaste,
    TryIt,
    WouldChange,
    Changed,
    RowN,
    ErrorsN,
    PColumns,
    PCells,
    PNoUnit,
    PBadMonth,
    PBadNumber,
    PTwice,
}
