/* A program whose every line of interest is known: xi and xo are addresses of code. */
static inline __attribute__((always_inline)) void inner(void) {
    __asm__ volatile(".globl xi\nxi: nop"); /* line 3 */
}

static inline __attribute__((always_inline)) void middle(void) {
    inner(); /* line 7 */
}

__attribute__((noinline)) void outer(void) {
    __asm__ volatile("nop; nop; nop; nop");
    middle();                               /* line 12 */
    __asm__ volatile(".globl xo\nxo: nop"); /* line 13 */
}

int main(void) {
    outer();
    return 0;
}
