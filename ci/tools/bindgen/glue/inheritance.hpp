#pragma once
class Bird;

extern "C" {
Bird *glue_bird(int weight);
int glue_weight(const Bird *bird);
int glue_wings(const Bird *bird);
int glue_tenfold(const Bird *bird);
void glue_free(Bird *bird);
}
