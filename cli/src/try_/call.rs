//! What goes into a call and what comes out of it, and the calls themselves. In workers only.

use crate::try_::foreign::{Caller, Function, Memory, Place, SLOT, Slot};
use crate::try_::inputs::{Inits, put, put_count, text};
use crate::try_::signature::{Given, Kind, Param, Role, Scalar, Signature};
use abreast_compare::{Agree, Leaf, Series};
use std::rc::Rc;
use std::time::Duration;

/// The arguments of a call, in the order of the parameters.
pub struct Input {
    arguments: Vec<Argument>,
    place: Place,
}

enum Argument {
    Value(Scalar, [u8; SLOT]),
    /// What is read.
    Array(Scalar, Memory),
    /// What is only written: so many bytes.
    Written(usize),
}

/// Makes inputs.
pub struct Maker {
    pub signature: Rc<Signature>,
    pub inits: Inits,
    /// The smallest n, and what it must be a multiple of.
    pub least: u64,
    pub multiple: u64,
    /// Inputs made so far.
    pub made: usize,
}

impl Maker {
    /// Panics where n makes no sense: the engine then leaves the size out and says why.
    pub fn make(&mut self, n: u64, seed: u64) -> Input {
        assert!(n >= self.least, "n must be at least {}", self.least);
        assert!(n.is_multiple_of(self.multiple), "n must be a multiple of {}", self.multiple);
        self.made += 1;
        let arguments = self.signature.params.iter().enumerate().map(|(i, param)| {
            self.argument(i, param, n, seed, self.place(i)).unwrap_or_else(|why| {
                panic!("{} for n = {n}: {why}", self.signature.label(i));
            })
        });
        Input { arguments: arguments.collect(), place: self.place(0) }
    }

    /// While functions are judged the forbidden pages are as near as can be, once behind and once before
    /// each array. While they are timed arrays lie as those of a program do, each at another place of its
    /// page, so that writing to one does not look like reading from another.
    fn place(&self, param: usize) -> Place {
        match abreast_compare::in_gate() {
            true if self.made % 2 == 1 => Place::AtEnd,
            true => Place::AtStart,
            false => Place::Offset((64 + 192 * param) % 4096),
        }
    }

    fn argument(
        &self,
        i: usize,
        param: &Param,
        n: u64,
        seed: u64,
        place: Place,
    ) -> Result<Argument, String> {
        let memory = |len| Memory::new(len, place, i).map_err(|why| format!("{len} bytes: {why}"));
        let bytes = |count: u64, each: usize| {
            let bytes = usize::try_from(count).ok().and_then(|count| count.checked_mul(each));
            bytes.ok_or_else(|| format!("{count} numbers do not fit in memory"))
        };
        Ok(match &param.kind {
            Kind::Value { scalar, given } => {
                Argument::Value(*scalar, self.value(i, *scalar, given, n, seed)?)
            }
            Kind::Text => {
                let len = bytes(n, 1)?;
                let mut memory = memory(len + 1)?;
                text(i, seed, &mut memory.bytes()[..len]);
                Argument::Array(Scalar::U8, memory)
            }
            Kind::Array { element, role, length } => {
                let count = length.at(n).ok_or_else(|| format!("{length} is no length"))?;
                let len = bytes(count, element.bytes())?;
                if *role == Role::Out {
                    return Ok(Argument::Written(len));
                }
                let mut memory = memory(len)?;
                self.inits.fill(i, *element, seed, memory.bytes());
                Argument::Array(*element, memory)
            }
        })
    }

    fn value(
        &self,
        i: usize,
        scalar: Scalar,
        given: &Given,
        n: u64,
        seed: u64,
    ) -> Result<[u8; SLOT], String> {
        let mut slot = [0; SLOT];
        match given {
            Given::Made => slot = self.inits.single(i, scalar, seed),
            Given::Float(number) => put(scalar, *number, 0.0, &mut slot[..scalar.bytes()]),
            Given::Count(count) => {
                let number = count.at(n).ok_or_else(|| format!("{count} is no number"))?;
                slot = put_count(scalar, number)
                    .ok_or_else(|| format!("{number} is too large for {}", scalar.name()))?;
            }
        }
        Ok(slot)
    }
}

