/* The IA-32 signal frames in memory (arch/x86/include/asm/sigframe.h, uapi/asm/sigcontext.h), and the code that handlers return to. */
#ifndef FERRY_FRAME_I386_H
#define FERRY_FRAME_I386_H

#include <signal.h>

#include "base/base.h"

struct task;
struct guest_sigaction;
struct vdso;

/* struct sigcontext_32 */
struct i386_context {
    uint32_t gs, fs, es, ds, edi, esi, ebp, esp, ebx, edx, ecx, eax;
    uint32_t trap, error, eip, cs, eflags, esp_at_signal, ss;
    uint32_t floating_point;  /* address of its state; 0: none */
    uint32_t old_mask, fault_address;
};

/* struct _fpstate_32; `all` is at a multiple of 64. */
struct i386_floating_point {
    uint8_t state[108];       /* as FNSAVE writes it */
    uint16_t status, magic;   /* 0: more follows; 0xffff: not so */
    uint8_t all[512];         /* as FXSAVE writes it */
};
enum { I386_ALL_FLOAT_AT = 112, I386_ALL_FLOAT_ALIGNMENT = 64 };

/* For handlers that want to know the circumstances (SA_SIGINFO). */
struct i386_frame {
    uint32_t return_address;
    uint32_t number, info_at, context_at; /* the handler's arguments */
    uint8_t info[128];
    struct {
        uint32_t flags, link;
        uint32_t stack[3];    /* address, flags, size */
        struct i386_context registers;
        uint32_t mask[2];     /* the low word first */
    } context;
    uint8_t return_code[8];   /* nobody executes it; debuggers know it by its bytes, as they do that of the other */
};

/* For all others. */
struct i386_old_frame {
    uint32_t return_address;
    uint32_t number;          /* the handler's argument */
    struct i386_context registers;
    uint8_t unused[624];      /* floating-point state was here once */
    uint32_t high_mask;       /* `registers` has the low word */
    uint8_t return_code[8];
};

static_assert(offsetof(struct i386_floating_point, all) == I386_ALL_FLOAT_AT, "struct _fpstate_32");
static_assert(sizeof(struct i386_context) == 88, "struct sigcontext_32");
static_assert(offsetof(struct i386_old_frame, high_mask) == 720, "struct sigframe_ia32");
static_assert(offsetof(struct i386_frame, context) == 144, "struct rt_sigframe_ia32");

enum { I386_LARGEST_FRAME = sizeof(struct i386_old_frame) + sizeof(struct i386_floating_point) };
static_assert(sizeof(struct i386_old_frame) > sizeof(struct i386_frame), "the largest frame");

/* The functions of the vDSO that are looked for; in the first so many bytes go up to and with the system call instruction. */
enum { I386_VDSO_CALL, I386_VDSO_SIGNAL_RETURN, I386_VDSO_RT_SIGNAL_RETURN };
enum { I386_VDSO_BEHIND_INT = 5 };

extern const struct vdso i386_vdso;

bool i386_push_frame(struct task *task, uint64_t stack, const siginfo_t *info, const struct guest_sigaction *action, uint64_t mask);
bool i386_pop_frame(struct task *task, uint64_t *mask, stack_t *alternate);
bool i386_pop_old_frame(struct task *task, uint64_t *mask);

#endif
