//! Mounts the counter page, nothing else.

fn main() {
    survey_app::counter::start();
}