/// Only to see whether an input is still what it was.
impl Agree for Input {
    fn leaves(&self, visit: &mut dyn FnMut(Leaf)) {
        for argument in &self.arguments {
            match argument {
                Argument::Value(scalar, slot) => one(*scalar, &slot[..scalar.bytes()], visit),
                Argument::Array(scalar, memory) => array(*scalar, memory, visit),
                Argument::Written(..) => {}
            }
        }
    }
}

/// What a call gives: its result, and the arrays that it may write.
pub struct Output {
    returned: Option<(Scalar, Slot)>,
    arrays: Vec<(Scalar, Rc<Memory>)>,
}

impl Agree for Output {
    fn leaves(&self, visit: &mut dyn FnMut(Leaf)) {
        let parts = self.arrays.len() + usize::from(self.returned.is_some());
        if parts != 1 {
            visit(Leaf::Len(parts));
        }
        if let Some((scalar, slot)) = &self.returned {
            one(*scalar, &slot.0[..scalar.bytes()], visit);
        }
        self.arrays.iter().for_each(|(scalar, memory)| array(*scalar, memory, visit));
    }
}

fn array(scalar: Scalar, memory: &Memory, visit: &mut dyn FnMut(Leaf)) {
    visit(Leaf::Len(memory.len() / scalar.bytes()));
    memory
        .read(|bytes| bytes.chunks_exact(scalar.bytes()).for_each(|each| one(scalar, each, visit)));
}

fn one(scalar: Scalar, bytes: &[u8], visit: &mut dyn FnMut(Leaf)) {
    macro_rules! number {
        ($type:ty) => {
            <$type>::from_ne_bytes(bytes.try_into().expect("a whole number of bytes"))
        };
    }
    match scalar {
        Scalar::F32 => visit(Leaf::F32(number!(f32))),
        Scalar::F64 => visit(Leaf::F64(number!(f64))),
        Scalar::I8 => visit(Leaf::Int(number!(i8).into())),
        Scalar::I16 => visit(Leaf::Int(number!(i16).into())),
        Scalar::I32 => visit(Leaf::Int(number!(i32).into())),
        Scalar::I64 => visit(Leaf::Int(number!(i64))),
        Scalar::Isize => visit(Leaf::Int(number!(isize) as i64)),
        Scalar::U8 => visit(Leaf::Uint(number!(u8).into())),
        Scalar::U16 => visit(Leaf::Uint(number!(u16).into())),
        Scalar::U32 => visit(Leaf::Uint(number!(u32).into())),
        Scalar::U64 => visit(Leaf::Uint(number!(u64))),
        Scalar::Usize => visit(Leaf::Uint(number!(usize) as u64)),
        // C may leave other bytes than 0 and 1.
        Scalar::Bool => visit(Leaf::Bool(bytes[0] != 0)),
        Scalar::C32 | Scalar::C64 => {
            let part = if scalar == Scalar::C32 { Scalar::F32 } else { Scalar::F64 };
            visit(Leaf::Len(2));
            bytes.chunks_exact(part.bytes()).for_each(|bytes| one(part, bytes, visit));
        }
    }
}

/// The calls of one function.
pub struct Calls {
    caller: Rc<Caller>,
    /// None for the empty call.
    function: Option<Function>,
    signature: Rc<Signature>,
    /// One for each call that has a copy of its own.
    frames: Vec<Frame>,
    count: usize,
}

/// The arrays that one call may write, for each parameter.
type Frame = Vec<Option<(Scalar, Rc<Memory>)>>;

/// What an array that is only written holds before a call, in turns: numbers made of it are NaN, or finite.
const FILLS: [u8; 2] = [0xFF, 0x3F];

impl Calls {
    pub fn new(caller: Rc<Caller>, function: Option<Function>, signature: Rc<Signature>) -> Calls {
        Calls { caller, function, signature, frames: Vec::new(), count: 0 }
    }

