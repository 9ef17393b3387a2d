/* The encoder: ModRM, prefixes, VEX and EVEX from the table; Intel SDM volume 2, chapter 2. */
#include "host/x64/encode.h"

#include <stdarg.h>
#include <string.h>

enum form { RM_REG, REG_RM, RM, RM_IMM, RM_IMM8, RM_IMM32, RM_CL, SHIFT_IMM, REG_RM_IMM, REG_RM_IMM8, RM_REG_IMM8, REG_V_RM, REG_RM_V,
            V_RM_IMM8, REG_V_RM_X /* a fourth register: imm */ };
enum operand_class { N, G, G8, G16, G32, G64, ADDR, X, X32, X64, X128 };
enum { NP, P66, PF3, PF2 };      /* as in VEX.pp */
enum { ONE, M0F, M38, M3A };     /* as in VEX.mmmmm */
enum { BYTE = 1, W = 2, W1 = 4, VEX = 8, V2 = 16, V3 = 32, EVEX_W = 64, CC = 128, LOCK = 256, LOGIC = 512, CHANGES = 1024 };

static const struct insn_info {
    const char *text;
    uint8_t form, reg, rm, prefix, map, opcode, digit;
    bool simple; /* see emit_simple */
    uint16_t flags;
} table[] = {
#define IS_SIMPLE(form, reg, prefix, map, flags) \
    (((form) == RM_REG || (form) == REG_RM) && (reg) == G && (prefix) == NP && (map) == ONE && !((flags) & ~(BYTE | W | CHANGES)))
#define I(name, text, form, reg, rm, prefix, map, opcode, digit, flags) \
    { text, form, reg, rm, prefix, map, opcode, digit, IS_SIMPLE(form, reg, prefix, map, flags), flags },
#include "host/x64/insns.inc"
};

enum { LONGEST_INSN = 15, ROOM = 2 * LONGEST_INSN };

void emitter_init(struct emitter *e, struct code_buffer *out, bool avx, FILE *listing)
{
    *e = (struct emitter){ .out = out, .write = out->write, .at = (uint32_t)out->used, .avx = avx, .listing = listing };
    e->limit = out->capacity > ROOM ? (uint32_t)(out->capacity - ROOM) : 0;
    if (e->at >= e->limit)
        out->overflow = true;
}

/* ---- text -------------------------------------------------------------------------------------------------------------- */

static void list(struct emitter *e, const char *format, ...) PRINTF_LIKE(2, 3);
static void list(struct emitter *e, const char *format, ...)
{
    if (!e->listing || e->quiet)
        return;
    va_list ap;
    va_start(ap, format);
    vfprintf(e->listing, format, ap);
    va_end(ap);
}

static const char *general_name(unsigned reg, unsigned width)
{
    static const char names[4][16][5] = {
        { "al", "cl", "dl", "bl", "spl", "bpl", "sil", "dil", "r8b", "r9b", "r10b", "r11b", "r12b", "r13b", "r14b", "r15b" },
        { "ax", "cx", "dx", "bx", "sp", "bp", "si", "di", "r8w", "r9w", "r10w", "r11w", "r12w", "r13w", "r14w", "r15w" },
        { "eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi", "r8d", "r9d", "r10d", "r11d", "r12d", "r13d", "r14d", "r15d" },
        { "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15" },
    };
    return names[width == 8 ? 0 : width == 16 ? 1 : width == 32 ? 2 : 3][reg];
}

static unsigned class_width(enum operand_class class, unsigned width)
{
    static const uint8_t fixed[] = { [G8] = 8, [G16] = 16, [G32] = 32, [G64] = 64, [X32] = 32, [X64] = 64, [X128] = 128 };
    return class == G ? width : fixed[class];
}

static uint32_t label_number(struct emitter *e, struct label *label)
{
    if (!label->number)
        label->number = ++e->labels;
    return label->number;
}

static void list_register(struct emitter *e, enum operand_class class, unsigned width, unsigned reg)
{
    if (class >= X)
        list(e, "xmm%u", reg);
    else
        list(e, "%s", general_name(reg, class_width(class, width)));
}

