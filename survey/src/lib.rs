#![no_std]
//! The survey.
