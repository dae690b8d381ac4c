//! Machine code as text, without addresses, and what kind of code it is.

use iced_x86::{
    Decoder, DecoderOptions, FlowControl, Formatter, Instruction, IntelFormatter,
    MemorySizeOptions, OpKind, Register, SymbolResolver, SymbolResult,
};
use serde::Serialize;
use std::collections::HashMap;

/// Decodes one instruction.
pub fn decode(bytes: &[u8], address: u64) -> Instruction {
    Decoder::with_ip(64, bytes, address, DecoderOptions::NONE).decode()
}

/// Names for addresses: those of labels and of functions. What has none is only said to be elsewhere.
struct Names(HashMap<u64, String>);

impl SymbolResolver for Names {
    fn symbol(
        &mut self,
        instruction: &Instruction,
        operand: u32,
        _: Option<u32>,
        address: u64,
        _: u32,
    ) -> Option<SymbolResult<'_>> {
        let kind = instruction.try_op_kind(operand).ok()?;
        let name = match kind {
            OpKind::NearBranch16 | OpKind::NearBranch32 | OpKind::NearBranch64 => {
                self.0.get(&address).cloned().unwrap_or_else(|| "out".to_owned())
            }
            OpKind::Memory if instruction.is_ip_rel_memory_operand() => "constant".to_owned(),
            _ => return None,
        };
        Some(SymbolResult::with_string(address, name))
    }
}

/// Writes instructions as people read them.
pub struct Writer(IntelFormatter);

impl Writer {
    /// With these names for the targets of jumps and calls.
    pub fn new(names: HashMap<u64, String>) -> Writer {
        let mut formatter = IntelFormatter::with_options(Some(Box::new(Names(names))), None);
        let options = formatter.options_mut();
        options.set_space_after_operand_separator(true);
        options.set_memory_size_options(MemorySizeOptions::Minimal);
        options.set_signed_immediate_operands(true);
        options.set_rip_relative_addresses(true);
        options.set_show_branch_size(false);
        options.set_uppercase_hex(false);
        options.set_hex_prefix("0x");
        options.set_hex_suffix("");
        options.set_first_operand_char_index(13);
        Writer(formatter)
    }

    pub fn text(&mut self, instruction: &Instruction) -> String {
        let mut text = String::new();
        self.0.format(instruction, &mut text);
        text
    }
}

/// Where a jump or call goes, if the instruction says so.
pub fn target(instruction: &Instruction) -> Option<u64> {
    let is_direct = matches!(
        instruction.flow_control(),
        FlowControl::ConditionalBranch | FlowControl::UnconditionalBranch | FlowControl::Call
    );
    is_direct.then(|| instruction.near_branch_target())
}

/// What does the same to the same kinds of operands, whichever registers they are.
pub fn shape(instruction: &Instruction) -> String {
    let operands = (0..instruction.op_count()).map(|i| match instruction.op_kind(i) {
        OpKind::Register => match width_of(instruction.op_register(i)) {
            Some(width) => width.name(),
            None => "general",
        },
        OpKind::Memory => "memory",
        _ => "other",
    });
    let operands: Vec<&str> = operands.collect();
    format!("{:?} {}", instruction.mnemonic(), operands.join(" "))
}

/// The widest vector registers that code computes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Width {
    Xmm,
    Ymm,
    Zmm,
}

impl Width {
    fn name(self) -> &'static str {
        match self {
            Width::Xmm => "xmm",
            Width::Ymm => "ymm",
            Width::Zmm => "zmm",
        }
    }
}

fn width_of(register: Register) -> Option<Width> {
    match register {
        _ if register.is_zmm() => Some(Width::Zmm),
        _ if register.is_ymm() => Some(Width::Ymm),
        _ if register.is_xmm() => Some(Width::Xmm),
        _ => None,
    }
}

/// Which registers some code computes in, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Registers {
    /// `xmm`, `ymm` or `zmm`; none for general registers only.
    pub vector: Option<&'static str>,
    /// Whether there is arithmetic on whole vectors, and whether on their first element alone.
    pub packed: bool,
    pub scalar: bool,
}

