#include "linux/mm.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "linux/interval.h"

enum {
    MAPPING_SHM = 1 << 30,         /* of mapping.flags: attached by shmat */
    STACK_GUARD = 256 * PAGE_SIZE, /* below the stack; the kernel's default */
    LONGEST_PATH = 4096,
};
static const uint64_t address_space = UINT64_C(1) << 47; /* what the kernel would call TASK_SIZE: beyond is EINVAL, not a hole */
static const uint64_t random_base_range = UINT64_C(1) << 34;

/* Flags of mmap that are about the mapping, not about the guest's processor or its place: given to the host as they are. */
static const int host_flags = MAP_TYPE | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_LOCKED | MAP_NORESERVE | MAP_POPULATE | MAP_NONBLOCK
    | MAP_SYNC;
static const int kept_flags = MAP_TYPE | MAP_ANONYMOUS | MAP_GROWSDOWN;
static const int access_bits = PROT_READ | PROT_WRITE | PROT_EXEC;

struct mm {
    pthread_mutex_t lock;
    struct interval *mappings;
    uint64_t lowest, highest;
    uint64_t ceiling;           /* the kernel's mmap base: search for room goes down from here */
    uint64_t brk_start, brk;
    uint64_t shared_objects;    /* anonymous shared memory has an identity: the count at its making */
    bool randomise;
    uint64_t seed;              /* of random numbers that come again; 0: the kernel's */
    void (*on_change)(void *, uint64_t start, uint64_t end);
    void *argument;
};

/* Bounds of the code an operation changed; end 0: none. */
struct change {
    uint64_t start, end;
};

static uint64_t pages(uint64_t length) { return align_up(length, PAGE_SIZE); }
static bool is_page_aligned(uint64_t x) { return !(x & (PAGE_SIZE - 1)); }
static uint64_t smaller(uint64_t a, uint64_t b) { return a < b ? a : b; }
static void *pointer(uint64_t address) { return (void *)(uintptr_t)address; }
static int64_t result_of(int host_result) { return host_result < 0 ? -errno : 0; }

static bool in_guest(const struct mm *mm, uint64_t start, uint64_t length)
{
    return start >= mm->lowest && start <= mm->highest && length <= mm->highest - start;
}

/* Guest memory is never executable on the host; what the guest may execute Ferry must be able to read. */
static int host_protection(int protection)
{
    return (protection & (PROT_READ | PROT_WRITE)) | (protection & PROT_EXEC ? PROT_READ : 0);
}

struct mm *mm_new(uint64_t lowest, uint64_t highest, uint64_t seed, void (*on_change)(void *, uint64_t start, uint64_t end), void *argument)
{
    struct mm *mm = must_zalloc(sizeof *mm);
    *mm = (struct mm){ .lowest = lowest, .highest = highest, .seed = seed, .on_change = on_change, .argument = argument };
    pthread_mutex_init(&mm->lock, NULL);
    mm->randomise = !(personality(0xffffffff) & ADDR_NO_RANDOMIZE);
    mm->ceiling = highest - mm_random(mm, smaller(random_base_range, (highest - lowest) / 64));
    return mm;
}

/* Well up, as the kernel does it; above what sanitizers' shadows take. */
uint64_t mm_program_base(const struct mm *mm)
{
    const uint64_t base = 0x2aaaaaaaa000;
    return mm->highest > base ? base : align_down(mm->highest / 3, PAGE_SIZE);
}

