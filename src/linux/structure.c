/* Structures between host and guest layout, field by field. */
#include <string.h>

#include "linux/call-abi.h"

/* `size`: 1, 2, 4 or 8. */
static uint64_t load_integer(const uint8_t *at, unsigned size, bool is_signed, bool big_endian)
{
    uint64_t value = 0;
    switch (size) { /* calls that do nothing but fill in a structure are many: each copy is to be one move */
    case 1: memcpy(&value, at, 1); break;
    case 2: memcpy(&value, at, 2); break;
    case 4: memcpy(&value, at, 4); break;
    default: memcpy(&value, at, 8);
    }
    if (big_endian)
        value = __builtin_bswap64(value) >> (64 - 8 * size);
    return is_signed ? (uint64_t)sign_extend(8 * size, value) : value;
}

static void store_integer(uint8_t *at, unsigned size, uint64_t value, bool big_endian)
{
    if (big_endian)
        value = __builtin_bswap64(value) >> (64 - 8 * size);
    switch (size) {
    case 1: memcpy(at, &value, 1); break;
    case 2: memcpy(at, &value, 2); break;
    case 4: memcpy(at, &value, 4); break;
    default: memcpy(at, &value, 8);
    }
}

void convert_to_guest(const struct call_abi *abi, const struct structure *s, const void *host, void *guest)
{
    memset(guest, 0, s->guest_size);
    for (const struct field *f = s->fields; f->host_size; f++) {
        uint64_t value = load_integer((const uint8_t *)host + f->host, f->host_size, f->is_signed, false);
        value = f->is_id && value > UINT16_MAX ? OVERFLOW_ID : value;
        store_integer((uint8_t *)guest + f->guest, f->guest_size, value, abi->big_endian);
    }
}

void convert_from_guest(const struct call_abi *abi, const struct structure *s, const void *guest, void *host)
{
    memset(host, 0, s->host_size);
    for (const struct field *f = s->fields; f->host_size; f++)
        store_integer((uint8_t *)host + f->host, f->host_size,
                      load_integer((const uint8_t *)guest + f->guest, f->guest_size, f->is_signed, abi->big_endian), false);
}

void structure_to_guest(const struct call_abi *abi, enum structure_name name, const void *host, void *guest)
{
    convert_to_guest(abi, &abi->structures[name], host, guest);
}

void structure_from_guest(const struct call_abi *abi, enum structure_name name, const void *guest, void *host)
{
    convert_from_guest(abi, &abi->structures[name], guest, host);
}

uint64_t map_flags(const struct flag *map, uint64_t flags, bool to_host)
{
    uint64_t result = flags;
    for (const struct flag *f = map; f && f->guest; f++)
        result &= ~(uint64_t)(to_host ? f->guest : f->host);
    for (const struct flag *f = map; f && f->guest; f++)
        if (flags & (to_host ? f->guest : f->host))
            result |= to_host ? f->host : f->guest;
    return result;
}