static void list_memory(struct emitter *e, enum operand_class class, unsigned width, const struct operand *m)
{
    unsigned size = class_width(class, width);
    if (class != ADDR)
        list(e, "%s ptr ", size == 8 ? "byte" : size == 16 ? "word" : size == 32 ? "dword" : size == 64 ? "qword" : "xmmword");
    list(e, "[");
    const char *plus = "";
    if (m->base == RIP_LABEL) {
        list(e, "rip+.L%u]", label_number(e, m->label));
        return;
    }
    if (m->base == RIP_LANDMARK) {
        list(e, "rip+%s+0x%x]", m->landmark->name, (unsigned)m->disp);
        return;
    }
    unsigned sum = m->wraps ? 32 : 64;
    if (m->base != NO_BASE) {
        list(e, "%s", general_name(m->base, sum));
        plus = "+";
    }
    if (m->index != NO_INDEX) {
        list(e, "%s%s*%u", plus, general_name(m->index, sum), 1u << m->scale);
        plus = "+";
    }
    if (m->disp < 0 && *plus)
        list(e, "-0x%x", -(unsigned)m->disp);
    else if (m->disp || !*plus)
        list(e, "%s0x%llx", plus, (unsigned long long)(int64_t)m->disp);
    list(e, "]");
}

static void list_rm(struct emitter *e, const struct insn_info *info, const struct x64_insn *insn)
{
    if (insn->rm.is_memory)
        list_memory(e, info->rm, insn->width, &insn->rm);
    else
        list_register(e, info->rm, insn->width, insn->rm.reg);
}

static void list_imm(struct emitter *e, int64_t imm)
{
    if (imm < 0)
        list(e, ", -0x%llx", -(unsigned long long)imm);
    else
        list(e, ", 0x%llx", (unsigned long long)imm);
}

static bool is_vex(const struct emitter *e, const struct insn_info *info)
{
    return info->flags & VEX || (e->avx && info->flags & (V2 | V3));
}

/* Vector registers from 16 on exist in EVEX forms only. */
static bool needs_evex(const struct insn_info *info, const struct x64_insn *insn)
{
    bool high_reg = info->reg >= X && (insn->reg | insn->v) & 16;
    return high_reg || (info->rm >= X && !insn->rm.is_memory && insn->rm.reg & 16);
}

static NOINLINE void list_insn(struct emitter *e, const struct insn_info *info, const struct x64_insn *insn)
{
    static const char conditions[16][3] = { "o", "no", "b", "ae", "e", "ne", "be", "a", "s", "ns", "p", "np", "l", "ge", "le", "g" };
    bool has_v = is_vex(e, info) && (info->flags & (V2 | V3) || info->reg == X || info->form == V_RM_IMM8);
    list(e, "\t%s%s%s ", has_v ? "v" : "", info->text,
         info->flags & CC ? conditions[insn->condition] : info->flags & LOGIC && needs_evex(info, insn) ? "q" : "");
    switch (info->form) {
    case RM_REG: case RM_REG_IMM8:
        list_rm(e, info, insn);
        list(e, ", ");
        list_register(e, info->reg, insn->width, insn->reg);
        if (info->form == RM_REG_IMM8)
            list_imm(e, insn->imm);
        break;
    case REG_RM: case REG_RM_IMM: case REG_RM_IMM8: case REG_V_RM: case REG_RM_V: case REG_V_RM_X:
        list_register(e, info->reg, insn->width, insn->reg);
        list(e, ", ");
        if (info->form == REG_V_RM || info->form == REG_V_RM_X || (info->flags & V3 && e->avx)) {
            list_register(e, info->reg, insn->width, insn->v);
            list(e, ", ");
        }
        list_rm(e, info, insn);
        if (info->form == REG_RM_V) {
            list(e, ", ");
            list_register(e, info->reg, insn->width, insn->v);
        } else if (info->form == REG_V_RM_X) {
            list(e, ", xmm%u", (unsigned)insn->imm);
        } else if (info->form == REG_RM_IMM || info->form == REG_RM_IMM8) {
            list_imm(e, insn->imm);
        }
        break;
    case V_RM_IMM8:
        list(e, "xmm%u, ", insn->v);
        /* fall through */
    default:
        list_rm(e, info, insn);
        if (info->form == RM_CL)
            list(e, ", cl");
        else if (info->form != RM)
            list_imm(e, insn->imm);
    }
    list(e, "\n");
}