/* The next of a sequence that only the seed tells (splitmix64). */
static uint64_t next_of_seed(struct mm *mm)
{
    uint64_t x = mm->seed += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

uint64_t mm_random(struct mm *mm, uint64_t range)
{
    range = smaller(range, mm->highest / 64);
    uint64_t random = 0;
    if (!mm->randomise || range < PAGE_SIZE)
        return 0;
    if (mm->seed)
        random = next_of_seed(mm);
    else if (getrandom(&random, sizeof random, GRND_NONBLOCK) != sizeof random)
        return 0;
    return align_down(random % range, PAGE_SIZE);
}

void mm_free(struct mm *mm)
{
    while (mm->mappings) {
        struct mapping m = mm->mappings->mapping;
        munmap(pointer(m.start), m.end - m.start);
        interval_free(interval_cut(&mm->mappings, m.start, m.end));
    }
    pthread_mutex_destroy(&mm->lock);
    free(mm);
}

/* ---- the map, under the lock ----------------------------------------------------------------------------------------------- */

/* The next mapping that has a part in [at, end), or NULL. */
static const struct mapping *next_mapping(const struct mm *mm, uint64_t at, uint64_t end)
{
    const struct mapping *m = at < end ? interval_find(mm->mappings, at) : NULL;
    return m && m->start < end ? m : NULL;
}

static bool is_free(const struct mm *mm, uint64_t start, uint64_t end) { return !next_mapping(mm, start, end); }

static void widen(struct change *change, uint64_t start, uint64_t end)
{
    if (!change->end || start < change->start)
        change->start = start;
    if (end > change->end)
        change->end = end;
}

/* Notes the code in [start, end) as changed. */
static void note_code(const struct mm *mm, uint64_t start, uint64_t end, struct change *change)
{
    const struct mapping *m;
    for (uint64_t at = start; (m = next_mapping(mm, at, end)); at = m->end)
        if (m->protection & PROT_EXEC)
            widen(change, m->start > start ? m->start : start, smaller(m->end, end));
}

static void forget(struct mm *mm, uint64_t start, uint64_t end, struct change *change)
{
    if (start == end)
        return;
    note_code(mm, start, end, change);
    interval_free(interval_cut(&mm->mappings, start, end));
}

static void set_protection(struct mm *mm, uint64_t start, uint64_t end, int protection)
{
    struct interval *one = interval_cut(&mm->mappings, start, end);
    one->mapping.protection = protection;
    interval_put(&mm->mappings, one);
}

static int64_t finish(struct mm *mm, struct change change, int64_t result)
{
    pthread_mutex_unlock(&mm->lock);
    if (change.end)
        mm->on_change(mm->argument, change.start, change.end);
    return result;
}

/* ---- the host's mappings --------------------------------------------------------------------------------------------------- */

/* mmap at exactly that place; `replace`: whatever the host has there. 0 or -errno. */
static int64_t host_map(uint64_t start, uint64_t length, int protection, int flags, bool replace, int fd, uint64_t offset)
{
    void *place = mmap(pointer(start), length, host_protection(protection),
                       (flags & host_flags) | (replace ? MAP_FIXED : MAP_FIXED_NOREPLACE), fd, (off_t)offset);
    if (place == MAP_FAILED)
        return -errno;
    if (place == pointer(start))
        return 0;
    munmap(place, length); /* a kernel that does not know MAP_FIXED_NOREPLACE */
    return -EEXIST;
}

static int64_t host_reserve(uint64_t start, uint64_t length)
{
    return host_map(start, length, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, false, -1, 0);
}

/* Unmaps what the guest has in [start, end), and nothing else. */
static int64_t host_unmap(const struct mm *mm, uint64_t start, uint64_t end)
{
    const struct mapping *m;
    for (uint64_t at = start; (m = next_mapping(mm, at, end));) {
        uint64_t from = m->start > at ? m->start : at;
        for (at = smaller(m->end, end); (m = next_mapping(mm, at, end)) && m->start == at;)
            at = smaller(m->end, end);
        if (munmap(pointer(from), at - from) < 0)
            return -errno;
    }
    return 0;
}

/* Moves *at to the next place in [*at, end) where nothing is mapped; *stop is where that hole ends. */
static bool next_hole(const struct mm *mm, uint64_t *at, uint64_t end, uint64_t *stop)
{
    const struct mapping *m;
    while ((m = next_mapping(mm, *at, end)) && m->start <= *at)
        *at = m->end;
    *stop = m ? m->start : end;
    return *at < end;
}

static void release_holes(const struct mm *mm, uint64_t start, uint64_t end)
{
    uint64_t stop;
    for (uint64_t at = start; next_hole(mm, &at, end, &stop); at = stop)
        munmap(pointer(at), stop - at);
}

/* Makes [start, end) the guest's on the host, by reservations in its holes, so that it can be replaced in one step without
 * touching anything of others'. On failure nothing has changed. */
static int64_t claim_holes(const struct mm *mm, uint64_t start, uint64_t end)
{
    uint64_t stop;
    for (uint64_t at = start; next_hole(mm, &at, end, &stop); at = stop) {
        int64_t result = host_reserve(at, stop - at);
        if (result < 0) {
            release_holes(mm, start, at);
            return result;
        }
    }
    return 0;
}

/* Finds room and calls `try` with it until the host agrees (it may have something there that the map does not know). The address
 * or -errno. */
static int64_t search(const struct mm *mm, uint64_t length, int64_t (*try)(void *, uint64_t start), void *request)
{
    uint64_t high = mm->ceiling;
    for (uint64_t step = PAGE_SIZE;; step *= 2) {
        uint64_t start = interval_room(mm->mappings, mm->lowest, high, length, PAGE_SIZE);
        if (!start)
            return -ENOMEM;
        int64_t result = try(request, start);
        if (result != -EEXIST)
            return result < 0 ? result : (int64_t)start;
        if (start + length < mm->lowest + step)
            return -ENOMEM;
        high = start + length - step;
    }
}

/* The hint if it is free, else wherever there is room. */
static int64_t place(const struct mm *mm, uint64_t hint, uint64_t length, int64_t (*try)(void *, uint64_t start), void *request)
{
    hint = pages(hint);
    if (hint && in_guest(mm, hint, length) && is_free(mm, hint, hint + length)) {
        int64_t result = try(request, hint);
        if (result != -EEXIST)
            return result < 0 ? result : (int64_t)hint;
    }
    return search(mm, length, try, request);
}

/* ---- mmap, munmap ---------------------------------------------------------------------------------------------------------- */

struct map_request {
    uint64_t length;
    int protection, flags, fd;
    uint64_t offset;
};

static int64_t try_map(void *request, uint64_t start)
{
    const struct map_request *r = request;
    return host_map(start, r->length, r->protection, r->flags, false, r->fd, r->offset);
}

/* MAP_FIXED, in one step as seen by other threads of the guest. */
static int64_t map_fixed(const struct mm *mm, uint64_t start, const struct map_request *r)
{
    uint64_t end = start + r->length;
    bool replace = !is_free(mm, start, end);
    int64_t result = replace ? claim_holes(mm, start, end) : 0;
    if (!result) {
        result = host_map(start, r->length, r->protection, r->flags, replace, r->fd, r->offset);
        if (result < 0 && replace)
            release_holes(mm, start, end);
    }
    return result == -EEXIST ? -ENOMEM : result < 0 ? result : (int64_t)start;
}

/* What the map and /proc/self/maps say of the mapping. `text` has LONGEST_PATH bytes for its name. False if there is no such
 * file. */
static bool describe(struct mm *mm, int flags, int fd, const char *name, char *text, struct mapping *m)
{
    m->flags = flags & kept_flags;
    m->name = name;
    if (flags & MAP_ANONYMOUS) {
        if ((flags & MAP_TYPE) != MAP_PRIVATE) {
            m->device = makedev(0, 1);
            m->inode = __atomic_add_fetch(&mm->shared_objects, 1, __ATOMIC_RELAXED);
            m->name = "/dev/zero (deleted)";
        }
        return true;
    }
    struct stat status;
    if (fstat(fd, &status) < 0)
        return false;
    m->device = status.st_dev;
    m->inode = status.st_ino;
    if (!name) {
        char link[32];
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        ssize_t length = readlink(link, text, LONGEST_PATH - 1);
        text[length > 0 ? length : 0] = 0;
        m->name = length > 0 ? text : NULL;
    }
    return true;
}

int64_t mm_map(struct mm *mm, uint64_t address, uint64_t length, int protection, int flags, int fd, uint64_t offset,
               const char *name)
{
    struct mapping m = { .protection = protection & access_bits, .offset = offset };
    char text[LONGEST_PATH];
    if (!is_page_aligned(offset))
        return -EINVAL;
    if (!describe(mm, flags, fd, name, text, &m))
        return -errno;
    if (!length)
        return -EINVAL;
    if (length > mm->highest || flags & MAP_HUGETLB)
        return -ENOMEM;
    length = pages(length);
    if (offset + length < offset)
        return -EOVERFLOW;
    bool fixed = flags & (MAP_FIXED | MAP_FIXED_NOREPLACE);
    if (fixed && (address > mm->highest || length > mm->highest - address))
        return -ENOMEM;
    if (fixed && !is_page_aligned(address))
        return -EINVAL;
    if (fixed && address < mm->lowest)
        return -EPERM;

    struct map_request request = { .length = length, .protection = protection, .flags = flags, .offset = offset,
                                   .fd = flags & MAP_ANONYMOUS ? -1 : fd };
    struct change change = { 0 };
    int64_t result;
    pthread_mutex_lock(&mm->lock);
    if (!fixed) {
        result = place(mm, address, length, try_map, &request);
    } else if (flags & MAP_FIXED_NOREPLACE) {
        result = is_free(mm, address, address + length) ? try_map(&request, address) : -EEXIST;
        result = result < 0 ? result : (int64_t)address;
    } else {
        result = map_fixed(mm, address, &request);
    }
    if (result >= 0) {
        m.start = result;
        m.end = result + length;
        forget(mm, m.start, m.end, &change);
        interval_put(&mm->mappings, interval_new(&m));
    }
    return finish(mm, change, result);
}

uint64_t mm_map_stack(struct mm *mm, uint64_t length)
{
    length = pages(length);
    int64_t start = mm_map(mm, 0, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0, "[stack]");
    if (start < 0)
        return 0;
    struct interval *one = interval_cut(&mm->mappings, start, start + length);
    one->mapping.flags |= MAP_GROWSDOWN; /* for PROT_GROWSDOWN; it has grown as far as it may */
    interval_put(&mm->mappings, one);
    mm->ceiling = start - STACK_GUARD;
    return start + length;
}

uint64_t mm_find_room(struct mm *mm, uint64_t hint, uint64_t length, uint64_t alignment)
{
    pthread_mutex_lock(&mm->lock);
    hint = align_up(hint, alignment);
    bool hint_fits = hint && in_guest(mm, hint, length) && is_free(mm, hint, hint + length);
    uint64_t start = hint_fits ? hint : interval_room(mm->mappings, mm->lowest, mm->ceiling, length, alignment);
    pthread_mutex_unlock(&mm->lock);
    return start;
}

int64_t mm_unmap(struct mm *mm, uint64_t address, uint64_t length)
{
    if (!is_page_aligned(address) || address > address_space || length > address_space - address || !length)
        return -EINVAL;
    uint64_t end = address + pages(length);
    struct change change = { 0 };
    pthread_mutex_lock(&mm->lock);
    int64_t result = host_unmap(mm, address, end);
    if (!result)
        forget(mm, address, end, &change);
    return finish(mm, change, result);
}

/* ---- mprotect, madvise ----------------------------------------------------------------------------------------------------- */

int64_t mm_protect(struct mm *mm, uint64_t address, uint64_t length, int protection)
{
    enum { PROT_SEM = 8 }; /* accepted and without effect */
    int grows = protection & (PROT_GROWSDOWN | PROT_GROWSUP);
    protection &= ~grows;
    uint64_t end = address + pages(length);
    if (grows == (PROT_GROWSDOWN | PROT_GROWSUP) || !is_page_aligned(address))
        return -EINVAL;
    if (!length)
        return 0;
    if (end <= address)
        return -ENOMEM;
    if (protection & ~(access_bits | PROT_SEM))
        return -EINVAL;
    protection &= access_bits;

    struct change change = { 0 };
    int64_t result = 0;
    pthread_mutex_lock(&mm->lock);
    const struct mapping *m = next_mapping(mm, address, end);
    if (!m || (m->start > address && !grows))
        return finish(mm, change, -ENOMEM);
    if (grows && !(grows == PROT_GROWSDOWN && m->flags & MAP_GROWSDOWN))
        return finish(mm, change, -EINVAL);
    if (grows)
        address = m->start;
    for (uint64_t at = address; at < end && !result;) {
        m = next_mapping(mm, at, end);
        if (!m || m->start > at) {
            result = -ENOMEM;
            break;
        }
        uint64_t stop = smaller(m->end, end);
        if (m->protection != protection) {
            result = result_of(mprotect(pointer(at), stop - at, host_protection(protection)));
            if (!result) {
                note_code(mm, at, stop, &change);
                set_protection(mm, at, stop, protection);
            }
        }
        at = stop;
    }
    return finish(mm, change, result);
}

/* Advice after which the guest reads other bytes than before. */
static bool advice_changes_bytes(int advice)
{
    enum { DONTNEED_LOCKED = 24, GUARD_INSTALL = 102 };
    return advice == MADV_DONTNEED || advice == MADV_FREE || advice == MADV_REMOVE || advice == DONTNEED_LOCKED
        || advice == GUARD_INSTALL;
}

int64_t mm_advise(struct mm *mm, uint64_t address, uint64_t length, int advice)
{
    uint64_t end = address + pages(length);
    if (!is_page_aligned(address) || end < address || (length && !pages(length)))
        return -EINVAL;
    enum { SOFT_OFFLINE = 101 };
    if (advice == MADV_HWPOISON || advice == SOFT_OFFLINE) /* about the machine's memory, not the guest's */
        return -EPERM;
    if (end == address) /* the host knows which advice there is */
        return result_of(madvise(NULL, 0, advice));

    struct change change = { 0 };
    int64_t result = 0;
    bool holes = false;
    pthread_mutex_lock(&mm->lock);
    for (uint64_t at = address; at < end && !result;) {
        const struct mapping *m = next_mapping(mm, at, end);
        holes |= !m || m->start > at;
        if (!m)
            break;
        uint64_t from = m->start > at ? m->start : at;
        at = smaller(m->end, end);
        result = result_of(madvise(pointer(from), at - from, advice));
        if (advice_changes_bytes(advice))
            note_code(mm, from, at, &change);
    }
    return finish(mm, change, result ? result : holes ? -ENOMEM : 0);
}

/* ---- mremap ---------------------------------------------------------------------------------------------------------------- */

struct remap_request {
    uint64_t address, old_length, new_length;
    int flags;
};

static int64_t host_move(const struct remap_request *r, uint64_t target)
{
    int flags = (r->flags & MREMAP_DONTUNMAP) | MREMAP_MAYMOVE | MREMAP_FIXED;
    void *result = mremap(pointer(r->address), r->old_length, r->new_length, flags, pointer(target));
    return result == MAP_FAILED ? -errno : 0;
}

static int64_t try_move(void *request, uint64_t start)
{
    const struct remap_request *r = request;
    int64_t result = host_reserve(start, r->new_length);
    if (result < 0)
        return result;
    result = host_move(r, start);
    if (result < 0)
        munmap(pointer(start), r->new_length);
    return result;
}

/* MREMAP_FIXED. */
static int64_t move_fixed(const struct mm *mm, const struct remap_request *r, uint64_t target)
{
    uint64_t end = target + r->new_length;
    int64_t result = claim_holes(mm, target, end);
    if (result < 0)
        return result == -EEXIST ? -ENOMEM : result;
    result = host_move(r, target);
    if (result < 0)
        release_holes(mm, target, end);
    return result < 0 ? result : (int64_t)target;
}

/* Grows the last `old_length` bytes of a mapping where they are. */
static int64_t grow(const struct mm *mm, const struct remap_request *r)
{
    uint64_t old_end = r->address + r->old_length, new_end = r->address + r->new_length;
    if (!in_guest(mm, r->address, r->new_length) || !is_free(mm, old_end, new_end))
        return -ENOMEM;
    void *result = mremap(pointer(r->address), r->old_length, r->new_length, 0);
    return result == MAP_FAILED ? -errno : (int64_t)r->address;
}

static bool remap_arguments_valid(const struct mm *mm, const struct remap_request *r, uint64_t target)
{
    bool fixed = r->flags & MREMAP_FIXED, keep = r->flags & MREMAP_DONTUNMAP;
    if (r->flags & ~(MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP) || ((fixed || keep) && !(r->flags & MREMAP_MAYMOVE)))
        return false;
    if (!is_page_aligned(r->address) || !r->new_length || (keep && r->old_length != r->new_length))
        return false;
    if (!fixed)
        return true;
    bool overlap = target < r->address + r->old_length && r->address < target + r->new_length;
    return is_page_aligned(target) && in_guest(mm, target, r->new_length) && !overlap;
}

int64_t mm_remap(struct mm *mm, uint64_t address, uint64_t old_length, uint64_t new_length, int flags, uint64_t new_address)
{
    struct remap_request r = { .address = address, .old_length = pages(old_length), .new_length = pages(new_length),
                               .flags = flags };
    if (!remap_arguments_valid(mm, &r, new_address))
        return -EINVAL;

    struct change change = { 0 };
    pthread_mutex_lock(&mm->lock);
    const struct mapping *found = next_mapping(mm, address, address + 1);
    if (!found)
        return finish(mm, change, -EFAULT);
    struct mapping m = *found;
    bool fixed = flags & MREMAP_FIXED, keep = flags & MREMAP_DONTUNMAP;
    if (r.old_length > r.new_length && !fixed) { /* the shrinking end may span mappings and holes */
        int64_t result = host_unmap(mm, address + r.new_length, address + r.old_length);
        if (!result)
            forget(mm, address + r.new_length, address + r.old_length, &change);
        return finish(mm, change, result ? result : (int64_t)address);
    }
    if (r.old_length > m.end - address)
        return finish(mm, change, -EFAULT);
    if (!r.old_length && m.flags & MAP_PRIVATE)
        return finish(mm, change, -EINVAL);
    if (r.old_length == r.new_length && !fixed && !keep)
        return finish(mm, change, address);

    struct interval *copy = interval_new(&m); /* while its name is there */
    int64_t result = -ENOMEM;
    if (fixed)
        result = move_fixed(mm, &r, new_address);
    else if (!keep && r.old_length && address + r.old_length == m.end)
        result = grow(mm, &r);
    if (result < 0 && !fixed && flags & MREMAP_MAYMOVE)
        result = place(mm, 0, r.new_length, try_move, &r);
    if (result < 0) {
        interval_free(copy);
        return finish(mm, change, result);
    }
    if (!keep)
        forget(mm, address, address + r.old_length, &change);
    else
        note_code(mm, address, address + r.old_length, &change);
    forget(mm, result, result + r.new_length, &change);
    copy->mapping.start = result;
    copy->mapping.end = result + r.new_length;
    copy->mapping.offset += address - m.start;
    interval_put(&mm->mappings, copy);
    return finish(mm, change, result);
}

/* ---- shmat, shmdt ---------------------------------------------------------------------------------------------------------- */

struct attach_request {
    int shmid, flags;
};

static int64_t try_attach(void *request, uint64_t start)
{
    const struct attach_request *r = request;
    /* Without SHM_REMAP the host says EINVAL where something is mapped. */
    return shmat(r->shmid, pointer(start), r->flags & SHM_RDONLY) != (void *)-1 ? 0 : errno == EINVAL ? -EEXIST : -errno;
}

int64_t mm_attach(struct mm *mm, int shmid, uint64_t address, int flags)
{
    struct shmid_ds segment;
    if (address && flags & SHM_RND)
        address = align_down(address, PAGE_SIZE);
    if (!is_page_aligned(address) || (!address && flags & SHM_REMAP))
        return -EINVAL;
    if (shmctl(shmid, IPC_STAT, &segment) < 0)
        return -errno;
    uint64_t length = pages(segment.shm_segsz);
    if (address && !in_guest(mm, address, length))
        return -EINVAL;

    char name[24];
    snprintf(name, sizeof name, "/SYSV%08x", (unsigned)segment.shm_perm.__key);
    struct mapping m = { .flags = MAP_SHARED | MAPPING_SHM, .device = makedev(0, 1), .inode = shmid, .name = name,
                         .protection = PROT_READ | (flags & SHM_RDONLY ? 0 : PROT_WRITE) | (flags & SHM_EXEC ? PROT_EXEC : 0) };
    struct attach_request request = { .shmid = shmid, .flags = flags };
    struct change change = { 0 };
    int64_t result;
    pthread_mutex_lock(&mm->lock);
    if (!address) {
        result = search(mm, length, try_attach, &request);
    } else if (flags & SHM_REMAP) {
        result = host_unmap(mm, address, address + length);
        forget(mm, address, address + length, &change);
        result = result ? result : try_attach(&request, address);
    } else {
        result = is_free(mm, address, address + length) ? try_attach(&request, address) : -EINVAL;
    }
    if (address)
        result = result == -EEXIST ? -EINVAL : result < 0 ? result : (int64_t)address;
    if (result >= 0) {
        m.start = result;
        m.end = result + length;
        interval_put(&mm->mappings, interval_new(&m));
    }
    return finish(mm, change, result);
}

int64_t mm_detach(struct mm *mm, uint64_t address)
{
    struct change change = { 0 };
    pthread_mutex_lock(&mm->lock);
    const struct mapping *m = next_mapping(mm, address, address + 1);
    if (!m || !(m->flags & MAPPING_SHM) || m->start != address || m->offset)
        return finish(mm, change, -EINVAL);
    uint64_t segment = m->inode;
    int64_t result = 0;
    /* Pieces of the attachment that are still where they were attached. */
    while (!result && m && m->flags & MAPPING_SHM && m->inode == segment && m->offset == m->start - address) {
        uint64_t end = m->end;
        result = host_unmap(mm, m->start, end);
        forget(mm, address, end, &change);
        m = interval_find(mm->mappings, end);
    }
    return finish(mm, change, result);
}

/* ---- brk ------------------------------------------------------------------------------------------------------------------- */

void mm_set_brk(struct mm *mm, uint64_t start) { mm->brk_start = mm->brk = start; }

static bool within_data_limit(const struct mm *mm, uint64_t brk)
{
    struct rlimit limit;
    return getrlimit(RLIMIT_DATA, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY || brk - mm->brk_start <= limit.rlim_cur;
}

/* True if the pages of the heap are there, up to `brk`. */
static bool grow_heap(struct mm *mm, uint64_t brk)
{
    uint64_t start = pages(mm->brk), length = pages(brk) - start;
    if (!within_data_limit(mm, brk) || !in_guest(mm, start, length + PAGE_SIZE)
        || !is_free(mm, start, start + length + PAGE_SIZE))
        return false;
    struct mapping m = { .start = start, .end = start + length, .protection = PROT_READ | PROT_WRITE, .name = "[heap]",
                         .flags = MAP_PRIVATE | MAP_ANONYMOUS };
    if (host_map(start, length, m.protection, m.flags, false, -1, 0) < 0)
        return false;
    interval_put(&mm->mappings, interval_new(&m));
    return true;
}

uint64_t mm_brk(struct mm *mm, uint64_t wanted)
{
    struct change change = { 0 };
    pthread_mutex_lock(&mm->lock);
    if (wanted >= mm->brk_start && wanted <= mm->highest) {
        if (pages(wanted) < pages(mm->brk)) {
            if (!host_unmap(mm, pages(wanted), pages(mm->brk))) {
                forget(mm, pages(wanted), pages(mm->brk), &change);
                mm->brk = wanted;
            }
        } else if (pages(wanted) == pages(mm->brk) || grow_heap(mm, wanted)) {
            mm->brk = wanted;
        }
    }
    return finish(mm, change, mm->brk);
}

/* ---- questions ------------------------------------------------------------------------------------------------------------- */

uint64_t mm_code_window(struct mm *mm, uint64_t address)
{
    uint64_t end = address;
    pthread_mutex_lock(&mm->lock);
    const struct mapping *m = interval_find(mm->mappings, address);
    while (m && m->start <= end && m->protection & PROT_EXEC) {
        end = m->end;
        m = interval_find(mm->mappings, end);
    }
    pthread_mutex_unlock(&mm->lock);
    return end - address;
}

int mm_protection(struct mm *mm, uint64_t address)
{
    pthread_mutex_lock(&mm->lock);
    const struct mapping *m = interval_find(mm->mappings, address);
    int protection = m && m->start <= address ? m->protection : -1;
    pthread_mutex_unlock(&mm->lock);
    return protection;
}

bool mm_is_constant(struct mm *mm, uint64_t start, uint64_t end)
{
    bool constant = true;
    pthread_mutex_lock(&mm->lock);
    for (uint64_t at = start; constant && at < end;) {
        const struct mapping *m = interval_find(mm->mappings, at);
        constant = m && m->start <= at && !(m->protection & PROT_WRITE) && m->flags & MAP_PRIVATE && m->inode;
        at = m ? m->end : end;
    }
    pthread_mutex_unlock(&mm->lock);
    return constant;
}

bool mm_may_be_written(struct mm *mm, uint64_t start, uint64_t end)
{
    bool written = false;
    pthread_mutex_lock(&mm->lock);
    for (uint64_t at = start; !written && at < end;) {
        const struct mapping *m = interval_find(mm->mappings, at);
        written = m && m->start < end && (m->protection & PROT_WRITE || !(m->flags & MAP_PRIVATE));
        at = m ? m->end : end;
    }
    pthread_mutex_unlock(&mm->lock);
    return written;
}

void mm_each(struct mm *mm, void (*visit)(void *, const struct mapping *), void *argument)
{
    pthread_mutex_lock(&mm->lock);
    interval_each(mm->mappings, visit, argument);
    pthread_mutex_unlock(&mm->lock);
}

void mm_fork_prepare(struct mm *mm) { pthread_mutex_lock(&mm->lock); }
void mm_fork_done(struct mm *mm) { pthread_mutex_unlock(&mm->lock); }
