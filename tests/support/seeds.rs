//! Many seeds at once, each in one thread's own world. Never: what a world is.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

/// Lives through `seeds` seeds from `first` on, on all cores, and adds up what each came to, in the order in
/// which they end.
pub fn all<Ending, Sum: Default + Send>(
    first: u64,
    seeds: u64,
    live: impl Fn(u64) -> Ending + Sync,
    add: impl Fn(&mut Sum, Ending) + Sync,
) -> Sum {
    let next = AtomicU64::new(0);
    let sum = Mutex::new(Sum::default());
    let workers = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    if at >= seeds {
                        break;
                    }
                    let ending = live(first + at);
                    if let Ok(mut sum) = sum.lock() {
                        add(&mut sum, ending);
                    }
                }
            });
        }
    });
    sum.into_inner().unwrap_or_default()
}
