/* Device requests of the 32-bit PowerPC ABI, terminals above all, whose flags have numbers of their own (asm/ioctls.h, asm/termbits.h). */
#include <asm/ioctls.h>
#include <asm/termbits.h>
#include <string.h>

#include "linux/call-abi.h"
#include "linux/terminal-powerpc.h"

/* clang-format off */
static const struct flag input_flags[] = { { 0x1000, IUCLC }, { 0x200, IXON }, { 0x400, IXOFF }, { 0 } };
static const struct flag output_flags[] = { { 2, ONLCR }, { 4, OLCUC }, { 0 } };
static const struct flag control_flags[] = {
    { 0x100, 0x10 }, { 0x200, 0x20 }, { 0x400, CSTOPB }, { 0x800, CREAD }, { 0x1000, PARENB }, { 0x2000, PARODD }, { 0x4000, HUPCL },
    { 0x8000, CLOCAL }, { 0 } };
static const struct flag local_flags[] = {
    { 0x80, ISIG }, { 0x100, ICANON }, { 0x4000, XCASE }, { 2, ECHOE }, { 4, ECHOK }, { 0x10, ECHONL }, { 0x80000000, NOFLSH },
    { 0x400000, TOSTOP }, { 0x40, ECHOCTL }, { 0x20, ECHOPRT }, { 1, ECHOKE }, { 0x800000, FLUSHO }, { 0x20000000, PENDIN },
    { 0x400, IEXTEN }, { 0 } };

/* The host's index of each control character, in the guest's order. */
static const uint8_t characters[] = { VINTR, VQUIT, VERASE, VKILL, VEOF, VMIN, VEOL, VTIME, VEOL2, VSWTC, VWERASE, VREPRINT, VSUSP, VSTART, VSTOP,
                                      VLNEXT, VDISCARD };
/* clang-format on */

/* struct termios of the host, with the other's numbers in it. */
static void adapt_terminal(void *structure, bool to_host)
{
    struct termios *t = structure;
    struct termios from = *t;
    t->c_iflag = (uint32_t)map_flags(input_flags, from.c_iflag, to_host);
    t->c_oflag = (uint32_t)map_flags(output_flags, from.c_oflag, to_host);
    t->c_cflag = (uint32_t)map_flags(control_flags, from.c_cflag, to_host);
    t->c_lflag = (uint32_t)map_flags(local_flags, from.c_lflag, to_host);
    memset(t->c_cc, 0, sizeof t->c_cc);
    for (unsigned i = 0; i < COUNT_OF(characters); i++)
        t->c_cc[to_host ? characters[i] : i] = from.c_cc[to_host ? i : characters[i]];
}

const struct device_request powerpc_requests[] = {
    { 0x402c7413, TCGETS, "termios", .out = true, .adapt = adapt_terminal },
    { 0x802c7414, TCSETS, "termios", .in = true, .adapt = adapt_terminal },
    { 0x802c7415, TCSETSW, "termios", .in = true, .adapt = adapt_terminal },
    { 0x802c7416, TCSETSF, "termios", .in = true, .adapt = adapt_terminal },
    { 0x40087468, TIOCGWINSZ, "winsize", .out = true },
    { 0x80087467, TIOCSWINSZ, "winsize", .in = true },
    { 0x40047477, TIOCGPGRP, "int", .out = true },
    { 0x80047476, TIOCSPGRP, "int", .in = true },
    { 0x4004667f, FIONREAD, "int", .out = true },
    { 0x40047473, TIOCOUTQ, "int", .out = true },
    { 0x8004667e, FIONBIO, "int", .in = true },
    { 0x8004667d, FIOASYNC, "int", .in = true },
    { 0x5429, TIOCGSID, "int", .out = true },
    { 0x40045430, TIOCGPTN, "int", .out = true },
    { 0x80045431, TIOCSPTLCK, "int", .in = true },
    { 0x20006601, FIOCLEX, NULL }, { 0x20006602, FIONCLEX, NULL }, { 0x2000741d, TCSBRK, NULL }, { 0x2000741e, TCXONC, NULL },
    { 0x2000741f, TCFLSH, NULL }, { TCSBRKP, TCSBRKP, NULL }, { TIOCSCTTY, TIOCSCTTY, NULL }, { TIOCNOTTY, TIOCNOTTY, NULL },
    { TIOCEXCL, TIOCEXCL, NULL }, { TIOCNXCL, TIOCNXCL, NULL },
    { 0 },
};
