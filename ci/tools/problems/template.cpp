#include "template.hpp"
