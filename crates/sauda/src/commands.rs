//! One module a command: its arguments, what it does, what it prints.

pub mod audit;
pub mod backtest;
pub mod check;
pub mod config;
pub mod data;
pub mod demo;
pub mod import;
pub mod indicators;
pub mod report;
pub mod rules_file;
pub mod selection;
pub mod serve;
pub mod sim;
pub mod strategies;
pub mod sweep;
pub mod user;
pub mod walk_forward;
