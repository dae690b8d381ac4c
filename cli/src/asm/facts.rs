//! What two calls of a variant, on a problem and on one of twice the size, say about its code.

use crate::asm::code::{Registers, Writer, decode, shape, target};
use crate::asm::functions::{Function, Functions};
use crate::asm::loops::{Flow, hottest};
use crate::asm::trace::Trace;
use iced_x86::{FlowControl, Instruction};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What is known about one variant. Pairs are of the two calls.
#[derive(Debug, Serialize)]
pub struct Facts {
    /// Instructions of the variant's function and of all that it calls.
    pub instructions: [u64; 2],
    /// What the kernel counts in each of the problems.
    pub elements: [u64; 2],
    /// From the difference of the two calls: what they do once per call is not in it.
    pub instructions_per_element: f64,
    pub calls: Vec<Callee>,
    #[serde(rename = "loop")]
    pub hot: Option<Hot>,
    /// Everything that the first call executed, if it is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub all: Option<Vec<Row>>,
}

/// A function that is called, also by a jump to its beginning.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Callee {
    pub function: String,
    /// Whether of the two, this one and its caller, one is of Rust and the other one is not.
    pub crosses: bool,
    pub times: [u64; 2],
}

/// The loop that does the most instructions.
#[derive(Debug, Serialize)]
pub struct Hot {
    /// The function that it begins in.
    pub function: String,
    /// And the line of the source, if the program has such information.
    pub source: Option<String>,
    pub registers: Registers,
    pub instructions_per_iteration: f64,
    pub elements_per_iteration: f64,
    /// Its part of all instructions that an element needs.
    pub share: f64,
    pub code: Vec<Row>,
}

/// One instruction.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// The function, where it is another one than before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
    /// Whether code lies before it that is not shown.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub gap: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    pub text: String,
    /// How often it is executed: per iteration of a loop, or in a call.
    pub times: f64,
    /// What it does to which kinds of operands.
    #[serde(skip)]
    pub shape: String,
}

/// A trace and what its addresses mean.
struct Reader<'t> {
    trace: &'t Trace,
    functions: &'t mut Functions,
    code: BTreeMap<u64, Instruction>,
}

/// Makes the facts; with `all` everything that the first call executed is among them.
pub fn facts(trace: &Trace, elements: [u64; 2], functions: &mut Functions, all: bool) -> Facts {
    let code = trace.code.iter().map(|(address, bytes)| (*address, decode(bytes, *address)));
    let mut reader = Reader { trace, functions, code: code.collect() };
    let instructions = [0, 1].map(|i| trace.calls[i].instructions());
    let first = |address| *trace.calls[0].executed.get(&address).unwrap_or(&0) as f64;
    Facts {
        instructions,
        elements,
        instructions_per_element: ratio(grown(instructions), grown(elements)),
        calls: reader.callees(),
        hot: reader.hot(grown(elements)),
        all: all.then(|| reader.rows(&trace.calls[0].executed.keys().copied().collect(), first)),
    }
}

/// How much more the second call did.
fn grown([first, second]: [u64; 2]) -> u64 {
    second.saturating_sub(first)
}

/// 0 where there is nothing to divide by: a problem that does not grow.
fn ratio(a: u64, b: u64) -> f64 {
    if b == 0 { 0.0 } else { a as f64 / b as f64 }
}

/// Whether it goes on where a table says.
fn leads_on(instruction: &Instruction) -> bool {
    let is_indirect = matches!(
        instruction.flow_control(),
        FlowControl::IndirectBranch | FlowControl::IndirectCall
    );
    is_indirect && instruction.is_ip_rel_memory_operand()
}

