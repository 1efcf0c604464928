//! Futures as a scheduler's toys: polled one step at a time, dropped in mid-air as a crash does.

use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

/// Work in progress on a device.
pub type Job<T> = Pin<Box<dyn Future<Output = T>>>;

/// Polls once.
pub fn poll<T>(job: &mut Job<T>) -> Option<T> {
    match job.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}

/// The value of a future that does not wait.
pub fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("this future waits for something"),
    }
}

/// A place where anything may happen in between: another tab's step, a crash.
pub async fn pause() {
    let mut is_first = true;
    std::future::poll_fn(|_| {
        if std::mem::take(&mut is_first) {
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    })
    .await;
}
