#pragma once
class Counter;

extern "C" {
Counter *glue_counter(int first);
int glue_next(Counter *counter);
void glue_free(Counter *counter);
int glue_living();
}
