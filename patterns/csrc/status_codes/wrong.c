/* Counterexample: doubles of ab_quad_text that break its promise: the first writes no end, the second no UTF-8. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

void ab_quad_text_endless(int32_t code, char *text, size_t capacity)
{
    (void)code;
    memset(text, 'e', capacity);
}

void ab_quad_text_garbled(int32_t code, char *text, size_t capacity)
{
    (void)code;
    static const char latin1[] = "Knoten au\xDF"
                                 "erhalb";
    memcpy(text, latin1, sizeof latin1 < capacity ? sizeof latin1 : capacity);
}