impl Registers {
    pub fn of<'i>(code: impl Iterator<Item = &'i Instruction> + Clone) -> Registers {
        let kinds = code.filter_map(|instruction| Some((kind(instruction), width(instruction)?)));
        let any = |wanted| kinds.clone().any(|(kind, _)| kind == wanted);
        let (packed, scalar) = (any(Kind::Packed), any(Kind::Scalar));
        let counted = kinds.clone().filter(|(kind, _)| match (packed, scalar) {
            (false, false) => true,
            (false, true) => *kind == Kind::Scalar,
            (true, _) => *kind == Kind::Packed,
        });
        let widest = counted.map(|(_, width)| width).max();
        Registers { vector: widest.map(Width::name), packed, scalar }
    }

    /// `zmm packed`
    pub fn words(self) -> String {
        let how = match (self.packed, self.scalar) {
            (true, false) => " packed",
            (false, true) => " scalar",
            (true, true) => " mixed",
            (false, false) => "",
        };
        self.vector.map_or_else(|| "general".to_owned(), |width| width.to_owned() + how)
    }
}

fn width(instruction: &Instruction) -> Option<Width> {
    let registers =
        (0..instruction.op_count()).filter(|i| instruction.op_kind(*i) == OpKind::Register);
    registers.filter_map(|i| width_of(instruction.op_register(i))).max()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Packed,
    Scalar,
    /// Moves, orders anew, or is used as often for zeros and signs as for arithmetic.
    Other,
}

/// What a vector instruction does, by its name.
fn kind(instruction: &Instruction) -> Kind {
    const OTHER: [&str; 19] = [
        "mov",
        "lddqu",
        "broadcast",
        "unpck",
        "shuf",
        "perm",
        "blend",
        "insert",
        "extract",
        "pack",
        "align",
        "xor",
        "and",
        "or",
        "zero",
        "gather",
        "compress",
        "expand",
        "cvt",
    ];
    let name = format!("{:?}", instruction.mnemonic()).to_lowercase();
    let bare = name.strip_prefix('v').unwrap_or(&name);
    // Those on integers are packed, such as the one for the greater of signed numbers, pmaxsd.
    let (bare, is_integer) =
        bare.strip_prefix('p').map_or((bare, false), |integer| (integer, true));
    if OTHER.iter().any(|other| bare.starts_with(other)) {
        return Kind::Other;
    }
    let is_scalar = !is_integer && (bare.ends_with("ss") || bare.ends_with("sd"));
    if is_scalar { Kind::Scalar } else { Kind::Packed }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instructions(code: &[&[u8]]) -> Vec<Instruction> {
        code.iter().map(|bytes| decode(bytes, 0x1000)).collect()
    }

    #[test]
    fn code_is_written_without_addresses() {
        let mut writer = Writer::new(HashMap::from([(0x1000, "L1".to_owned())]));
        for (bytes, text) in [
            (&[0x62, 0xf1, 0xfd, 0x48, 0x10, 0x04, 0xc7][..], "vmovupd zmm0, [rdi+rax*8]"),
            (&[0x48, 0x83, 0xc0, 0xf8], "add rax, -8"),
            (&[0x75, 0xfe], "jne L1"),
            (&[0x75, 0x10], "jne out"),
            (&[0xf2, 0x0f, 0x59, 0x05, 1, 2, 0, 0], "mulsd xmm0, [rip+constant]"),
            (&[0xc6, 0x07, 0x01], "mov byte ptr [rdi], 1"),
        ] {
            let written = writer.text(&decode(bytes, 0x1000));
            assert_eq!(Vec::from_iter(written.split_whitespace()).join(" "), text);
        }
    }

    #[test]
    fn code_is_packed_or_scalar_by_its_arithmetic() {
        let (movapd, addsd) = (&[0x66, 0x0f, 0x28, 0xc8][..], &[0xf2, 0x0f, 0x58, 0xc1][..]);
        let (addpd, load) = (&[0x66, 0x0f, 0x58, 0xc1][..], &[0xc5, 0xfd, 0x10, 0x07][..]);
        let inc: &[u8] = &[0x48, 0xff, 0xc0];
        for (code, words) in [
            (&[movapd, addsd, inc][..], "xmm scalar"),
            (&[load, addpd], "xmm packed"),
            (&[&[0x66, 0x0f, 0x38, 0x3d, 0xc1]], "xmm packed"),
            (&[load, inc], "ymm"),
            (&[addpd, addsd], "xmm mixed"),
            (&[inc], "general"),
        ] {
            assert_eq!(Registers::of(instructions(code).iter()).words(), words);
        }
    }

    #[test]
    fn other_registers_are_the_same_shape_and_another_width_is_not() {
        let code = instructions(&[
            &[0x66, 0x0f, 0x58, 0xc1],
            &[0x66, 0x0f, 0x58, 0xd3],
            &[0xc5, 0xfd, 0x58, 0xc1],
        ]);
        let shapes: Vec<String> = code.iter().map(shape).collect();
        assert!(shapes[0] == shapes[1] && shapes[0] != shapes[2], "{shapes:?}");
    }
}
