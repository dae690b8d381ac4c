//! Digits and signs for the axes: five pixels by seven, a bit each.

/// Pixels from one character to the next.
pub const ADVANCE: usize = 6;

/// Pixels down.
pub const HEIGHT: usize = 7;

/// The pixels of `character` that have ink, as columns and rows from its upper left corner; a
/// character that is not drawn here has none.
pub fn ink(character: char) -> impl Iterator<Item = (usize, usize)> {
    let rows = rows(character);
    (0..HEIGHT).flat_map(move |y| {
        (0..5).filter_map(move |x| (rows[y] >> (4 - x) & 1 == 1).then_some((x, y)))
    })
}

/// Row after row; the leftmost pixel is the highest of five bits.
fn rows(character: char) -> [u8; HEIGHT] {
    match character {
        '0' => [0b01110, 0b10001, 0b10001, 0b10101, 0b10001, 0b10001, 0b01110],
        '1' => [0b00100, 0b01100, 0b10100, 0b00100, 0b00100, 0b00100, 0b11111],
        '2' => [0b01110, 0b10001, 0b00001, 0b00110, 0b01000, 0b10000, 0b11111],
        '3' => [0b11110, 0b00001, 0b00001, 0b01110, 0b00001, 0b00001, 0b11110],
        '4' => [0b00010, 0b00110, 0b01010, 0b10010, 0b11111, 0b00010, 0b00010],
        '5' => [0b11111, 0b10000, 0b11110, 0b00001, 0b00001, 0b10001, 0b01110],
        '6' => [0b00110, 0b01000, 0b10000, 0b11110, 0b10001, 0b10001, 0b01110],
        '7' => [0b11111, 0b00001, 0b00010, 0b00010, 0b00100, 0b00100, 0b00100],
        '8' => [0b01110, 0b10001, 0b10001, 0b01110, 0b10001, 0b10001, 0b01110],
        '9' => [0b01110, 0b10001, 0b10001, 0b01111, 0b00001, 0b00010, 0b01100],
        '-' => [0, 0, 0, 0b01110, 0, 0, 0],
        '.' => [0, 0, 0, 0, 0, 0b01100, 0b01100],
        'e' => [0, 0, 0b01110, 0b10001, 0b11111, 0b10000, 0b01110],
        'i' => [0b00100, 0, 0b01100, 0b00100, 0b00100, 0b00100, 0b01110],
        _ => [0; HEIGHT],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_differ() {
        let drawn: Vec<_> = "0123456789-.ei".chars().map(rows).collect();
        for (i, one) in drawn.iter().enumerate() {
            assert!(one.iter().any(|row| *row != 0));
            assert!(drawn[..i].iter().all(|other| other != one));
        }
    }

    #[test]
    fn ink_begins_at_the_left() {
        let seven: Vec<_> = ink('7').filter(|(_, y)| *y < 2).collect();
        assert_eq!(seven, [(0, 0), (1, 0), (2, 0), (3, 0), (4, 0), (4, 1)]);
    }
}