/* ---- bytes ------------------------------------------------------------------------------------------------------------- */

static inline void byte(struct emitter *e, unsigned x) { e->write[e->at++] = (uint8_t)x; }

static inline void bytes32(struct emitter *e, uint32_t x)
{
    memcpy(e->write + e->at, &x, 4);
    e->at += 4;
}

/* Whether there is room for one more instruction; if not, the position no longer moves. */
static inline bool room(struct emitter *e)
{
    if (e->at < e->limit)
        return true;
    e->out->overflow = true;
    return false;
}

static inline bool fits_int8(int64_t x) { return x == (int8_t)x; }

static void use_label(struct emitter *e, struct label *label)
{
    if (label->bound) {
        bytes32(e, label->at - (e->at + 4));
        return;
    }
    uint32_t older = label->newest;
    label->newest = e->at;
    bytes32(e, older);
}

void note_relocation(struct emitter *e, enum relocation kind, uint32_t at)
{
    if (!e->relocations_in)
        return;
    if (e->relocation_count == e->relocation_capacity)
        e->relocations = arena_grow(e->relocations_in, e->relocations, sizeof *e->relocations, e->relocation_count, &e->relocation_capacity);
    e->relocations[e->relocation_count++] = (uint32_t)kind << RELOCATION_SHIFT | (at - e->start);
}

static void distance_to(struct emitter *e, const struct landmark *landmark, uint32_t beyond)
{
    note_relocation(e, landmark->relocation, e->at);
    bytes32(e, landmark->at + beyond - (e->at + 4));
}

/* disp8 of EVEX forms counts in units of the memory operand, 1 << `disp8_shift`. */
static void modrm(struct emitter *e, unsigned reg, const struct operand *rm, unsigned disp8_shift)
{
    reg = (reg & 7) << 3;
    if (!rm->is_memory) {
        byte(e, 0xc0 | reg | (rm->reg & 7));
        return;
    }
    if (rm->base >= RIP_LANDMARK && rm->base <= RIP_LABEL) {
        byte(e, 0x05 | reg);
        if (rm->base == RIP_LABEL)
            use_label(e, rm->label);
        else
            distance_to(e, rm->landmark, (uint32_t)rm->disp);
        return;
    }
    bool has_index = rm->index != NO_INDEX;
    if (rm->base == NO_BASE) { /* [disp32] or [index * scale + disp32] */
        byte(e, 0x04 | reg);
        byte(e, (unsigned)rm->scale << 6 | (has_index ? rm->index & 7 : 4) << 3 | 5);
        bytes32(e, (uint32_t)rm->disp);
        return;
    }
    unsigned base = rm->base & 7;
    int32_t unit = 1 << disp8_shift;
    bool short_disp = rm->disp % unit == 0 && fits_int8(rm->disp / unit);
    unsigned mod = !rm->disp && base != RBP ? 0x00 : short_disp ? 0x40 : 0x80;
    if (has_index || base == RSP) {
        byte(e, mod | reg | 4);
        byte(e, (unsigned)rm->scale << 6 | (has_index ? rm->index & 7 : 4) << 3 | base);
    } else {
        byte(e, mod | reg | base);
    }
    if (mod == 0x40)
        byte(e, (uint8_t)(rm->disp / unit));
    else if (mod == 0x80)
        bytes32(e, (uint32_t)rm->disp);
}

/* Bit 3 of the registers, which a prefix has to carry. */
struct high_bits {
    bool r, x, b;
};

static inline struct high_bits high_bits_of(unsigned reg, const struct operand *rm)
{
    struct high_bits h = { .r = reg & 8 };
    if (rm->is_memory) {
        h.b = rm->base < RIP_LANDMARK && rm->base & 8;
        h.x = rm->index != NO_INDEX && rm->index & 8;
    } else {
        h.b = rm->reg & 8;
    }
    return h;
}

