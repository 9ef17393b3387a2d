/* The vDSO of IA-32 programs: system calls, the returns from signal handlers, clocks (Linux, arch/x86/entry/vdso/vdso32). */
#include "linux/call-frames.h"
#include "linux/frame-i386.h"

enum { ECX = 1, EDX, EBX, ESP, EBP, EIP = 8 }; /* DWARF numbers: System V ABI, Intel386 supplement, table 2.14 */

/* ---- system calls: returns to behind INT, which after SYSENTER has to find the same on the stack ----------------------------------- */

static const uint8_t call[] = {
    0x51,       /* push ecx */
    0x52,       /* push edx */
    0x55,       /* push ebp */
    0xcd, 0x80, /* int 0x80 */
    0x5d,       /* pop ebp */
    0x5a,       /* pop edx */
    0x59,       /* pop ecx */
    0xc3,       /* ret */
};

static const uint8_t call_moves[] = {
    CFA_ADVANCE(1), CFA_DEF_CFA_OFFSET, 8, CFA_OFFSET(ECX), 2,
    CFA_ADVANCE(1), CFA_DEF_CFA_OFFSET, 12, CFA_OFFSET(EDX), 3,
    CFA_ADVANCE(1), CFA_DEF_CFA_OFFSET, 16, CFA_OFFSET(EBP), 4,
    CFA_ADVANCE(3), CFA_DEF_CFA_OFFSET, 12, CFA_RESTORE(EBP),
    CFA_ADVANCE(1), CFA_DEF_CFA_OFFSET, 8, CFA_RESTORE(EDX),
    CFA_ADVANCE(1), CFA_DEF_CFA_OFFSET, 4, CFA_RESTORE(ECX),
};

/* ---- returns from signal handlers: unwinders and debuggers know them by their bytes, too ------------------------------------------- */

static const uint8_t signal_return[] = {
    0x58,                   /* pop eax */
    0xb8, 0x77, 0, 0, 0,    /* mov eax, 119 (sigreturn) */
    0xcd, 0x80,             /* int 0x80 */
};

static const uint8_t rt_signal_return[] = {
    0xb8, 0xad, 0, 0, 0,    /* mov eax, 173 (rt_sigreturn) */
    0xcd, 0x80,             /* int 0x80 */
};

/* The return itself has taken its address off the stack. */
#define IN_OLD(member) (offsetof(struct i386_old_frame, registers.member) - 4)
#define IN_NEW(member) (offsetof(struct i386_frame, context.registers.member) - 4)

static const struct saved_registers old_saved[] = { { 0, 4, -4, IN_OLD(eax) }, { EBP, 3, -4, IN_OLD(ebp) }, { EIP, 1, 4, IN_OLD(eip) }, { 0 } };
static const struct saved_registers saved[] = { { 0, 4, -4, IN_NEW(eax) }, { EBP, 3, -4, IN_NEW(ebp) }, { EIP, 1, 4, IN_NEW(eip) }, { 0 } };

static const struct signal_unwind old_frame = { .stack_pointer_offset = IN_OLD(esp), .saved = old_saved, .popped_at = 1, .popped = 4 };
static const struct signal_unwind frame = { .stack_pointer_offset = IN_NEW(esp), .saved = saved };

/* ---- clocks --------------------------------------------------------------------------------------------------------------------------- */

#define CALL(number) { \
    0x53,                                      /* push ebx */ \
    0x8b, 0x5c, 0x24, 0x08,                    /* mov ebx, [esp + 8] */ \
    0x8b, 0x4c, 0x24, 0x0c,                    /* mov ecx, [esp + 12] */ \
    0xb8, (number) & 0xff, (number) >> 8, 0, 0, /* mov eax, number */ \
    0xcd, 0x80,                                /* int 0x80 */ \
    0x5b,                                      /* pop ebx */ \
    0xc3,                                      /* ret */ \
}

static const uint8_t clock_gettime_code[] = CALL(265), gettimeofday_code[] = CALL(78), time_code[] = CALL(13);
static const uint8_t clock_gettime64_code[] = CALL(403), clock_getres_code[] = CALL(266);

static const uint8_t clock_moves[] = {
    CFA_ADVANCE(1), CFA_DEF_CFA_OFFSET, 8, CFA_OFFSET(EBX), 2,
    CFA_ADVANCE(16), CFA_DEF_CFA_OFFSET, 4, CFA_RESTORE(EBX),
};

/* ---- the object ----------------------------------------------------------------------------------------------------------------------- */

static const char of_2_5[] = "LINUX_2.5", of_2_6[] = "LINUX_2.6";

#define CLOCK(name) { "__vdso_" #name, of_2_6, name##_code, sizeof name##_code, NULL, clock_moves, sizeof clock_moves }

static const struct vdso_function functions[] = {
    [I386_VDSO_CALL] = { "__kernel_vsyscall", of_2_5, call, sizeof call, NULL, call_moves, sizeof call_moves },
    [I386_VDSO_SIGNAL_RETURN] = { "__kernel_sigreturn", of_2_5, signal_return, sizeof signal_return, &old_frame, NULL, 0 },
    [I386_VDSO_RT_SIGNAL_RETURN] = { "__kernel_rt_sigreturn", of_2_5, rt_signal_return, sizeof rt_signal_return, &frame, NULL, 0 },
    CLOCK(clock_gettime),
    CLOCK(gettimeofday),
    CLOCK(time),
    CLOCK(clock_gettime64),
    CLOCK(clock_getres),
    { NULL },
};

static const uint8_t entry_rules[] = { CFA_DEF_CFA, ESP, 4, CFA_OFFSET(EIP), 1 };

const struct vdso i386_vdso = {
    .soname = "linux-gate.so.1",
    .versions = (const char *const[]){ of_2_5, of_2_6, NULL },
    .stack_pointer = ESP,
    .return_address = EIP,
    .entry_rules = entry_rules,
    .entry_rules_size = sizeof entry_rules,
    .functions = functions,
    .first_makes_calls = true,
};
