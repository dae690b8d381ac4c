#!/bin/sh
# The same program, beside a run of other functions.
. "${0%/*}/old.sh"