static void legacy_prefixes(struct emitter *e, const struct insn_info *info, const struct x64_insn *insn, unsigned reg, bool wide)
{
    static const uint8_t mandatory[] = { [P66] = 0x66, [PF3] = 0xf3, [PF2] = 0xf2 };
    static const uint8_t second[] = { [M38] = 0x38, [M3A] = 0x3a };
    struct high_bits h = high_bits_of(reg, &insn->rm);
    if (info->flags & LOCK)
        byte(e, 0xf0);
    if (insn->width == 16 && (info->reg == G || info->rm == G))
        byte(e, 0x66);
    if (info->prefix)
        byte(e, mandatory[info->prefix]);
    bool low_byte = (class_width(info->reg, insn->width) == 8 && reg >= RSP) ||
                    (class_width(info->rm, insn->width) == 8 && !insn->rm.is_memory && insn->rm.reg >= RSP);
    unsigned rex = wide << 3 | h.r << 2 | h.x << 1 | h.b;
    if (rex || low_byte)
        byte(e, 0x40 | rex);
    if (info->map != ONE)
        byte(e, 0x0f);
    if (info->map >= M38)
        byte(e, second[info->map]);
}

static void vex_prefix(struct emitter *e, const struct insn_info *info, const struct x64_insn *insn, unsigned reg, unsigned v, bool wide)
{
    struct high_bits h = high_bits_of(reg, &insn->rm);
    unsigned last = (~v & 15) << 3 | info->prefix; /* vvvv, L = 0, pp */
    if (!h.x && !h.b && !wide && info->map == M0F) {
        byte(e, 0xc5);
        byte(e, !h.r << 7 | last);
        return;
    }
    byte(e, 0xc4);
    byte(e, !h.r << 7 | !h.x << 6 | !h.b << 5 | info->map);
    byte(e, (unsigned)wide << 7 | last);
}

static void evex_prefix(struct emitter *e, const struct insn_info *info, const struct x64_insn *insn, unsigned reg, unsigned v, bool wide)
{
    struct high_bits h = high_bits_of(reg, &insn->rm);
    bool x = insn->rm.is_memory ? h.x : (insn->rm.reg & 16) != 0;
    byte(e, 0x62);
    byte(e, !h.r << 7 | !x << 6 | !h.b << 5 | !(reg & 16) << 4 | info->map);
    byte(e, (unsigned)wide << 7 | (~v & 15) << 3 | 4 | info->prefix);
    byte(e, !(v & 16) << 3); /* no mask, no broadcast, 128 bits */
}

static unsigned disp8_shift_of(enum operand_class rm)
{
    return rm == X128 ? 4 : rm == X64 || rm == G64 ? 3 : 2;
}

static void immediate(struct emitter *e, const struct insn_info *info, const struct x64_insn *insn, bool short_form)
{
    switch (info->form) {
    case RM_IMM: case REG_RM_IMM: case RM_IMM32:
        if (short_form || insn->width == 8)
            byte(e, (uint8_t)insn->imm);
        else if (insn->width == 16)
            byte(e, (uint8_t)insn->imm), byte(e, (uint8_t)(insn->imm >> 8));
        else
            bytes32(e, (uint32_t)insn->imm);
        break;
    case REG_V_RM_X:
        byte(e, (uint8_t)(insn->imm << 4));
        break;
    case RM_IMM8: case REG_RM_IMM8: case RM_REG_IMM8: case V_RM_IMM8:
        byte(e, (uint8_t)insn->imm);
        break;
    case SHIFT_IMM:
        if (insn->imm != 1)
            byte(e, (uint8_t)insn->imm);
        break;
    default:
        break;
    }
}

/* The forms of arithmetic with an immediate for rax, without ModRM: one byte shorter. */
static bool emit_accumulator(struct emitter *e, const struct insn_info *info, const struct x64_insn *insn)
{
    if (insn->rm.is_memory || insn->rm.reg != RAX || info->flags & LOCK)
        return false;
    unsigned opcode;
    if (info->form == RM_IMM && (insn->width == 8 || !fits_int8(insn->imm)))
        opcode = info->digit << 3 | 5;
    else if (insn->op == X64_TEST_IMM)
        opcode = 0xa9;
    else
        return false;
    if (insn->width == 64)
        byte(e, 0x48);
    else if (insn->width == 16)
        byte(e, 0x66);
    byte(e, opcode - (insn->width == 8));
    immediate(e, info, insn, false);
    return true;
}

