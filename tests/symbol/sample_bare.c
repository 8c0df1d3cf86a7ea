/* Built without debug information. */
__attribute__((noinline)) void seen(void);
static __attribute__((noinline, used)) void hidden(void) {
    __asm__ volatile("nop");
}

void seen(void) {
    hidden();
}
