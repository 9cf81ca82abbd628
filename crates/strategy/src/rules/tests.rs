//! Rule files: laws on any file, meanings by hand, messages word for word.

mod built_in;
mod errors;
mod examples;
mod generated;
mod hostile;
mod market;
mod meaning;
mod naive;
