/* genfolded - writes folded stacks of a made-up program, the same ones for the same seed, in random order.
 *
 * usage: genfolded [-mb N] [-seed N] > stacks.folded
 */
#include "draw.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FUNCTIONS = 20000, ROOTS = 2000 };

static uint64_t seed = 1;

static unsigned below(unsigned n) {
    return (unsigned)(draw(&seed) % n);
}

/* One line; returns its length. */
static size_t put_stack(void) {
    unsigned depth = 5 + below(55), root = below(ROOTS);
    int length = printf("server;start_thread");
    for (unsigned i = 0; i < depth; i++) {
        unsigned f = (root * 7 + below(30) + i * 13) % FUNCTIONS;
        length += printf(";ns%u::Class%u::method%u", f % 211, f, f % 97);
    }
    return (size_t)(length + printf(" %u\n", 1 + below(1000)));
}

int main(int argc, char **argv) {
    unsigned long megabytes = 100;
    for (int i = 1; i < argc; i += 2) {
        if (i + 1 < argc && strcmp(argv[i], "-mb") == 0) {
            megabytes = strtoul(argv[i + 1], NULL, 10);
        } else if (i + 1 < argc && strcmp(argv[i], "-seed") == 0) {
            seed = strtoull(argv[i + 1], NULL, 10);
        } else {
            fprintf(stderr, "usage: genfolded [-mb N] [-seed N] > stacks.folded\n");
            return 2;
        }
    }
    for (uint64_t size = 0; size < (uint64_t)megabytes * 1000000;)
        size += put_stack();
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
