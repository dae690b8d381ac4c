#pragma once
#include <memory>

class Animal {
    int weight_;

  public:
    explicit Animal(int weight) : weight_(weight) {}
    virtual ~Animal() = default;
    int weight() const;
    virtual int legs() const;
};

class Bird : public Animal {
  public:
    using Animal::Animal;
    int wings() const;
    int legs() const override;
};

std::unique_ptr<Bird> make_bird(int weight);

// Ten times its legs.
int tenfold(const Animal &animal);
