//! What the other ranks are told of the jobs of a run.

use crate::channel::Bytes;
use crate::frame::{Head, Kind};
use crate::world::Team;
use abreast::remote::JobSpec;
use abreast::sample::Aligned;
use abreast::{Error, Isa, Remote};
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

/// The jobs of a run. Where a kernel's chunks read slices of the operands, each batch comes with those that it reads;
/// otherwise a rank gets the whole job, once.
pub struct Jobs<'r> {
    team: &'r Team,
    /// By their place. None as long as nobody has had to have a whole one.
    known: HashMap<*const (), Option<Whole>>,
    /// Which ranks have something of the run.
    told: Vec<bool>,
}

/// A job in bytes, with all of its operands.
struct Whole {
    number: u64,
    bytes: Rc<Aligned<u8>>,
    is_there: Vec<bool>,
}

impl<'r> Jobs<'r> {
    /// None yet.
    pub fn of(team: &'r Team) -> Jobs<'r> {
        Jobs { team, known: HashMap::new(), told: vec![false; team.size()] }
    }

    /// Begins to send what these chunks of a job need, unless the rank has it: the number by which the rank knows it.
    ///
    /// # Errors
    /// When the job cannot be sent.
    pub fn provide(
        &mut self,
        rank: usize,
        job: &JobSpec<'_>,
        chunks: Range<usize>,
    ) -> Result<u64, Error> {
        if self.known(job)?.is_none()
            && let Some(part) = self.part(job, chunks)
        {
            let number = self.team.new_job();
            self.deliver(rank, number, Bytes::Block(part.encode()?));
            return Ok(number);
        }
        self.whole(rank, job)
    }

    /// The run has ended: nobody keeps its jobs.
    pub fn end(&self) {
        let mut post = self.team.post.borrow_mut();
        for rank in (1..self.team.size()).filter(|rank| self.told[*rank]) {
            post.send(rank, Head::of(Kind::End), Bytes::Own(Vec::new()));
        }
    }

    fn deliver(&mut self, rank: usize, number: u64, bytes: Bytes) {
        let head = Head { job: number, ..Head::of(Kind::Job) };
        self.team.post.borrow_mut().send(rank, head, bytes);
        self.told[rank] = true;
    }

    /// The same job with no more operands than these chunks read, if that is less than all.
    fn part<'o>(&self, job: &JobSpec<'o>, chunks: Range<usize>) -> Option<JobSpec<'o>> {
        Remote::find(&self.team.kernels, &job.kernel).ok()?.part(job, chunks)
    }

    /// Begins to send a whole job, unless the rank has it: its number.
    fn whole(&mut self, rank: usize, job: &JobSpec<'_>) -> Result<u64, Error> {
        let (number, size) = (self.team.new_job(), self.team.size());
        let whole = match self.known(job)? {
            Some(whole) => whole,
            unknown => {
                let bytes = Rc::new(job.encode()?);
                unknown.insert(Whole { number, bytes, is_there: vec![false; size] })
            }
        };
        let (number, bytes) = (whole.number, whole.bytes.clone());
        if !std::mem::replace(&mut whole.is_there[rank], true) {
            self.deliver(rank, number, Bytes::Shared(bytes));
        }
        Ok(number)
    }

    /// What there is of a job, which is looked at when it is met first.
    fn known(&mut self, job: &JobSpec<'_>) -> Result<&mut Option<Whole>, Error> {
        let place = std::ptr::from_ref(job).cast();
        if !self.known.contains_key(&place) {
            self.fits(job)?;
            self.team.record.job(&name(job));
            self.known.insert(place, None);
        }
        Ok(self.known.get_mut(&place).expect("it is there"))
    }

    /// Whether every rank has the level of the job.
    fn fits(&self, job: &JobSpec<'_>) -> Result<(), Error> {
        let weakest = self.team.weakest;
        if Isa::parse(&job.level)? <= weakest.level {
            return Ok(());
        }
        let (rank, level) = (weakest.rank, weakest.level.name());
        let rule = format!(
            "rank {rank} has no more than {level}, and all must compute alike: choose {level} (--isa, ABREAST_ISA)"
        );
        Err(Error::argument("level", &*job.level, rule))
    }
}

/// What a supervisor calls a job.
pub fn name(job: &JobSpec<'_>) -> String {
    format!("{} ({})", job.kernel, job.variant)
}