/* Most of what is emitted: one opcode byte, general registers of 32 or 64 bits, and a register or a cell. */
static bool emit_simple(struct emitter *e, const struct insn_info *info, const struct x64_insn *insn)
{
    if (!info->simple || insn->width < 32)
        return false;
    const struct operand *rm = &insn->rm;
    unsigned reg = insn->reg, base = rm->is_memory ? rm->base : rm->reg;
    if (rm->is_memory && (rm->index != NO_INDEX || base > R15 || (base & 7) == RSP))
        return false;
    unsigned rex = (insn->width == 64) << 3 | reg >> 3 << 2 | base >> 3;
    if (rex)
        byte(e, 0x40 | rex);
    byte(e, info->opcode);
    unsigned modrm = (reg & 7) << 3 | (base & 7);
    if (!rm->is_memory) {
        byte(e, 0xc0 | modrm);
    } else if (!rm->disp && (base & 7) != RBP) {
        byte(e, modrm);
    } else if (fits_int8(rm->disp)) {
        byte(e, 0x40 | modrm);
        byte(e, (unsigned)rm->disp);
    } else {
        byte(e, 0x80 | modrm);
        bytes32(e, (uint32_t)rm->disp);
    }
    return true;
}

void emit(struct emitter *e, const struct x64_insn *insn)
{
    const struct insn_info *info = &table[insn->op];
    if (!room(e))
        return;
    if (__builtin_expect(e->listing != NULL, false))
        list_insn(e, info, insn);
    if (info->flags & CHANGES)
        e->flag_changes++;
    if (insn->rm.is_memory && insn->rm.wraps)
        byte(e, 0x67);
    if (emit_simple(e, info, insn))
        return;
    if (emit_accumulator(e, info, insn))
        return;
    unsigned reg = info->reg == N ? info->digit : insn->reg;
    bool wide = info->flags & W1 || (info->flags & W && insn->width == 64);
    bool short_form = (info->form == RM_IMM || info->form == REG_RM_IMM) && insn->width != 8 && fits_int8(insn->imm);
    unsigned opcode = info->opcode;
    if (info->flags & BYTE && insn->width == 8)
        opcode--;
    else if (short_form)
        opcode |= 2;
    if (info->form == SHIFT_IMM && insn->imm == 1)
        opcode |= 0x10;
    if (info->flags & CC)
        opcode |= insn->condition;

    unsigned disp8_shift = 0;
    if (is_vex(e, info)) {
        bool uses_v = info->form == REG_V_RM || info->form == REG_V_RM_X || info->form == V_RM_IMM8 || info->form == REG_RM_V || info->flags & V3;
        unsigned v = uses_v ? insn->v : 0;
        if (needs_evex(info, insn)) {
            evex_prefix(e, info, insn, reg, v, wide || info->flags & (EVEX_W | LOGIC));
            disp8_shift = disp8_shift_of(info->rm);
        } else {
            vex_prefix(e, info, insn, reg, v, wide);
        }
    } else {
        legacy_prefixes(e, info, insn, reg, wide);
    }
    byte(e, opcode);
    modrm(e, reg, &insn->rm, disp8_shift);
    immediate(e, info, insn, short_form);
}

/* ---- instructions of their own shape -------------------------------------------------------------------------------------- */

static void bytes64(struct emitter *e, uint64_t x)
{
    memcpy(e->write + e->at, &x, 8);
    e->at += 8;
}

void emit_mov_imm(struct emitter *e, unsigned reg, uint64_t value)
{
    if (value > UINT32_MAX && fits_int32(value)) {
        emit_imm(e, X64_MOV_IMM, 64, in_reg(reg), (int64_t)value);
        return;
    }
    if (!room(e))
        return;
    bool wide = value > UINT32_MAX;
    list(e, "\t%s %s, 0x%llx\n", wide ? "movabs" : "mov", general_name(reg, wide ? 64 : 32), (unsigned long long)value);
    unsigned rex = (unsigned)wide << 3 | reg >> 3;
    if (rex)
        byte(e, 0x40 | rex);
    byte(e, 0xb8 | (reg & 7));
    if (wide)
        bytes64(e, value);
    else
        bytes32(e, (uint32_t)value);
}

