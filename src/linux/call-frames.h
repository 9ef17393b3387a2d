/* Call frame information of the vDSO: how unwinders step out of its functions. */
#ifndef FERRY_CALL_FRAMES_H
#define FERRY_CALL_FRAMES_H

#include "linux/vdso.h"

/* Call frame instructions (DWARF 5, 7.24), for tables of bytes. */
enum { CFA_DEF_CFA = 0x0c, CFA_DEF_CFA_OFFSET = 0x0e, CFA_DEF_CFA_EXPRESSION = 0x0f, CFA_EXPRESSION = 0x10 };
#define CFA_ADVANCE(bytes) (0x40 | (bytes))
#define CFA_OFFSET(number) (0x80 | (number))
#define CFA_RESTORE(number) (0xc0 | (number))

enum { CODE_GAP = 4 }; /* bytes before each function: unwinders look for what is before a return address */

/* .eh_frame_hdr; its entries lie behind it. */
struct frames_index {
    uint8_t version, encodings[3];
    uint32_t frames, count;
    struct {
        uint32_t code, description;
    } entry[VDSO_MOST_FUNCTIONS];
};

/* Writes .eh_frame at `offset` of the page, for functions at `code`, and the index at `index`. Returns where .eh_frame ends. */
uint32_t call_frames_write(const struct abi *abi, uint8_t *page, uint32_t offset, uint32_t index, const uint32_t *code);

#endif
