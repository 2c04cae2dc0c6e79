//! Ending a process and what it has started.

use std::process::{Child, ExitStatus};
use std::thread::{self, Builder};
use std::time::{Duration, Instant};

use super::error::Death;

/// How long a process may take to be gone once it is killed. One that waits for a file
/// server that doesn't answer can't be killed.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long a process may take to end once its output is closed.
const ENDING: Duration = Duration::from_millis(200);

/// Whether `child` ends within moments. It isn't waited for, so that its number stays its own.
pub(super) fn ends_soon(child: &mut Child) -> bool {
    let begin = Instant::now();
    let mut pause = Duration::from_micros(100);
    loop {
        if has_ended(child) {
            return true;
        }
        if begin.elapsed() > ENDING {
            return false;
        }
        thread::sleep(pause);
        pause *= 2;
    }
}

/// Whether `child` has ended; it isn't waited for.
#[cfg(unix)]
pub(super) fn has_ended(child: &mut Child) -> bool {
    use rustix::process::{waitid, Pid, WaitId, WaitIdOptions};

    let number = i32::try_from(child.id()).unwrap_or_default();
    let Some(pid) = Pid::from_raw(number) else {
        return true;
    };
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    !matches!(waitid(WaitId::Pid(pid), options), Ok(None))
}

#[cfg(not(unix))]
pub(super) fn has_ended(child: &mut Child) -> bool {
    // the handle keeps the number from being used again
    !matches!(child.try_wait(), Ok(None))
}

/// Kills `child`, the first of its process group, with all that it has started, and waits
/// for it.
pub(super) fn end(mut child: Child) -> Death {
    // not waited for yet, so that the numbers are still its own
    kill(&mut child);
    let begin = Instant::now();
    let mut pause = Duration::from_micros(100);
    while begin.elapsed() < PATIENCE {
        match child.try_wait() {
            Ok(Some(status)) => return death(status),
            Ok(None) => thread::sleep(pause),
            Err(_) => return Death::Unknown,
        }
        pause *= 2;
    }
    // somebody has to wait for it, or it stays as a zombie
    let _ = Builder::new().spawn(move || child.wait());
    Death::Unknown
}

#[cfg(unix)]
fn kill(child: &mut Child) {
    use rustix::process::{kill_process, kill_process_group, Pid, Signal};

    let number = i32::try_from(child.id()).unwrap_or_default();
    let Some(pid) = Pid::from_raw(number) else {
        return;
    };
    // those in groups of their own; while one is killed it may have started another
    for _ in 0..8 {
        let others = descendants(number);
        if others.is_empty() {
            break;
        }
        for other in others.into_iter().filter_map(Pid::from_raw) {
            let _ = kill_process(other, Signal::KILL);
        }
    }
    let _ = kill_process_group(pid, Signal::KILL);
    let _ = child.kill();
}

#[cfg(not(unix))]
fn kill(child: &mut Child) {
    let _ = child.kill();
}

/// The processes that `process` has started, and theirs, as far as the system says.
#[cfg(unix)]
fn descendants(process: i32) -> Vec<i32> {
    let mut found = vec![process];
    let mut next = 0;
    while let Some(process) = found.get(next).copied() {
        next += 1;
        let Ok(threads) = std::fs::read_dir(format!("/proc/{process}/task")) else {
            continue;
        };
        for thread in threads.flatten() {
            let Ok(children) = std::fs::read_to_string(thread.path().join("children")) else {
                continue;
            };
            found.extend(
                children
                    .split_whitespace()
                    .filter_map(|pid| pid.parse::<i32>().ok()),
            );
        }
    }
    found.split_off(1)
}

#[cfg(unix)]
fn death(status: ExitStatus) -> Death {
    use std::os::unix::process::ExitStatusExt;

    match (status.code(), status.signal()) {
        (Some(code), _) => Death::Exit(code),
        (None, Some(number)) => Death::Signal(number),
        (None, None) => Death::Unknown,
    }
}

#[cfg(not(unix))]
fn death(status: ExitStatus) -> Death {
    status.code().map_or(Death::Unknown, Death::Exit)
}
