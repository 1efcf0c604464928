//! Mounts what follows from the figures, a part of the manager's pages, nothing else.

/// A third of the standard one's size (docs/adr/0014-small-counter.md).
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

fn main() {
    survey_app::manager::start_action();
}
