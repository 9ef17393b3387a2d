/* Guest memory as an interval map: what is mapped where, how protected, from which file. It decides placement, knows what may be
 * executed (the host never maps guest memory executable), and answers /proc/self/maps. Never a table per page: cost does not
 * depend on the size of a mapping. Its own lock makes every function safe on any thread. Addresses are guest addresses = host
 * addresses. */
#ifndef FERRY_MM_H
#define FERRY_MM_H

#include "base/base.h"

enum { PAGE_SIZE = 4096 };

struct mm;

/* A mapped interval, as given to visitors. */
struct mapping {
    uint64_t start, end;   /* page aligned */
    int protection;        /* PROT_ bits, the guest's */
    int flags;             /* MAP_SHARED or MAP_PRIVATE, MAP_ANONYMOUS, MAP_GROWSDOWN... */
    uint64_t offset;       /* of `start` in the file */
    uint64_t device, inode; /* 0: no file */
    const char *name;      /* path, "[heap]", "[stack]" or NULL; owned by the map */
};

/* The guest may have [lowest, highest). Where things lie at random is told by `seed`; 0: by the kernel, anew each time. `on_change` is called after code in [start, end) became unmapped, replaced or
 * not executable (with the map's lock not held): the engine's invalidation. */
struct mm *mm_new(uint64_t lowest, uint64_t highest, uint64_t seed, void (*on_change)(void *, uint64_t start, uint64_t end), void *argument);

/* Where position-independent programs with an interpreter go. */
uint64_t mm_program_base(const struct mm *mm);

/* Unmaps everything of the guest's. */
void mm_free(struct mm *mm);

/* The system calls. Results as the kernel gives them: an address, 0, or -errno. Nothing outside the guest's range is ever touched
 * (-ENOMEM, or -EINVAL as the kernel would say). mm_map: `name` is for display, may be NULL (then taken from fd). */
int64_t mm_map(struct mm *mm, uint64_t address, uint64_t length, int protection, int flags, int fd, uint64_t offset,
               const char *name);
int64_t mm_unmap(struct mm *mm, uint64_t address, uint64_t length);
int64_t mm_protect(struct mm *mm, uint64_t address, uint64_t length, int protection);
int64_t mm_remap(struct mm *mm, uint64_t address, uint64_t old_length, uint64_t new_length, int flags, uint64_t new_address);
int64_t mm_advise(struct mm *mm, uint64_t address, uint64_t length, int advice);
int64_t mm_attach(struct mm *mm, int shmid, uint64_t address, int flags); /* shmat */
int64_t mm_detach(struct mm *mm, uint64_t address);                      /* shmdt */
uint64_t mm_brk(struct mm *mm, uint64_t wanted);                          /* the break afterwards; 0 asks */
void mm_set_brk(struct mm *mm, uint64_t start);                           /* where the heap begins */

/* A page-aligned random number below `range`; 0 if the personality asks for no randomisation. */
uint64_t mm_random(struct mm *mm, uint64_t range);

/* Maps the main thread's stack, all of it, above everything that is placed later, with a guard below. Its upper end, or 0. */
uint64_t mm_map_stack(struct mm *mm, uint64_t length);

/* Where `length` bytes can be mapped: at the hint if that is free, else where mmap would; 0: nowhere. */
uint64_t mm_find_room(struct mm *mm, uint64_t hint, uint64_t length, uint64_t alignment);

/* Bytes executable (and readable) from `address` on, in one piece; 0: none. Lock-free readers are not required. */
uint64_t mm_code_window(struct mm *mm, uint64_t address);

/* Protection of the page at `address`, or -1 if nothing is mapped. */
int mm_protection(struct mm *mm, uint64_t address);

/* Whether all of [start, end) is a file's, unwritable and private: likely to be there again in the next run. */
bool mm_may_be_written(struct mm *mm, uint64_t start, uint64_t end); /* by the guest, through this mapping or another of the same */
bool mm_is_constant(struct mm *mm, uint64_t start, uint64_t end);

/* Calls `visit` for each mapping in ascending order, under the map's lock. */
void mm_each(struct mm *mm, void (*visit)(void *, const struct mapping *), void *argument);

void mm_fork_prepare(struct mm *mm); /* takes the lock */
void mm_fork_done(struct mm *mm);    /* gives it back, in parent and child */

#endif
