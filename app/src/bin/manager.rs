//! Mounts the manager page, nothing else.
use leptos::prelude::*;

fn main() {
    leptos::mount::mount_to_body(|| view! { <main>"manager"</main> });
}
