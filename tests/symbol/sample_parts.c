/* A program whose line table starts with rows of another file than its own. */
#define FIRST_PART
#include "sample_parts.h"
#undef FIRST_PART

__attribute__((noinline)) void between(void) {
    __asm__ volatile(".globl xb\nxb: nop"); /* line 7 */
}

#include "sample_parts.h"

static inline __attribute__((always_inline)) void deeper(void) {
    __asm__ volatile(".globl xn\nxn: nop"); /* line 13 */
}

/* A function whose entry stands inside another's, where the compiler knows such. */
__attribute__((noinline)) void holder(void) {
#ifndef __clang__
    __attribute__((noinline)) void nested(void)
#define CALL nested()
#else
#define CALL (void)0
#endif
    {
        deeper(); /* line 25 */
        __asm__ volatile("nop");
    }
    CALL;
}

int main(void) {
    early();
    between();
    late();
    holder();
    return 0;
}
