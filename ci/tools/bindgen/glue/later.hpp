#pragma once

extern "C" {
void glue_square_later(int x, void (*done)(void *, int), void *data);
}
