/* What the rest of Ferry knows of a guest (source ISA): one struct of data and functions. Guests know no host. */
#ifndef FERRY_GUEST_H
#define FERRY_GUEST_H

#include "ir/ir.h"

/* Head of a predecoded instruction; each guest appends its operand fields (all translate-time facts). */
struct insn {
    uint64_t pc;         /* SPC of the instruction */
    int32_t routine;     /* threaded code: where its interpreter routine starts, counted from the guest's first */
    uint16_t op;         /* the guest's own number; 0: the instruction that is not one (illegal) */
    uint8_t length;      /* bytes */
    bool ends_block;     /* control may leave here: branch, event, or unknown */
};

/* What an instruction may do, as its meaning says (the audit reading). Slots as bit sets, MAX_SLOTS bits. */
struct insn_effects {
    uint64_t reads[SLOT_WORDS], writes[SLOT_WORDS]; /* slots */
    bool loads, stores, calls, leaves;
    const char *violation; /* NULL, or which rule its meaning breaks (state written before a possible fault...) */
};

struct guest {
    const char *name;       /* as users say it: "riscv64" */
    uint16_t elf_machine;   /* EM_... */
    uint8_t elf_class;      /* ELFCLASS32 or ELFCLASS64 */
    uint8_t elf_data;       /* ELFDATA2LSB or ELFDATA2MSB */
    const struct layout *layout;
    const struct ir_helper *helpers;
    unsigned helper_count;
    bool coherent_code;     /* code that it writes is seen at once, without being asked for */
    uint32_t eager_mode;    /* bit of context.mode: condition codes are computed when they are set; 0: there is no choice */
    size_t insn_size;       /* bytes of a predecoded record, a multiple of 8 */
    unsigned longest_insn;  /* bytes */
    unsigned op_count;

    /* Decodes the instruction at `code`, of which `available` bytes (at least 1) may be read, as found at SPC `pc` under
     * translation mode `mode` (context.mode). Fills `out` (insn_size bytes) but for `routine`; returns its length, or 0 if it needs more than
     * `available` bytes. Bits that are no instruction decode to op 0, which ends a block. Any bits are fine. */
    unsigned (*decode)(const uint8_t *code, size_t available, uint64_t pc, uint32_t mode, struct insn *out);

    /* Assembly text of a decoded instruction, NUL-terminated, cut to `size` bytes. */
    void (*disassemble)(const struct insn *insn, char *text, size_t size);
    const char *(*op_name)(unsigned op);

    /* Fills `routine` in `count` records, for run_threaded. */
    void (*thread_code)(struct insn *insns, size_t count);

    /* Threaded interpreter: executes a predecoded block (its last record ends the block, or is followed by one whose `op` is
     * guest->op_count: "go on at this record's pc"). Sets context.pc and, for anything else than plain control transfer, context.event.
     * Keeps context.insn at the instruction being executed. */
    void (*run_threaded)(struct context *c, const struct insn *block);

    /* Decode-and-dispatch: executes one decoded instruction; context.pc then is the next SPC. Same contract else. */
    void (*run_one)(struct context *c, const struct insn *insn);

    /* Appends the instruction's meaning, beginning with its mark, to the newest block of `u`; an instruction with ends_block appends the END. */
    void (*lift)(struct ir_unit *u, const struct insn *insn);

    void (*audit)(const struct insn *insn, struct insn_effects *out);

    /* A fresh thread's state: everything zero but what the ISA resets differently; mode included, but for `eager_mode`. The calling thread's floating-point
     * environment is part of it and must be the default one. */
    void (*reset)(struct context *c);
};

extern const struct guest guest_riscv64, guest_powerpc, guest_i386;

/* All guests, NULL at the end; and the one an ELF header asks for, or NULL. */
extern const struct guest *const guests[];
const struct guest *guest_for_elf(uint16_t machine, uint8_t elf_class, uint8_t data);

#endif