void emit_mov_function(struct emitter *e, const void *function, const char *name)
{
    if (!room(e))
        return;
    list(e, "\tmovabs rax, offset %s\n", name);
    byte(e, 0x48);
    byte(e, 0xb8);
    note_relocation(e, RELOCATE_FUNCTION, e->at);
    bytes64(e, (uintptr_t)function);
}

void emit_push_imm(struct emitter *e, int32_t value)
{
    if (!room(e))
        return;
    list(e, "\tpush %d\n", value);
    if (fits_int8(value)) {
        byte(e, 0x6a);
        byte(e, (uint8_t)value);
    } else {
        byte(e, 0x68);
        bytes32(e, (uint32_t)value);
    }
}

static void emit_stack(struct emitter *e, const char *text, unsigned opcode, unsigned reg)
{
    if (!room(e))
        return;
    list(e, "\t%s %s\n", text, general_name(reg, 64));
    if (reg >= R8)
        byte(e, 0x41);
    byte(e, opcode | (reg & 7));
}

void emit_push(struct emitter *e, unsigned reg) { emit_stack(e, "push", 0x50, reg); }
void emit_pop(struct emitter *e, unsigned reg) { emit_stack(e, "pop", 0x58, reg); }

static void emit_fixed(struct emitter *e, const char *text, const uint8_t *code, unsigned size)
{
    if (!room(e))
        return;
    list(e, "\t%s\n", text);
    memcpy(e->write + e->at, code, size);
    e->at += size;
}

void emit_ret(struct emitter *e) { emit_fixed(e, "ret", (const uint8_t[]){ 0xc3 }, 1); }

void emit_movzx_ah(struct emitter *e) { emit_fixed(e, "movzx eax, ah", (const uint8_t[]){ 0x0f, 0xb6, 0xc4 }, 3); }

void emit_lahf(struct emitter *e) { emit_fixed(e, "lahf", (const uint8_t[]){ 0x9f }, 1); }
void emit_sahf(struct emitter *e)
{
    e->flag_changes++;
    emit_fixed(e, "sahf", (const uint8_t[]){ 0x9e }, 1);
}

void emit_x87(struct emitter *e, unsigned encoding)
{
    const uint8_t bytes[] = { (uint8_t)(0xd8 + (encoding >> 8 & 7)), (uint8_t)encoding };
    char text[sizeof "x87 d8 c0"];
    snprintf(text, sizeof text, "x87 %02x %02x", bytes[0], bytes[1]);
    emit_fixed(e, text, bytes, sizeof bytes);
}

void emit_mmx_move(struct emitter *e, bool to_mmx, unsigned mmx, unsigned reg)
{
    const uint8_t bytes[] = { (uint8_t)(0x48 | reg >> 3), 0x0f, to_mmx ? 0x6e : 0x7e, (uint8_t)(0xc0 | mmx << 3 | (reg & 7)) };
    char text[sizeof "movq mm0, r15 "];
    if (to_mmx)
        snprintf(text, sizeof text, "movq mm%u, %s", mmx & 7, general_name(reg, 64));
    else
        snprintf(text, sizeof text, "movq %s, mm%u", general_name(reg, 64), mmx & 7);
    emit_fixed(e, text, bytes, sizeof bytes);
}

void emit_sign_to_rdx(struct emitter *e, unsigned width)
{
    if (width == 64)
        emit_fixed(e, "cqo", (const uint8_t[]){ 0x48, 0x99 }, 2);
    else
        emit_fixed(e, "cdq", (const uint8_t[]){ 0x99 }, 1);
}