impl Reader<'_> {
    fn function(&mut self, address: u64) -> Option<Function> {
        self.functions.at(&self.trace.maps, address)
    }

    fn name(&mut self, address: u64) -> String {
        match (self.function(address), self.trace.maps.place(address)) {
            (Some(function), _) => function.name,
            (None, Some(place)) => {
                let file = place.file.file_name().unwrap_or(place.file.as_os_str());
                format!("(in {})", file.display())
            }
            (None, None) => "(nowhere)".to_owned(),
        }
    }

    fn grown_at(&self, address: u64) -> u64 {
        grown([0, 1].map(|i| *self.trace.calls[i].executed.get(&address).unwrap_or(&0)))
    }

    /// Who was called, in the order of names.
    fn callees(&mut self) -> Vec<Callee> {
        let mut found: BTreeMap<(String, bool), [u64; 2]> = BTreeMap::new();
        for i in [0, 1] {
            for ((from, to), times) in &self.trace.calls[i].edges {
                if let Some(callee) = self.callee(*from, *to) {
                    found.entry(callee).or_default()[i] += times;
                }
            }
        }
        let callee = |((function, crosses), times)| Callee { function, crosses, times };
        found.into_iter().map(callee).collect()
    }

    /// The function that is called by going from here to there, and whether that crosses the border.
    fn callee(&mut self, from: u64, to: u64) -> Option<(String, bool)> {
        let (caller, callee) = (self.function(from), self.function(to));
        let is_rust = |f: &Option<Function>| f.as_ref().is_some_and(|f| f.is_rust);
        let crosses = is_rust(&caller) != is_rust(&callee);
        let instruction = *self.code.get(&from)?;
        let is_call = match instruction.flow_control() {
            FlowControl::Call | FlowControl::IndirectCall => true,
            // The last thing that a function does may be a jump to another one.
            FlowControl::UnconditionalBranch
            | FlowControl::IndirectBranch
            | FlowControl::ConditionalBranch => false,
            _ => return None,
        };
        let Some(callee) = callee else {
            let name = self.imported(&instruction);
            // What the linker puts between a call and another file goes on to the function itself.
            let is_between = self.code.range(to..).next().is_some_and(|(_, next)| leads_on(next));
            return match name {
                Some(name) => Some((name, crosses)),
                None if is_call && !is_between => Some((self.name(to), crosses)),
                None => None,
            };
        };
        let same = caller.as_ref().is_some_and(|caller| caller.name == callee.name);
        (is_call || callee.offset == 0 && !same).then_some((callee.name, crosses))
    }

    /// The function of another file that is called through a table.
    fn imported(&mut self, instruction: &Instruction) -> Option<String> {
        let slot = leads_on(instruction).then(|| instruction.ip_rel_memory_address())?;
        self.functions.imported(&self.trace.maps, slot)
    }

    fn flow(&self) -> Flow {
        let edges: BTreeSet<(u64, u64)> =
            self.trace.calls.iter().flat_map(|call| call.edges.keys().copied()).collect();
        let mut flow = Flow::default();
        for (from, to) in edges {
            let Some(instruction) = self.code.get(&from) else { continue };
            match instruction.flow_control() {
                FlowControl::Call | FlowControl::IndirectCall => {
                    flow.calls.push((from, to));
                    flow.within.push((from, instruction.next_ip()));
                }
                // The call has said where it goes on.
                FlowControl::Return => {}
                _ => flow.within.push((from, to)),
            }
        }
        flow
    }

    fn hot(&mut self, elements: u64) -> Option<Hot> {
        let hot = hottest(&self.flow(), |address| self.grown_at(address))?;
        let iterations = self.grown_at(hot.header);
        let body: BTreeSet<u64> =
            hot.body.into_iter().filter(|address| self.grown_at(*address) > 0).collect();
        let instructions: u64 = body.iter().map(|address| self.grown_at(*address)).sum();
        let all = grown([0, 1].map(|i| self.trace.calls[i].instructions()));
        let grown: HashMap<u64, u64> = body.iter().map(|a| (*a, self.grown_at(*a))).collect();
        Some(Hot {
            function: self.name(hot.header),
            source: self.functions.line(&self.trace.maps, hot.header),
            registers: Registers::of(body.iter().filter_map(|address| self.code.get(address))),
            instructions_per_iteration: ratio(instructions, iterations),
            elements_per_iteration: ratio(elements, iterations),
            share: ratio(instructions, all),
            code: self.rows(&body, |address| ratio(grown[&address], iterations)),
        })
    }

    /// The instructions at these addresses as text.
    fn rows(&mut self, addresses: &BTreeSet<u64>, times: impl Fn(u64) -> f64) -> Vec<Row> {
        let labels = self.labels(addresses);
        let mut names = self.called(addresses);
        names.extend(labels.clone());
        let mut writer = Writer::new(names);
        let (mut rows, mut last) = (Vec::new(), None);
        for address in addresses {
            let name = self.name(*address);
            let Some(instruction) = self.code.get(address) else { continue };
            let row = Row {
                gap: last
                    .as_ref()
                    .is_some_and(|(function, end)| *function == name && end != address),
                function: last.as_ref().is_none_or(|(f, _)| *f != name).then(|| name.clone()),
                label: labels.get(address).cloned(),
                text: writer.text(instruction),
                times: times(*address),
                shape: shape(instruction),
            };
            last = Some((name, instruction.next_ip()));
            rows.push(row);
        }
        rows
    }

    /// Names for those of the addresses that the code at others jumps to.
    fn labels(&self, addresses: &BTreeSet<u64>) -> HashMap<u64, String> {
        let code = addresses.iter().filter_map(|address| self.code.get(address));
        let jumps = code.filter(|instruction| instruction.flow_control() != FlowControl::Call);
        let targets: BTreeSet<u64> =
            jumps.filter_map(target).filter(|target| addresses.contains(target)).collect();
        targets.into_iter().zip(1..).map(|(target, i)| (target, format!("L{i}"))).collect()
    }

    /// Names of the functions that the code calls or jumps to the beginning of.
    fn called(&mut self, addresses: &BTreeSet<u64>) -> HashMap<u64, String> {
        let code = addresses.iter().filter_map(|address| self.code.get(address));
        let targets: BTreeSet<u64> = code.filter_map(target).collect();
        let named = targets.into_iter().filter_map(|target| {
            self.function(target).filter(|f| f.offset == 0).map(|f| (target, f.name))
        });
        named.collect()
    }
}