    /// A function that changes arrays gets copies of them, a frame for each call of a batch. Another one has a row
    /// of slots for each input, and one frame for the arrays that it only writes.
    pub fn run(&mut self, mut series: Series<'_, Input>) -> (Duration, Output) {
        let (inputs, in_place) = (series.inputs(), self.signature.is_in_place());
        let all = usize::try_from(series.calls()).unwrap_or(usize::MAX);
        let rows = if in_place { all.min(series.batch()) } else { inputs.len() };
        self.make_frames(&inputs[0], if in_place { rows } else { 1 });
        let width = 1 + self.signature.params.len();
        let mut slots = vec![Slot([0; SLOT]); rows * width];
        let (mut took, mut made) = (Duration::ZERO, 0);
        loop {
            let now = if in_place { rows.min(all - made) } else { all };
            let rows = if in_place { now } else { rows };
            for (row, slots) in slots.chunks_exact_mut(width).take(rows).enumerate() {
                let input = &inputs[(made + row) % inputs.len()];
                let frame = &self.frames[if in_place { row } else { 0 }];
                set(input, frame, &mut slots[1..]);
                self.prepare(input, frame);
            }
            self.count += 1;
            let rows = &mut slots[..rows * width];
            series.ready();
            let function = self.function.as_ref();
            took += self.caller.time(function, rows, width, now, series.is_chain());
            made += now;
            if made == all {
                let last = (now - 1) % (rows.len() / width);
                let returned = self.signature.returns.map(|scalar| (scalar, rows[last * width]));
                let frame = &self.frames[if in_place { last } else { 0 }];
                let arrays = frame.iter().flatten().cloned().collect();
                if abreast_compare::in_gate() {
                    // The next output is another one.
                    self.frames.clear();
                }
                return (took, Output { returned, arrays });
            }
        }
    }

    /// Enough frames for this input; those of the last call are used again.
    fn make_frames(&mut self, input: &Input, count: usize) {
        let fits = |frame: &Frame| {
            let pairs = frame.iter().zip(&input.arguments);
            pairs.clone().count() == input.arguments.len()
                && pairs
                    .filter_map(|(memory, argument)| Some((memory.as_ref()?, argument)))
                    .all(|((_, memory), argument)| memory.len() == argument.bytes())
        };
        if self.frames.first().is_some_and(|frame| !fits(frame)) {
            self.frames.clear();
        }
        while self.frames.len() < count {
            self.frames.push(self.frame(input));
        }
    }

    fn frame(&self, input: &Input) -> Frame {
        let params = self.signature.params.iter().zip(&input.arguments).enumerate();
        let memory = |(i, (param, argument)): (usize, (&Param, &Argument))| {
            let Kind::Array { element, role: Role::InOut | Role::Out, .. } = param.kind else {
                return None;
            };
            let place = match input.place {
                // Beside the input, not at the same place of a page.
                Place::Offset(bytes) => Place::Offset((bytes + 64 + 192 * i + 2048) % 4096),
                place => place,
            };
            let memory = Memory::new(argument.bytes(), place, i);
            Some((
                element,
                Rc::new(memory.unwrap_or_else(|why| panic!("no memory for a copy: {why}"))),
            ))
        };
        params.map(memory).collect()
    }

    /// What a call finds in the arrays that it may write.
    fn prepare(&self, input: &Input, frame: &Frame) {
        let arrays = frame.iter().zip(&input.arguments);
        for ((_, memory), argument) in arrays.filter_map(|(m, a)| Some((m.as_ref()?, a))) {
            match argument {
                Argument::Array(_, original) => memory.copy(original),
                _ if abreast_compare::in_gate() => memory.fill(FILLS[self.count % 2]),
                _ => {}
            }
        }
    }
}

impl Argument {
    /// The bytes of an array.
    fn bytes(&self) -> usize {
        match self {
            Argument::Value(..) => 0,
            Argument::Array(_, memory) => memory.len(),
            Argument::Written(bytes) => *bytes,
        }
    }
}

/// Writes values, and addresses of arrays.
fn set(input: &Input, frame: &Frame, slots: &mut [Slot]) {
    for ((argument, copy), slot) in input.arguments.iter().zip(frame).zip(slots) {
        let address = match (argument, copy) {
            (Argument::Value(_, bytes), _) => {
                slot.0 = *bytes;
                continue;
            }
            (_, Some((_, memory))) => memory.pointer(),
            (Argument::Array(_, memory), None) => memory.pointer(),
            (Argument::Written(..), None) => unreachable!("what is written has a place"),
        };
        slot.0[..size_of::<usize>()].copy_from_slice(&address.expose_provenance().to_ne_bytes());
    }
}
