#include "symbol/disasm_capstone.h"

#include "base/child.h"
#include "base/library.h"
#include "symbol/binary.h"
#include "symbol/object.h"

#include <capstone/capstone.h>
#include <elf.h>
#include <stdio.h>

enum { READ_SECONDS = 60, CODE_MAX = 64 << 20 };

#define FUNCTIONS(X) X(cs_close) X(cs_disasm_iter) X(cs_free) X(cs_malloc) X(cs_open) X(cs_option)

static struct { FUNCTIONS(CPROF_LIBRARY_SLOT) } capstone;
static const char *const names[] = {FUNCTIONS(CPROF_LIBRARY_NAME)};
static cprof_library library = CPROF_LIBRARY_INIT(CPROF_CAPSTONE_SONAME, names, capstone);

typedef struct request {
    const char *path;
    uint64_t start, end;
} request;

/* In the child: the machine (uint32_t), then the bytes. */
static bool read_code(void *context, cprof_sink *sink, cprof_error *err) {
    const request *r = context;
    const cprof_object_mapping whole = {0};
    cprof_object *object = cprof_object_open(r->path, &whole, NULL, err);
    uint32_t machine;
    cprof_slice code;
    if (!object || !cprof_object_code(object, r->start, r->end, &machine, &code, err))
        return false;
    cprof_sink_write(sink, &machine, sizeof machine);
    cprof_sink_slice(sink, code);
    return true;
}

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

static bool add(cprof_disasm *d, const cs_insn *i, cprof_error *err) {
    char text[sizeof i->mnemonic + sizeof i->op_str + 8];
    int n = snprintf(text, sizeof text, "%-6s %s", i->mnemonic, i->op_str);
    cprof_slice copy = cprof_arena_copy(&d->text, cprof_slice_trim((cprof_slice){text, (size_t)n}));
    cprof_instruction row = {i->address, copy, CPROF_SLICE(""), CPROF_SLICE(""), 0};
    return (copy.ptr && cprof_vec_push(d->env, &d->instructions, row)) || cprof_error_memory(d->env, err);
}

static bool decode(cprof_disasm *d, cprof_slice answer, uint64_t address, bool intel, cprof_error *err) {
    csh engine;
    uint32_t machine = 0;
    if (answer.len >= sizeof machine)
        memcpy(&machine, answer.ptr, sizeof machine);
    if (!open_engine(machine, intel, &engine, err))
        return false;
    const uint8_t *code = (const uint8_t *)answer.ptr + sizeof machine;
    size_t size = answer.len - sizeof machine;
    cs_insn *instruction = capstone.cs_malloc(engine);
    bool ok = instruction || cprof_error_memory(d->env, err);
    while (ok && capstone.cs_disasm_iter(engine, &code, &size, &address, instruction))
        ok = add(d, instruction, err);
    if (instruction)
        capstone.cs_free(instruction, 1);
    capstone.cs_close(&engine);
    return ok;
}

bool cprof_disasm_capstone(cprof_disasm *d, const char *path, uint64_t start, uint64_t end, bool intel,
                           cprof_error *err) {
    request r = {path, start, end};
    cprof_child_output output = {0};
    cprof_child_limits limits = cprof_binary_limits(READ_SECONDS, d->env);
    limits.output_max = CODE_MAX;
    bool ok = cprof_library_load(&library, err) &&
              cprof_child_run(read_code, &r, "reading machine code", limits, d->env, &output, err) &&
              decode(d, (cprof_slice){output.at, output.count}, start, intel, err);
    cprof_vec_free(d->env, &output);
    return ok;
}
