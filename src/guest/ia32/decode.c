/* From bytes to predecoded instructions: prefixes, opcode, ModR/M and SIB, displacement, immediates (SDM volume 2, chapter 2), as the rows of
 * ia32.decode say. */
#include "guest/ia32/ia32.h"

const struct row ia32_rows[] = {
#include "guest/ia32/rows.inc"
};

/* By map and opcode, where its rows begin; they end where the next one's do. */
static const uint16_t first_row[] = {
#include "guest/ia32/index.inc"
};

enum { LONGEST_INSN = 15 };

struct reader {
    const uint8_t *code;
    size_t available;
    unsigned used;
    bool starved, too_long;
};

static uint8_t fetch(struct reader *r)
{
    if (r->used == LONGEST_INSN)
        r->too_long = true;
    else if (r->used == r->available)
        r->starved = true;
    else
        return r->code[r->used++];
    return 0;
}

static uint32_t fetch_number(struct reader *r, unsigned width)
{
    uint32_t number = 0;
    for (unsigned at = 0; at < width; at += 8)
        number |= (uint32_t)fetch(r) << at;
    return number;
}

static uint32_t fetch_signed(struct reader *r, unsigned width) { return (uint32_t)sign_extend(width, fetch_number(r, width)); }

/* ---- prefixes ----------------------------------------------------------------------------------------------------------------------- */

/* Of those of one group the last one counts. */
static bool take_prefix(struct ia32_insn *d, uint8_t byte)
{
    switch (byte) {
    case 0x66: d->prefixes |= HAS_66; return true;
    case 0x67: d->prefixes |= HAS_67; return true;
    case 0xf0: d->prefixes |= HAS_LOCK; return true;
    case 0xf2: d->prefixes = (uint8_t)((d->prefixes & ~HAS_REP) | HAS_REPNE); return true;
    case 0xf3: d->prefixes = (uint8_t)((d->prefixes & ~HAS_REPNE) | HAS_REP); return true;
    case 0x26: case 0x2e: case 0x36: case 0x3e: d->segment = (uint8_t)(IA32_ES + (byte >> 3 & 3)); break;
    case 0x64: case 0x65: d->segment = (uint8_t)(IA32_FS + (byte & 1)); break;
    default: return false;
    }
    d->prefixes |= HAS_SEGMENT;
    return true;
}

static bool has_prefix(const struct ia32_insn *d, enum row_prefix prefix)
{
    switch (prefix) {
    case PREFIX_ANY: return true;
    case PREFIX_NONE: return !(d->prefixes & (HAS_66 | HAS_REP | HAS_REPNE));
    case PREFIX_66: return (d->prefixes & (HAS_66 | HAS_REP | HAS_REPNE)) == HAS_66;
    case PREFIX_F3: return d->prefixes & HAS_REP;
    case PREFIX_F2: return d->prefixes & HAS_REPNE;
    }
    return false;
}

/* ---- opcode ------------------------------------------------------------------------------------------------------------------------- */

enum { MAP_SIZE = 256, MAP_0F = MAP_SIZE, MAP_0F38 = 2 * MAP_SIZE, MAP_0F3A = 3 * MAP_SIZE };

static unsigned fetch_opcode(struct reader *r, uint8_t first)
{
    if (first != 0x0f)
        return first;
    uint8_t second = fetch(r);
    if (second != 0x38 && second != 0x3a)
        return MAP_0F + second;
    return (second == 0x38 ? MAP_0F38 : MAP_0F3A) + fetch(r);
}

static bool names_memory(uint8_t modrm) { return modrm < 0xc0; }

/* The byte after the opcode is only looked at by rows that have one there. */
static const struct row *find_row(const struct ia32_insn *d, unsigned opcode, const struct reader *r)
{
    bool is_there = r->used < r->available && r->used < LONGEST_INSN;
    unsigned modrm = is_there ? r->code[r->used] : 0, pattern = modrm | (unsigned)names_memory((uint8_t)modrm) << 8;
    for (const struct row *row = ia32_rows + first_row[opcode]; row < ia32_rows + first_row[opcode + 1]; row++)
        if (has_prefix(d, row->prefix) && (pattern & row->mask) == row->value)
            return row;
    return NULL;
}

/* Whether some row of the opcode has a ModR/M byte: then all have. */
static bool has_modrm(unsigned opcode)
{
    return first_row[opcode] < first_row[opcode + 1] && ia32_rows[first_row[opcode]].traits & TRAIT_MODRM;
}

/* ---- addresses ---------------------------------------------------------------------------------------------------------------------- */

