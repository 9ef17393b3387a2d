/* Any bytes as a program file: refused with a reason, or mapped. */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "linux/linux.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ignore_change(void *argument UNUSED, uint64_t start UNUSED, uint64_t end UNUSED) {}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char reason[64] = "";
    int fd = memfd_create("input", MFD_CLOEXEC), status = 0;
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    const struct guest *guest = elf_identify(fd, reason, sizeof reason, &status);
    if (guest) {
        struct mm *mm = mm_new(0x10000, 0x500000000000, 0, ignore_change, NULL);
        struct elf_image *image = malloc(sizeof *image);
        if (!elf_map(mm, fd, guest, image, reason, sizeof reason) && !*reason)
            abort();
        free(image);
        mm_free(mm);
    } else if (!*reason || status != 126) {
        abort();
    }
    close(fd);
    return 0;
}
