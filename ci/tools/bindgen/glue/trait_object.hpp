#pragma once

extern "C" {
double glue_twice_area(double (*area)(const void *), const void *data);
}