static void address_by_16_bits(struct ia32_insn *d, struct reader *r, uint8_t modrm)
{
    static const uint8_t bases[] = { IA32_EBX, IA32_EBX, IA32_EBP, IA32_EBP, IA32_ESI, IA32_EDI, IA32_EBP, IA32_EBX };
    static const uint8_t indexes[] = { IA32_ESI, IA32_EDI, IA32_ESI, IA32_EDI, IA32_ZERO, IA32_ZERO, IA32_ZERO, IA32_ZERO };
    unsigned mod = modrm >> 6, rm = modrm & 7;
    bool only_displacement = mod == 0 && rm == 6;
    d->base = only_displacement ? IA32_ZERO : bases[rm];
    d->index = indexes[rm];
    d->displacement = only_displacement || mod == 2 ? fetch_number(r, 16) : mod == 1 ? fetch_signed(r, 8) : 0;
}

static void address_by_32_bits(struct ia32_insn *d, struct reader *r, uint8_t modrm)
{
    unsigned mod = modrm >> 6, base = modrm & 7;
    if (base == IA32_ESP) {
        uint8_t sib = fetch(r);
        unsigned index = sib >> 3 & 7;
        base = sib & 7;
        d->index = index == IA32_ESP ? IA32_ZERO : (uint8_t)index;
        d->scale = sib >> 6;
    }
    bool only_displacement = mod == 0 && base == IA32_EBP;
    d->base = only_displacement ? IA32_ZERO : (uint8_t)base;
    d->displacement = only_displacement || mod == 2 ? fetch_number(r, 32) : mod == 1 ? fetch_signed(r, 8) : 0;
}

static void take_address(struct ia32_insn *d, struct reader *r, uint8_t modrm)
{
    if (d->address_size == 16)
        address_by_16_bits(d, r, modrm);
    else
        address_by_32_bits(d, r, modrm);
    if (!(d->prefixes & HAS_SEGMENT))
        d->segment = d->base == IA32_ESP || d->base == IA32_EBP ? IA32_SS : IA32_DS;
}

/* ---- operands ----------------------------------------------------------------------------------------------------------------------- */

static uint8_t width_of(const struct ia32_insn *d, char letter)
{
    switch (letter) {
    case 'b': return 8;
    case 'w': return 16;
    case 'd': return 32;
    case 'q': return 64;
    case 't': return 80;
    case 'x': return 128;
    case 'v': case 'z': case 'p': case 'a': return d->size;
    default: return 0;
    }
}

static struct operand general(unsigned number, unsigned width)
{
    if (width == 8 && number >= 4)
        return (struct operand){ OPERAND_HIGH_BYTE, (uint8_t)(number - 4), 8 };
    return (struct operand){ OPERAND_REGISTER, (uint8_t)number, (uint8_t)width };
}

/* What is written out in the table: a register, or 1. */
static struct operand named(struct ia32_insn *d, const char *name)
{
    switch (name[0] << 8 | name[1]) {
    case 'A' << 8 | 'L': return general(IA32_EAX, 8);
    case 'C' << 8 | 'L': return general(IA32_ECX, 8);
    case 'D' << 8 | 'X': return general(IA32_EDX, 16);
    case 'e' << 8 | 'A': return general(IA32_EAX, d->size);
    case '1' << 8: d->value = 1; return (struct operand){ OPERAND_IMMEDIATE, 0, 8 };
    case 'E' << 8 | 'S': return (struct operand){ OPERAND_SEGMENT, IA32_ES, 16 };
    case 'C' << 8 | 'S': return (struct operand){ OPERAND_SEGMENT, IA32_CS, 16 };
    case 'S' << 8 | 'S': return (struct operand){ OPERAND_SEGMENT, IA32_SS, 16 };
    case 'D' << 8 | 'S': return (struct operand){ OPERAND_SEGMENT, IA32_DS, 16 };
    case 'F' << 8 | 'S': return (struct operand){ OPERAND_SEGMENT, IA32_FS, 16 };
    case 'G' << 8 | 'S': return (struct operand){ OPERAND_SEGMENT, IA32_GS, 16 };
    default: return (struct operand){ OPERAND_NONE };
    }
}

static bool is_named(const char *name)
{
    return name[0] == '1' || name[0] == 'e' || (name[1] >= 'A' && name[1] <= 'Z');
}

static struct operand vector(unsigned number) { return (struct operand){ OPERAND_VECTOR, (uint8_t)(IA32_XMM0 + 2 * number), 128 }; }
static struct operand mmx(unsigned number) { return (struct operand){ OPERAND_MMX, (uint8_t)number, 64 }; }