void emit_bswap(struct emitter *e, unsigned width, unsigned reg)
{
    if (!room(e))
        return;
    list(e, "\tbswap %s\n", general_name(reg, width));
    unsigned rex = (unsigned)(width == 64) << 3 | reg >> 3;
    if (rex)
        byte(e, 0x40 | rex);
    byte(e, 0x0f);
    byte(e, 0xc8 | (reg & 7));
}

void emit_nops(struct emitter *e, unsigned size)
{
    static const uint8_t forms[3][3] = { { 0x90 }, { 0x66, 0x90 }, { 0x0f, 0x1f, 0x00 } };
    static const char *const texts[3] = { "nop", "xchg ax, ax", "nop dword ptr [rax]" };
    while (size) {
        unsigned piece = size > 3 ? 3 : size;
        emit_fixed(e, texts[piece - 1], forms[piece - 1], piece);
        size -= piece;
    }
}

unsigned patchable_padding(const struct emitter *e, unsigned ahead)
{
    unsigned in_piece = (e->at + ahead) & (e->atomic - 1u);
    return in_piece > e->atomic - 4u ? e->atomic - in_piece : 0;
}

void emit_patchable(struct emitter *e, unsigned ahead) { emit_nops(e, patchable_padding(e, ahead)); }

static uint32_t emit_branch(struct emitter *e, const char *text, const uint8_t *opcode, unsigned opcode_size, struct label *target)
{
    if (!room(e))
        return e->at;
    if (e->listing)
        list(e, "\t{disp32} %s .L%u\n", text, label_number(e, target));
    memcpy(e->write + e->at, opcode, opcode_size);
    e->at += opcode_size;
    uint32_t field = e->at;
    use_label(e, target);
    return field;
}

uint32_t emit_jmp(struct emitter *e, struct label *target) { return emit_branch(e, "jmp", (const uint8_t[]){ 0xe9 }, 1, target); }
uint32_t emit_call(struct emitter *e, struct label *target) { return emit_branch(e, "call", (const uint8_t[]){ 0xe8 }, 1, target); }

static const char jcc_texts[16][4] = { "jo", "jno", "jb", "jae", "je", "jne", "jbe", "ja", "js", "jns", "jp", "jnp", "jl", "jge", "jle", "jg" };

uint32_t emit_jcc(struct emitter *e, enum condition cc, struct label *target)
{
    return emit_branch(e, jcc_texts[cc], (const uint8_t[]){ 0x0f, (uint8_t)(0x80 | cc) }, 2, target);
}

static void emit_branch_to(struct emitter *e, const char *text, const uint8_t *opcode, unsigned opcode_size, const struct landmark *target)
{
    if (!room(e))
        return;
    list(e, "\t{disp32} %s %s\n", text, target->name);
    memcpy(e->write + e->at, opcode, opcode_size);
    e->at += opcode_size;
    distance_to(e, target, 0);
}

void emit_jmp_to(struct emitter *e, const struct landmark *target) { emit_branch_to(e, "jmp", (const uint8_t[]){ 0xe9 }, 1, target); }
void emit_call_to(struct emitter *e, const struct landmark *target) { emit_branch_to(e, "call", (const uint8_t[]){ 0xe8 }, 1, target); }

void emit_jcc_to(struct emitter *e, enum condition cc, const struct landmark *target)
{
    emit_branch_to(e, jcc_texts[cc], (const uint8_t[]){ 0x0f, (uint8_t)(0x80 | cc) }, 2, target);
}

void emit_bind(struct emitter *e, struct label *label)
{
    if (e->listing)
        list(e, ".L%u:\n", label_number(e, label));
    label->bound = true;
    label->at = e->at;
    if (e->out->overflow)
        return;
    for (uint32_t field = label->newest, older; field; field = older) {
        memcpy(&older, e->write + field, 4);
        uint32_t distance = e->at - (field + 4);
        memcpy(e->write + field, &distance, 4);
    }
}

void emit_data64(struct emitter *e, uint64_t value)
{
    if (!room(e))
        return;
    list(e, "\t.quad 0x%llx\n", (unsigned long long)value);
    bytes64(e, value);
}

void emit_align(struct emitter *e, unsigned power_of_two)
{
    if (!room(e))
        return;
    emit_nops(e, (unsigned)(-e->at & (power_of_two - 1)));
}
