/* A program whose line table starts with rows of another file than its own. */
#define FIRST_PART
#include "sample_parts.h"
#undef FIRST_PART

__attribute__((noinline)) void between(void) {
    __asm__ volatile(".globl xb\nxb: nop"); /* line 7 */
}

#include "sample_parts.h"

int main(void) {
    early();
    between();
    late();
    return 0;
}