static struct operand take_operand(struct ia32_insn *d, struct reader *r, const char *name, uint8_t opcode, uint8_t modrm)
{
    if (is_named(name))
        return named(d, name);
    uint8_t width = width_of(d, name[1]), middle = modrm >> 3 & 7;
    switch (name[0]) {
    case 'E': case 'M': case 'R':
        return names_memory(modrm) && name[0] != 'R' ? (struct operand){ OPERAND_MEMORY, 0, width } : general(modrm & 7, width);
    case 'G': return general(middle, width);
    case 'W': return names_memory(modrm) ? (struct operand){ OPERAND_MEMORY, 0, width } : vector(modrm & 7);
    case 'Q': return names_memory(modrm) ? (struct operand){ OPERAND_MEMORY, 0, width } : mmx(modrm & 7);
    case 'V': return vector(middle);
    case 'U': return vector(modrm & 7);
    case 'P': return mmx(middle);
    case 'N': return mmx(modrm & 7);
    case 'Z': return general(opcode & 7, width);
    case 'T': return (struct operand){ OPERAND_STACK, modrm & 7 };
    case 'S': return (struct operand){ middle <= IA32_GS - IA32_ES ? OPERAND_SEGMENT : OPERAND_NONE, (uint8_t)(IA32_ES + middle), 16 };
    case 'C': case 'D': return (struct operand){ OPERAND_SYSTEM, middle, 32 };
    case 'X': case 'Y': return (struct operand){ OPERAND_MEMORY, 0, width };
    case 'I':
        if (d->operand[0].kind == OPERAND_IMMEDIATE)
            d->selector = (uint16_t)fetch_signed(r, width);
        else
            d->value = fetch_signed(r, width);
        return (struct operand){ OPERAND_IMMEDIATE, 0, width };
    case 'J': {
        uint32_t distance = fetch_signed(r, width), target = (uint32_t)d->head.pc + r->used + distance;
        d->value = d->size == 16 ? (uint16_t)target : target;
        return (struct operand){ OPERAND_TARGET, 0, d->size };
    }
    case 'O':
        d->base = d->index = IA32_ZERO;
        d->displacement = fetch_number(r, d->address_size);
        return (struct operand){ OPERAND_MEMORY, 0, width };
    case 'A':
        d->value = fetch_number(r, d->size);
        d->selector = (uint16_t)fetch_number(r, 16);
        return (struct operand){ OPERAND_FAR, 0, d->size };
    default: return (struct operand){ OPERAND_NONE };
    }
}

/* Whether the operands that were found are ones the instruction may have. */
static bool is_legal(const struct ia32_insn *d, const struct row *row)
{
    bool has_memory = false;
    for (unsigned i = 0; i < MOST_OPERANDS; i++) {
        has_memory |= d->operand[i].kind == OPERAND_MEMORY;
        if (row->operands[i][0] && d->operand[i].kind == OPERAND_NONE)
            return false;
    }
    if (d->prefixes & HAS_LOCK && !(has_memory && row->traits & TRAIT_LOCK && d->operand[0].kind == OPERAND_MEMORY))
        return false;
    return d->head.op != OP_mov_to_segment || d->operand[0].number != IA32_CS;
}

static const bool ends_block[] = {
#define OP(name, ends) ends,
#include GUEST_OPS
#undef OP
};

static void take_rest(struct ia32_insn *d, struct reader *r, unsigned opcode)
{
    const struct row *row = find_row(d, opcode, r);
    uint8_t modrm = has_modrm(opcode) ? fetch(r) : 0;
    if (!row)
        return;
    bool always_register = row->operands[0][0] == 'R' || row->operands[1][0] == 'R';
    if (row->traits & TRAIT_MODRM && names_memory(modrm) && !always_register)
        take_address(d, r, modrm);
    for (unsigned i = 0; i < MOST_OPERANDS; i++)
        if (row->operands[i][0])
            d->operand[i] = take_operand(d, r, row->operands[i], (uint8_t)opcode, modrm);
    if (opcode >= 0xd8 && opcode <= 0xdf)
        d->selector = X87_ENCODING(opcode, modrm);
    d->head.op = row->op;
    d->row = (uint16_t)(row - ia32_rows);
    if (!is_legal(d, row))
        d->head.op = OP_illegal;
}

unsigned ia32_decode(const uint8_t *code, size_t available, uint64_t pc, uint32_t mode, struct insn *out)
{
    struct ia32_insn *d = (struct ia32_insn *)out;
    struct reader r = { code, available };
    *d = (struct ia32_insn){ .head = { .pc = pc }, .base = IA32_ZERO, .index = IA32_ZERO, .segment = IA32_DS, .mode = (uint8_t)mode };
    uint8_t byte;
    do
        byte = fetch(&r);
    while (!r.starved && !r.too_long && take_prefix(d, byte));
    d->size = d->prefixes & HAS_66 ? 16 : 32;
    d->address_size = d->prefixes & HAS_67 ? 16 : 32;
    unsigned opcode = fetch_opcode(&r, byte);
    d->condition = opcode & 15;
    take_rest(d, &r, opcode);
    if (r.too_long) /* SDM volume 2, 2.3.11: a general protection */
        d->head.op = OP_privileged;
    else if (r.starved)
        return 0;
    d->head.length = (uint8_t)r.used;
    d->head.ends_block = ends_block[d->head.op];
    return r.used;
}
