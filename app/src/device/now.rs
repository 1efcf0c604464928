//! Runs a future that never has to wait, as those of `memory.rs`. For tests only.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// The future's value.
///
/// # Panics
/// When it has to wait.
pub fn now<T>(future: impl Future<Output = T>) -> T {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(future).as_mut().poll(&mut context) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("this future waits for something"),
    }
}
