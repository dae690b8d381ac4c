#!/bin/sh
# The same program, beside other files.
. "${0%/*}/old.sh"
