//! The order path as a table: what is told to the engine, what it wants done, and what its book then holds.

mod aftermath;
mod chase;
mod desk;
mod disorder;
mod doubt;
mod kill_switch;
mod limits;
mod manual;
mod order_path;
mod policy;
