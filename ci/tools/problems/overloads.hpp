#pragma once

double area(double radius);
double area(double width, double height);
