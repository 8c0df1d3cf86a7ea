/* For the thread sanitizer only: what it is told before main, in whichever way the program was started.
 * TSAN_OPTIONS goes before it. */
const char *__tsan_default_options(void) __attribute__((visibility("default")));
const char *__tsan_default_suppressions(void) __attribute__((visibility("default")));

/* Graphviz is asked in a child of a program that may have threads, and pango starts some of its own there. */
const char *__tsan_default_options(void) {
    return "die_after_fork=0";
}

/* Libraries that were not built for it: of their locks and atomics it sees a part only.  No code of ours runs
 * in pango's threads. */
const char *__tsan_default_suppressions(void) {
    return "race:libfontconfig.so\n"
           "race:libpangoft2-1.0.so\n"
           "race:libpango-1.0.so\n"
           "race:libglib-2.0.so\n";
}
