#pragma once

struct Shape {
    virtual ~Shape() = default;
    virtual double area() const = 0;
};

double twice_area(const Shape &shape);
