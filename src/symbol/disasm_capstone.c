#include "symbol/disasm_capstone.h"

#include "base/child.h"
#include "base/library.h"
#include "symbol/binary.h"
#include "symbol/demangle.h"
#include "symbol/object.h"

#include <capstone/capstone.h>
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>

enum { READ_SECONDS = 60, OUTPUT_MAX = 256 << 20 };

#define FUNCTIONS(X) X(cs_disasm_iter) X(cs_malloc) X(cs_open) X(cs_option)

static struct { FUNCTIONS(CPROF_LIBRARY_SLOT) } capstone;
static const char *const names[] = {FUNCTIONS(CPROF_LIBRARY_NAME)};
static cprof_library library = CPROF_LIBRARY_INIT(CPROF_CAPSTONE_SONAME, names, capstone);

typedef struct request {
    const char *path;
    uint64_t start, end;
    bool intel;
} request;

static const struct {
    uint32_t machine;
    cs_arch arch;
    cs_mode mode;
} machines[] = {
    {EM_X86_64, CS_ARCH_X86, CS_MODE_64},
    {EM_386, CS_ARCH_X86, CS_MODE_32},
    {EM_AARCH64, CS_ARCH_ARM64, CS_MODE_LITTLE_ENDIAN},
    {EM_ARM, CS_ARCH_ARM, CS_MODE_ARM},
    {EM_PPC64, CS_ARCH_PPC, CS_MODE_64},
    {EM_S390, CS_ARCH_SYSZ, CS_MODE_BIG_ENDIAN},
};

static bool open_engine(uint32_t machine, bool intel, csh *engine, cprof_error *err) {
    for (size_t i = 0; i < sizeof machines / sizeof *machines; i++)
        if (machines[i].machine == machine &&
            capstone.cs_open(machines[i].arch, machines[i].mode, engine) == CS_ERR_OK) {
            if (!intel && machines[i].arch == CS_ARCH_X86)
                capstone.cs_option(*engine, CS_OPT_SYNTAX, CS_OPT_SYNTAX_ATT);
            capstone.cs_option(*engine, CS_OPT_SKIPDATA, CS_OPT_ON);
            return true;
        }
    return cprof_error_set(err, CPROF_ERR_UNSUPPORTED, -1, "no disassembler for ELF machine %u", machine);
}

static void put_slice(cprof_sink *sink, cprof_slice s) {
    uint32_t size = (uint32_t)s.len;
    cprof_sink_write(sink, &size, sizeof size);
    cprof_sink_slice(sink, s);
}

/* In the child: an instruction's address (uint64_t), its text, function and file, its line (int64_t). */
static void put(cprof_object *object, const cs_insn *i, cprof_sink *sink) {
    char text[sizeof i->mnemonic + sizeof i->op_str + 8];
    int n = snprintf(text, sizeof text, "%-6s %s", i->mnemonic, i->op_str);
    cprof_object_frames frames = {0};
    cprof_object_frame where = {.function = CPROF_SLICE(""), .file = CPROF_SLICE("")};
    if (cprof_object_find(object, i->address, false, &frames, NULL) && frames.count > 0) {
        where.function = frames.at[0].function;
        if (frames.at[0].line > 0) {
            where.file = frames.at[0].file;
            where.line = frames.at[0].line;
        }
    }
    cprof_sink_write(sink, &i->address, sizeof i->address);
    put_slice(sink, cprof_slice_trim((cprof_slice){text, (size_t)n}));
    put_slice(sink, where.function);
    put_slice(sink, where.file);
    cprof_sink_write(sink, &where.line, sizeof where.line);
    cprof_vec_free(NULL, &frames);
}

static bool disassemble(void *context, cprof_sink *sink, cprof_error *err) {
    const request *r = context;
    const cprof_object_mapping whole = {0};
    uint32_t machine;
    uint64_t address = r->start;
    cprof_slice bytes;
    csh engine;
    unsetenv("DEBUGINFOD_URLS"); /* no library asks the network behind the person's back */
    cprof_object *object = cprof_object_open(r->path, &whole, NULL, err);
    if (!object || !cprof_object_code(object, r->start, r->end, &machine, &bytes, err) ||
        !open_engine(machine, r->intel, &engine, err))
        return false;
    const uint8_t *code = (const uint8_t *)bytes.ptr;
    cs_insn *instruction = capstone.cs_malloc(engine);
    if (!instruction)
        return cprof_error_memory(NULL, err);
    while (capstone.cs_disasm_iter(engine, &code, &bytes.len, &address, instruction))
        put(object, instruction, sink);
    return true; /* the child ends: nothing need be freed */
}

/* ---- in the parent ---------------------------------------------------------------------------------------
 */

/* As objdump shows it. */
static cprof_slice readable(cprof_disasm *d, cprof_slice name) {
    cprof_slice shown = cprof_demangle_name(name, CPROF_DEMANGLE_FULL, &d->text);
    return shown.ptr == name.ptr ? cprof_arena_copy(&d->text, name) : shown;
}

static bool take(cprof_disasm *d, cprof_slice output, cprof_error *err) {
    cprof_binary_answer a = {output.ptr, output.ptr + output.len, false};
    while (a.at < a.end) {
        cprof_instruction row;
        cprof_binary_take(&a, &row.address, sizeof row.address);
        cprof_slice text = cprof_binary_take_slice(&a), function = cprof_binary_take_slice(&a),
                    file = cprof_binary_take_slice(&a);
        cprof_binary_take(&a, &row.line, sizeof row.line);
        if (a.broken)
            return cprof_error_set(err, CPROF_ERR_FORMAT, -1, "disassembling failed");
        row.text = cprof_arena_copy(&d->text, text);
        row.function = readable(d, function);
        row.file = cprof_arena_copy(&d->text, file);
        if (!row.text.ptr || !row.function.ptr || !row.file.ptr ||
            !cprof_vec_push(d->env, &d->instructions, row))
            return cprof_error_memory(d->env, err);
    }
    return true;
}

bool cprof_disasm_capstone(cprof_disasm *d, const char *path, uint64_t start, uint64_t end, bool intel,
                           cprof_error *err) {
    request r = {path, start, end, intel};
    cprof_child_output output = {0};
    cprof_child_limits limits = cprof_binary_limits(READ_SECONDS, d->env);
    limits.output_max = OUTPUT_MAX;
    bool ok = cprof_library_load(&library, err) &&
              cprof_child_run(disassemble, &r, "disassembling", limits, d->env, &output, err) &&
              take(d, (cprof_slice){output.at, output.count}, err);
    cprof_vec_free(d->env, &output);
    return ok;
}
