//! Mounts the house, the operator's half of the manager's pages, nothing else.

fn main() {
    survey_app::manager::start_house();
}
