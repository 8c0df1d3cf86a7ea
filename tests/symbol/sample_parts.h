/* Read twice by sample_parts.c: functions of a header, before and after those of the file itself. */
#ifdef FIRST_PART
__attribute__((noinline)) void early(void) {
    __asm__ volatile(".globl xe\nxe: nop"); /* line 4 */
}
#else
__attribute__((noinline)) void late(void) {
    __asm__ volatile(".globl xl\nxl: nop"); /* line 8 */
}
#endif
