//! What a node reads, as types: nothing, a promise, many promises of one type, tuples of these.

use super::Delayed;
use super::values::{Held, Reads, Values};

/// The inputs of a node, or the wants of a run: `()`, a [`Delayed`], a `Vec` of inputs, or a tuple of
/// up to six inputs, nested as you like.
///
/// Only this crate implements it.
pub trait Inputs: sealed::Sealed + Send + Sync + 'static {
    /// What a node's closure is given: `()`, `&T`, a `Vec` of references, a tuple of these.
    type Out<'a>;
    /// What a run gives back: the values themselves.
    type Owned;
    #[doc(hidden)]
    type Held<'v>;
    #[doc(hidden)]
    fn each(&self, visit: &mut impl FnMut(Ticket));
    #[doc(hidden)]
    fn hold<'v>(&self, reads: &Reads<'v>) -> Self::Held<'v>;
    #[doc(hidden)]
    fn view<'a>(held: &'a Self::Held<'_>) -> Self::Out<'a>;
    #[doc(hidden)]
    fn take(&self, values: &Values) -> Self::Owned;
}

/// A node of some graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticket {
    pub(super) graph: u32,
    pub(super) node: u32,
}

mod sealed {
    pub trait Sealed {}
}

impl<T> sealed::Sealed for Delayed<T> {}

impl<T: Send + Sync + 'static> Inputs for Delayed<T> {
    type Out<'a> = &'a T;
    type Owned = T;
    type Held<'v> = Held<'v>;

    fn each(&self, visit: &mut impl FnMut(Ticket)) {
        visit(self.ticket);
    }

    fn hold<'v>(&self, reads: &Reads<'v>) -> Held<'v> {
        reads.hold(self.ticket.node)
    }

    fn view<'a>(held: &'a Held<'_>) -> &'a T {
        held.get()
    }

    fn take(&self, values: &Values) -> T {
        let value = values.take(self.ticket.node).and_then(|value| value.downcast().ok());
        *value.expect("an executor left a task out")
    }
}

impl<I: Inputs> sealed::Sealed for Vec<I> {}

impl<I: Inputs> Inputs for Vec<I> {
    type Out<'a> = Vec<I::Out<'a>>;
    type Owned = Vec<I::Owned>;
    type Held<'v> = Vec<I::Held<'v>>;

    fn each(&self, visit: &mut impl FnMut(Ticket)) {
        self.iter().for_each(|input| input.each(visit));
    }

    fn hold<'v>(&self, reads: &Reads<'v>) -> Self::Held<'v> {
        self.iter().map(|input| input.hold(reads)).collect()
    }

    fn view<'a>(held: &'a Self::Held<'_>) -> Self::Out<'a> {
        held.iter().map(I::view).collect()
    }

    fn take(&self, values: &Values) -> Self::Owned {
        self.iter().map(|input| input.take(values)).collect()
    }
}

/// Tuples, member by member.
macro_rules! tuples {
    ($($member:ident $at:tt),*) => {
        impl<$($member: Inputs),*> sealed::Sealed for ($($member,)*) {}

        // The empty tuple uses none of what the others need.
        #[allow(unused_variables, clippy::unused_unit)]
        impl<$($member: Inputs),*> Inputs for ($($member,)*) {
            type Out<'a> = ($($member::Out<'a>,)*);
            type Owned = ($($member::Owned,)*);
            type Held<'v> = ($($member::Held<'v>,)*);

            fn each(&self, visit: &mut impl FnMut(Ticket)) {
                $(self.$at.each(visit);)*
            }

            fn hold<'v>(&self, reads: &Reads<'v>) -> Self::Held<'v> {
                ($(self.$at.hold(reads),)*)
            }

            fn view<'a>(held: &'a Self::Held<'_>) -> Self::Out<'a> {
                ($($member::view(&held.$at),)*)
            }

            fn take(&self, values: &Values) -> Self::Owned {
                ($(self.$at.take(values),)*)
            }
        }
    };
}

tuples!();
tuples!(A 0);
tuples!(A 0, B 1);
tuples!(A 0, B 1, C 2);
tuples!(A 0, B 1, C 2, D 3);
tuples!(A 0, B 1, C 2, D 3, E 4);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5);
