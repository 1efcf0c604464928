//! Mounts the figures, which are the manager page, nothing else.

fn main() {
    survey_app::manager::start();
}
