/* gengoroutines - writes a goroutine dump (debug=2) of a made-up server, the same one for the same seed.
 *
 * usage: gengoroutines [-mb N] [-stacks N] [-seed N] > dump.txt
 */
#include "draw.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FUNCTIONS = 6000, DEPTH_MAX = 32 };

typedef struct stack {
    unsigned depth;
    struct {
        unsigned function, line, inlined, offset, arguments;
    } frames[DEPTH_MAX];
    unsigned creator;
} stack;

static uint64_t seed = 1;

static unsigned below(unsigned n) {
    return (unsigned)(draw(&seed) % n);
}

static void put_function(unsigned f) {
    static const char *const packages[] = {
        "net/http", "example.com/gateway/internal/proxy",        "sync",
        "main",     "google.golang.org/grpc/internal/transport", "database/sql"};
    static const char *const types[] = {"(*conn)", "(*Server)",    "(*http2Client)",
                                        "(*DB)",   "(*pool[...])", "(*Mutex)"};
    static const char *const methods[] = {"serve",   "readLoop", "roundTrip", "run",
                                          "Acquire", "lockSlow", "keepalive"};
    printf("%s.%s.%s%u", packages[f % 6], types[f / 6 % 6], methods[f / 36 % 7], f);
}

static void put_file(unsigned f, unsigned line) {
    static const char *const files[] = {
        "/usr/local/go/src/net/http/server",
        "/src/gateway/internal/proxy/proxy",
        "/usr/local/go/src/sync/mutex",
        "/src/gateway/main",
        "/go/pkg/mod/google.golang.org/grpc@v1.58.3/internal/transport/controlbuf",
        "/usr/local/go/src/database/sql/sql"};
    printf("\t%s.go:%u", files[f % 6], line);
}

static void make_stack(stack *s) {
    s->depth = 4 + below(DEPTH_MAX - 3);
    s->creator = below(FUNCTIONS);
    for (unsigned i = 0; i < s->depth; i++) {
        s->frames[i].function = below(FUNCTIONS);
        s->frames[i].line = 10 + below(2400);
        s->frames[i].inlined = i + 1 < s->depth && below(8) == 0;
        s->frames[i].offset = below(0x900);
        s->frames[i].arguments = below(6);
    }
}

static void put_arguments(unsigned count) {
    for (unsigned i = 0; i < count; i++)
        printf(i % 3 == 1 ? "%s{0x%" PRIx64 ", 0x7d3f98}" : "%s0xc%09" PRIx64, i ? ", " : "",
               draw(&seed) & UINT64_C(0xfffffffff));
}

static void put_goroutine(const stack *s, uint64_t id) {
    static const char *const states[] = {"select",     "IO wait",        "chan receive",
                                         "semacquire", "sync.Cond.Wait", "runnable"};
    printf("goroutine %" PRIu64 " [%s", id, states[s->creator % 6]);
    unsigned wait = below(4) ? below(90) : 0;
    if (wait)
        printf(", %u minutes", wait);
    printf("]:\n");
    for (unsigned i = 0; i < s->depth; i++) {
        put_function(s->frames[i].function);
        if (s->frames[i].inlined) {
            printf("(...)\n");
        } else {
            putchar('(');
            put_arguments(s->frames[i].arguments);
            printf(")\n");
        }
        put_file(s->frames[i].function, s->frames[i].line);
        if (!s->frames[i].inlined)
            printf(" +0x%x", s->frames[i].offset);
        putchar('\n');
    }
    printf("created by ");
    put_function(s->creator);
    printf(" in goroutine %u\n", 1 + below(5000));
    put_file(s->creator, 100);
    printf(" +0x4db\n\n");
}

int main(int argc, char **argv) {
    uint64_t megabytes = 200;
    unsigned stacks = 3000;
    for (int i = 1; i < argc; i++) {
        if (i + 1 == argc || argv[i][0] != '-') {
            fprintf(stderr, "usage: gengoroutines [-mb N] [-stacks N] [-seed N] > dump.txt\n");
            return 2;
        }
        uint64_t value = strtoull(argv[i + 1], NULL, 10);
        if (!strcmp(argv[i], "-mb"))
            megabytes = value;
        else if (!strcmp(argv[i], "-stacks"))
            stacks = value ? (unsigned)value : 1;
        else if (!strcmp(argv[i], "-seed"))
            seed = value;
        i++;
    }
    stack *all = calloc(stacks, sizeof *all);
    if (!all) {
        perror("gengoroutines");
        return 1;
    }
    for (unsigned i = 0; i < stacks; i++)
        make_stack(&all[i]);
    /* Few stacks have most of the goroutines. */
    uint64_t id = 1;
    for (uint64_t goal = megabytes << 20; (uint64_t)ftello(stdout) < goal; id += 1 + below(3))
        put_goroutine(&all[below(1 + below(1 + below(stacks)))], id);
    free(all);
    return fflush(stdout) || ferror(stdout) ? 1 : 0;
}
