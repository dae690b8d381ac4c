//! Thread pools.

use crate::boundary::boundary;
use crate::handles::{Kind, Table};
use crate::pointers::{Caller, Span};
use crate::status::{Refusal, abreast_status};
use abreast::{Executor, Threads};

pub(crate) static POOLS: Table<Threads> = Table::new(Kind::Pool);

/// Threads that wait for work. Made by `abreast_pool_new` or `abreast_pool_per_core`, ended by
/// `abreast_pool_free`; copies are the same pool. `{0}` is no pool. In a child of fork it can only be
/// freed: what would run on it fails with `ABREAST_FORKED`.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct abreast_pool {
    /// The library's own.
    pub id: u64,
}

/// Makes a pool of so many threads, between 1 and 4096. `*pool` is the caller's to free.
///
/// Fails with `ABREAST_NULL` or `ABREAST_MISALIGNED` for `pool`, and with `ABREAST_ARGUMENT` for a
/// number that is out of range or that the system does not grant.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn abreast_pool_new(threads: u32, pool: *mut abreast_pool) -> abreast_status {
    // SAFETY: the caller of this function promises what its documentation asks.
    let caller = unsafe { Caller::promises() };
    boundary(caller, |caller| put(caller, pool, || Threads::new(threads as usize)))
}

/// As `abreast_pool_new`, with one thread for each core that the process may use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn abreast_pool_per_core(pool: *mut abreast_pool) -> abreast_status {
    // SAFETY: the caller of this function promises what its documentation asks.
    let caller = unsafe { Caller::promises() };
    boundary(caller, |caller| put(caller, pool, Threads::per_core))
}

fn put(
    caller: &Caller,
    pool: *mut abreast_pool,
    make: impl FnOnce() -> Result<Threads, abreast::Error>,
) -> Result<(), Refusal> {
    let pool = Span::one("pool", pool)?;
    let id = POOLS.insert(make()?)?;
    caller.write(pool, &[abreast_pool { id }]);
    Ok(())
}

/// How many threads the pool has. Fails with `ABREAST_HANDLE`, and with `ABREAST_NULL` or
/// `ABREAST_MISALIGNED` for `threads`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn abreast_pool_width(
    pool: abreast_pool,
    threads: *mut u32,
) -> abreast_status {
    // SAFETY: the caller of this function promises what its documentation asks.
    let caller = unsafe { Caller::promises() };
    boundary(caller, |caller| {
        let threads = Span::one("threads", threads)?;
        let width = POOLS.get(pool.id)?.width();
        // At most 4096.
        caller.write(threads, &[width as u32]);
        Ok(())
    })
}

/// Ends the pool. Calls that are running on it go on undisturbed, and its threads end with the last
/// of them; `{0}` is left alone, as `free` does with null. Fails with `ABREAST_HANDLE` when it has
/// been freed already.
#[unsafe(no_mangle)]
pub extern "C" fn abreast_pool_free(pool: abreast_pool) -> abreast_status {
    // SAFETY: no pointer is involved.
    let caller = unsafe { Caller::promises() };
    boundary(caller, |_| {
        if pool.id != 0 {
            POOLS.remove(pool.id)?;
        }
        Ok(())
    })
}
